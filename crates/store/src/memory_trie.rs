//! The trie in memory: nodes in one arena, several versions of the trie at once.
//!
//! Versions share what they have in common; a node counts what leads to it and goes when nothing does
//! any more. The hash of a node stands where something leads to it, so that hashing a branch reads none
//! of its children.

use crate::nibbles::{Nibbles, PathEnd, pack, packed_common_len, packed_nibbles};
use crate::node::{CHILDREN, Node, ValueRef, Way};
use crate::source::{NodeSource, TrieError};
use crate::trie::{EMPTY_ROOT, Finished, Link, NewNode, NewValue, Trie};
use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use torr_crypto::hash::CryptoHash;

/// Versions of a trie, in memory.
///
/// A key takes about 300 bytes beside its value.
#[derive(Debug, Default)]
pub struct MemoryTrie {
    slots: Vec<Slot>,
    free: Vec<u32>,
    versions: BTreeMap<CryptoHash, Version>,
}

/// Versions that ever were, of all tries together, so that an update of one trie is not taken for one of
/// another. The empty version is none of them: there is nothing in it to refer to.
static VERSIONS_MADE: AtomicU64 = AtomicU64::new(0);

/// A version, to read nodes of.
#[derive(Clone, Copy, Debug)]
pub struct MemoryNodes<'m> {
    trie: &'m MemoryTrie,
    /// Its number among all that ever were.
    number: u64,
}

/// What a node is known by: its place and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryRef {
    place: u32,
    hash: CryptoHash,
}

/// A value with what nodes say of it.
#[derive(Clone, Debug)]
pub struct MemoryValue {
    reference: ValueRef,
    bytes: Arc<[u8]>,
}

/// Why a version of a trie cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The version that was changed is gone, or was another trie's.
    #[error("the version with root {root} is not kept any more; change one that is")]
    UnknownVersion {
        /// Its root.
        root: CryptoHash,
    },
    /// There are as many nodes as can be told apart.
    #[error("the trie in memory has 4294967295 nodes, which are the most; remove old versions")]
    Full,
}

#[derive(Debug)]
struct Version {
    root: MemoryRef,
    /// Its number among all that ever were.
    number: u64,
    /// How often it was added and not removed.
    count: usize,
}

/// A place for a node.
#[derive(Debug)]
struct Slot {
    /// Nodes and versions that lead here; none if the place is free.
    references: u32,
    memory_usage: u64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Free,
    /// With its path packed.
    Leaf(Box<[u8]>, MemoryValue),
    /// With a bit for each child that is there, and those children.
    Branch(u16, Box<[MemoryRef]>, Option<Box<MemoryValue>>),
    /// With its path packed.
    Extension(Box<[u8]>, MemoryRef),
}

