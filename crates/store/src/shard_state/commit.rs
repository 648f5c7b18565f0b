//! Committing versions.

use super::counts::counts_of;
use super::records::{self, Records, Standing, VersionRecord};
use super::{ShardState, StateError, Version, VersionNumber};
use crate::database::{Batch, Column};
use crate::flat::FlatValue;
use crate::source::TrieError;
use crate::stored_trie::ShardUid;
use crate::trie::{EMPTY_ROOT, TrieChanges};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// A new version of a shard's state that is to be kept.
pub struct Commit<'c> {
    /// Whose.
    pub state: &'c ShardState,
    /// The version that it was made from; `None`: the empty trie.
    pub parent: Option<VersionNumber>,
    /// Its height.
    pub height: u64,
    /// What has to be done to the trie of the parent.
    pub changes: &'c TrieChanges,
    /// If it becomes the head: each key whose value is changed, with the new value, or `None` if the key is
    /// taken out.
    pub flat: Vec<(&'c [u8], Option<&'c [u8]>)>,
}

/// Keeps new versions of several shards, each as [`ShardState::commit`] does, and makes further changes, all
/// of it in one batch: after any stop all of it is there, or nothing. Done again, it finds the versions that
/// are there, and makes the further changes again. Gives the versions in the order of the commits.
///
/// # Errors
/// When the shards are not in one database, or one of them comes twice; when a commit is not possible, as
/// [`ShardState::commit`] says; when something cannot be read or written. Nothing changes then.
pub fn commit_together(commits: &[Commit<'_>], more: Batch) -> Result<Vec<Version>, StateError> {
    let Some(Commit { state: ShardState { database, .. }, .. }) = commits.first() else {
        return Ok(Vec::new());
    };
    let mut shards = BTreeMap::new();
    for Commit { state, .. } in commits {
        if !Arc::ptr_eq(&state.database, database) || shards.insert(state.shard, *state).is_some() {
            return Err(StateError::NotTogether { shard: state.shard });
        }
    }
    // Taken in the order of shards, so that two who do this do not wait for each other.
    let _changing: Vec<_> = shards.values().map(|state| state.changing()).collect();
    let mut batch = Batch::new();
    let versions = commits.iter().map(|commit| commit.put(&mut batch)).collect::<Result<_, _>>()?;
    batch.append(more);
    database.write(batch)?;
    Ok(versions)
}

impl ShardState {
    /// Keeps a new version: what `changes` make of the trie of `parent`, or, without one, of the empty
    /// trie. All versions before stay. If the parent is the head, or there is none of both, the new
    /// version becomes the head, and `flat` has to name each key whose value is changed, with the new
    /// value, or `None` if the key is taken out ([`TrieUpdate::changes`] does); otherwise `flat` is
    /// not used.
    ///
    /// It is one batch, of the nodes and keys that change. Done again, after a stop that left open
    /// whether it was done, it finds the version by parent, height and root, and gives that.
    ///
    /// # Errors
    /// When the parent is not kept or has another root than the changes; when there is no version, but
    /// flat state of removed ones or of an import; when a value is too long; when something cannot be read
    /// or written.
    ///
    /// [`TrieUpdate::changes`]: crate::trie_update::TrieUpdate::changes
    pub fn commit<'c>(
        &self,
        parent: Option<VersionNumber>,
        height: u64,
        changes: &TrieChanges,
        flat: impl IntoIterator<Item = (&'c [u8], Option<&'c [u8]>)>,
    ) -> Result<Version, StateError> {
        let _changing = self.changing();
        let mut batch = Batch::new();
        let version = self.put_commit(parent, height, changes, flat, &mut batch)?;
        if !batch.is_empty() {
            self.database.write(batch)?;
        }
        Ok(version)
    }

    /// Adds a new version to a batch, or nothing if it is kept already. Nobody else changes the state
    /// meanwhile.
    fn put_commit<'c>(
        &self,
        parent: Option<VersionNumber>,
        height: u64,
        changes: &TrieChanges,
        flat: impl IntoIterator<Item = (&'c [u8], Option<&'c [u8]>)>,
        batch: &mut Batch,
    ) -> Result<Version, StateError> {
        let records = self.records();
        let parent_record = parent.map(|parent| records.kept(parent)).transpose()?;
        let expected = parent_record.as_ref().map_or(EMPTY_ROOT, |record| record.root);
        if changes.old_root != expected {
            return Err(StateError::OtherRoot { expected, found: changes.old_root });
        }
        let root = changes.new_root;
        if let Some(version) = committed(&records, parent_record.as_ref(), height, root)? {
            return Ok(version);
        }
        let mut shard = records.shard_record()?;
        let number = shard.next;
        shard.next = VersionNumber(number.0.checked_add(1).ok_or(StateError::NoMoreNumbers)?);

        changes.insert_into(self.shard, batch);
        if parent == shard.head {
            if parent.is_none() {
                records.expect_nothing_else()?;
            }
            for (key, value) in flat {
                put_flat(self.shard, key, value, batch)?;
            }
            shard.head = Some(number);
        }
        if let (Some(parent), Some(mut record)) = (parent, parent_record) {
            self.put_counts(number, &counts_of(changes), batch);
            record.children.push(number);
            records::put_version_record(self.shard, parent, &record, batch);
        }
        let standing = Standing::Kept;
        let record = VersionRecord { height, root, parent, children: Vec::new(), standing };
        records::put_version_record(self.shard, number, &record, batch);
        records::put_root(self.shard, number, &root, batch);
        records::put_shard_record(self.shard, &shard, batch);
        Ok(record.version(number))
    }
}

