//! Yields of a contract, as the state knows them (NEP-519).

use super::External;
use crate::error::Fault;
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::PromiseYieldStatus;
use torr_primitives::{TrieKey, YieldId};

impl External<'_, '_> {
    /// Whether a yield has the name already.
    pub(super) fn is_taken(&self, yield_id: Option<YieldId>) -> Result<bool, Fault> {
        yield_id.map_or(Ok(false), |yield_id| self.state.contains(&self.name_key(yield_id)))
    }

    /// Writes that a yield waits, and which name the contract gave it.
    pub(super) fn note_yield(
        &mut self,
        data_id: CryptoHash,
        yield_id: Option<YieldId>,
    ) -> Result<(), Fault> {
        if let Some(yield_id) = yield_id {
            self.state.write(&self.name_key(yield_id), &data_id)?;
            let receiver_id = self.account_id.clone();
            self.state.write(&TrieKey::DataIdToYieldId { receiver_id, data_id }, &yield_id)?;
        }
        self.state.write(&self.status_key(data_id), &PromiseYieldStatus::Yielded)
    }

    /// Writes that a yield is resumed; false if there is none.
    pub(super) fn note_resumption(&mut self, data_id: CryptoHash) -> Result<bool, Fault> {
        let receiver_id = self.account_id.clone();
        let receipt = TrieKey::PromiseYieldReceipt { receiver_id, data_id };
        let status = self.status_key(data_id);
        // Both are looked for, whatever comes of the first: both are part of the proof.
        let has_receipt = self.state.contains(&receipt)?;
        let has_status = self.state.contains(&status)?;
        if !has_receipt && !has_status {
            return Ok(false);
        }
        self.state.write(&status, &PromiseYieldStatus::ResumeInitiated)?;
        Ok(true)
    }

    /// The yield with this name.
    pub(super) fn named_yield(&self, yield_id: &YieldId) -> Result<Option<CryptoHash>, Fault> {
        self.state.read(&self.name_key(*yield_id))
    }

    fn name_key(&self, yield_id: YieldId) -> TrieKey {
        TrieKey::YieldIdToDataId { receiver_id: self.account_id.clone(), yield_id }
    }

    fn status_key(&self, data_id: CryptoHash) -> TrieKey {
        TrieKey::PromiseYieldStatus { receiver_id: self.account_id.clone(), data_id }
    }
}
