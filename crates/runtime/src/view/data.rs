//! What the contract of an account has stored, whole or page by page.

use super::visits::Visits;
use super::{StateView, ViewError};
use crate::error::Fault;
use std::num::NonZeroU32;
use std::ops::Bound;
use std::sync::Arc;
use torr_primitives::{Account, AccountId, TrieKey};
use torr_store::source::{NodeSource, SharedNodeSource};
use torr_store::trie::{Entry, Trie};

/// Values on a page at most.
const PAGE_ITEMS: u32 = 10_000;
/// Bytes of keys, as they stand in the state, and values, after which a page ends.
const PAGE_BYTES: u64 = 50_000;

/// Which data to look at.
#[derive(Clone, Copy, Debug)]
pub struct DataQuery<'q> {
    /// Whose.
    pub account_id: &'q AccountId,
    /// What the contract's keys begin with.
    pub prefix: &'q [u8],
    /// How much of it.
    pub paging: Paging<'q>,
}

/// How much to look at.
#[derive(Clone, Copy, Debug)]
pub enum Paging<'q> {
    /// All of it.
    Whole {
        /// Storage that the account may use, in bytes, its own code not counted; `None`: any.
        size_limit: Option<u64>,
        /// Whether the nodes are wanted that it takes.
        proof: Proof,
    },
    /// A page.
    Page {
        /// The key to go on after, as the last page says; `None`: begin.
        after_key: Option<&'q [u8]>,
        /// Values that are wanted at most; `None`: as many as a page holds.
        limit: Option<NonZeroU32>,
    },
}

/// Whether a proof is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Not.
    Unwanted,
    /// The nodes in the order in which they are read.
    Wanted,
}

/// Data that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataPage {
    /// Keys, as the contract knows them, with values, in the order of the keys.
    pub items: Vec<(Vec<u8>, Arc<[u8]>)>,
    /// The nodes that were read, if a proof is wanted.
    pub proof: Vec<Arc<[u8]>>,
    /// The last key, if more follow.
    pub last_key: Option<Vec<u8>>,
}

impl<S> StateView<'_, S>
where
    S: SharedNodeSource,
{
    /// What a contract has stored.
    ///
    /// # Errors
    /// [`ViewError::AccountDoesNotExist`], [`ViewError::StateTooLarge`],
    /// [`ViewError::AfterKeyOutsidePrefix`]; [`ViewError::Fault`] when the state cannot be read.
    pub fn data(&self, query: &DataQuery<'_>) -> Result<DataPage, ViewError> {
        let start = TrieKey::contract_data_prefix(query.account_id, query.prefix);
        match query.paging {
            Paging::Page { after_key, limit } => {
                if after_key.is_some_and(|key| !key.starts_with(query.prefix)) {
                    return Err(ViewError::AfterKeyOutsidePrefix);
                }
                self.account(query.account_id)?;
                let after =
                    after_key.map(|key| TrieKey::contract_data_prefix(query.account_id, key));
                Ok(self.page(query, &start, after.as_deref(), limit)?)
            }
            Paging::Whole { size_limit, proof } => {
                let account = self.account(query.account_id)?;
                self.check_size(query.account_id, &account, size_limit)?;
                Ok(match proof {
                    Proof::Unwanted => whole(query, &start, self.trie)?,
                    Proof::Wanted => self.proven(query, &start)?,
                })
            }
        }
    }

    fn check_size(
        &self,
        account_id: &AccountId,
        account: &Account,
        size_limit: Option<u64>,
    ) -> Result<(), ViewError> {
        let Some(limit) = size_limit else { return Ok(()) };
        let code = TrieKey::ContractCode { account_id: account_id.clone() };
        let code = self.trie.value_ref(&code.to_bytes()).map_err(Fault::from)?;
        let code_len = code.map_or(0, |code| u64::from(code.length));
        if account.storage_usage().saturating_sub(code_len) > limit {
            return Err(ViewError::StateTooLarge { account_id: account_id.clone() });
        }
        Ok(())
    }

    fn proven(&self, query: &DataQuery<'_>, start: &[u8]) -> Result<DataPage, Fault> {
        let trie = Trie::new(Visits::new(self.trie.source()), self.trie.root_node().cloned());
        let page = whole(query, start, &trie)?;
        let (visits, _) = trie.into_parts();
        Ok(DataPage { proof: visits.into_nodes(), ..page })
    }

    fn page(
        &self,
        query: &DataQuery<'_>,
        start: &[u8],
        after: Option<&[u8]>,
        limit: Option<NonZeroU32>,
    ) -> Result<DataPage, Fault> {
        let limit = limit.map_or(PAGE_ITEMS, NonZeroU32::get).min(PAGE_ITEMS) as usize;
        let mut entries = self.trie.iter();
        match after {
            None => entries.seek_prefix(start)?,
            Some(after) => entries.seek(Bound::Excluded(after))?,
        }
        let mut page = DataPage::default();
        let mut bytes = 0_u64;
        for entry in entries {
            let (key, value) = entry?;
            if !key.starts_with(start) {
                break;
            }
            if page.items.len() >= limit || bytes >= PAGE_BYTES {
                page.last_key = page.items.last().map(|(key, _)| key.clone());
                break;
            }
            bytes = bytes.saturating_add(key.len() as u64).saturating_add(value.len() as u64);
            page.items.push(item(query, start, (key, value)));
        }
        Ok(page)
    }
}

fn whole<S: NodeSource>(
    query: &DataQuery<'_>,
    start: &[u8],
    trie: &Trie<S>,
) -> Result<DataPage, Fault> {
    let entries = trie.iter_prefix(start)?;
    let items =
        entries.map(|entry| Ok(item(query, start, entry?))).collect::<Result<_, Fault>>()?;
    Ok(DataPage { items, ..DataPage::default() })
}

/// An entry under the contract's key.
fn item(query: &DataQuery<'_>, start: &[u8], (key, value): Entry) -> (Vec<u8>, Arc<[u8]>) {
    let before_key = start.len().saturating_sub(query.prefix.len());
    (key.get(before_key..).unwrap_or_default().to_vec(), value)
}