impl MemoryTrie {
    /// The version with this root; `None` if it is not kept.
    pub fn version(&self, root: CryptoHash) -> Option<Trie<MemoryNodes<'_>>> {
        let nodes = |number| MemoryNodes { trie: self, number };
        if root == EMPTY_ROOT {
            return Some(Trie::new(nodes(0), None));
        }
        let version = self.versions.get(&root)?;
        Some(Trie::new(nodes(version.number), Some(version.root)))
    }

    /// The roots of all versions that are kept, besides the empty one, in their order.
    pub fn roots(&self) -> impl Iterator<Item = CryptoHash> {
        self.versions.keys().copied()
    }

    /// Nodes that are kept for all versions.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether only the empty version is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps one more version: what an update of a kept one came to. Takes time for each node that was
    /// worked on. A version that is added twice has to be removed twice.
    ///
    /// # Errors
    /// When the version that was updated is not kept any more, or there is no room. Nothing changes
    /// then.
    pub fn commit(
        &mut self,
        finished: &Finished<MemoryRef, MemoryValue>,
    ) -> Result<CryptoHash, CommitError> {
        let root = finished.root;
        if root == EMPTY_ROOT {
            return Ok(root);
        }
        if let Some(version) = self.versions.get_mut(&root) {
            version.count = version.count.saturating_add(1);
            return Ok(root);
        }
        // All that the update left as it was is there as long as the version that it began with.
        let began_with = self.versions.get(&finished.old_root).map_or(0, |version| version.number);
        let unknown = CommitError::UnknownVersion { root: finished.old_root };
        if began_with != finished.version {
            return Err(unknown);
        }
        if finished.nodes.len() > u32::MAX as usize - self.len() {
            return Err(CommitError::Full);
        }
        let mut new = Vec::with_capacity(finished.nodes.len());
        for node in &finished.nodes {
            let reference = self.put(node, &new);
            new.push(reference);
        }
        let root_node = *new.last().ok_or(unknown)?;
        self.refer_to(root_node.place);
        let number = VERSIONS_MADE.fetch_add(1, Ordering::Relaxed) + 1;
        let version = Version { root: root_node, number, count: 1 };
        self.versions.insert(root, version);
        Ok(root)
    }

    /// Keeps a version no more, unless it was added more often. Takes time for each node that no other
    /// version has. Says whether it was kept.
    pub fn remove(&mut self, root: CryptoHash) -> bool {
        let Some(version) = self.versions.get_mut(&root) else { return false };
        version.count -= 1;
        if version.count == 0 {
            let root_node = version.root.place;
            self.versions.remove(&root);
            self.release(root_node);
        }
        true
    }

    /// Keeps a trie that is somewhere else. Reads all of it.
    ///
    /// # Errors
    /// When it cannot be read, or there is no room.
    pub fn load<S: NodeSource>(&mut self, trie: &Trie<S>) -> Result<CryptoHash, LoadError> {
        let nothing = MemoryTrie::default();
        let empty = Trie::new(MemoryNodes { trie: &nothing, number: 0 }, None);
        let mut update = empty.update();
        for entry in trie.iter() {
            let (key, value) = entry?;
            update.insert(&key, &value)?;
        }
        let finished = update.finish()?;
        if finished.root != trie.root() {
            let what = "its content has another root";
            return Err(TrieError::Inconsistent { what }.into());
        }
        Ok(self.commit(&finished)?)
    }

    /// Puts a node in a free place, to which nothing leads yet. Its new children are in `new`.
    fn put(&mut self, node: &NewNode<MemoryRef, MemoryValue>, new: &[MemoryRef]) -> MemoryRef {
        let NewNode { node, hash, memory_usage, .. } = node;
        let reference = |link: &Link<MemoryRef>| match link {
            Link::Stored(reference) => *reference,
            Link::Working(index) => new[*index],
        };
        let kind = match node {
            Node::Leaf { path, value } => {
                Kind::Leaf(packed(path, PathEnd::Leaf), MemoryValue::of(value))
            }
            Node::Branch { children, value } => {
                let there = children.iter().flatten().map(reference).collect();
                let value = value.as_ref().map(MemoryValue::of).map(Box::new);
                Kind::Branch(mask(children), there, value)
            }
            Node::Extension { path, child } => {
                Kind::Extension(packed(path, PathEnd::Extension), reference(child))
            }
        };
        for (_, child) in node.children() {
            self.refer_to(reference(child).place);
        }
        let slot = Slot { references: 0, memory_usage: *memory_usage, kind };
        let place = match self.free.pop() {
            Some(place) => {
                self.slots[place as usize] = slot;
                place
            }
            None => {
                self.slots.push(slot);
                // `commit` has seen to it that there is room.
                (self.slots.len() - 1) as u32
            }
        };
        MemoryRef { place, hash: *hash }
    }

    fn refer_to(&mut self, place: u32) {
        let references = &mut self.slots[place as usize].references;
        // A node of the trie is led to by at most sixteen others of each version.
        *references = references.checked_add(1).expect("there are fewer versions than that");
    }

    /// Something leads to a node no more.
    fn release(&mut self, place: u32) {
        let mut released = vec![place];
        while let Some(place) = released.pop() {
            let slot = &mut self.slots[place as usize];
            slot.references -= 1;
            if slot.references == 0 {
                match mem::replace(&mut slot.kind, Kind::Free) {
                    Kind::Branch(_, children, _) => {
                        released.extend(children.iter().map(|child| child.place));
                    }
                    Kind::Extension(_, child) => released.push(child.place),
                    Kind::Leaf(..) | Kind::Free => {}
                }
                self.free.push(place);
            }
        }
    }
}

