//! Reading a shard's versions as they were at one moment.

use super::commit::flat_key;
use super::records::{Records, Standing};
use super::{StateError, Version, VersionNumber};
use crate::database::{Column, DatabaseError, Reader};
use crate::flat::FlatValue;
use crate::node::ValueRef;
use crate::source::HashedNodes;
use crate::stored_trie::{ShardUid, StoredBytes};
use crate::trie::{EMPTY_ROOT, Trie};
use std::fmt;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// All versions of a shard as they were at one moment. What is committed, removed or collected later
/// does not concern it.
#[derive(Clone)]
pub struct StateSnapshot {
    reader: Arc<dyn Reader>,
    shard: ShardUid,
}

impl fmt::Debug for StateSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "snapshot of the state of {}", self.shard)
    }
}

impl StateSnapshot {
    pub(super) fn new(reader: Arc<dyn Reader>, shard: ShardUid) -> StateSnapshot {
        StateSnapshot { reader, shard }
    }

    /// The shard.
    pub fn shard(&self) -> ShardUid {
        self.shard
    }

    /// The database as it was.
    pub fn reader(&self) -> &dyn Reader {
        &*self.reader
    }

    pub(super) fn records(&self) -> Records<'_> {
        Records::new(&*self.reader, self.shard)
    }

    /// The version whose state the flat column had; `None` if there was no version at all.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn head(&self) -> Result<Option<Version>, StateError> {
        let Some(head) = self.records().shard_record()?.head else { return Ok(None) };
        Ok(Some(self.records().present(head)?.version(head)))
    }

    /// A version by its number; `None` if it was not kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn version(&self, number: VersionNumber) -> Result<Option<Version>, StateError> {
        let record = self.records().version_record(number)?;
        let record = record.filter(|record| record.standing == Standing::Kept);
        Ok(record.map(|record| record.version(number)))
    }

    /// All versions that were kept, in the order in which they were committed.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn versions(&self) -> Result<Vec<Version>, StateError> {
        self.of_standing(Standing::Kept)
    }

    /// The versions that were removed and not collected, in the order in which they were committed. One
    /// that has several versions as children waits until all but one of them are gone.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn waiting(&self) -> Result<Vec<Version>, StateError> {
        self.of_standing(Standing::Removed)
    }

    fn of_standing(&self, standing: Standing) -> Result<Vec<Version>, StateError> {
        let mut versions = Vec::new();
        for entry in self.records().version_records()? {
            let (number, record) = entry?;
            if record.standing == standing {
                versions.push(record.version(number));
            }
        }
        Ok(versions)
    }

    /// The versions with this root that were kept, in the order in which they were committed.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn find(&self, root: CryptoHash) -> Result<Vec<Version>, StateError> {
        let mut versions = Vec::new();
        for number in self.records().with_root(&root)? {
            versions.extend(self.version(number?)?);
        }
        Ok(versions)
    }

    /// The trie of a version. Of its nodes nothing is read yet.
    ///
    /// # Errors
    /// When the version was not kept, or its record cannot be read.
    pub fn trie_at(
        &self,
        number: VersionNumber,
    ) -> Result<Trie<HashedNodes<StoredBytes<'_>>>, StateError> {
        Ok(Trie::stored(&*self.reader, self.shard, self.records().kept(number)?.root))
    }

    /// The trie of no version, from which first versions are made.
    pub fn empty_trie(&self) -> Trie<HashedNodes<StoredBytes<'_>>> {
        Trie::stored(&*self.reader, self.shard, EMPTY_ROOT)
    }

    /// The value of a key at the head, from the flat column: one access, and another if the value is
    /// longer than [`LONGEST_INLINED`](crate::flat::LONGEST_INLINED).
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn flat_get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, StateError> {
        Ok(match self.flat_value(key)? {
            None => None,
            Some(FlatValue::Inlined(value)) => Some(value.into()),
            Some(FlatValue::Ref(value)) => Some(self.long_value(&value)?),
        })
    }

    /// What the flat column has of a key at the head, in one access.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn flat_value(&self, key: &[u8]) -> Result<Option<FlatValue>, StateError> {
        let key = flat_key(self.shard, key);
        let bytes = self.reader.get(Column::Flat, &key)?;
        Ok(bytes.map(|bytes| decode_flat(&key, &bytes)).transpose()?)
    }

    fn long_value(&self, value: &ValueRef) -> Result<Arc<[u8]>, StateError> {
        let nodes = self.empty_trie().into_parts().0;
        Ok(nodes.value_of(value)?)
    }
}

/// What an entry of the flat column says.
pub(super) fn decode_flat(key: &[u8], bytes: &[u8]) -> Result<FlatValue, DatabaseError> {
    borsh::from_slice(bytes).map_err(|_| DatabaseError::DamagedEntry {
        column: Column::Flat,
        key: key.into(),
        found: "it is no value of a flat state",
    })
}
