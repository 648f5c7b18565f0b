//! What the host functions need from the chain below: state, validators, yields.
//!
//! The VM reaches nothing but this trait; the runtime implements it over its store, tests and tools
//! over a map.

use crate::error::{Fault, Result};
use crate::gas::GasCounter;
use torr_crypto::hash::CryptoHash;
use torr_parameters::ExtCost;
use torr_primitives::{AccountId, Balance, YieldId};

/// The chain as one contract call sees it.
///
/// Storage methods charge for the trie nodes they touch, through the [`StorageMeter`] that they are
/// given, before they return; the host function has charged for keys and written values already. The
/// order of the charges is part of the protocol and stands at each method.
pub trait External {
    /// The value of `key`. Charges trie nodes, then [`StorageMeter::value_read`] with the value's
    /// length, and only then records the value as read.
    ///
    /// # Errors
    /// When gas runs out or the store fails.
    fn storage_read(&mut self, key: &[u8], meter: &mut StorageMeter<'_>)
    -> Result<Option<Vec<u8>>>;

    /// Puts `value` at `key` and returns what was there. Charges
    /// [`StorageMeter::value_evicted`] with the length of the old value if there is one, then trie
    /// nodes.
    ///
    /// # Errors
    /// When gas runs out or the store fails.
    fn storage_write(
        &mut self,
        key: &[u8],
        value: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>>;

    /// Takes `key` away and returns what was there. Charges [`StorageMeter::value_removed`] with
    /// the length of the old value if there is one, then trie nodes.
    ///
    /// # Errors
    /// When gas runs out or the store fails.
    fn storage_remove(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>>;

    /// Whether `key` has a value. Charges trie nodes.
    ///
    /// # Errors
    /// When gas runs out or the store fails.
    fn storage_has_key(&mut self, key: &[u8], meter: &mut StorageMeter<'_>) -> Result<bool>;

    /// Size in bytes of the storage proof recorded so far, in this receipt and before it.
    fn recorded_storage_size(&self) -> u64;

    /// Size in bytes of the storage proof when this receipt began.
    fn recorded_storage_size_before_receipt(&self) -> u64;

    /// A data id that no other result has, for a result that a new receipt is to wait for. Asked
    /// for once per result, in order; the protocol numbers them together with the data ids of
    /// yields.
    ///
    /// # Errors
    /// When the node fails.
    fn generate_data_id(&mut self) -> Result<CryptoHash, Fault>;

    /// Makes a promise that waits to be resumed, and returns the data id that resumes it; `None`
    /// when `yield_id` is taken by another.
    ///
    /// # Errors
    /// When the node fails.
    fn create_yield(&mut self, yield_id: Option<YieldId>) -> Result<Option<CryptoHash>, Fault>;

    /// Resumes the promise that waits for `data_id` with `data`; false when there is none.
    ///
    /// # Errors
    /// When the node fails.
    fn resume_yield(&mut self, data_id: CryptoHash, data: &[u8]) -> Result<bool, Fault>;

    /// The data id of the waiting promise that has `yield_id`.
    ///
    /// # Errors
    /// When the node fails.
    fn yield_data_id(&self, yield_id: &YieldId) -> Result<Option<CryptoHash>, Fault>;

    /// Stake of the validator `account_id`; `None` when it is no validator.
    ///
    /// # Errors
    /// When the node fails.
    fn validator_stake(&self, account_id: &AccountId) -> Result<Option<Balance>, Fault>;

    /// Sum of all validators' stakes.
    ///
    /// # Errors
    /// When the node fails.
    fn validator_total_stake(&self) -> Result<Balance, Fault>;

    /// Name of the chain.
    fn chain_id(&self) -> &str;

    /// Whether post-quantum public keys (ML-DSA-65) are accepted.
    fn post_quantum_keys_enabled(&self) -> bool;

    /// Whether receipts of this chain can name a method so. Those of the protocol hold names as
    /// UTF-8.
    fn accepts_method_name(&self, method_name: &[u8]) -> bool;
}

/// Charges for what a storage access does below the host function.
#[derive(Debug)]
pub struct StorageMeter<'a> {
    gas: &'a mut GasCounter,
}

/// Longest value, in bytes, that the flat storage keeps beside its key. Reading a longer one costs
/// one more access.
const INLINE_VALUE_LIMIT: u64 = 4_000;

impl<'a> StorageMeter<'a> {
    /// Charges to a counter.
    pub fn new(gas: &'a mut GasCounter) -> StorageMeter<'a> {
        StorageMeter { gas }
    }

    /// Charges for `touched` nodes read from the database and then `cached` nodes that the chunk
    /// had read before.
    ///
    /// # Errors
    /// When gas runs out.
    pub fn trie_nodes(&mut self, touched: u64, cached: u64) -> Result<()> {
        self.gas.pay_per(ExtCost::TouchingTrieNode, touched)?;
        self.gas.pay_per(ExtCost::ReadCachedTrieNode, cached)
    }

    /// Charges for reading a value of `len` bytes; long ones are not inlined in the trie and cost
    /// one more access.
    ///
    /// # Errors
    /// When gas runs out.
    pub fn value_read(&mut self, len: u64) -> Result<()> {
        self.gas.pay_per(ExtCost::StorageReadValueByte, len)?;
        if len > INLINE_VALUE_LIMIT {
            self.gas.pay_base(ExtCost::StorageLargeReadOverheadBase)?;
            self.gas.pay_per(ExtCost::StorageLargeReadOverheadByte, len)?;
        }
        Ok(())
    }

    /// Charges for a value of `len` bytes that a write replaces.
    ///
    /// # Errors
    /// When gas runs out.
    pub fn value_evicted(&mut self, len: u64) -> Result<()> {
        self.gas.pay_per(ExtCost::StorageWriteEvictedByte, len)
    }

    /// Charges for a value of `len` bytes that is removed.
    ///
    /// # Errors
    /// When gas runs out.
    pub fn value_removed(&mut self, len: u64) -> Result<()> {
        self.gas.pay_per(ExtCost::StorageRemoveRetValueByte, len)
    }
}
