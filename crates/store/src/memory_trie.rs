//! The trie in memory: nodes in one arena, several versions of the trie at once.
//!
//! Versions share what they have in common; a node counts what leads to it and goes when nothing does
//! any more. A node lies in one piece, with its value if that is short, so that reading it waits for
//! memory once or twice. The hash of a node stands where something leads to it, so that hashing a branch
//! reads none of its children.

mod arena;
mod load;
mod long_values;
mod node;

pub use load::StateEntries;

use crate::nibbles::KeyPath;
use crate::node::{EncodedChild, EncodedNode, ValueRef, Way, position_of};
use crate::source::{NodeSource, ReadNode, SharedNodeSource, TrieError, WayFrom};
use crate::trie::{EMPTY_ROOT, Finished, NewLink, NewValue, Trie};
use arena::Arena;
use long_values::LongValues;
use node::{NewNode, NodeBytes, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use torr_crypto::hash::CryptoHash;

/// Versions of a trie, in memory.
///
/// A key takes about 200 bytes beside its value.
#[derive(Debug, Default)]
pub struct MemoryTrie {
    arena: Arena,
    long_values: LongValues,
    /// How many nodes there are.
    len: usize,
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
    root: CryptoHash,
}

/// What leads to a node: its place, and where its hash is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryRef {
    place: MemoryPlace,
    from: From,
}

/// A place in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPlace(u32);

/// What leads to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// The version.
    Version,
    /// A node, of which it is this of its children.
    Node(MemoryPlace, u8),
}

/// A node of a version.
#[derive(Clone, Copy, Debug)]
pub struct MemoryNode<'m> {
    node: NodeBytes<'m>,
    place: MemoryPlace,
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
    #[error("the trie in memory takes 64 GiB, which are the most; remove old versions")]
    Full,
    /// A key is so long that a node on its way would not fit.
    #[error("a node of the trie would take {length} bytes, 1048576 are the most; use shorter keys")]
    NodeTooLong {
        /// Length of the node, in bytes.
        length: usize,
    },
}

#[derive(Debug)]
struct Version {
    root_node: u32,
    /// Its number among all that ever were.
    number: u64,
    /// How often it was added and not removed.
    count: usize,
}

/// The bytes of a value that is to be put.
#[derive(Debug)]
enum ValueBytes<'b> {
    /// Of a new one.
    New(&'b [u8]),
    /// Of one that another node has.
    Kept(Arc<[u8]>),
}

impl ValueBytes<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            ValueBytes::New(bytes) => bytes,
            ValueBytes::Kept(bytes) => bytes,
        }
    }

    fn to_shared(&self) -> Arc<[u8]> {
        match self {
            ValueBytes::New(bytes) => Arc::from(*bytes),
            ValueBytes::Kept(bytes) => Arc::clone(bytes),
        }
    }
}

