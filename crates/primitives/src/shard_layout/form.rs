//! The forms of layouts in JSON and borsh.
//!
//! Forms carry maps that follow from their lists. They are made anew when a layout is written, and
//! have to be what they would be made when one is read.

use super::splits::{self, SplitMap, Splits};
use super::{InvalidShardLayout, ShardLayout};
use crate::{AccountId, ShardId};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::mem;

/// A layout as it is written.
#[derive(BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub(super) enum Form {
    V0(FormV0),
    V1(FormV1),
    V2(FormV2),
    V3(FormV3),
}

/// Accounts spread by hashes.
#[derive(BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub(super) struct FormV0 {
    num_shards: u64,
    version: u32,
}

/// Boundaries, and shards called by their indices.
#[derive(BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub(super) struct FormV1 {
    boundary_accounts: Vec<AccountId>,
    shards_split_map: Option<Vec<Vec<ShardId>>>,
    to_parent_shard_map: Option<Vec<ShardId>>,
    version: u32,
}

/// Boundaries, and shards with names.
#[derive(BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub(super) struct FormV2 {
    boundary_accounts: Vec<AccountId>,
    shard_ids: Vec<ShardId>,
    id_to_index_map: BTreeMap<ShardId, u64>,
    index_to_id_map: BTreeMap<u64, ShardId>,
    shards_split_map: Option<SplitMap>,
    shards_parent_map: Option<BTreeMap<ShardId, ShardId>>,
    version: u32,
}

/// Boundaries, shards with names, and all splits.
#[derive(BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub(super) struct FormV3 {
    boundary_accounts: Vec<AccountId>,
    shard_ids: Vec<ShardId>,
    id_to_index_map: BTreeMap<ShardId, u64>,
    shards_split_map: SplitMap,
    last_split: ShardId,
    /// Not in JSON.
    #[serde(skip)]
    shards_ancestor_map: BTreeMap<ShardId, Vec<ShardId>>,
}

/// What layouts of the newest form have as their version.
const VERSION_OF_V3: u32 = 3;

impl From<ShardLayout> for Form {
    fn from(layout: ShardLayout) -> Form {
        let ShardLayout { version, boundary_accounts, shard_ids, indices, splits } = layout;
        match splits {
            Splits::ByHash => Form::V0(FormV0 { num_shards: number(shard_ids.len()), version }),
            Splits::Numbered(shards_split_map) => Form::V1(FormV1 {
                boundary_accounts,
                to_parent_shard_map: shards_split_map.as_deref().map(parents_of_numbered),
                shards_split_map,
                version,
            }),
            Splits::Previous(shards_split_map) => Form::V2(FormV2 {
                boundary_accounts,
                id_to_index_map: id_to_index(&indices),
                index_to_id_map: index_to_id(&shard_ids),
                shard_ids,
                shards_parent_map: shards_split_map.as_ref().map(parents_of_named),
                shards_split_map,
                version,
            }),
            Splits::All { splits: shards_split_map, last_split } => Form::V3(FormV3 {
                boundary_accounts,
                id_to_index_map: id_to_index(&indices),
                shards_ancestor_map: splits::ancestors(&shards_split_map, &indices).collect(),
                shard_ids,
                shards_split_map,
                last_split,
            }),
        }
    }
}

impl TryFrom<Form> for ShardLayout {
    type Error = InvalidShardLayout;

    /// The layout, from a form in JSON: ancestors are passed over.
    fn try_from(form: Form) -> Result<ShardLayout, InvalidShardLayout> {
        match form {
            Form::V0(form) => ShardLayout::spread(form.version, form.num_shards),
            Form::V1(form) => form.into_layout(),
            Form::V2(form) => form.into_layout(),
            Form::V3(form) => form.into_layout(),
        }
    }
}

impl Form {
    /// The layout, from a form in borsh, where ancestors have to be right too.
    pub(super) fn into_layout_with_ancestors(mut self) -> Result<ShardLayout, InvalidShardLayout> {
        let given = match &mut self {
            Form::V0(_) | Form::V1(_) | Form::V2(_) => None,
            Form::V3(form) => Some(mem::take(&mut form.shards_ancestor_map)),
        };
        let layout = ShardLayout::try_from(self)?;
        let is_right = match (given, &layout.splits) {
            // One by one: they can be many more than the bytes they were read from.
            (Some(given), Splits::All { splits, .. }) => {
                given.into_iter().eq(splits::ancestors(splits, &layout.indices))
            }
            _ => true,
        };
        if is_right { Ok(layout) } else { Err(InvalidShardLayout::Inconsistent) }
    }
}

impl FormV1 {
    fn into_layout(self) -> Result<ShardLayout, InvalidShardLayout> {
        let shard_ids = (0..=number(self.boundary_accounts.len())).collect();
        let parents = self.shards_split_map.as_deref().map(parents_of_numbered);
        if parents != self.to_parent_shard_map {
            return Err(InvalidShardLayout::Inconsistent);
        }
        let splits = Splits::Numbered(self.shards_split_map);
        ShardLayout::cut(self.version, self.boundary_accounts, shard_ids, splits)
    }
}

impl FormV2 {
    fn into_layout(self) -> Result<ShardLayout, InvalidShardLayout> {
        let parents = self.shards_split_map.as_ref().map(parents_of_named);
        let is_derived = parents == self.shards_parent_map
            && index_to_id(&self.shard_ids) == self.index_to_id_map;
        let splits = Splits::Previous(self.shards_split_map);
        let layout =
            ShardLayout::cut(self.version, self.boundary_accounts, self.shard_ids, splits)?;
        match is_derived && id_to_index(&layout.indices) == self.id_to_index_map {
            true => Ok(layout),
            false => Err(InvalidShardLayout::Inconsistent),
        }
    }
}

impl FormV3 {
    fn into_layout(self) -> Result<ShardLayout, InvalidShardLayout> {
        let splits = Splits::All { splits: self.shards_split_map, last_split: self.last_split };
        let layout =
            ShardLayout::cut(VERSION_OF_V3, self.boundary_accounts, self.shard_ids, splits)?;
        match id_to_index(&layout.indices) == self.id_to_index_map {
            true => Ok(layout),
            false => Err(InvalidShardLayout::Inconsistent),
        }
    }
}

/// The parent of each shard, in the order of the shards.
fn parents_of_numbered(splits: &[Vec<ShardId>]) -> Vec<ShardId> {
    splits::parents(splits::numbered(splits)).unwrap_or_default().into_values().collect()
}

fn parents_of_named(splits: &SplitMap) -> BTreeMap<ShardId, ShardId> {
    splits::parents(splits::named(splits)).unwrap_or_default()
}

fn id_to_index(indices: &BTreeMap<ShardId, usize>) -> BTreeMap<ShardId, u64> {
    indices.iter().map(|(shard_id, index)| (*shard_id, number(*index))).collect()
}

fn index_to_id(shard_ids: &[ShardId]) -> BTreeMap<u64, ShardId> {
    (0..).zip(shard_ids.iter().copied()).collect()
}

/// A number of things in memory.
fn number(count: usize) -> u64 {
    u64::try_from(count).expect("no list has more than 2^64 items")
}
