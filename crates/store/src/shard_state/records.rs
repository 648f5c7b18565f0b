//! Records of a shard and its versions in [`Column::Roots`], and their keys.
//!
//! A key is the shard's name, a byte that says what kind of record it is, and what the record is of.
//! Numbers stand in it with their high byte first, so that records are in the order of numbers.

use super::{ImportPosition, StateError};
use crate::database::{Batch, Bytes, Column, DatabaseError, Direction, KeyRange, Reader};
use crate::stored_trie::ShardUid;
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;
use torr_crypto::hash::CryptoHash;

/// Kinds of records.
const SHARD: u8 = 0;
const VERSION: u8 = 1;
const PENDING: u8 = 2;
const BY_ROOT: u8 = 3;
const IMPORT: u8 = 4;

/// The number of a version in its shard. A later one is larger, and none is used twice.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize,
)]
pub struct VersionNumber(pub u64);

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A version of a shard's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub number: VersionNumber,
    /// Its height, as the one who committed it said.
    pub height: u64,
    /// The root of its trie.
    pub root: CryptoHash,
    /// The version before it. When that was removed and collected, one before that, if there is one.
    pub parent: Option<VersionNumber>,
}

/// What is stored of a shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct ShardRecord {
    /// The version whose state the flat column has.
    pub(super) head: Option<VersionNumber>,
    /// The number that the next version gets.
    pub(super) next: VersionNumber,
}

/// What is stored of a version.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct VersionRecord {
    pub(super) height: u64,
    pub(super) root: CryptoHash,
    pub(super) parent: Option<VersionNumber>,
    /// The versions that have it as their parent.
    pub(super) children: Vec<VersionNumber>,
    pub(super) standing: Standing,
}

/// What is stored of an import that is not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct ImportRecord {
    /// What has been taken in of its source.
    pub(super) position: ImportPosition,
    /// The root of the trie of that.
    pub(super) root: CryptoHash,
}

/// Whether a version can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) enum Standing {
    Kept,
    /// It waits for being collected.
    Removed,
}

impl VersionRecord {
    pub(super) fn version(&self, number: VersionNumber) -> Version {
        Version { number, height: self.height, root: self.root, parent: self.parent }
    }
}

/// The records of a shard, to read.
#[derive(Clone, Copy)]
pub(super) struct Records<'r> {
    pub(super) reader: &'r dyn Reader,
    pub(super) shard: ShardUid,
}