impl MemoryTrie {
    /// The version with this root; `None` if it is not kept.
    pub fn version(&self, root: CryptoHash) -> Option<Trie<MemoryNodes<'_>>> {
        if root == EMPTY_ROOT {
            return Some(Trie::new(MemoryNodes::of(self, 0, root), None));
        }
        let version = self.versions.get(&root)?;
        let root_node = MemoryRef { place: MemoryPlace(version.root_node), from: From::Version };
        Some(Trie::new(MemoryNodes::of(self, version.number, root), Some(root_node)))
    }

    /// The roots of all versions that are kept, besides the empty one, in their order.
    pub fn roots(&self) -> impl Iterator<Item = CryptoHash> {
        self.versions.keys().copied()
    }

    /// Nodes that are kept for all versions.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether only the empty version is kept.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Memory that nodes take, in bytes, without values of more than 1024 bytes, which stand alone. It
    /// includes room of nodes that are gone, which is free for nodes to come.
    pub fn memory(&self) -> usize {
        self.arena.memory()
    }

    /// Keeps one more version: what an update of a kept one came to. Takes time for each node that was
    /// worked on. A version that is added twice has to be removed twice.
    ///
    /// # Errors
    /// When the version that was updated is not kept any more, or there is no room. Nothing changes
    /// then.
    pub fn commit(&mut self, finished: &Finished<MemoryPlace>) -> Result<CryptoHash, CommitError> {
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
        let new = self.put_all(finished)?;
        let root_node = *new.last().ok_or(unknown)?;
        self.refer_to(root_node);
        let number = VERSIONS_MADE.fetch_add(1, Ordering::Relaxed) + 1;
        self.versions.insert(root, Version { root_node, number, count: 1 });
        Ok(root)
    }

    /// Keeps a version no more, unless it was added more often. Takes time for each node that no other
    /// version has. Says whether it was kept.
    pub fn remove(&mut self, root: CryptoHash) -> bool {
        let Some(version) = self.versions.get_mut(&root) else { return false };
        version.count -= 1;
        if version.count == 0 {
            let root_node = version.root_node;
            self.versions.remove(&root);
            self.release(root_node);
        }
        true
    }

    /// Puts new nodes in free places; says where. Nothing leads to the last of them yet. If there is no
    /// room, nothing changes.
    fn put_all(&mut self, finished: &Finished<MemoryPlace>) -> Result<Vec<u32>, CommitError> {
        let mut new = Vec::with_capacity(finished.nodes().len());
        let mut places = Vec::new();
        for node in finished.nodes() {
            places.clear();
            places.extend(finished.links(node).iter().map(|link| match link {
                NewLink::Old(MemoryPlace(place)) => *place,
                NewLink::New(index) => new[*index as usize],
            }));
            let value = match &node.value {
                NewValue::Nothing => None,
                NewValue::Old(MemoryPlace(place)) => Some(ValueBytes::Kept(self.value_at(*place))),
                NewValue::New(_, range) => Some(ValueBytes::New(finished.value(range))),
            };
            match self.put(finished.encoding(node), &places, value) {
                Ok(place) => new.push(place),
                Err(error) => {
                    // Those that none of the others leads to; the others go with them.
                    new.retain(|place| self.node_at(*place).references() == 0);
                    self.drop_unused(new);
                    return Err(error);
                }
            }
        }
        Ok(new)
    }

    /// Puts a node in a free place, to which nothing leads yet.
    fn put(
        &mut self,
        encoding: &[u8],
        places: &[u32],
        value: Option<ValueBytes<'_>>,
    ) -> Result<u32, CommitError> {
        let value = match &value {
            None => Value::Nothing,
            Some(value) if value.as_slice().len() > node::LONGEST_INLINED => {
                let place = self.long_values.put(value.to_shared()).ok_or(CommitError::Full)?;
                Value::Long(place)
            }
            Some(value) => Value::Inlined(value.as_slice()),
        };
        let node = NewNode { encoding, places, value };
        let place = match node.len() {
            length if length > arena::LONGEST => Err(CommitError::NodeTooLong { length }),
            length => self.arena.take(length).ok_or(CommitError::Full),
        };
        let place = place.inspect_err(|_| {
            if let Value::Long(place) = value {
                self.long_values.give_back(place);
            }
        })?;
        node.write(self.arena.bytes_mut(place));
        places.iter().for_each(|child| self.refer_to(*child));
        self.len += 1;
        Ok(place)
    }

    fn value_at(&self, place: u32) -> Arc<[u8]> {
        match self.node_at(place).value() {
            Value::Nothing => Arc::default(),
            Value::Inlined(bytes) => bytes.into(),
            Value::Long(place) => self.long_values.at(place).cloned().unwrap_or_default(),
        }
    }

    fn node_at(&self, place: u32) -> NodeBytes<'_> {
        NodeBytes(self.arena.bytes(place))
    }

    fn refer_to(&mut self, place: u32) {
        let references = self.node_at(place).references();
        // A node of the trie is led to by at most sixteen others of each version.
        let more = references.checked_add(1).expect("there are fewer versions than that");
        node::set_references(self.arena.bytes_mut(place), more);
    }

    /// Something leads to a node no more.
    fn release(&mut self, place: u32) {
        let mut released = vec![place];
        while let Some(place) = released.pop() {
            let references = self.node_at(place).references().saturating_sub(1);
            if references > 0 {
                node::set_references(self.arena.bytes_mut(place), references);
            } else {
                let node = self.node_at(place);
                released.extend((0..node.children()).map(|position| node.child(position)));
                self.give_back(place);
            }
        }
    }

    /// A node is no more, which nothing leads to.
    fn give_back(&mut self, place: u32) {
        let node = self.node_at(place);
        let (len, value) = (node.len(), node.value());
        let long = if let Value::Long(long) = value { Some(long) } else { None };
        self.arena.give_back(place, len);
        if let Some(long) = long {
            self.long_values.give_back(long);
        }
        self.len -= 1;
    }

    /// Nothing leads to some nodes, and nothing will.
    fn drop_unused(&mut self, places: impl IntoIterator<Item = u32>) {
        for place in places {
            self.refer_to(place);
            self.release(place);
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

impl<'m> MemoryNodes<'m> {
    fn of(trie: &'m MemoryTrie, number: u64, root: CryptoHash) -> MemoryNodes<'m> {
        MemoryNodes { trie, number, root }
    }

    fn node_at(&self, place: MemoryPlace) -> MemoryNode<'m> {
        MemoryNode { node: self.trie.node_at(place.0), place }
    }
}

impl<'m> SharedNodeSource for MemoryNodes<'m> {
    type Apart<'s>
        = &'s MemoryNodes<'m>
    where
        Self: 's;

    fn apart(&self) -> &MemoryNodes<'m> {
        self
    }

    fn rejoin<'s>(&'s self, _: Vec<&'s MemoryNodes<'m>>) {}
}

