//! A chain in memory, for tools and tests: storage is a map, validators are a list, and what the
//! trie would cost is said beforehand.
//!
//! It upholds what `External` asks for, in particular the order of charges, and adds nothing of its
//! own: two calls with equal fields give equal answers. Its rules are those by which the conformance
//! vectors of the contract VM were recorded.

use crate::error::{Fault, Result};
use crate::external::{External, StorageMeter};
use std::collections::{BTreeMap, BTreeSet};
use torr_crypto::hash::CryptoHash;
use torr_primitives::{AccountId, Balance, YieldId};

/// The chain below a call, simulated.
///
/// Fields may be set freely before a call and read after it:
///
/// ```
/// use torr_vm_logic::simulated::SimulatedChain;
///
/// let mut chain = SimulatedChain { trie_nodes_touched: 3, ..SimulatedChain::default() };
/// chain.storage.insert(b"key".to_vec(), b"value".to_vec());
/// ```
#[derive(Clone, Debug)]
pub struct SimulatedChain {
    /// Name of the chain; `mainnet` by default.
    pub chain_id: String,
    /// The contract's storage.
    pub storage: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Trie nodes that each access to storage reads from the database.
    pub trie_nodes_touched: u64,
    /// Trie nodes that each access to storage reads from the cache.
    pub trie_nodes_cached: u64,
    /// Size of the storage proof, in bytes, when the receipt began.
    pub proof_size_before: u64,
    /// Bytes by which each access to storage makes the proof grow.
    pub proof_size_per_access: u64,
    /// Validators with their stakes.
    pub validators: BTreeMap<AccountId, Balance>,
    /// Data ids of promises that wait to be resumed. Resuming one leaves it here.
    pub pending_yields: BTreeSet<CryptoHash>,
    /// Yield ids that are taken, with the data ids of their promises.
    pub pending_yield_ids: BTreeMap<YieldId, CryptoHash>,
    /// Whether ML-DSA-65 public keys are accepted; they are by default.
    pub post_quantum_keys: bool,
    /// Yields created so far. The next one's data id is SHA-256 of this number, eight bytes
    /// little-endian.
    pub yields: u64,
    /// Results of promises that receipts of the call wait for so far; their data ids are numbered
    /// apart from those of yields, which contracts see.
    pub dependencies: u64,
    /// Bytes by which the storage proof has grown since the receipt began.
    pub proof_growth: u64,
}

impl Default for SimulatedChain {
    fn default() -> SimulatedChain {
        SimulatedChain {
            chain_id: "mainnet".to_owned(),
            storage: BTreeMap::new(),
            trie_nodes_touched: 0,
            trie_nodes_cached: 0,
            proof_size_before: 0,
            proof_size_per_access: 0,
            validators: BTreeMap::new(),
            pending_yields: BTreeSet::new(),
            pending_yield_ids: BTreeMap::new(),
            post_quantum_keys: true,
            yields: 0,
            dependencies: 0,
            proof_growth: 0,
        }
    }
}

impl SimulatedChain {
    /// Begins another receipt on the chain as it stands: from here on the storage proof counts
    /// anew against the limit of one receipt.
    pub fn begin_receipt(&mut self) {
        self.proof_size_before = self.recorded_storage_size();
        self.proof_growth = 0;
    }

    /// An access to storage, of any kind. What it read is in the proof even when the gas for it
    /// runs out.
    fn record_access(&mut self) {
        self.proof_growth = self.proof_growth.saturating_add(self.proof_size_per_access);
    }

    fn pay_nodes(&self, meter: &mut StorageMeter<'_>) -> Result<()> {
        meter.trie_nodes(self.trie_nodes_touched, self.trie_nodes_cached)
    }
}

/// The number that `counter` gives out, as eight bytes little-endian.
fn next(counter: &mut u64) -> Result<[u8; 8], Fault> {
    let number = counter.to_le_bytes();
    *counter = counter.checked_add(1).ok_or(Fault::InconsistentState { what: "data ids" })?;
    Ok(number)
}

impl External for SimulatedChain {
    fn storage_read(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>> {
        self.record_access();
        self.pay_nodes(meter)?;
        let Some(value) = self.storage.get(key) else { return Ok(None) };
        meter.value_read(value.len() as u64)?;
        Ok(Some(value.clone()))
    }

    /// The new value is in place only when everything has been paid.
    fn storage_write(
        &mut self,
        key: &[u8],
        value: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>> {
        self.record_access();
        if let Some(old) = self.storage.get(key) {
            meter.value_evicted(old.len() as u64)?;
        }
        self.pay_nodes(meter)?;
        Ok(self.storage.insert(key.to_vec(), value.to_vec()))
    }

    /// The entry is gone once its value has been paid for, whether or not the nodes are paid.
    fn storage_remove(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>> {
        self.record_access();
        if let Some(old) = self.storage.get(key) {
            meter.value_removed(old.len() as u64)?;
        }
        let old = self.storage.remove(key);
        self.pay_nodes(meter)?;
        Ok(old)
    }

    fn storage_has_key(&mut self, key: &[u8], meter: &mut StorageMeter<'_>) -> Result<bool> {
        self.record_access();
        self.pay_nodes(meter)?;
        Ok(self.storage.contains_key(key))
    }

    fn recorded_storage_size(&self) -> u64 {
        self.proof_size_before.saturating_add(self.proof_growth)
    }

    fn recorded_storage_size_before_receipt(&self) -> u64 {
        self.proof_size_before
    }

    fn generate_data_id(&mut self) -> Result<CryptoHash, Fault> {
        let number = next(&mut self.dependencies)?;
        Ok(CryptoHash::of(&[&b"dependency"[..], &number].concat()))
    }

    fn create_yield(&mut self, yield_id: Option<YieldId>) -> Result<Option<CryptoHash>, Fault> {
        if yield_id.is_some_and(|yield_id| self.pending_yield_ids.contains_key(&yield_id)) {
            return Ok(None);
        }
        let data_id = CryptoHash::of(&next(&mut self.yields)?);
        self.pending_yields.insert(data_id);
        self.pending_yield_ids.extend(yield_id.map(|yield_id| (yield_id, data_id)));
        Ok(Some(data_id))
    }

    fn resume_yield(&mut self, data_id: CryptoHash, _data: &[u8]) -> Result<bool, Fault> {
        Ok(self.pending_yields.contains(&data_id))
    }

    fn yield_data_id(&self, yield_id: &YieldId) -> Result<Option<CryptoHash>, Fault> {
        Ok(self.pending_yield_ids.get(yield_id).copied())
    }

    fn validator_stake(&self, account_id: &AccountId) -> Result<Option<Balance>, Fault> {
        Ok(self.validators.get(account_id).copied())
    }

    fn validator_total_stake(&self) -> Result<Balance, Fault> {
        self.validators
            .values()
            .try_fold(Balance::ZERO, |sum, &stake| sum.checked_add(stake))
            .ok_or(Fault::InconsistentState { what: "total stake" })
    }

    fn chain_id(&self) -> &str {
        &self.chain_id
    }

    fn post_quantum_keys_enabled(&self) -> bool {
        self.post_quantum_keys
    }

    /// Any bytes are a name: nothing makes receipts of them here.
    fn accepts_method_name(&self, _method_name: &[u8]) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
