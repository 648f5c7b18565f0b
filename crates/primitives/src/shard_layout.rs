//! Which accounts are in which shard.
//!
//! Today's layouts cut the list of all names, in order of their bytes, at boundary accounts; a boundary
//! belongs to the shard after it. The very first form spread accounts by hashes. A layout that came
//! about by splitting shards remembers which, so that receipts for a shard that is gone reach the shard
//! that took its accounts over. Defined by NEP-508 and NEP-568.
//!
//! **Invariant:** a layout exists only if every account has a shard, every shard has a name of its own
//! of 16 bits, as messages between shards have no more for it, and what it remembers of splits leads to
//! its shards.

mod form;
mod splits;
mod uid;

pub use uid::{ParseShardUidError, ShardUid};

use crate::receipt::{
    GlobalContractDistribution, GlobalContractDistributionV1, GlobalContractDistributionV2,
    Receipt, ReceiptBody,
};
use crate::{AccountId, ShardId};
use borsh::{BorshDeserialize, BorshSerialize, io};
use form::Form;
use serde::{Deserialize, Serialize};
use splits::Splits;
use std::collections::{BTreeMap, BTreeSet};
use torr_crypto::hash::CryptoHash;

/// Which accounts are in which shard.
///
/// In JSON and borsh it has one of four forms, which differ in how shards are named and what is
/// remembered of splits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct ShardLayout {
    version: u32,
    /// Where the list of names is cut; empty if accounts are spread by hashes.
    boundary_accounts: Vec<AccountId>,
    /// Names of the shards in their order. One more than boundaries, unless spread by hashes.
    shard_ids: Vec<ShardId>,
    /// Where in that list each is.
    indices: BTreeMap<ShardId, usize>,
    splits: Splits,
}

/// Why something is no layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidShardLayout {
    /// Some account would have no shard, or some shard no accounts.
    #[error(
        "{boundaries} boundary accounts divide all names among {expected} shards, not {shards}",
        expected = boundaries.saturating_add(1)
    )]
    WrongNumberOfShards {
        /// Number of boundaries.
        boundaries: usize,
        /// Number of shards.
        shards: usize,
    },
    /// Accounts are spread over no shards, or over more than can be named.
    #[error("accounts can be spread over 1 to 65536 shards by their hashes, not over {shards}")]
    CannotSpread {
        /// Number of shards.
        shards: u64,
    },
    /// A boundary stands before a smaller one.
    #[error("boundary accounts stand in the order of their bytes, but {account_id} comes too late")]
    UnsortedBoundaries {
        /// The smaller one.
        account_id: AccountId,
    },
    /// Two shards have the same name.
    #[error("shard {shard_id} stands in the layout twice")]
    RepeatedShard {
        /// The name.
        shard_id: ShardId,
    },
    /// A shard has a name that messages cannot carry.
    #[error("a shard has a name up to 65535, not {shard_id}")]
    ShardIdTooLarge {
        /// The name.
        shard_id: ShardId,
    },
    /// What it remembers of splits does not lead to its shards.
    #[error("shard {shard_id} cannot have been split, or come from splits, as the layout says")]
    ImpossibleSplit {
        /// A shard of which it says so.
        shard_id: ShardId,
    },
    /// Fields that follow from others do not.
    #[error(
        "maps between shards do not follow from the lists of shards and of splits; derive them"
    )]
    Inconsistent,
}

impl ShardLayout {
    /// One shard for all accounts. It is called 0; the version of the layout is 0.
    pub fn single_shard() -> ShardLayout {
        ShardLayout {
            version: 0,
            boundary_accounts: Vec::new(),
            shard_ids: vec![0],
            indices: BTreeMap::from([(0, 0)]),
            splits: Splits::Previous(None),
        }
    }

    /// Accounts up to the first boundary in the first shard, and so on. The version of the layout is 3.
    ///
    /// # Errors
    /// When boundaries are not sorted, or there is not one shard more than there are boundaries, or
    /// shards have no names of their own.
    pub fn with_boundaries(
        boundary_accounts: Vec<AccountId>,
        shard_ids: Vec<ShardId>,
    ) -> Result<ShardLayout, InvalidShardLayout> {
        ShardLayout::cut(3, boundary_accounts, shard_ids, Splits::Previous(None))
    }

    /// A layout of accounts cut at boundaries.
    fn cut(
        version: u32,
        boundary_accounts: Vec<AccountId>,
        shard_ids: Vec<ShardId>,
        splits: Splits,
    ) -> Result<ShardLayout, InvalidShardLayout> {
        let (boundaries, shards) = (boundary_accounts.len(), shard_ids.len());
        if boundaries.checked_add(1) != Some(shards) {
            return Err(InvalidShardLayout::WrongNumberOfShards { boundaries, shards });
        }
        for (before, after) in boundary_accounts.iter().zip(boundary_accounts.iter().skip(1)) {
            if before > after {
                let account_id = after.clone();
                return Err(InvalidShardLayout::UnsortedBoundaries { account_id });
            }
        }
        let indices = indices(&shard_ids)?;
        splits.check(&indices)?;
        Ok(ShardLayout { version, boundary_accounts, shard_ids, indices, splits })
    }