impl<'r> Records<'r> {
    pub(super) fn new(reader: &'r dyn Reader, shard: ShardUid) -> Records<'r> {
        Records { reader, shard }
    }

    /// What is stored of the shard; of one without versions, nothing.
    pub(super) fn shard_record(&self) -> Result<ShardRecord, StateError> {
        let Some(bytes) = self.reader.get(Column::Roots, &key(self.shard, SHARD, &[]))? else {
            return Ok(ShardRecord::default());
        };
        self.decode("the record of its state", &bytes)
    }

    /// The import that is not finished, if there is one.
    pub(super) fn import(&self) -> Result<Option<ImportRecord>, StateError> {
        let bytes = self.reader.get(Column::Roots, &key(self.shard, IMPORT, &[]))?;
        bytes.map(|bytes| self.decode("the record of an import", &bytes)).transpose()
    }

    /// What is stored of a version, removed ones included.
    pub(super) fn version_record(
        &self,
        number: VersionNumber,
    ) -> Result<Option<VersionRecord>, StateError> {
        let bytes = self.reader.get(Column::Roots, &version_key(self.shard, number))?;
        bytes.map(|bytes| self.decode_version(number, &bytes)).transpose()
    }

    /// The record of a version that another record names.
    pub(super) fn present(&self, number: VersionNumber) -> Result<VersionRecord, StateError> {
        self.version_record(number)?.ok_or_else(|| self.damaged(number, "its record is missing"))
    }

    /// The record of a version that is kept.
    pub(super) fn kept(&self, number: VersionNumber) -> Result<VersionRecord, StateError> {
        let record = self.version_record(number)?;
        let record = record.filter(|record| record.standing == Standing::Kept);
        record.ok_or(StateError::NotKept { number })
    }

    /// All records of versions, removed ones included, in the order of their numbers.
    pub(super) fn version_records(
        &self,
    ) -> Result<impl Iterator<Item = Result<(VersionNumber, VersionRecord), StateError>>, StateError>
    {
        let prefix = key(self.shard, VERSION, &[]);
        let entries = self.reader.entries_with_prefix(Column::Roots, &prefix)?;
        let records = *self;
        Ok(entries.map(move |entry| {
            let (key, bytes) = entry?;
            let number = records.number_in(&key)?;
            Ok((number, records.decode_version(number, &bytes)?))
        }))
    }

    /// The numbers of versions of which something is to be collected, ascending.
    pub(super) fn pending(
        &self,
    ) -> Result<impl Iterator<Item = Result<VersionNumber, StateError>>, StateError> {
        self.numbers(key(self.shard, PENDING, &[]))
    }

    /// The numbers of versions with a root, removed ones included, ascending.
    pub(super) fn with_root(
        &self,
        root: &CryptoHash,
    ) -> Result<impl Iterator<Item = Result<VersionNumber, StateError>>, StateError> {
        self.numbers(key(self.shard, BY_ROOT, root.as_bytes()))
    }

    /// The numbers that keys with this prefix end in.
    fn numbers(
        &self,
        prefix: Vec<u8>,
    ) -> Result<impl Iterator<Item = Result<VersionNumber, StateError>>, StateError> {
        let range = KeyRange::prefix(&prefix);
        let entries = self.reader.entries(Column::Roots, &range, Direction::Ascending)?;
        let records = *self;
        Ok(entries.map(move |entry| records.number_in(&entry?.0)))
    }

    fn number_in(&self, key: &[u8]) -> Result<VersionNumber, StateError> {
        let number = key.last_chunk().map(|bytes| VersionNumber(u64::from_be_bytes(*bytes)));
        number.ok_or_else(|| damaged(self.shard, "a key of its records has no number"))
    }

    fn decode_version(
        &self,
        number: VersionNumber,
        bytes: &Bytes,
    ) -> Result<VersionRecord, StateError> {
        self.decode(&format!("the record of version {number}"), bytes)
    }

    fn decode<T: BorshDeserialize>(&self, what: &str, bytes: &[u8]) -> Result<T, StateError> {
        borsh::from_slice(bytes).map_err(|_| damaged(self.shard, &format!("{what} cannot be read")))
    }

    /// Says that what is stored of a version is not what was written.
    pub(super) fn damaged(&self, number: VersionNumber, found: &str) -> StateError {
        damaged(self.shard, &format!("of version {number}, {found}"))
    }
}

fn damaged(shard: ShardUid, found: &str) -> StateError {
    let place = format!("the state of shard {shard}");
    StateError::Database(DatabaseError::Damaged { place, found: found.to_owned() })
}

fn key(shard: ShardUid, kind: u8, of: &[u8]) -> Vec<u8> {
    [&shard.to_bytes()[..], &[kind], of].concat()
}

fn version_key(shard: ShardUid, number: VersionNumber) -> Vec<u8> {
    key(shard, VERSION, &number.0.to_be_bytes())
}

fn root_key(shard: ShardUid, number: VersionNumber, root: &CryptoHash) -> Vec<u8> {
    key(shard, BY_ROOT, &[&root.as_bytes()[..], &number.0.to_be_bytes()].concat())
}

fn encoded(record: &impl BorshSerialize) -> Vec<u8> {
    borsh::to_vec(record).expect("writing to memory does not fail")
}

pub(super) fn put_shard_record(shard: ShardUid, record: &ShardRecord, batch: &mut Batch) {
    batch.put(Column::Roots, key(shard, SHARD, &[]), encoded(record));
}

pub(super) fn put_import(shard: ShardUid, record: &ImportRecord, batch: &mut Batch) {
    batch.put(Column::Roots, key(shard, IMPORT, &[]), encoded(record));
}

pub(super) fn delete_import(shard: ShardUid, batch: &mut Batch) {
    batch.delete(Column::Roots, key(shard, IMPORT, &[]));
}

pub(super) fn put_version_record(
    shard: ShardUid,
    number: VersionNumber,
    record: &VersionRecord,
    batch: &mut Batch,
) {
    batch.put(Column::Roots, version_key(shard, number), encoded(record));
}

/// The version can be found by its root from now on.
pub(super) fn put_root(
    shard: ShardUid,
    number: VersionNumber,
    root: &CryptoHash,
    batch: &mut Batch,
) {
    batch.put(Column::Roots, root_key(shard, number, root), []);
}

/// There is something of the version to be collected.
pub(super) fn put_pending(shard: ShardUid, number: VersionNumber, batch: &mut Batch) {
    batch.put(Column::Roots, key(shard, PENDING, &number.0.to_be_bytes()), []);
}

/// There is nothing more of the version to be collected.
pub(super) fn delete_pending(shard: ShardUid, number: VersionNumber, batch: &mut Batch) {
    batch.delete(Column::Roots, key(shard, PENDING, &number.0.to_be_bytes()));
}

/// The version is no more.
pub(super) fn delete_version(
    shard: ShardUid,
    number: VersionNumber,
    root: &CryptoHash,
    batch: &mut Batch,
) {
    batch.delete(Column::Roots, version_key(shard, number));
    batch.delete(Column::Roots, root_key(shard, number, root));
    delete_pending(shard, number, batch);
}
