//! Taking away what only removed versions have, bit by bit.
//!
//! What is done with a removed version depends on what stands around it:
//!
//! - *No children.* Places that it added are taken off; or, of a first version, all places, by going
//!   through its trie.
//! - *One child, and a parent.* The counts of both are added up, hash by hash, so that the child's then
//!   are relative to the grandparent. What one of them added and the other took away is taken off.
//! - *One child, no parent.* The child becomes a first version, and what it took away is taken off.
//! - *Several children.* It waits until all but one are gone.
//!
//! Each step is one batch and leaves counts that are right for every hash by itself: the version counts
//! as being like its parent (or its child, if that is the first now) for hashes whose counts are gone
//! from its chunks. So a stop between any two steps, and changes in between, do no harm.

use super::counts::{CHUNK_LEN, Chunk, Count, MOST_PLACES, delete_chunk, version_prefix};
use super::records::{self, Records, Standing, VersionRecord};
use super::{ShardState, StateError, VersionNumber};
use crate::database::{Batch, Column};
use crate::node::Node;
use crate::source::{HashedNodes, NodeSource};
use crate::stored_trie::{ShardUid, StoredBytes, node_key};
use crate::trie::{EMPTY_ROOT, Trie};
use std::cmp::Ordering;
use std::iter::Peekable;
use torr_crypto::hash::CryptoHash;

/// Whether something is left to be collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Collection {
    /// Nothing can be taken away now. Removed versions with several children may be waiting.
    Finished,
    /// There is more to do.
    Unfinished,
}

/// What can be done next.
#[derive(Clone, Debug)]
enum Work {
    /// Take off what a first version took away from one that is gone.
    Settle(VersionNumber, VersionRecord, Chunk),
    /// Take off what a version without children added, or let go of it if that is done.
    Withdraw(VersionNumber, VersionRecord),
    /// Go through the trie of a first version without children.
    Dismantle(VersionNumber, VersionRecord),
    /// Make the only child of a first version a first version.
    Succeed(VersionNumber, VersionRecord, VersionNumber),
    /// Add the counts of a version to those of its only child.
    Merge(VersionNumber, VersionRecord, VersionNumber),
    /// Empty the flat column of a shard without a head and an import.
    ClearFlat,
}