/// Why a trie cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// It cannot be kept.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl MemoryValue {
    fn of(value: &NewValue<MemoryValue>) -> MemoryValue {
        match value {
            NewValue::Old(value) => value.clone(),
            NewValue::New(reference, bytes) => {
                MemoryValue { reference: *reference, bytes: Arc::clone(bytes) }
            }
        }
    }
}

fn packed(path: &Nibbles, end: PathEnd) -> Box<[u8]> {
    let mut packed = Vec::new();
    pack(path.as_slice(), end, &mut packed);
    packed.into()
}

fn mask<R>(children: &[Option<R>; CHILDREN]) -> u16 {
    children.iter().rev().fold(0, |mask, child| mask << 1 | u16::from(child.is_some()))
}

/// The child for a nibble among those that are there.
fn child_at(mask: u16, children: &[MemoryRef], nibble: u8) -> Option<MemoryRef> {
    let bit = 1_u16.checked_shl(u32::from(nibble))?;
    let before = (mask & (bit - 1)).count_ones() as usize;
    if mask & bit == 0 { None } else { children.get(before).copied() }
}

/// Nothing leads to a node of a version that is kept, which cannot be.
const GONE: TrieError = TrieError::Inconsistent { what: "a node of a version in memory is gone" };

impl NodeSource for MemoryNodes<'_> {
    type Ref = MemoryRef;
    type Value = MemoryValue;

    fn version(&self) -> u64 {
        self.number
    }

    fn hash(&self, node: &MemoryRef) -> CryptoHash {
        node.hash
    }

    fn node<C>(
        &self,
        node: &MemoryRef,
        child: impl Fn(MemoryRef) -> C,
    ) -> Result<(Node<C, MemoryValue>, u64), TrieError> {
        let Slot { memory_usage, kind, .. } = self.slot(node)?;
        let node = match kind {
            Kind::Leaf(path, value) => {
                Node::Leaf { path: packed_nibbles(path).collect(), value: value.clone() }
            }
            Kind::Branch(mask, there, value) => {
                let mut there = there.iter();
                let mut children = Box::new([const { None }; CHILDREN]);
                for (nibble, place) in children.iter_mut().enumerate() {
                    if mask >> nibble & 1 == 1 {
                        *place = there.next().copied().map(&child);
                    }
                }
                Node::Branch { children, value: value.as_deref().cloned() }
            }
            Kind::Extension(path, below) => {
                Node::Extension { path: packed_nibbles(path).collect(), child: child(*below) }
            }
            Kind::Free => return Err(GONE),
        };
        Ok((node, *memory_usage))
    }

    fn way(&self, node: &MemoryRef, rest: &[u8]) -> Result<Way<MemoryRef, MemoryValue>, TrieError> {
        Ok(match &self.slot(node)?.kind {
            Kind::Leaf(path, value) => {
                let is_here = packed_nibbles(path).eq(rest.iter().copied());
                Way::Ended(is_here.then(|| value.clone()))
            }
            Kind::Branch(mask, children, value) => match rest.first() {
                None => Way::Ended(value.as_deref().cloned()),
                Some(&nibble) => match child_at(*mask, children, nibble) {
                    None => Way::Ended(None),
                    Some(child) => Way::Below { child, consumed: 1 },
                },
            },
            Kind::Extension(path, child) => {
                let (common, len) = packed_common_len(path, rest);
                Way::along(len, *child, || common == len)
            }
            Kind::Free => return Err(GONE),
        })
    }

    fn value_ref(&self, value: &MemoryValue) -> ValueRef {
        value.reference
    }

    fn value(&self, value: &MemoryValue) -> Result<Arc<[u8]>, TrieError> {
        Ok(Arc::clone(&value.bytes))
    }
}

impl<'m> MemoryNodes<'m> {
    fn slot(&self, node: &MemoryRef) -> Result<&'m Slot, TrieError> {
        self.trie.slots.get(node.place as usize).ok_or(GONE)
    }
}