impl<'m> NodeSource for MemoryNodes<'m> {
    type Ref = MemoryRef;
    type Place = MemoryPlace;
    type Node = MemoryNode<'m>;

    fn version(&self) -> u64 {
        self.number
    }

    fn hash(&self, node: &MemoryRef) -> CryptoHash {
        match node.from {
            From::Version => self.root,
            From::Node(parent, position) => {
                let parent = self.trie.node_at(parent.0);
                let parent = EncodedNode::parse(parent.encoding());
                let child = parent.ok().and_then(|parent| parent.child(usize::from(position)));
                child.map(|child| CryptoHash(*child.hash)).unwrap_or_default()
            }
        }
    }

    fn place(&self, node: &MemoryRef) -> MemoryPlace {
        node.place
    }

    fn read(&self, node: &MemoryRef) -> Result<MemoryNode<'m>, TrieError> {
        Ok(self.node_at(node.place))
    }

    fn value(&self, node: &MemoryNode<'m>, _: &ValueRef) -> Result<Arc<[u8]>, TrieError> {
        Ok(self.trie.value_at(node.place.0))
    }

    fn approach(&self, node: &MemoryRef) {
        self.trie.arena.approach(node.place.0);
    }

    fn way(&self, reference: &MemoryRef, rest: KeyPath<'_>) -> Result<WayFrom<Self>, TrieError> {
        let read = self.node_at(reference.place);
        // Most of the way leads through branches, of which it reads the beginning.
        if let (Some(mask), Some(nibble)) = (read.node.branch(), rest.first()) {
            return Ok(match position_of(mask, nibble) {
                None => Way::Ended(None),
                Some(position) => Way::Below { child: read.child_at(position), consumed: 1 },
            });
        }
        Ok(match read.encoded()?.way(rest) {
            Way::Ended(None) => Way::Ended(None),
            Way::Ended(Some(value)) => Way::Ended(Some((read, value))),
            Way::Below { child, consumed } => Way::Below { child: read.child(child), consumed },
            Way::Endless => Way::Endless,
        })
    }
}

impl MemoryNode<'_> {
    fn child_at(&self, position: usize) -> MemoryRef {
        // A node has sixteen children at most.
        let from = From::Node(self.place, position as u8);
        MemoryRef { place: MemoryPlace(self.node.child(position)), from }
    }
}

impl ReadNode for MemoryNode<'_> {
    type Ref = MemoryRef;
    type Place = MemoryPlace;

    fn bytes(&self) -> &[u8] {
        self.node.encoding()
    }

    fn child(&self, child: EncodedChild<'_>) -> MemoryRef {
        self.child_at(child.position)
    }

    fn place(&self) -> MemoryPlace {
        self.place
    }

    fn child_place(&self, position: usize) -> MemoryPlace {
        MemoryPlace(self.node.child(position))
    }
}
