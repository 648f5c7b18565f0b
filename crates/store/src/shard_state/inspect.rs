//! Looking a shard's state over: whether it is whole, and how large it is.

use super::records::Records;
use super::snapshot::decode_flat;
use super::{StateError, StateSnapshot, VersionNumber};
use crate::database::{Column, Entries};
use crate::flat::FlatValue;
use crate::node::Node;
use crate::source::{HashedBytes, TrieError, VerifiedBytes};
use crate::stored_trie::{ShardUid, StoredBytes};
use crate::trie::{EMPTY_ROOT, Trie};
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;

/// How large a shard's state is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateStats {
    /// Versions that are kept.
    pub versions: u64,
    /// Versions that were removed and wait for being collected.
    pub waiting: u64,
    /// What each column has of the shard.
    pub columns: BTreeMap<Column, ColumnStats>,
    /// The trie of the head, if there is one.
    pub head: Option<TrieStats>,
}

/// What a column has of a shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnStats {
    /// Entries.
    pub entries: u64,
    /// Length of all keys together, in bytes.
    pub key_bytes: u64,
    /// Length of all values together, in bytes.
    pub value_bytes: u64,
}

/// What a trie is made of. What stands in several places counts in each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrieStats {
    /// Leaves.
    pub leaves: u64,
    /// Branches.
    pub branches: u64,
    /// Branches that have a value.
    pub branches_with_value: u64,
    /// Extensions.
    pub extensions: u64,
    /// Length of all nodes together, in bytes.
    pub node_bytes: u64,
    /// Length of all values together, in bytes.
    pub value_bytes: u64,
    /// Nodes by how many others are above them.
    pub by_depth: BTreeMap<u64, u64>,
}

impl StateSnapshot {
    /// Reads the whole trie of a version, hashes each node and value, and, if the version is the head,
    /// compares the flat column with it. Gives the number of keys. Takes time for each place in the trie,
    /// and little memory.
    ///
    /// # Errors
    /// When something is not what was written: a node or value that is missing, stands under another
    /// hash than its own, or is none; a key whose flat value is not that of the trie.
    pub fn verify(&self, number: VersionNumber) -> Result<u64, StateError> {
        let records = self.records();
        let root = records.kept(number)?.root;
        let trie = Trie::with_root(VerifiedBytes(stored_bytes(&records)), root);
        let mut flat = match records.shard_record()?.head {
            Some(head) if head == number => Some(FlatState::of(self)?),
            _ => None,
        };
        let mut keys = 0;
        for entry in trie.iter() {
            let (key, value) = entry?;
            keys += 1;
            if let Some(flat) = &mut flat {
                flat.expect(Some((&key, &value)))?;
            }
        }
        if let Some(flat) = &mut flat {
            flat.expect(None)?;
        }
        Ok(keys)
    }

    /// How large the state is. Reads all that the shard has, and then the trie of the head; holds little
    /// of it at once.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn stats(&self) -> Result<StateStats, StateError> {
        let mut stats = StateStats {
            versions: self.versions()?.len() as u64,
            waiting: self.waiting()?.len() as u64,
            ..StateStats::default()
        };
        for column in [Column::Nodes, Column::Flat, Column::Roots, Column::Deltas] {
            let of_column = stats.columns.entry(column).or_default();
            let prefix = self.shard().to_bytes();
            for entry in self.reader().entries_with_prefix(column, &prefix)? {
                let (key, value) = entry?;
                of_column.entries += 1;
                of_column.key_bytes += key.len() as u64;
                of_column.value_bytes += value.len() as u64;
            }
        }
        if let Some(head) = self.head()? {
            stats.head = Some(TrieStats::of(&stored_bytes(&self.records()), head.root)?);
        }
        Ok(stats)
    }
}

fn stored_bytes<'r>(records: &Records<'r>) -> StoredBytes<'r> {
    Trie::stored(records.reader, records.shard, EMPTY_ROOT).into_parts().0.0
}

impl TrieStats {
    /// Goes through the trie with this root.
    ///
    /// # Errors
    /// When a node cannot be read.
    pub fn of(bytes: &impl HashedBytes, root: CryptoHash) -> Result<TrieStats, TrieError> {
        let mut stats = TrieStats::default();
        let mut todo: Vec<_> = (root != EMPTY_ROOT).then_some((0, root)).into_iter().collect();
        while let Some((depth, hash)) = todo.pop() {
            let node_bytes = bytes.bytes(&hash)?;
            let node = Node::decode(&node_bytes);
            let (node, _) = node.map_err(|reason| TrieError::InvalidNode { hash, reason })?;
            stats.node_bytes = stats.node_bytes.saturating_add(node_bytes.len() as u64);
            *stats.by_depth.entry(depth).or_default() += 1;
            match &node {
                Node::Leaf { .. } => stats.leaves += 1,
                Node::Extension { .. } => stats.extensions += 1,
                Node::Branch { value, .. } => {
                    stats.branches += 1;
                    stats.branches_with_value += u64::from(value.is_some());
                }
            }
            let value_bytes = node.value().map_or(0, |value| u64::from(value.length));
            stats.value_bytes = stats.value_bytes.saturating_add(value_bytes);
            todo.extend(node.children().map(|(_, child)| (depth + 1, *child)));
        }
        Ok(stats)
    }
}

/// The flat column, to be compared with a trie in the order of keys.
struct FlatState<'s> {
    entries: Entries<'s>,
}

impl<'s> FlatState<'s> {
    fn of(snapshot: &'s StateSnapshot) -> Result<FlatState<'s>, StateError> {
        let prefix = snapshot.shard().to_bytes();
        let entries = snapshot.reader().entries_with_prefix(Column::Flat, &prefix)?;
        Ok(FlatState { entries })
    }

    /// The next entry has to be this one, or there has to be none.
    fn expect(&mut self, expected: Option<(&[u8], &[u8])>) -> Result<(), StateError> {
        let found = self.entries.next().transpose()?;
        let found = match &found {
            None => None,
            Some((key, bytes)) => {
                let in_shard = key.get(ShardUid::LENGTH..).unwrap_or_default();
                Some((in_shard, decode_flat(key, bytes)?))
            }
        };
        let is_same = match (&expected, &found) {
            (None, None) => true,
            (Some((key, value)), Some((found_key, found_value))) => {
                key == found_key && FlatValue::of(value).as_ref() == Some(found_value)
            }
            _ => false,
        };
        if is_same {
            return Ok(());
        }
        let keys = expected.map(|(key, _)| key).into_iter().chain(found.map(|(key, _)| key));
        Err(StateError::FlatDiffers { key: keys.min().unwrap_or_default().to_vec() })
    }
}
