//! What contracts store, by bytes of keys.
//!
//! Contracts read and write more than all else, and pay for the nodes that it takes. So this goes by
//! keys that are made once, and leaves it to the caller what is counted as touched.

use super::{Changed, StateUpdate, TrieReader};
use crate::error::Fault;
use std::sync::Arc;
use torr_primitives::trie_key::Column;
use torr_primitives::{AccountId, TrieKey};

/// The key under which a value of a contract stands.
#[derive(Debug)]
pub(crate) struct DataKey(Vec<u8>);

impl DataKey {
    /// Its bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<'s> StateUpdate<'s> {
    /// Where the contract of an account finds what it calls `key`.
    pub(crate) fn data_key(&self, account_id: &AccountId, key: &[u8]) -> Result<DataKey, Fault> {
        self.note_access_of(Some(account_id), Column::ContractData);
        self.check_in_scope()?;
        Ok(DataKey(TrieKey::contract_data_prefix(account_id, key)))
    }

    /// What a value was changed to since the chunk began; `None` if it stands in the trie as it was.
    pub(crate) fn changed_data(&self, key: &DataKey) -> Option<&Changed> {
        self.changed(&key.0)
    }

    /// The trie before the chunk.
    pub(crate) fn reader(&self) -> &'s dyn TrieReader {
        self.reader
    }

    /// Puts a value.
    pub(crate) fn set_data(&mut self, key: DataKey, value: Arc<[u8]>) {
        self.prospective.insert(key.0, Some(value));
    }

    /// Takes a value out, if there is one.
    pub(crate) fn remove_data(&mut self, key: DataKey) {
        self.removals = self.removals.saturating_add(1);
        self.prospective.insert(key.0, None);
    }
}