    /// A layout of accounts spread by hashes over shards that are called by their indices.
    fn spread(version: u32, shards: u64) -> Result<ShardLayout, InvalidShardLayout> {
        if shards == 0 || shards > u64::from(u16::MAX) + 1 {
            return Err(InvalidShardLayout::CannotSpread { shards });
        }
        let shard_ids: Vec<ShardId> = (0..shards).collect();
        let indices = indices(&shard_ids)?;
        let splits = Splits::ByHash;
        Ok(ShardLayout { version, boundary_accounts: Vec::new(), shard_ids, indices, splits })
    }

    /// Version of the layout. In newer forms it does not change when shards are split.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The shards in their order. Never empty.
    pub fn shard_ids(&self) -> &[ShardId] {
        &self.shard_ids
    }

    /// The shard that an account is in.
    pub fn shard_of_account(&self, account_id: &AccountId) -> ShardId {
        let index = match self.splits {
            Splits::ByHash => self.index_by_hash(account_id),
            Splits::Numbered(_) | Splits::Previous(_) | Splits::All { .. } => {
                self.boundary_accounts.partition_point(|boundary| boundary <= account_id)
            }
        };
        *self.shard_ids.get(index).expect("there is a shard for every index of an account")
    }

    /// The shard that a receipt goes to: that of its receiver or, for a contract that every shard is to
    /// have, the one it is meant for. `None` if nothing is known of that shard.
    pub fn shard_of_receipt(&self, receipt: &Receipt) -> Option<ShardId> {
        match &receipt.body {
            ReceiptBody::GlobalContractDistribution(
                GlobalContractDistribution::V1(GlobalContractDistributionV1 {
                    target_shard, ..
                })
                | GlobalContractDistribution::V2(GlobalContractDistributionV2 {
                    target_shard, ..
                }),
            ) => self.current_shard(*target_shard),
            ReceiptBody::Action(_)
            | ReceiptBody::ActionV2(_)
            | ReceiptBody::Data(_)
            | ReceiptBody::PromiseYield(_)
            | ReceiptBody::PromiseYieldV2(_)
            | ReceiptBody::PromiseResume(_) => Some(self.shard_of_account(&receipt.receiver_id)),
        }
    }

    fn index_by_hash(&self, account_id: &AccountId) -> usize {
        let hash = CryptoHash::of(account_id.as_bytes());
        let (start, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
        let shards = u64::try_from(self.shard_ids.len()).expect("there are at most 65536 shards");
        let index = u64::from_le_bytes(*start).checked_rem(shards).expect("a layout has shards");
        usize::try_from(index).expect("there are at most 65536 shards")
    }

    /// Where in the order of shards this one is; `None` if it is not in the layout.
    pub fn shard_index(&self, shard_id: ShardId) -> Option<usize> {
        self.indices.get(&shard_id).copied()
    }

    /// Names of the shards over all layouts, in the order of the shards.
    pub fn shard_uids(&self) -> impl Iterator<Item = ShardUid> {
        self.shard_ids.iter().map(|shard_id| {
            let shard_id = u32::try_from(*shard_id).expect("names of shards have 16 bits");
            ShardUid { version: self.version, shard_id }
        })
    }

    /// The shard of the layout before this one that had the accounts of this shard, which may be the
    /// shard itself; `None` if the shard is not in the layout, or nothing is known of one before.
    pub fn parent_shard(&self, shard_id: ShardId) -> Option<ShardId> {
        self.shard_index(shard_id)?;
        self.splits.parent(shard_id)
    }

    /// The shards of the layout before this one that are no longer, because they were split.
    pub fn split_parents(&self) -> BTreeSet<ShardId> {
        let parents = self.shard_ids.iter().filter_map(|shard_id| {
            self.parent_shard(*shard_id).filter(|parent| parent != shard_id)
        });
        parents.collect()
    }

    /// The shard that now has what was meant for a shard of this or an earlier layout: the shard
    /// itself, or the first of those that it was split into. `None` if nothing is known of it.
    pub fn current_shard(&self, shard_id: ShardId) -> Option<ShardId> {
        if self.indices.contains_key(&shard_id) {
            return Some(shard_id);
        }
        self.splits.first_heir(shard_id, &self.indices)
    }
}

/// Where each shard is in the list.
fn indices(shard_ids: &[ShardId]) -> Result<BTreeMap<ShardId, usize>, InvalidShardLayout> {
    let mut indices = BTreeMap::new();
    for (index, &shard_id) in shard_ids.iter().enumerate() {
        if shard_id > ShardId::from(u16::MAX) {
            return Err(InvalidShardLayout::ShardIdTooLarge { shard_id });
        }
        if indices.insert(shard_id, index).is_some() {
            return Err(InvalidShardLayout::RepeatedShard { shard_id });
        }
    }
    Ok(indices)
}

impl BorshSerialize for ShardLayout {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        BorshSerialize::serialize(&Form::from(self.clone()), writer)
    }
}

impl BorshDeserialize for ShardLayout {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<ShardLayout> {
        let form = Form::deserialize_reader(reader)?;
        form.into_layout_with_ancestors()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
