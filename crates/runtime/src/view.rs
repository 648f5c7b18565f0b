//! Looking at a state: accounts, keys, data and what functions of contracts say.
//!
//! **Invariant:** nothing is changed, and nothing is recorded but what a proof is asked for. What is
//! looked at is one state; what a contract is told of the chain beside it is input.

mod data;
mod error;
mod function;
mod visits;

pub use data::{DataPage, DataQuery, Paging, Proof};
pub use error::ViewError;
pub use function::{FunctionQuery, FunctionView};

use crate::contract::Contract;
use crate::error::Fault;
use crate::state::{Overlay, Scope, StateUpdate, TouchedNodes, UnrecordedTrie};
use borsh::BorshDeserialize;
use std::sync::Arc;
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::{AccessKey, Account, AccountId, Nonce, TrieKey};
use torr_store::source::{NodeSource, SharedNodeSource};
use torr_store::trie::Trie;

/// A state to look at.
#[derive(Clone, Copy, Debug)]
pub struct StateView<'t, S: NodeSource> {
    trie: &'t Trie<S>,
}

impl<'t, S> StateView<'t, S>
where
    S: SharedNodeSource,
{
    /// The state that a trie holds.
    pub fn new(trie: &'t Trie<S>) -> StateView<'t, S> {
        StateView { trie }
    }

    /// An account.
    ///
    /// # Errors
    /// [`ViewError::AccountDoesNotExist`]; [`ViewError::Fault`] when the state cannot be read.
    pub fn account(&self, account_id: &AccountId) -> Result<Account, ViewError> {
        let key = TrieKey::Account { account_id: account_id.clone() };
        let missing = || ViewError::AccountDoesNotExist { account_id: account_id.clone() };
        self.read(&key)?.ok_or_else(missing)
    }

    /// An access key of an account.
    ///
    /// # Errors
    /// [`ViewError::AccessKeyDoesNotExist`]; [`ViewError::Fault`] when the state cannot be read.
    pub fn access_key(
        &self,
        account_id: &AccountId,
        public_key: &PublicKeyHandle,
    ) -> Result<AccessKey, ViewError> {
        let (account_id, public_key) = (account_id.clone(), public_key.clone());
        let key = TrieKey::AccessKey { account_id, public_key: public_key.clone() };
        self.read(&key)?.ok_or(ViewError::AccessKeyDoesNotExist { public_key })
    }

    /// The access keys of an account, in the order of the state; none for an account that there is not.
    ///
    /// # Errors
    /// [`ViewError::Fault`] when the state cannot be read.
    pub fn access_keys(
        &self,
        account_id: &AccountId,
    ) -> Result<Vec<(PublicKeyHandle, AccessKey)>, ViewError> {
        let prefix = TrieKey::access_keys_prefix(account_id);
        let mut keys = Vec::new();
        for entry in self.trie.iter_prefix(&prefix).map_err(Fault::from)? {
            let (key, value) = entry.map_err(Fault::from)?;
            let parsed = TrieKey::parse(&key)
                .map_err(|error| Fault::inconsistent(format!("a key of the state: {error}")))?;
            // The nonces of gas keys stand among the keys.
            if let TrieKey::AccessKey { public_key, .. } = &parsed {
                keys.push((public_key.clone(), decoded(&parsed, &value)?));
            }
        }
        Ok(keys)
    }

    /// The nonces of a gas key, by their indices (NEP-611).
    ///
    /// # Errors
    /// [`ViewError::GasKeyDoesNotExist`], also for a key that is no gas key; [`ViewError::Fault`] when
    /// the state cannot be read.
    pub fn gas_key_nonces(
        &self,
        account_id: &AccountId,
        public_key: &PublicKeyHandle,
    ) -> Result<Vec<Nonce>, ViewError> {
        let missing = || ViewError::GasKeyDoesNotExist { public_key: public_key.clone() };
        let key = match self.access_key(account_id, public_key) {
            Err(ViewError::AccessKeyDoesNotExist { .. }) => return Err(missing()),
            key => key?,
        };
        let gas_key = key.permission.gas_key_info().ok_or_else(missing)?;
        let nonce = |index| {
            let (account_id, public_key) = (account_id.clone(), public_key.clone());
            let key = TrieKey::GasKeyNonce { account_id, public_key, index };
            let missing = || Fault::inconsistent(format!("nothing stands under {key:?}"));
            Ok(self.read(&key)?.ok_or_else(missing)?)
        };
        (0..gas_key.num_nonces).map(nonce).collect()
    }

    /// The code that an account runs, its own or a global contract's, on the chain with this name.
    ///
    /// # Errors
    /// [`ViewError::AccountDoesNotExist`], [`ViewError::NoContract`]; [`ViewError::Fault`] when the
    /// state cannot be read.
    pub fn contract_code(
        &self,
        account_id: &AccountId,
        chain_id: &str,
    ) -> Result<Arc<[u8]>, ViewError> {
        let account = self.account(account_id)?;
        let contract = self.with_update(|state| {
            Contract::of(account_id, &account, chain_id, state)?
                .map_or(Ok(None), |contract| state.code(&contract.key, &contract.code_hash))
        })?;
        contract.ok_or_else(|| ViewError::NoContract { account_id: account_id.clone() })
    }

    /// Does something with the state that would change it, and forgets the changes.
    fn with_update<T>(
        &self,
        look: impl FnOnce(&mut StateUpdate<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let (reader, before, touched) =
            (UnrecordedTrie(self.trie), Overlay::default(), TouchedNodes::default());
        look(&mut StateUpdate::new(&reader, &before, &touched, Scope::Everything))
    }

    fn read<T: BorshDeserialize>(&self, key: &TrieKey) -> Result<Option<T>, Fault> {
        self.trie.get(&key.to_bytes())?.map(|value| decoded(key, &value)).transpose()
    }
}

fn decoded<T: BorshDeserialize>(key: &TrieKey, value: &[u8]) -> Result<T, Fault> {
    let undecodable =
        |error| Fault::inconsistent(format!("what stands under {key:?} is damaged: {error}"));
    T::try_from_slice(value).map_err(undecodable)
}

#[cfg(test)]
mod tests;
