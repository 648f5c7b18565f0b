//! What a layout remembers of the splits it came about by.

use super::InvalidShardLayout;
use crate::ShardId;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;

/// Shards by the shard that they were split from.
pub(super) type SplitMap = BTreeMap<ShardId, Vec<ShardId>>;

/// What is remembered. The cases are the forms of layouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Splits {
    /// Accounts are spread by hashes: nothing was split.
    ByHash,
    /// The shards that each shard of the layout before became. In both layouts shards are called by
    /// their indices.
    Numbered(Option<Vec<Vec<ShardId>>>),
    /// The same with names: a shard that was not split is there as the only one of itself.
    Previous(Option<SplitMap>),
    /// All splits there have ever been, and no others.
    All {
        /// What each shard was split into.
        splits: SplitMap,
        /// The shard that was split last.
        last_split: ShardId,
    },
}

impl Splits {
    /// Whether what is remembered leads to the shards of the layout.
    pub(super) fn check(
        &self,
        shards: &BTreeMap<ShardId, usize>,
    ) -> Result<(), InvalidShardLayout> {
        match self {
            Splits::ByHash | Splits::Numbered(None) | Splits::Previous(None) => Ok(()),
            Splits::Numbered(Some(splits)) => {
                parents(numbered(splits)).and_then(|parents| are_all(shards, &parents))
            }
            Splits::Previous(Some(splits)) => check_previous(splits, shards),
            Splits::All { splits, last_split } => check_all(splits, *last_split, shards),
        }
    }

    /// The shard of the layout before that a shard of this one comes from; `None` if there was none.
    pub(super) fn parent(&self, shard_id: ShardId) -> Option<ShardId> {
        match self {
            Splits::ByHash | Splits::Numbered(None) | Splits::Previous(None) => None,
            Splits::Numbered(Some(splits)) => parent_in(numbered(splits), shard_id),
            Splits::Previous(Some(splits)) => parent_in(named(splits), shard_id),
            Splits::All { splits, last_split } => {
                let is_new = splits.get(last_split).is_some_and(|it| it.contains(&shard_id));
                Some(if is_new { *last_split } else { shard_id })
            }
        }
    }

    /// The first shard of the layout that came from a shard that is gone.
    pub(super) fn first_heir(
        &self,
        shard_id: ShardId,
        shards: &BTreeMap<ShardId, usize>,
    ) -> Option<ShardId> {
        match self {
            Splits::ByHash => None,
            Splits::Numbered(splits) => {
                splits.as_ref()?.get(usize::try_from(shard_id).ok()?)?.first().copied()
            }
            Splits::Previous(splits) => splits.as_ref()?.get(&shard_id)?.first().copied(),
            Splits::All { splits, .. } => {
                // A way without a circle has at most as many steps as there were splits.
                let mut heir = shard_id;
                for _ in splits {
                    heir = *splits.get(&heir)?.first()?;
                    if shards.contains_key(&heir) {
                        return Some(heir);
                    }
                }
                None
            }
        }
    }
}

/// The shards of the layout by name, each with all that it came from, the nearest first. Only for splits
/// without a circle, which [`Splits::check`] sees to.
pub(super) fn ancestors(
    splits: &SplitMap,
    shards: &BTreeMap<ShardId, usize>,
) -> impl Iterator<Item = (ShardId, Vec<ShardId>)> {
    let parents = parents(named(splits)).unwrap_or_default();
    shards.keys().map(move |&shard_id| {
        let parent = |shard: &ShardId| parents.get(shard).copied();
        (shard_id, iter::successors(parent(&shard_id), parent).collect())
    })
}

/// Each shard that came from another, with the other; unless one came from two.
pub(super) fn parents<'a>(
    splits: impl Iterator<Item = (ShardId, &'a [ShardId])>,
) -> Result<BTreeMap<ShardId, ShardId>, InvalidShardLayout> {
    let mut parents = BTreeMap::new();
    for (parent, children) in splits {
        for &shard_id in children {
            if parents.insert(shard_id, parent).is_some() {
                return Err(InvalidShardLayout::ImpossibleSplit { shard_id });
            }
        }
    }
    Ok(parents)
}

pub(super) fn numbered(splits: &[Vec<ShardId>]) -> impl Iterator<Item = (ShardId, &[ShardId])> {
    (0..).zip(splits.iter().map(Vec::as_slice))
}

pub(super) fn named(splits: &SplitMap) -> impl Iterator<Item = (ShardId, &[ShardId])> {
    splits.iter().map(|(parent, children)| (*parent, children.as_slice()))
}

fn parent_in<'a>(
    mut splits: impl Iterator<Item = (ShardId, &'a [ShardId])>,
    shard_id: ShardId,
) -> Option<ShardId> {
    splits.find(|(_, children)| children.contains(&shard_id)).map(|(parent, _)| parent)
}

/// Whether exactly the shards of the layout have a parent.
fn are_all(
    shards: &BTreeMap<ShardId, usize>,
    parents: &BTreeMap<ShardId, ShardId>,
) -> Result<(), InvalidShardLayout> {
    let shards: BTreeSet<ShardId> = shards.keys().copied().collect();
    let with_parent = parents.keys().copied().collect();
    match shards.symmetric_difference(&with_parent).next() {
        None => Ok(()),
        Some(&shard_id) => Err(InvalidShardLayout::ImpossibleSplit { shard_id }),
    }
}

/// A shard that was not split keeps its name; the name of one that was is gone.
fn check_previous(
    splits: &SplitMap,
    shards: &BTreeMap<ShardId, usize>,
) -> Result<(), InvalidShardLayout> {
    for (&shard_id, children) in splits {
        let is_possible = match children.as_slice() {
            [only] => *only == shard_id,
            _ => !shards.contains_key(&shard_id),
        };
        if !is_possible {
            return Err(InvalidShardLayout::ImpossibleSplit { shard_id });
        }
    }
    are_all(shards, &parents(named(splits))?)
}

/// Splits make at least two of one that is gone, the last one made shards that are there, and none made
/// a shard that it came from.
fn check_all(
    splits: &SplitMap,
    last_split: ShardId,
    shards: &BTreeMap<ShardId, usize>,
) -> Result<(), InvalidShardLayout> {
    let impossible = |shard_id| Err(InvalidShardLayout::ImpossibleSplit { shard_id });
    let newest = splits.get(&last_split).map(Vec::as_slice).unwrap_or_default();
    if newest.is_empty() || newest.iter().any(|shard_id| !shards.contains_key(shard_id)) {
        return impossible(last_split);
    }
    for (&shard_id, children) in splits {
        if children.len() < 2 || shards.contains_key(&shard_id) {
            return impossible(shard_id);
        }
    }
    match in_a_circle(splits)? {
        None => Ok(()),
        Some(shard_id) => impossible(shard_id),
    }
}

/// A shard that was split and came from itself.
fn in_a_circle(splits: &SplitMap) -> Result<Option<ShardId>, InvalidShardLayout> {
    let parents = parents(named(splits))?;
    let first = splits.keys().filter(|shard_id| !parents.contains_key(shard_id));
    let mut to_visit: Vec<ShardId> = first.copied().collect();
    // Every shard has one parent, so that none is visited twice.
    let mut visited = BTreeSet::new();
    while let Some(shard_id) = to_visit.pop() {
        if let Some(children) = splits.get(&shard_id) {
            visited.insert(shard_id);
            to_visit.extend(children);
        }
    }
    Ok(splits.keys().find(|shard_id| !visited.contains(shard_id)).copied())
}
