//! The end of an update: hashes, and what is new.

use super::node_update::{Kind, Link, NodeUpdate, Path, Value, Working, index};
use super::{EMPTY_ROOT, TrieChanges};
use crate::node::{
    CHILDREN, EncodedKind, ValueRef, own_memory_usage_of, path_memory_usage, put_branch,
    put_extension, put_leaf, put_memory_usage,
};
use crate::source::{NodeSource, ReadNode, TrieError};
use std::ops::Range;
use torr_crypto::hash::CryptoHash;

/// An updated trie: its root, and what it has that the trie before had not, or not there.
///
/// Nodes of the trie before are known as the structure that keeps them knows them, by `P`.
#[derive(Clone, Debug)]
pub struct Finished<P> {
    pub(crate) old_root: CryptoHash,
    /// [`NodeSource::version`] of the source of the trie before.
    pub(crate) version: u64,
    pub(crate) root: CryptoHash,
    memory_usage: u64,
    /// What is new.
    pub(super) new: NewNodes<P>,
    /// New values, one after the other.
    pub(super) values: Vec<u8>,
    pub(super) removed: Vec<CryptoHash>,
}

/// Nodes that were worked on. Children come before their parents, and the root is the last.
#[derive(Clone, Debug)]
pub(super) struct NewNodes<P> {
    pub(super) nodes: Vec<NewNode<P>>,
    /// The children of all nodes.
    links: Vec<NewLink<P>>,
    /// The encodings of all nodes.
    bytes: Vec<u8>,
}

/// A node that was worked on.
#[derive(Clone, Debug)]
pub(crate) struct NewNode<P> {
    pub(crate) hash: CryptoHash,
    memory_usage: u64,
    /// Where its encoding is.
    bytes: Range<usize>,
    /// Where its children are.
    links: Range<usize>,
    pub(crate) value: NewValue<P>,
}

/// A child of a node that was worked on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NewLink<P> {
    /// One that the trie before has too.
    Old(P),
    /// Another, by its place among the new nodes.
    New(u32),
}

/// The value of a node that was worked on.
#[derive(Clone, Debug)]
pub(crate) enum NewValue<P> {
    /// It has none.
    Nothing,
    /// That of a node of the trie before.
    Old(P),
    /// Another: its hash, and where it is among the new values.
    New(CryptoHash, Range<usize>),
}

impl<P> Finished<P> {
    /// The root of the updated trie.
    pub fn root(&self) -> CryptoHash {
        self.root
    }

    /// Memory that is counted for the updated trie, in bytes.
    pub fn memory_usage(&self) -> u64 {
        self.memory_usage
    }

    /// What the update adds to the nodes and values that are kept, and what it takes from them. Takes a
    /// copy of what is new, and sorts hashes.
    pub fn into_changes(self) -> TrieChanges {
        let mut added = Vec::with_capacity(self.new.nodes.len() * 2);
        for node in &self.new.nodes {
            added.push((node.hash, self.encoding(node)));
            if let NewValue::New(hash, range) = &node.value {
                added.push((*hash, self.value(range)));
            }
        }
        TrieChanges::new(self.old_root, self.root, &added, &self.removed)
    }

    /// The nodes that were worked on. Children come before their parents, and the root is the last.
    pub(crate) fn nodes(&self) -> &[NewNode<P>] {
        &self.new.nodes
    }

    pub(crate) fn encoding(&self, node: &NewNode<P>) -> &[u8] {
        &self.new.bytes[node.bytes.clone()]
    }

    /// The children of a node, by nibbles.
    pub(crate) fn links(&self, node: &NewNode<P>) -> &[NewLink<P>] {
        &self.new.links[node.links.clone()]
    }

    pub(crate) fn value(&self, range: &Range<usize>) -> &[u8] {
        &self.values[range.clone()]
    }
}

impl<S: NodeSource> NodeUpdate<'_, S> {
    /// Hashes what was worked on. Takes a hash for each such node and each new value.
    ///
    /// # Errors
    /// When the memory of nodes in the source is more than there can be.
    pub fn finish(self) -> Result<Finished<S::Place>, TrieError> {
        let new = NewNodes::with_capacity(self.nodes.len());
        self.finish_behind(new)
    }

    /// Finishes behind nodes that are there already, to which the update leads where they are part of it.
    pub(super) fn finish_behind(
        self,
        mut new: NewNodes<S::Place>,
    ) -> Result<Finished<S::Place>, TrieError> {
        let old_root = self.trie.root();
        let (root, memory_usage) = match self.root {
            Link::Working(root) => {
                new.add_all(&self, root)?;
                let no_root = TrieError::Inconsistent { what: "an update has no root" };
                let root = new.nodes.last().ok_or(no_root)?;
                (root.hash, root.memory_usage)
            }
            Link::Moved(_) => (old_root, self.trie.memory_usage()?),
            Link::Nothing | Link::Origin | Link::Done(_) => (EMPTY_ROOT, 0),
        };
        let version = self.trie.source.version();
        let NodeUpdate { values, removed, .. } = self;
        Ok(Finished { old_root, version, root, memory_usage, new, values, removed })
    }
}

