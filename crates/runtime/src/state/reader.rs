//! The trie that a chunk is applied to, whatever keeps it, with a note of what was read.

use crate::error::Fault;
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::node::ValueRef;
use torr_store::recorder::{Recorded, Recorder};
use torr_store::source::{NodeSource, SharedNodeSource, TrieError};
use torr_store::trie::{Entry, Trie};

/// Entries of a trie, in the order of their keys.
pub(crate) type Entries<'r> = Box<dyn Iterator<Item = Result<Entry, TrieError>> + 'r>;

/// Contracts by the hash of their code, for who has no state to read them from.
pub type ContractCodes = BTreeMap<CryptoHash, Arc<[u8]>>;

/// A trie that is read. What is read is recorded, unless a method says otherwise.
pub(crate) trait TrieReader: Sync {
    /// The value under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, TrieError>;
    /// The values under keys, for each of the keys. Waits for memory less than reading one by one.
    fn values(&self, keys: &[&[u8]]) -> Result<Vec<Option<Arc<[u8]>>>, TrieError>;
    /// The value under a key if `wanted`, which is told its length; it is recorded only then.
    fn get_if(
        &self,
        key: &[u8],
        wanted: &mut dyn FnMut(&ValueRef) -> bool,
    ) -> Result<Option<Arc<[u8]>>, TrieError>;
    /// Hash and length of the value under a key; the value is not read.
    fn value_ref(&self, key: &[u8]) -> Result<Option<ValueRef>, TrieError>;
    /// Entries whose keys begin with a prefix.
    fn iter_prefix<'r>(&'r self, prefix: &'r [u8]) -> Result<Entries<'r>, TrieError>;
    /// Whether the contract with this hash stands under `key`. Not recorded.
    fn has_code(&self, key: &[u8], hash: &CryptoHash) -> Result<bool, TrieError>;
    /// The contract with this hash; `None` if it does not stand under `key`. Not recorded: contracts are
    /// not part of proofs.
    fn code(&self, key: &[u8], hash: &CryptoHash) -> Result<Option<Arc<[u8]>>, Fault>;
    /// Bytes that were recorded.
    fn recorded_size(&self) -> u64;
    /// Begins to list what is recorded, each time that it is.
    fn start_visits(&self);
    /// What was listed.
    fn end_visits(&self) -> Vec<CryptoHash>;
}

/// The trie of a chunk, of which parts can be read apart.
pub(crate) trait ChunkTrie: TrieReader {
    /// The same trie, for who reads before it is known whether that counts.
    fn fork(&self) -> Box<dyn TrieFork + '_>;
    /// Records what was read of a fork.
    fn absorb(&self, recorded: Recorded);
}

/// A trie that is read apart.
pub(crate) trait TrieFork: TrieReader + Send {
    /// What was read of it.
    fn into_recorded(self: Box<Self>) -> Recorded;
}

/// A recorded trie, and where contracts are found that it does not have.
///
/// What the trie says comes first. Only where the part of it that is there does not say whether a contract
/// stands under its key, as in proofs of the protocol, one on the side is taken to stand there.
pub(crate) struct RecordedTrie<'c, S: NodeSource> {
    pub(crate) trie: Trie<Recorder<S>>,
    pub(crate) codes: Option<&'c ContractCodes>,
}

impl<S: NodeSource> RecordedTrie<'_, S> {
    fn unrecorded(&self) -> Trie<&S> {
        Trie::new(self.trie.source().unrecorded(), self.trie.root_node().cloned())
    }

    fn code_on_the_side(&self, hash: &CryptoHash) -> Option<&Arc<[u8]>> {
        self.codes.and_then(|codes| codes.get(hash))
    }
}