impl Commit<'_> {
    fn put(&self, batch: &mut Batch) -> Result<Version, StateError> {
        let flat = self.flat.iter().copied();
        self.state.put_commit(self.parent, self.height, self.changes, flat, batch)
    }
}

/// The version that is kept already of what is to be committed.
fn committed(
    records: &Records<'_>,
    parent: Option<&VersionRecord>,
    height: u64,
    root: CryptoHash,
) -> Result<Option<Version>, StateError> {
    let candidates = match parent {
        Some(parent) => parent.children.clone(),
        None => records.with_root(&root)?.collect::<Result<_, _>>()?,
    };
    for number in candidates {
        let record = records.present(number)?;
        if record.standing == Standing::Kept
            && (record.height, record.root) == (height, root)
            && record.parent.is_some() == parent.is_some()
        {
            return Ok(Some(record.version(number)));
        }
    }
    Ok(None)
}

impl Records<'_> {
    /// Nothing may be in the way of the flat state of a first version.
    fn expect_nothing_else(&self) -> Result<(), StateError> {
        if self.import()?.is_some() {
            return Err(StateError::ImportUnfinished);
        }
        if self.has_flat()? { Err(StateError::NotCollected) } else { Ok(()) }
    }

    /// Whether the flat column has anything of the shard.
    pub(super) fn has_flat(&self) -> Result<bool, StateError> {
        let mut entries = self.reader.entries_with_prefix(Column::Flat, &self.shard.to_bytes())?;
        Ok(entries.next().transpose()?.is_some())
    }
}

/// The key of the flat column.
pub(super) fn flat_key(shard: ShardUid, key: &[u8]) -> Vec<u8> {
    [&shard.to_bytes()[..], key].concat()
}

/// Adds to a batch that a key has a value at the head, or none.
///
/// # Errors
/// When the value is too long.
pub(super) fn put_flat(
    shard: ShardUid,
    key: &[u8],
    value: Option<&[u8]>,
    batch: &mut Batch,
) -> Result<(), TrieError> {
    let key = flat_key(shard, key);
    let Some(value) = value else {
        batch.delete(Column::Flat, key);
        return Ok(());
    };
    let length = value.len();
    let value = FlatValue::of(value).ok_or(TrieError::ValueTooLong { length })?;
    let bytes = borsh::to_vec(&value).expect("writing to memory does not fail");
    batch.put(Column::Flat, key, bytes);
    Ok(())
}