impl ShardState {
    /// Takes away what removed versions alone have, and says whether more is left. Goes through about
    /// `limit` counts, nodes or keys, in batches of no more; at least through one.
    ///
    /// Readers with a snapshot are not concerned. A stop leaves all that was done by then.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub fn collect(&self, limit: usize) -> Result<Collection, StateError> {
        let _changing = self.changing();
        let mut left = limit.max(1);
        while let Some(work) = self.next_work()? {
            if left == 0 {
                return Ok(Collection::Unfinished);
            }
            let mut batch = Batch::new();
            let done = self.work(work, left.min(CHUNK_LEN), &mut batch)?;
            self.database.write(batch)?;
            left = left.saturating_sub(done.max(1));
        }
        Ok(Collection::Finished)
    }

    fn next_work(&self) -> Result<Option<Work>, StateError> {
        let records = self.records();
        if records.has_stale_flat()? {
            return Ok(Some(Work::ClearFlat));
        }
        for number in records.pending()? {
            if let Some(work) = records.work_on(number?)? {
                return Ok(Some(work));
            }
        }
        Ok(None)
    }

    /// Adds to a batch a part of some work, of at most `limit` things. Gives how many there were.
    fn work(&self, work: Work, limit: usize, batch: &mut Batch) -> Result<usize, StateError> {
        match work {
            Work::Settle(number, record, chunk) => {
                self.settle(number, &record, chunk, limit, batch)
            }
            Work::Withdraw(number, record) => self.withdraw(number, &record, limit, batch),
            Work::Dismantle(number, record) => self.dismantle(number, &record, limit, batch),
            Work::Succeed(number, record, child) => self.succeed(number, &record, child, batch),
            Work::Merge(number, record, child) => self.merge(number, &record, child, limit, batch),
            Work::ClearFlat => self.clear_flat(limit, batch),
        }
    }

    fn settle(
        &self,
        number: VersionNumber,
        record: &VersionRecord,
        chunk: Chunk,
        limit: usize,
        batch: &mut Batch,
    ) -> Result<usize, StateError> {
        let (taken, is_last) = self.take_counts(number, chunk, limit, None, batch)?;
        for (hash, count) in &taken {
            remove_places(self.shard, hash, -count, batch);
        }
        if is_last && record.standing == Standing::Kept {
            records::delete_pending(self.shard, number, batch);
        }
        Ok(taken.len())
    }

    fn withdraw(
        &self,
        number: VersionNumber,
        record: &VersionRecord,
        limit: usize,
        batch: &mut Batch,
    ) -> Result<usize, StateError> {
        let (taken, is_last) = match self.records().first_chunk(number)? {
            Some(chunk) => self.take_counts(number, chunk, limit, None, batch)?,
            None => (Vec::new(), true),
        };
        for (hash, count) in &taken {
            remove_places(self.shard, hash, *count, batch);
        }
        if is_last {
            self.replace_child(number, record, None, batch)?;
            records::delete_version(self.shard, number, &record.root, batch);
        }
        Ok(taken.len())
    }

    fn dismantle(
        &self,
        number: VersionNumber,
        record: &VersionRecord,
        limit: usize,
        batch: &mut Batch,
    ) -> Result<usize, StateError> {
        let records = self.records();
        let mut places = records.places_left(number, record)?;
        let mut done = 0;
        while done < limit
            && let Some(hash) = places.pop()
        {
            let node = records.node(&hash)?;
            remove_places(self.shard, &hash, 1, batch);
            if let Some(value) = node.value() {
                remove_places(self.shard, &value.hash, 1, batch);
            }
            places.extend(node.children().map(|(_, child)| *child));
            done += 1;
        }
        let key = version_prefix(self.shard, number);
        if places.is_empty() {
            batch.delete(Column::Deltas, key);
            records::delete_version(self.shard, number, &record.root, batch);
        } else {
            let bytes = places.iter().flat_map(|hash| *hash.as_bytes()).collect::<Vec<_>>();
            batch.put(Column::Deltas, key, bytes);
        }
        Ok(done)
    }

    fn succeed(
        &self,
        number: VersionNumber,
        record: &VersionRecord,
        child: VersionNumber,
        batch: &mut Batch,
    ) -> Result<usize, StateError> {
        let records = self.records();
        let mut first = records.present(child)?;
        first.parent = None;
        records::put_version_record(self.shard, child, &first, batch);
        if records.first_chunk(child)?.is_some() {
            records::put_pending(self.shard, child, batch);
        }
        records::delete_version(self.shard, number, &record.root, batch);
        Ok(1)
    }

    fn merge(
        &self,
        number: VersionNumber,
        record: &VersionRecord,
        child: VersionNumber,
        limit: usize,
        batch: &mut Batch,
    ) -> Result<usize, StateError> {
        let records = self.records();
        let chunk = records.first_chunk(number)?;
        let (taken, is_last) = match chunk {
            None => (Vec::new(), true),
            Some(chunk) => {
                let target = match chunk.counts.first() {
                    Some((first, _)) => records.chunk_around(child, first)?,
                    None => None,
                };
                let behind = match &target {
                    Some(target) => records.hash_behind(child, target)?,
                    None => None,
                };
                let (taken, is_last) = self.take_counts(number, chunk, limit, behind, batch)?;
                let theirs = target.as_ref().map_or(&[][..], |target| &target.counts);
                let merged = self.merge_counts(number, &taken, theirs, batch)?;
                if let Some(target) = &target {
                    delete_chunk(target, batch);
                }
                self.put_counts(child, &merged, batch);
                (taken, is_last)
            }
        };
        if is_last {
            self.replace_child(number, record, Some(child), batch)?;
            let mut heir = records.present(child)?;
            heir.parent = record.parent;
            records::put_version_record(self.shard, child, &heir, batch);
            records::delete_version(self.shard, number, &record.root, batch);
        }
        Ok(taken.len())
    }

    /// The counts of a version and its child together. What cancels out is taken off.
    fn merge_counts(
        &self,
        number: VersionNumber,
        ours: &[Count],
        theirs: &[Count],
        batch: &mut Batch,
    ) -> Result<Vec<Count>, StateError> {
        let mut merged = Vec::with_capacity(ours.len() + theirs.len());
        let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
        while let Some((hash, our, their)) = next_of(&mut ours, &mut theirs) {
            // Neither is so large that this could overflow.
            let sum = our + their;
            if sum.abs() > MOST_PLACES {
                return Err(self.records().damaged(number, "its counts are too large"));
            }
            if our.signum() != their.signum() {
                remove_places(self.shard, &hash, our.abs().min(their.abs()), batch);
            }
            if sum != 0 {
                merged.push((hash, sum));
            }
        }
        Ok(merged)
    }

    /// Takes counts out of the first chunk of a version: at most `limit`, and only those before `end`.
    /// Says whether no other are left of the version.
    fn take_counts(
        &self,
        number: VersionNumber,
        chunk: Chunk,
        limit: usize,
        end: Option<CryptoHash>,
        batch: &mut Batch,
    ) -> Result<(Vec<Count>, bool), StateError> {
        delete_chunk(&chunk, batch);
        let has_other = self.records().hash_behind(number, &chunk)?.is_some();
        let mut taken = chunk.counts;
        let before_end = taken.partition_point(|(hash, _)| end.is_none_or(|end| *hash < end));
        let rest = taken.split_off(before_end.min(limit));
        self.put_counts(number, &rest, batch);
        Ok((taken, rest.is_empty() && !has_other))
    }

    /// Puts another child, or none, in the place that a version has among those of its parent.
    fn replace_child(
        &self,
        number: VersionNumber,
        record: &VersionRecord,
        by: Option<VersionNumber>,
        batch: &mut Batch,
    ) -> Result<(), StateError> {
        let Some(parent) = record.parent else { return Ok(()) };
        let mut above = self.records().present(parent)?;
        above.children.retain(|child| *child != number);
        above.children.extend(by);
        records::put_version_record(self.shard, parent, &above, batch);
        Ok(())
    }

    fn clear_flat(&self, limit: usize, batch: &mut Batch) -> Result<usize, StateError> {
        let prefix = self.shard.to_bytes();
        let mut done = 0;
        for entry in self.database.entries_with_prefix(Column::Flat, &prefix)?.take(limit) {
            batch.delete(Column::Flat, entry?.0);
            done += 1;
        }
        Ok(done)
    }
}

