//! Timeouts of yields: what was not resumed in time is resumed with nothing (NEP-519).

use super::Application;
use crate::error::ApplyError;
use crate::receipt_sink::ReceiptSink;
use torr_primitives::TrieKey;
use torr_primitives::receipt::id::receipt_id_of_receipt;
use torr_primitives::receipt::{
    DataReceipt, PromiseYieldTimeout, QueueIndices, Receipt, ReceiptBody,
};

impl Application<'_> {
    /// Resumes yields that have waited long enough, in the order of the queue, which is that of their
    /// ends. The resumption is sent like any receipt; one that is already on its way comes first.
    pub(super) fn time_out_yields(&mut self, sink: &mut ReceiptSink) -> Result<(), ApplyError> {
        let height = self.input.context.block.height;
        let mut indices: QueueIndices =
            self.state.read(&TrieKey::PromiseYieldIndices)?.unwrap_or_default();
        let before = indices;
        let mut resumed = 0;
        while !indices.is_empty() && !self.is_full() {
            let key = TrieKey::PromiseYieldTimeout { index: indices.first_index };
            let timeout: PromiseYieldTimeout = self.state.read_present(&key)?;
            if timeout.expires_at > height {
                break;
            }
            let waiting = TrieKey::PromiseYieldReceipt {
                receiver_id: timeout.account_id.clone(),
                data_id: timeout.data_id,
            };
            if self.state.contains(&waiting)? {
                let receipt = Receipt {
                    predecessor_id: timeout.account_id.clone(),
                    receiver_id: timeout.account_id.clone(),
                    receipt_id: receipt_id_of_receipt(&timeout.data_id, height, resumed),
                    body: ReceiptBody::PromiseResume(DataReceipt {
                        data_id: timeout.data_id,
                        data: None,
                    }),
                };
                resumed = resumed.saturating_add(1);
                sink.send(receipt, self.input.context, &mut self.state)?;
            }
            self.state.remove(&key);
            self.processed_yield_timeouts.push(timeout);
            indices.first_index = indices.first_index.saturating_add(1);
        }
        if indices != before {
            self.state.write(&TrieKey::PromiseYieldIndices, &indices)?;
        }
        Ok(())
    }
}
