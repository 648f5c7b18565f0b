//! Making a first version in steps, from a source that is larger than memory.
//!
//! While an import is not finished, its trie is in no version: a record says what its root is and how far
//! its source has been taken in, and the flat column has its keys. Each step is one batch, which changes
//! counts from the trie before to the trie after, as if there were only the one. Finishing makes the trie a
//! first version and the head; giving up makes it a first version that is removed, which is collected as
//! any other.

use super::commit::put_flat;
use super::records::{self, ImportRecord, ShardRecord, Standing, VersionRecord};
use super::{Collection, ShardState, StateError, Version, VersionNumber};
use crate::database::Batch;
use crate::trie::{EMPTY_ROOT, Trie};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// How far the source of an import has been taken in. Hashes are whatever tells sources apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ImportPosition {
    /// Which source.
    pub source: CryptoHash,
    /// Parts of it, frames or records, that were taken in.
    pub parts: u64,
    /// What those parts are.
    pub hash: CryptoHash,
}

/// An import that is not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// How far it has come.
    pub position: ImportPosition,
    /// The root of the trie of what was taken in.
    pub root: CryptoHash,
}

impl ShardState {
    /// The import that was begun in the shard and neither finished nor given up.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn unfinished_import(&self) -> Result<Option<Import>, StateError> {
        let record = self.records().import()?;
        Ok(record.map(|ImportRecord { position, root }| Import { position, root }))
    }

    /// Where an import from a source has to go on: where it was interrupted, or at the beginning. Before
    /// that, what removed versions have left is collected.
    ///
    /// # Errors
    /// When the shard has versions, or an import from another source was begun; when something cannot be
    /// read or written.
    pub fn begin_import(&self, source: CryptoHash) -> Result<ImportPosition, StateError> {
        if !self.versions()?.is_empty() {
            return Err(StateError::HasVersions);
        }
        if let Some(Import { position, .. }) = self.unfinished_import()? {
            return if position.source == source {
                Ok(position)
            } else {
                Err(StateError::OtherImport)
            };
        }
        while self.collect(usize::MAX)? == Collection::Unfinished {}
        Ok(ImportPosition { source, parts: 0, hash: source })
    }

    /// Takes in what the source has between two positions, of which the first is that of
    /// [`ShardState::begin_import`] or of the step before. A key that came before gets the new value. Takes
    /// memory for the entries and the nodes on their ways; all of it is one batch.
    ///
    /// # Errors
    /// When the import is not at the first position, or the shard has versions; when a value is too long;
    /// when something cannot be read or written.
    pub fn import_part<'e>(
        &self,
        from: &ImportPosition,
        to: ImportPosition,
        entries: impl IntoIterator<Item = (&'e [u8], &'e [u8])>,
    ) -> Result<(), StateError> {
        let _changing = self.changing();
        let root = self.import_at(from)?.root;
        let snapshot = self.snapshot()?;
        let trie = Trie::stored(snapshot.reader(), self.shard, root);
        let mut update = trie.update();
        let mut batch = Batch::new();
        for (key, value) in entries {
            update.insert(key, value)?;
            put_flat(self.shard, key, Some(value), &mut batch)?;
        }
        let changes = update.finish()?.into_changes();
        changes.insert_into(self.shard, &mut batch);
        changes.delete_from(self.shard, &mut batch);
        let record = ImportRecord { position: to, root: changes.new_root };
        records::put_import(self.shard, &record, &mut batch);
        Ok(self.database.write(batch)?)
    }

    /// The value that an import has taken in under a key.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn imported(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, StateError> {
        if self.unfinished_import()?.is_some() { self.flat_get(key) } else { Ok(None) }
    }

    /// Makes what was imported a version, and the head, if it has the root that is expected. One batch.
    ///
    /// # Errors
    /// When it has another root: then it was given up, and is to be collected. When the import is not at
    /// that position, or the shard has versions; when something cannot be read or written.
    pub fn finish_import(
        &self,
        at: &ImportPosition,
        expected: Option<CryptoHash>,
        height: u64,
    ) -> Result<Version, StateError> {
        let _changing = self.changing();
        let import = self.import_at(at)?;
        let mut shard = self.records().shard_record()?;
        let mut batch = Batch::new();
        if let Some(expected) = expected.filter(|expected| *expected != import.root) {
            self.give_up_into(&import, &mut shard, &mut batch)?;
            records::put_shard_record(self.shard, &shard, &mut batch);
            self.database.write(batch)?;
            return Err(StateError::OtherContent { expected, found: import.root });
        }
        let version =
            self.put_first_version(&import, height, Standing::Kept, &mut shard, &mut batch)?;
        shard.head = Some(version.number);
        records::put_shard_record(self.shard, &shard, &mut batch);
        self.database.write(batch)?;
        Ok(version)
    }

    /// Gives up an import that is not finished; says whether there was one. [`ShardState::collect`] takes
    /// away what it had come to.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub fn give_up_import(&self) -> Result<bool, StateError> {
        let _changing = self.changing();
        let records = self.records();
        let Some(import) = records.import()? else { return Ok(false) };
        let mut shard = records.shard_record()?;
        let mut batch = Batch::new();
        self.give_up_into(&import, &mut shard, &mut batch)?;
        records::put_shard_record(self.shard, &shard, &mut batch);
        self.database.write(batch)?;
        Ok(true)
    }

    /// Adds to a batch that what was imported is a removed version. The shard's record is the caller's to
    /// put.
    pub(super) fn give_up_into(
        &self,
        import: &ImportRecord,
        shard: &mut ShardRecord,
        batch: &mut Batch,
    ) -> Result<(), StateError> {
        let version = self.put_first_version(import, 0, Standing::Removed, shard, batch)?;
        records::put_pending(self.shard, version.number, batch);
        Ok(())
    }

    fn put_first_version(
        &self,
        import: &ImportRecord,
        height: u64,
        standing: Standing,
        shard: &mut ShardRecord,
        batch: &mut Batch,
    ) -> Result<Version, StateError> {
        let number = shard.next;
        shard.next = VersionNumber(number.0.checked_add(1).ok_or(StateError::NoMoreNumbers)?);
        let root = import.root;
        let record = VersionRecord { height, root, parent: None, children: Vec::new(), standing };
        records::delete_import(self.shard, batch);
        records::put_version_record(self.shard, number, &record, batch);
        records::put_root(self.shard, number, &root, batch);
        Ok(record.version(number))
    }

    /// The import, which has to be at a position, or at the beginning if nothing was taken in.
    fn import_at(&self, position: &ImportPosition) -> Result<ImportRecord, StateError> {
        let records = self.records();
        if records.shard_record()?.head.is_some() {
            return Err(StateError::HasVersions);
        }
        match records.import()? {
            Some(import) if import.position == *position => Ok(import),
            None if position.parts == 0 && position.hash == position.source => {
                if records.has_flat()? {
                    return Err(StateError::NotCollected);
                }
                Ok(ImportRecord { position: *position, root: EMPTY_ROOT })
            }
            _ => Err(StateError::OtherImport),
        }
    }
}