impl Records<'_> {
    /// Whether the flat column has something that is neither the head's nor an import's.
    fn has_stale_flat(&self) -> Result<bool, StateError> {
        Ok(self.shard_record()?.head.is_none() && self.import()?.is_none() && self.has_flat()?)
    }

    /// What can be done with a version that is pending.
    fn work_on(&self, number: VersionNumber) -> Result<Option<Work>, StateError> {
        let record = self.present(number)?;
        if record.parent.is_none()
            && let Some(chunk) = self.first_chunk(number)?
        {
            return Ok(Some(Work::Settle(number, record, chunk)));
        }
        if record.standing == Standing::Kept {
            return Ok(None);
        }
        Ok(match (record.parent, &record.children[..]) {
            (Some(_), []) => Some(Work::Withdraw(number, record)),
            (None, []) => Some(Work::Dismantle(number, record)),
            (Some(_), &[child]) => Some(Work::Merge(number, record, child)),
            (None, &[child]) if self.may_succeed(child)? => {
                Some(Work::Succeed(number, record, child))
            }
            (None, [_]) => None,
            (_, [_, _, ..]) => None,
        })
    }

    /// Whether the only child of a first version may take its place. One that is removed too is collected
    /// before: it may be merged with its child in part, and a first version has to be what its trie is.
    fn may_succeed(&self, child: VersionNumber) -> Result<bool, StateError> {
        let child = self.present(child)?;
        Ok(child.standing == Standing::Kept || child.children.len() > 1)
    }

    /// The nodes of a first version that are still to be taken away, with all below them.
    fn places_left(
        &self,
        number: VersionNumber,
        record: &VersionRecord,
    ) -> Result<Vec<CryptoHash>, StateError> {
        let key = version_prefix(self.shard, number);
        let Some(bytes) = self.reader.get(Column::Deltas, &key)? else {
            return Ok((record.root != EMPTY_ROOT).then_some(record.root).into_iter().collect());
        };
        match bytes.as_chunks() {
            (hashes, []) => Ok(hashes.iter().copied().map(CryptoHash).collect()),
            _ => Err(self.damaged(number, "what is left of it cannot be read")),
        }
    }

    fn node(&self, hash: &CryptoHash) -> Result<Node, StateError> {
        let nodes: HashedNodes<StoredBytes<'_>> =
            Trie::stored(self.reader, self.shard, EMPTY_ROOT).into_parts().0;
        Ok(nodes.node(hash, |child| child)?.0)
    }
}

/// Adds to a batch that there are fewer places of something, if `count` is more than zero.
fn remove_places(shard: ShardUid, hash: &CryptoHash, count: i64, batch: &mut Batch) {
    let mut left = count;
    while left > 0 {
        let part = u32::try_from(left).unwrap_or(u32::MAX);
        batch.remove_references(Column::Nodes, node_key(shard, hash), part);
        left -= i64::from(part);
    }
}

/// The next hash of both, with the count that each has of it.
fn next_of<'c>(
    ours: &mut Peekable<impl Iterator<Item = &'c Count>>,
    theirs: &mut Peekable<impl Iterator<Item = &'c Count>>,
) -> Option<(CryptoHash, i64, i64)> {
    let order = match (ours.peek(), theirs.peek()) {
        (None, None) => return None,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some((our, _)), Some((their, _))) => our.cmp(their),
    };
    match order {
        Ordering::Less => ours.next().map(|(hash, count)| (*hash, *count, 0)),
        Ordering::Greater => theirs.next().map(|(hash, count)| (*hash, 0, *count)),
        Ordering::Equal => {
            let (hash, our) = ours.next()?;
            theirs.next().map(|(_, their)| (*hash, *our, *their))
        }
    }
}
