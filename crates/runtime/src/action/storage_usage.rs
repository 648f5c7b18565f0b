//! What of the state an account pays for: its own record, its keys, its contract.
//!
//! **Invariant:** what is added with a thing is what is subtracted with it, so storage usage is always
//! the sum over what is there. Defined by the protocol's "Storage staking" (Economics).

use crate::error::Fault;
use crate::state::StateUpdate;
use torr_crypto::key::PublicKeyHandle;
use torr_parameters::StorageUsageConfig;
use torr_primitives::{
    AccessKey, Account, AccountContract, AccountId, NonceIndex, StorageUsage, TrieKey,
};

/// Adds bytes to what an account takes of the state.
pub(super) fn add(account: &mut Account, bytes: StorageUsage) -> Result<(), Fault> {
    let usage = account.storage_usage().checked_add(bytes).ok_or(OVERFLOW)?;
    account.set_storage_usage(usage);
    Ok(())
}

/// Subtracts bytes from what an account takes of the state. Accounts of old states may count less than
/// they have.
pub(super) fn subtract(account: &mut Account, bytes: StorageUsage) {
    account.set_storage_usage(account.storage_usage().saturating_sub(bytes));
}

/// Bytes that a value counts, of which the key as its owner names it has `key_len` bytes.
pub(super) fn of_record(
    config: &StorageUsageConfig,
    key_len: u64,
    value_len: u64,
) -> Result<StorageUsage, Fault> {
    let bytes = key_len.checked_add(value_len).ok_or(OVERFLOW)?;
    bytes.checked_add(config.num_extra_bytes_record).ok_or(OVERFLOW)
}

/// Bytes that an access key counts, with all nonces if it is a gas key.
pub(super) fn of_access_key(
    config: &StorageUsageConfig,
    public_key: &PublicKeyHandle,
    access_key: &AccessKey,
) -> Result<StorageUsage, Fault> {
    let what = "memory takes any access key";
    let value_len = borsh::object_length(access_key).map_err(|_| Fault::Bug { what })? as u64;
    let key_len = public_key.trie_id_len() as u64;
    let key = of_record(config, key_len, value_len)?;
    let Some(gas_key) = access_key.permission.gas_key_info() else { return Ok(key) };
    let nonce_key_len = key_len.checked_add(size_of::<NonceIndex>() as u64).ok_or(OVERFLOW)?;
    let nonce = of_record(config, nonce_key_len, AccessKey::NONCE_BORSH_LEN)?;
    let nonces = nonce.checked_mul(u64::from(gas_key.num_nonces)).ok_or(OVERFLOW)?;
    key.checked_add(nonces).ok_or(OVERFLOW)
}

/// Bytes that the contract of an account counts: its own code, or the name of a global contract.
pub(super) fn of_contract(
    account_id: &AccountId,
    account: &Account,
    state: &StateUpdate<'_>,
) -> Result<StorageUsage, Fault> {
    match account.contract() {
        AccountContract::None => Ok(0),
        AccountContract::Local(_) => of_code(account_id, state),
        AccountContract::Global(hash) => Ok(hash.as_bytes().len() as u64),
        AccountContract::GlobalByAccount(name) => Ok(name.len() as u64),
    }
}

/// Bytes of the code that stands in the state for an account. There is none for an old account of a
/// secp256k1 key, whatever its hash.
pub(super) fn of_code(
    account_id: &AccountId,
    state: &StateUpdate<'_>,
) -> Result<StorageUsage, Fault> {
    let code = state.value_ref(&TrieKey::ContractCode { account_id: account_id.clone() })?;
    Ok(code.map_or(0, |code| u64::from(code.length)))
}

const OVERFLOW: Fault = Fault::Overflow { what: "the storage usage of an account" };
