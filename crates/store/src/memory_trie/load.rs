//! Bringing a whole trie into memory, on several threads.
//!
//! The nodes near the root are read, down to some hundred parts of about the same size, as the memory
//! that is counted for each tells. Then each part is made from its keys and values alone, wherever they
//! are read, and has to get the hash that the trie has for it.

use super::{LoadError, MemoryNodes, MemoryPlace, MemoryTrie};
use super::{VERSIONS_MADE, ValueBytes, Version};
use crate::database::KeyRange;
use crate::nibbles::packed_range;
use crate::node::{EncodedChild, EncodedKind};
use crate::source::{NodeSource, ReadNode, TrieError};
use crate::trie::{EMPTY_ROOT, Entry, Finished, Trie};
#[cfg(not(target_family = "wasm"))]
use rayon::prelude::*;
use std::collections::BinaryHeap;
use std::ops::Bound;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use torr_crypto::hash::CryptoHash;

/// Parts are cut as long as there are fewer.
const PARTS: usize = 256;
/// Parts for which less memory is counted, in bytes, are not cut.
const SMALL: u64 = 1 << 18;

/// The keys and values of a state, to be read from several places at once.
pub trait StateEntries: Sync {
    /// The entries with keys in a range, in the order of keys.
    ///
    /// # Errors
    /// When they cannot be read. Each entry can be an error of its own.
    fn entries(
        &self,
        range: &KeyRange,
    ) -> Result<impl Iterator<Item = Result<Entry, TrieError>>, TrieError>;
}

/// The entries of a trie, read from it.
impl<S: NodeSource + Sync> StateEntries for Trie<S>
where
    S::Ref: Sync,
{
    fn entries(
        &self,
        range: &KeyRange,
    ) -> Result<impl Iterator<Item = Result<Entry, TrieError>>, TrieError> {
        let mut entries = self.iter();
        entries.seek(range.start.as_ref().map(AsRef::as_ref))?;
        let end = range.end.clone();
        Ok(entries.take_while(move |entry| match (&entry, &end) {
            (Ok((key, _)), Bound::Excluded(end)) => key[..] < end[..],
            (Ok((key, _)), Bound::Included(end)) => key[..] <= end[..],
            _ => true,
        }))
    }
}

/// The upper end of a trie: nodes, and parts below them.
struct Cut<S: NodeSource> {
    /// Parents come before their children, and the root is the first.
    items: Vec<Item<S>>,
}

enum Item<S: NodeSource> {
    /// All below a node, to which these nibbles lead.
    Part { path: Vec<u8>, node: S::Ref },
    /// A node, with the bytes of its value, and with its children by their places among the items.
    Node { node: S::Node, value: Option<Arc<[u8]>>, children: Vec<usize> },
}

impl MemoryTrie {
    /// Keeps a trie that is somewhere else, and reads all of it there. Takes time for each node.
    ///
    /// # Errors
    /// When it cannot be read, or there is no room. Nothing changes then.
    pub fn load<S>(&mut self, trie: &Trie<S>) -> Result<CryptoHash, LoadError>
    where
        S: NodeSource + Sync,
        S::Ref: Sync,
        S::Node: Sync,
    {
        self.load_from(trie, trie)
    }

    /// Keeps a trie that is somewhere else, of which it reads the nodes near the root only, and all keys
    /// and values from `entries`, on all threads of the current thread pool of rayon. Takes time for each
    /// key.
    ///
    /// # Errors
    /// When something cannot be read, the entries are not those of the trie, or there is no room.
    /// Nothing changes then.
    pub fn load_from<S>(
        &mut self,
        trie: &Trie<S>,
        entries: &impl StateEntries,
    ) -> Result<CryptoHash, LoadError>
    where
        S: NodeSource + Sync,
        S::Ref: Sync,
        S::Node: Sync,
    {
        let root = trie.root();
        if root == EMPTY_ROOT {
            return Ok(root);
        }
        if let Some(version) = self.versions.get_mut(&root) {
            version.count = version.count.saturating_add(1);
            return Ok(root);
        }
        let cut = Cut::of(trie)?;
        let memory = Mutex::new(&mut *self);
        let put = |part: Finished<MemoryPlace>| {
            let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
            memory.put_all(&part)?.pop().ok_or(NO_ROOT)
        };
        let load = |item: &Item<S>| match item {
            Item::Part { path, node } => part_of(trie, path, node, entries).and_then(put).map(Some),
            Item::Node { .. } => Ok(None),
        };
        #[cfg(not(target_family = "wasm"))]
        let parts: Vec<_> = cut.items.par_iter().map(load).collect();
        #[cfg(target_family = "wasm")]
        let parts: Vec<_> = cut.items.iter().map(load).collect();
        let root_node = self.put_above(&cut, parts)?;
        self.refer_to(root_node);
        let number = VERSIONS_MADE.fetch_add(1, Ordering::Relaxed) + 1;
        self.versions.insert(root, Version { root_node, number, count: 1 });
        Ok(root)
    }