/// A node whose children are being hashed.
struct Open {
    at: u32,
    /// The nibble of the next child to look at.
    next: usize,
    /// How many children were done when it was entered.
    done_before: usize,
}

impl<P: Copy> NewNodes<P> {
    pub(super) fn with_capacity(nodes: usize) -> NewNodes<P> {
        NewNodes {
            nodes: Vec::with_capacity(nodes),
            links: Vec::with_capacity(nodes * 4),
            bytes: Vec::with_capacity(nodes * 200),
        }
    }

    /// Adds nodes that were made apart, whose new values stand behind the first so many; says the place
    /// of their root, if there is one.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn append(&mut self, other: NewNodes<P>, values: usize) -> Option<u32> {
        let (nodes, links, bytes) = (self.nodes.len(), self.links.len(), self.bytes.len());
        let behind = |range: Range<usize>, start| range.start + start..range.end + start;
        let is_empty = other.nodes.is_empty();
        self.nodes.extend(other.nodes.into_iter().map(|node| NewNode {
            bytes: behind(node.bytes, bytes),
            links: behind(node.links, links),
            value: match node.value {
                NewValue::New(hash, range) => NewValue::New(hash, behind(range, values)),
                old => old,
            },
            ..node
        }));
        self.links.extend(other.links.into_iter().map(|link| match link {
            NewLink::New(place) => NewLink::New(place + index(nodes)),
            old @ NewLink::Old(_) => old,
        }));
        self.bytes.extend_from_slice(&other.bytes);
        (!is_empty).then(|| index(self.nodes.len() - 1))
    }

    /// Adds a node that was worked on and all such nodes below it.
    fn add_all<S: NodeSource<Place = P>>(
        &mut self,
        update: &NodeUpdate<'_, S>,
        root: u32,
    ) -> Result<(), TrieError> {
        let mut open = vec![Open { at: root, next: 0, done_before: 0 }];
        // Places of children whose parents are not done, in the order of their nibbles.
        let mut done = Vec::new();
        while let Some(node) = open.last_mut() {
            match next_changed(update.kind(node.at), &mut node.next) {
                Some(Link::Done(place)) => done.push(place),
                Some(Link::Working(at)) => open.push(Open { at, next: 0, done_before: done.len() }),
                _ => {
                    let (at, first) = (node.at, node.done_before);
                    let place = self.add(update, at, done.get(first..).unwrap_or_default())?;
                    done.truncate(first);
                    done.push(place);
                    open.pop();
                }
            }
        }
        Ok(())
    }

    /// Adds a node whose children that were worked on have these places.
    fn add<S: NodeSource<Place = P>>(
        &mut self,
        update: &NodeUpdate<'_, S>,
        at: u32,
        done: &[u32],
    ) -> Result<u32, TrieError> {
        let Working { kind, stored_below } = &update.nodes[at as usize];
        let (first_byte, first_link) = (self.bytes.len(), self.links.len());
        let mut memory_usage = *stored_below;
        for child in done {
            memory_usage = plus(memory_usage, self.nodes[*child as usize].memory_usage)?;
        }
        let (path, value) = match kind {
            Kind::Leaf { path, value } => (Some(*path), Some(*value)),
            Kind::Branch { value, .. } => (None, *value),
            Kind::Extension { path, .. } => (Some(*path), None),
        };
        let (value_ref, value) = value_of(update, value)?;
        match kind {
            Kind::Leaf { path, .. } => {
                let nothing = TrieError::Inconsistent { what: "a leaf has no value" };
                put_leaf(update.nibbles(*path), &value_ref.ok_or(nothing)?, &mut self.bytes);
            }
            Kind::Branch { children, origin, .. } => {
                let mask = mask(children);
                put_branch(mask, value_ref.as_ref(), &mut self.bytes);
                self.put_children(update, children, *origin, done)?;
            }
            Kind::Extension { path, child } => {
                let (hash, link) = match (child, done.first()) {
                    (Link::Moved(moved), _) => moved_child(update, *moved)?,
                    (_, Some(child)) => (self.nodes[*child as usize].hash, NewLink::New(*child)),
                    _ => return Err(TrieError::Inconsistent { what: "an extension has no child" }),
                };
                put_extension(update.nibbles(*path), hash.as_bytes(), &mut self.bytes);
                self.links.push(link);
            }
        }
        let path = path.map_or(0, |path: Path| path_memory_usage(path.range().len()));
        let own = own_memory_usage_of(path, value_ref.map(|value| value.length));
        let memory_usage = plus(memory_usage, own)?;
        put_memory_usage(memory_usage, &mut self.bytes);
        let bytes = first_byte..self.bytes.len();
        let hash = CryptoHash::of(&self.bytes[bytes.clone()]);
        let links = first_link..self.links.len();
        self.nodes.push(NewNode { hash, memory_usage, bytes, links, value });
        Ok(index(self.nodes.len() - 1))
    }

    /// Writes the hashes of a branch's children, and notes the children.
    fn put_children<S: NodeSource<Place = P>>(
        &mut self,
        update: &NodeUpdate<'_, S>,
        children: &[Link; CHILDREN],
        origin: u32,
        done: &[u32],
    ) -> Result<(), TrieError> {
        let mut done = done.iter();
        let origin = update.origins.get(origin as usize);
        let stored = match origin.map(ReadNode::encoded).transpose()?.map(|node| node.kind()) {
            Some(EncodedKind::Branch(children)) => Some(children),
            _ => None,
        };
        for (nibble, link) in (0..).zip(children) {
            match link {
                Link::Nothing => {}
                Link::Origin => {
                    let child = stored.and_then(|stored| stored.at(nibble));
                    let (Some(child), Some(origin)) = (child, origin) else {
                        let what = "a branch has lost a child";
                        return Err(TrieError::Inconsistent { what });
                    };
                    self.bytes.extend_from_slice(child.hash);
                    self.links.push(NewLink::Old(origin.child_place(child.position)));
                }
                Link::Moved(moved) => {
                    let (hash, link) = moved_child(update, *moved)?;
                    self.bytes.extend_from_slice(hash.as_bytes());
                    self.links.push(link);
                }
                Link::Working(_) | Link::Done(_) => {
                    let place = done.next().copied().unwrap_or_default();
                    self.bytes.extend_from_slice(self.nodes[place as usize].hash.as_bytes());
                    self.links.push(NewLink::New(place));
                }
            }
        }
        Ok(())
    }
}

