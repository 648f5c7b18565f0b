//! A part of a state: some of its nodes and values, and nothing else.
//!
//! Whoever has the root can trust what is found in it, because everything is looked up by its hash, and
//! hashes are computed here. What is missing is noticed when it is wanted. Nodes that nobody wants and
//! the order in which they came change nothing, as the protocol has it; a proof that must have one form
//! only is another thing.

use crate::bytes_by_hash::BytesByHash;
use crate::source::{HashedBytes, TrieError};
use borsh::{BorshDeserialize, BorshSerialize};
use std::io::{self, Read, Write};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// Tag of the only kind of partial state that the protocol has.
const TRIE_VALUES: u8 = 0;

/// Nodes and values of a state, by their hashes.
///
/// Finding one takes the same time however many there are.
#[derive(Clone, Debug, Default)]
pub struct PartialState {
    bytes: BytesByHash,
}

impl PartialState {
    /// Of nodes and values as bytes. Takes a hash for each.
    pub fn new(values: impl IntoIterator<Item = Arc<[u8]>>) -> PartialState {
        let hashed = values.into_iter().map(|bytes| (CryptoHash::of(&bytes), bytes));
        PartialState { bytes: BytesByHash::of(hashed.collect()) }
    }

    /// Of bytes whose hashes are known to be right.
    pub(crate) fn of_hashed(bytes: BytesByHash) -> PartialState {
        PartialState { bytes }
    }

    /// The nodes and values in the order of their bytes, in which the protocol lists them.
    pub fn values(&self) -> Vec<Arc<[u8]>> {
        let entries = self.bytes.entries().iter();
        let mut values: Vec<_> = entries.map(|(_, bytes)| Arc::clone(bytes)).collect();
        values.sort_unstable();
        values
    }

    /// Their hashes, in the order in which they came.
    pub fn hashes(&self) -> impl Iterator<Item = CryptoHash> {
        self.bytes.entries().iter().map(|(hash, _)| *hash)
    }

    /// How many nodes and values there are.
    pub fn len(&self) -> usize {
        self.bytes.entries().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a node or value is there.
    pub fn contains(&self, hash: &CryptoHash) -> bool {
        self.bytes.contains(hash)
    }

    /// Length of all nodes and values together, in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.entries().iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }

    /// Adds a node or value.
    pub fn insert(&mut self, bytes: Arc<[u8]>) {
        self.bytes.insert_with(CryptoHash::of(&bytes), || bytes);
    }
}

/// The same if they hold the same, in whatever order it came.
impl PartialEq for PartialState {
    fn eq(&self, other: &PartialState) -> bool {
        self.len() == other.len() && self.hashes().all(|hash| other.contains(&hash))
    }
}

impl Eq for PartialState {}

impl HashedBytes for PartialState {
    fn bytes(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, TrieError> {
        self.bytes.get(hash).map(Arc::clone).ok_or(TrieError::Missing { hash: *hash })
    }
}

impl BorshSerialize for PartialState {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        (TRIE_VALUES, self.values()).serialize(writer)
    }
}

impl BorshDeserialize for PartialState {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<PartialState> {
        let (tag, values) = <(u8, Vec<Arc<[u8]>>)>::deserialize_reader(reader)?;
        if tag == TRIE_VALUES {
            Ok(PartialState::new(values))
        } else {
            let what = "a partial state of a kind that the protocol does not have";
            Err(io::Error::new(io::ErrorKind::InvalidData, what))
        }
    }
}