    /// Puts the nodes above all parts, which are there; says where the root is.
    fn put_above<S: NodeSource>(
        &mut self,
        cut: &Cut<S>,
        parts: Vec<Result<Option<u32>, LoadError>>,
    ) -> Result<u32, LoadError> {
        let mut places = vec![None; cut.items.len()];
        let mut failed = None;
        for (place, part) in places.iter_mut().zip(parts) {
            match part {
                Ok(part) => *place = part,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        for (index, item) in cut.items.iter().enumerate().rev() {
            let Item::Node { node, value, children } = item else { continue };
            if failed.is_some() {
                break;
            }
            let below: Vec<_> = children.iter().filter_map(|child| places[*child]).collect();
            match self.put(node.bytes(), &below, value.clone().map(ValueBytes::Kept)) {
                Ok(place) => {
                    places[index] = Some(place);
                    // They belong to this one now.
                    children.iter().for_each(|child| places[*child] = None);
                }
                Err(error) => failed = Some(error.into()),
            }
        }
        match (failed, places.first().copied().flatten()) {
            (None, Some(root)) => Ok(root),
            (failed, _) => {
                self.drop_unused(places.into_iter().flatten());
                Err(failed.unwrap_or(NO_ROOT))
            }
        }
    }
}

const NO_ROOT: LoadError = LoadError::Trie(TrieError::Inconsistent { what: "a trie has no root" });

/// What is below a node, made of its entries.
fn part_of<S: NodeSource>(
    trie: &Trie<S>,
    path: &[u8],
    node: &S::Ref,
    entries: &impl StateEntries,
) -> Result<Finished<MemoryPlace>, LoadError> {
    let nothing = MemoryTrie::default();
    let empty = Trie::new(MemoryNodes::of(&nothing, 0, EMPTY_ROOT), None);
    let mut update = empty.update();
    for entry in entries.entries(&packed_range(path))? {
        let (key, value) = entry?;
        update.insert_below(path.len(), &key, &value)?;
    }
    let part = update.finish()?;
    if part.root() != trie.source().hash(node) {
        let what = "its keys and values are not those that its root stands for";
        return Err(TrieError::Inconsistent { what }.into());
    }
    Ok(part)
}

impl<S: NodeSource> Cut<S> {
    /// Cuts a trie into parts.
    fn of(trie: &Trie<S>) -> Result<Cut<S>, TrieError> {
        let mut cut = Cut { items: Vec::new() };
        let mut largest = BinaryHeap::new();
        if let Some(root) = trie.root_node() {
            largest.push((trie.memory_usage()?, 0));
            cut.items.push(Item::Part { path: Vec::new(), node: root.clone() });
        }
        let mut parts = 1;
        while let Some((memory_usage, index)) = largest.pop() {
            if memory_usage < SMALL || parts >= PARTS {
                break;
            }
            let before = cut.items.len();
            for (child, memory_usage) in cut.open(trie, index)? {
                largest.push((memory_usage, child));
            }
            parts += cut.items.len() - before;
        }
        Ok(cut)
    }

    /// Makes a part a node with parts below; gives those, each with the memory that is counted for it.
    /// A leaf stays a part.
    fn open(&mut self, trie: &Trie<S>, index: usize) -> Result<Vec<(usize, u64)>, TrieError> {
        let source = trie.source();
        let Some(Item::Part { path, node }) = self.items.get(index) else { return Ok(Vec::new()) };
        let node = source.read(node)?;
        let encoded = node.encoded()?;
        let below: Vec<(Vec<u8>, EncodedChild<'_>)> = match encoded.kind() {
            EncodedKind::Leaf(_) => return Ok(Vec::new()),
            EncodedKind::Extension(more, hash) => {
                let path = path.iter().copied().chain(more.nibbles()).collect();
                vec![(path, EncodedChild { position: 0, hash })]
            }
            EncodedKind::Branch(children) => {
                let path_to = |nibble| [path, &[nibble][..]].concat();
                children.iter().map(|(nibble, child)| (path_to(nibble), child)).collect()
            }
        };
        let mut opened = Vec::new();
        for (path, child) in below {
            let child = node.child(child);
            opened.push((self.items.len(), source.read(&child)?.encoded()?.memory_usage()));
            self.items.push(Item::Part { path, node: child });
        }
        let value = encoded.value().map(|value| source.value(&node, &value)).transpose()?;
        let children = opened.iter().map(|(child, _)| *child).collect();
        if let Some(item) = self.items.get_mut(index) {
            *item = Item::Node { node: node.clone(), value, children };
        }
        Ok(opened)
    }
}