impl<S> TrieReader for RecordedTrie<'_, S>
where
    S: SharedNodeSource,
{
    fn get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, TrieError> {
        self.trie.get(key)
    }

    fn values(&self, keys: &[&[u8]]) -> Result<Vec<Option<Arc<[u8]>>>, TrieError> {
        self.trie.values(keys)
    }

    fn get_if(
        &self,
        key: &[u8],
        wanted: &mut dyn FnMut(&ValueRef) -> bool,
    ) -> Result<Option<Arc<[u8]>>, TrieError> {
        self.trie.get_if(key, wanted)
    }

    fn value_ref(&self, key: &[u8]) -> Result<Option<ValueRef>, TrieError> {
        self.trie.value_ref(key)
    }

    fn iter_prefix<'r>(&'r self, prefix: &'r [u8]) -> Result<Entries<'r>, TrieError> {
        Ok(Box::new(self.trie.iter_prefix(prefix)?))
    }

    fn has_code(&self, key: &[u8], hash: &CryptoHash) -> Result<bool, TrieError> {
        match self.unrecorded().value_ref(key) {
            Err(TrieError::Missing { .. }) if self.code_on_the_side(hash).is_some() => Ok(true),
            found => Ok(found?.is_some_and(|value| value.hash == *hash)),
        }
    }

    fn code(&self, key: &[u8], hash: &CryptoHash) -> Result<Option<Arc<[u8]>>, Fault> {
        match self.code_on_the_side(hash) {
            Some(code) if self.has_code(key, hash)? => Ok(Some(Arc::clone(code))),
            Some(_) => Ok(None),
            None => Ok(self.unrecorded().get_if(key, |value| value.hash == *hash)?),
        }
    }

    fn recorded_size(&self) -> u64 {
        self.trie.source().size()
    }

    fn start_visits(&self) {
        self.trie.source().start_visits();
    }

    fn end_visits(&self) -> Vec<CryptoHash> {
        self.trie.source().end_visits()
    }
}

impl<S> ChunkTrie for RecordedTrie<'_, S>
where
    S: SharedNodeSource,
{
    fn fork(&self) -> Box<dyn TrieFork + '_> {
        let source = self.trie.source().fork();
        let trie = Trie::new(source, self.trie.root_node().cloned());
        Box::new(RecordedTrie { trie, codes: self.codes })
    }

    fn absorb(&self, recorded: Recorded) {
        self.trie.source().absorb(recorded);
    }
}

impl<S> TrieFork for RecordedTrie<'_, S>
where
    S: SharedNodeSource + Send,
{
    fn into_recorded(self: Box<Self>) -> Recorded {
        let (source, _) = self.trie.into_parts();
        source.into_recorded()
    }
}

/// A trie of which nothing is recorded, for who only looks.
pub(crate) struct UnrecordedTrie<'t, S: NodeSource>(pub(crate) &'t Trie<S>);

impl<S> TrieReader for UnrecordedTrie<'_, S>
where
    S: SharedNodeSource,
{
    fn get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, TrieError> {
        self.0.get(key)
    }

    fn values(&self, keys: &[&[u8]]) -> Result<Vec<Option<Arc<[u8]>>>, TrieError> {
        self.0.values(keys)
    }

    fn get_if(
        &self,
        key: &[u8],
        wanted: &mut dyn FnMut(&ValueRef) -> bool,
    ) -> Result<Option<Arc<[u8]>>, TrieError> {
        self.0.get_if(key, wanted)
    }

    fn value_ref(&self, key: &[u8]) -> Result<Option<ValueRef>, TrieError> {
        self.0.value_ref(key)
    }

    fn iter_prefix<'r>(&'r self, prefix: &'r [u8]) -> Result<Entries<'r>, TrieError> {
        Ok(Box::new(self.0.iter_prefix(prefix)?))
    }

    fn has_code(&self, key: &[u8], hash: &CryptoHash) -> Result<bool, TrieError> {
        Ok(self.0.value_ref(key)?.is_some_and(|value| value.hash == *hash))
    }

    fn code(&self, key: &[u8], hash: &CryptoHash) -> Result<Option<Arc<[u8]>>, Fault> {
        Ok(self.0.get_if(key, |value| value.hash == *hash)?)
    }

    fn recorded_size(&self) -> u64 {
        0
    }

    fn start_visits(&self) {}

    /// Nothing: a call that only looks pays for no nodes.
    fn end_visits(&self) -> Vec<CryptoHash> {
        Vec::new()
    }
}