/// The next child that the trie before has not, or not so, from a nibble on, which goes behind it.
fn next_changed(kind: &Kind, next: &mut usize) -> Option<Link> {
    let links: &[Link] = match kind {
        Kind::Leaf { .. } => &[],
        Kind::Branch { children, .. } => children,
        Kind::Extension { child, .. } => std::slice::from_ref(child),
    };
    while let Some(link) = links.get(*next) {
        *next += 1;
        if let Link::Working(_) | Link::Done(_) = link {
            return Some(*link);
        }
    }
    None
}

fn mask(children: &[Link; CHILDREN]) -> u16 {
    let bit = |mask, child: &Link| mask << 1 | u16::from(*child != Link::Nothing);
    children.iter().rev().fold(0, bit)
}

/// What a node says of its value, and where the value is.
fn value_of<S: NodeSource>(
    update: &NodeUpdate<'_, S>,
    value: Option<Value>,
) -> Result<(Option<ValueRef>, NewValue<S::Place>), TrieError> {
    Ok(match value {
        None => (None, NewValue::Nothing),
        Some(Value::Stored(origin)) => {
            let origin = &update.origins[origin as usize];
            (origin.encoded()?.value(), NewValue::Old(origin.place()))
        }
        Some(Value::New { start, len }) => {
            let range = Value::range(start, len);
            let hash = CryptoHash::of(&update.values[range.clone()]);
            (Some(ValueRef { length: len, hash }), NewValue::New(hash, range))
        }
    })
}

/// A child that has another place in the updated trie.
fn moved_child<S: NodeSource>(
    update: &NodeUpdate<'_, S>,
    moved: u32,
) -> Result<(CryptoHash, NewLink<S::Place>), TrieError> {
    let reference = &update.moved[moved as usize];
    let source = &update.trie.source;
    Ok((source.hash(reference), NewLink::Old(source.place(reference))))
}

fn plus(memory_usage: u64, part: u64) -> Result<u64, TrieError> {
    let what = "nodes take more memory than can be counted";
    memory_usage.checked_add(part).ok_or(TrieError::Inconsistent { what })
}
