//! Receipts, in the protocol's order: local ones, delayed ones, incoming ones.
//!
//! When the chunk is full, what would be executed is delayed.

use super::{Application, ProcessedReceipt, ReceiptSource};
use crate::error::{ApplyError, Fault};
use crate::queue::DelayedReceipts;
use crate::receipt::{ExecutedReceipt, execute_receipt};
use crate::receipt_sink::ReceiptSink;
use crate::validation::{ReceiptOrigin, validate_receipt};
use std::collections::VecDeque;
use torr_primitives::receipt::Receipt;

impl Application<'_> {
    /// Executes or delays all receipts.
    pub(super) fn process_receipts(
        &mut self,
        local: Vec<Receipt>,
        delayed: &mut DelayedReceipts,
        sink: &mut ReceiptSink,
    ) -> Result<(), ApplyError> {
        let chunk = self.input.context;
        for receipt in local {
            if self.is_full() {
                delayed.push(receipt, chunk, &mut self.state)?;
                continue;
            }
            self.process_receipt(&receipt, sink)?;
            self.processed_receipts
                .push(ProcessedReceipt { receipt, source: ReceiptSource::Local });
        }
        while !self.is_full() {
            let limit = self.proof_limit();
            let Some(receipt) = delayed.pop(chunk, &mut self.state, limit)? else { break };
            let origin = ReceiptOrigin::Existing;
            validate_receipt(&chunk.config, &receipt, chunk.protocol_version, origin).map_err(
                |error| Fault::inconsistent(format!("a delayed receipt is not valid: {error}")),
            )?;
            self.process_receipt(&receipt, sink)?;
            self.processed_receipts
                .push(ProcessedReceipt { receipt, source: ReceiptSource::Delayed });
        }
        for receipt in self.input.incoming_receipts {
            let origin = ReceiptOrigin::Existing;
            validate_receipt(&chunk.config, receipt, chunk.protocol_version, origin)?;
            if self.is_full() {
                delayed.push(receipt.clone(), chunk, &mut self.state)?;
            } else {
                self.process_receipt(receipt, sink)?;
            }
        }
        Ok(())
    }

    /// Executes a receipt, and then those that it sends to be executed at once.
    fn process_receipt(
        &mut self,
        receipt: &Receipt,
        sink: &mut ReceiptSink,
    ) -> Result<(), ApplyError> {
        let mut instant = VecDeque::new();
        let executed = execute_receipt(receipt, self.execution, &mut self.state.update())?;
        self.take(executed, sink, &mut instant)?;
        while let Some(receipt) = instant.pop_front() {
            let executed = execute_receipt(&receipt, self.execution, &mut self.state.update())?;
            self.take(executed, sink, &mut instant)?;
            self.processed_receipts
                .push(ProcessedReceipt { receipt, source: ReceiptSource::Instant });
        }
        Ok(())
    }

    /// Takes what a receipt came to.
    fn take(
        &mut self,
        executed: ExecutedReceipt,
        sink: &mut ReceiptSink,
        instant: &mut VecDeque<Receipt>,
    ) -> Result<(), ApplyError> {
        self.state.absorb(executed.effects)?;
        self.stats.balance.add(&executed.balance)?;
        self.validator_proposals.extend(executed.validator_proposals);
        for receipt in executed.sent {
            if receipt.is_instant() {
                instant.push_back(receipt);
            } else {
                sink.send(receipt, self.input.context, &mut self.state)?;
            }
        }
        self.count(executed.gas, executed.compute)?;
        self.outcomes.extend(executed.outcome);
        Ok(())
    }
}
