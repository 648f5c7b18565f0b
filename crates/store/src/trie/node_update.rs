//! Changes to a trie: inserting and deleting keys, one after the other.
//!
//! Nodes on the way to a changed key are taken out of the source and worked on; all others stay where
//! they are and are referred to. A node that is worked on does not know its hash and not the memory of
//! its trie: [`NodeUpdate::finish`] computes both, once for each node, however many keys changed below.
//!
//! All that is worked on lies in few lists and refers to places in them: a million keys have some
//! thousand nodes on the way to ten thousand of them, and room for each of its own would take longer
//! than the work on it.

mod form;

use super::{EMPTY_EXTENSION, Trie};
use crate::nibbles::common_len;
use crate::node::{CHILDREN, EncodedChild, EncodedKind};
use crate::source::{NodeSource, ReadNode, TrieError};
use std::mem;
use std::ops::Range;
use torr_crypto::hash::CryptoHash;

/// Changes to a trie, not yet hashed.
#[derive(Debug)]
pub struct NodeUpdate<'t, S: NodeSource> {
    pub(super) trie: &'t Trie<S>,
    pub(super) root: Link,
    /// The nodes that are worked on. Those that nothing links to are no part of the trie any more.
    pub(super) nodes: Vec<Working>,
    /// Nodes of the source that have children or a value which nodes that are worked on still have.
    pub(super) origins: Vec<S::Node>,
    /// What leads to nodes of the source that have another place now, or never had one in a branch.
    pub(super) moved: Vec<S::Ref>,
    /// Paths of nodes, one nibble a byte.
    pub(super) nibbles: Vec<u8>,
    /// New values.
    pub(super) values: Vec<u8>,
    /// Nodes and values of the trie that the updated one does not have, or not there.
    pub(super) removed: Vec<CryptoHash>,
    /// Room for the path of a key.
    path: Vec<u8>,
}

/// What leads to a node that is worked on, or to one of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Nothing is there.
    Nothing,
    /// To one of the source, by its place among what was moved.
    Moved(u32),
    /// To the one of the source to which the same nibble leads from the branch's origin.
    Origin,
    /// To one that is or was worked on, by its place among those.
    Working(u32),
    /// To one that is hashed already, by its place among the new nodes. Nothing goes below it any more.
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "threads make it"))]
    Done(u32),
}

/// A node that is worked on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Working {
    pub(super) kind: Kind,
    /// Memory counted for its children in the source, together, in bytes.
    pub(super) stored_below: u64,
}

/// What a node that is worked on is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Leaf {
        path: Path,
        value: Value,
    },
    Branch {
        children: [Link; CHILDREN],
        /// The branch of the source that it was, by its place among the origins. A branch that was
        /// none has no child of an origin.
        origin: u32,
        value: Option<Value>,
    },
    Extension {
        path: Path,
        child: Link,
    },
}

/// A path, by its place among the nibbles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    start: usize,
    len: usize,
}

/// The value of a node that is worked on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// That of a node of the source, by its place among the origins.
    Stored(u32),
    /// A new one, by its place among the values.
    New { start: usize, len: u32 },
}

/// What stands at a node for the rest of a key.
enum Found {
    /// The key ends here.
    Here,
    /// The key goes on below.
    Below {
        /// The nibble by which the way leaves the node, if it is a branch.
        nibble: Option<u8>,
        /// Nibbles of the key that the way to the child takes.
        consumed: usize,
    },
    /// It would go on below a branch that has no such child.
    NoChild {
        /// The nibble.
        nibble: u8,
    },
    /// It parts from the path of the node.
    Parted {
        /// After so many nibbles.
        common: usize,
    },
    /// The node takes no nibble of it.
    Endless,
}

/// What is left of a node after something below it or its value was taken away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing.
    Nothing,
    /// A leaf or an extension, which an extension above has to be joined with.
    Path,
    /// A branch, which concerns nothing above.
    Branch,
}

impl Path {
    /// The nibbles behind the first so many.
    fn after(self, nibbles: usize) -> Path {
        let taken = nibbles.min(self.len);
        Path { start: self.start + taken, len: self.len - taken }
    }

    /// The first so many nibbles.
    fn first(self, nibbles: usize) -> Path {
        Path { len: nibbles.min(self.len), ..self }
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start..self.start + self.len
    }
}

impl Value {
    pub(super) fn range(start: usize, len: u32) -> Range<usize> {
        start..start + len as usize
    }
}

impl Working {
    /// A branch that has nothing.
    const BRANCH: Working = Working {
        kind: Kind::Branch { children: [Link::Nothing; CHILDREN], origin: 0, value: None },
        stored_below: 0,
    };

    const fn leaf(path: Path, value: Value) -> Working {
        Working { kind: Kind::Leaf { path, value }, stored_below: 0 }
    }

    fn set_child(&mut self, nibble: u8, child: Link) {
        match &mut self.kind {
            Kind::Branch { children, .. } => {
                if let Some(place) = children.get_mut(usize::from(nibble)) {
                    *place = child;
                }
            }
            Kind::Extension { child: place, .. } => *place = child,
            Kind::Leaf { .. } => {}
        }
    }
}

impl<'t, S: NodeSource> NodeUpdate<'t, S> {
    pub(super) fn new(trie: &'t Trie<S>) -> NodeUpdate<'t, S> {
        let moved: Vec<_> = trie.root.clone().into_iter().collect();
        NodeUpdate {
            trie,
            root: if moved.is_empty() { Link::Nothing } else { Link::Moved(0) },
            nodes: Vec::new(),
            origins: Vec::new(),
            moved,
            nibbles: Vec::new(),
            values: Vec::new(),
            removed: Vec::new(),
            path: Vec::new(),
        }
    }

    /// Puts a value under a key, over another if there is one.
    ///
    /// # Errors
    /// When a node on the way cannot be read, or the value is longer than a node can say. The update
    /// is of no use then.
    pub fn insert(&mut self, key: &[u8], value: &[u8]) -> Result<(), TrieError> {
        let new = self.new_value(value)?;
        self.on_path(key, |update, path| update.insert_path(path, new))
    }

    pub(super) fn new_value(&mut self, value: &[u8]) -> Result<Value, TrieError> {
        let length = value.len();
        let len = u32::try_from(length).map_err(|_| TrieError::ValueTooLong { length })?;
        let new = Value::New { start: self.values.len(), len };
        self.values.extend_from_slice(value);
        Ok(new)
    }

    /// Puts a value under what is left of a key after so many nibbles, into the part of a trie to which
    /// these lead.
    ///
    /// # Errors
    /// As [`NodeUpdate::insert`].
    pub(crate) fn insert_below(
        &mut self,
        nibbles: usize,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), TrieError> {
        let new = self.new_value(value)?;
        self.on_path(key, |update, path| {
            update.insert_path(path.get(nibbles..).unwrap_or_default(), new)
        })
    }

    /// Takes a key out, if it is there.
    ///
    /// # Errors
    /// When a node on the way, or one that has to be joined with its parent, cannot be read. The
    /// update is of no use then.
    pub fn delete(&mut self, key: &[u8]) -> Result<(), TrieError> {
        self.on_path(key, NodeUpdate::delete_path)
    }

    /// Takes out what is left of a key after so many nibbles, of the part of a trie to which these lead.
    ///
    /// # Errors
    /// As [`NodeUpdate::delete`].
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn delete_below(&mut self, nibbles: usize, key: &[u8]) -> Result<(), TrieError> {
        self.on_path(key, |update, path| {
            update.delete_path(path.get(nibbles..).unwrap_or_default())
        })
    }

    /// Does something with the path of a key.
    fn on_path<T>(&mut self, key: &[u8], run: impl FnOnce(&mut Self, &[u8]) -> T) -> T {
        let mut path = mem::take(&mut self.path);
        path.clear();
        path.extend(key.iter().flat_map(|byte| [byte >> 4, byte & 15]));
        let done = run(self, &path);
        self.path = path;
        done
    }

    fn insert_path(&mut self, path: &[u8], value: Value) -> Result<(), TrieError> {
        let mut rest = path;
        let Some(mut at) = self.enter_root()? else {
            self.root = self.push_leaf(rest, value);
            return Ok(());
        };
        loop {
            match self.find(at, rest) {
                Found::Here => {
                    self.replace_value(at, Some(value))?;
                    return Ok(());
                }
                Found::Below { nibble, consumed } => {
                    at = self.enter(at, nibble)?;
                    rest = rest.get(consumed..).unwrap_or_default();
                }
                Found::NoChild { nibble } => {
                    let leaf = self.push_leaf(rest.get(1..).unwrap_or_default(), value);
                    self.working(at).set_child(nibble, leaf);
                    return Ok(());
                }
                Found::Parted { common } => {
                    self.part(at, common, rest.get(common..).unwrap_or_default(), value);
                    return Ok(());
                }
                Found::Endless => return Err(EMPTY_EXTENSION),
            }
        }
    }

    fn delete_path(&mut self, path: &[u8]) -> Result<(), TrieError> {
        let mut rest = path;
        // The nodes above, with the nibbles by which the way leaves them.
        let mut above = Vec::new();
        let Some(mut at) = self.enter_root()? else { return Ok(()) };
        loop {
            match self.find(at, rest) {
                Found::Here => break,
                Found::Below { nibble, consumed } => {
                    above.push((at, nibble));
                    at = self.enter(at, nibble)?;
                    rest = rest.get(consumed..).unwrap_or_default();
                }
                Found::NoChild { .. } | Found::Parted { .. } => return Ok(()),
                Found::Endless => return Err(EMPTY_EXTENSION),
            }
        }
        let mut left = match self.kind(at) {
            Kind::Branch { value: None, .. } => return Ok(()),
            Kind::Branch { .. } => {
                self.replace_value(at, None)?;
                self.settle(at)?
            }
            _ => {
                self.replace_value(at, None)?;
                Left::Nothing
            }
        };
        while let Some((parent, nibble)) = above.pop() {
            left = match (left, nibble) {
                (Left::Branch, _) => return Ok(()),
                (Left::Nothing, None) => Left::Nothing,
                (Left::Nothing, Some(nibble)) => {
                    self.working(parent).set_child(nibble, Link::Nothing);
                    self.settle(parent)?
                }
                (Left::Path, _) => self.settle(parent)?,
            };
        }
        if left == Left::Nothing {
            self.root = Link::Nothing;
        }
        Ok(())
    }

    pub(super) fn kind(&self, at: u32) -> &Kind {
        &self.nodes[at as usize].kind
    }

    fn working(&mut self, at: u32) -> &mut Working {
        &mut self.nodes[at as usize]
    }

    pub(super) fn nibbles(&self, path: Path) -> &[u8] {
        &self.nibbles[path.range()]
    }

    /// What stands at a node for the rest of a key.
    fn find(&self, at: u32, rest: &[u8]) -> Found {
        match self.kind(at) {
            Kind::Leaf { path, .. } => {
                let path = self.nibbles(*path);
                if path == rest { Found::Here } else { parted(path, rest) }
            }
            Kind::Branch { children, .. } => match rest.first() {
                None => Found::Here,
                Some(&nibble) => match children.get(usize::from(nibble)) {
                    None | Some(Link::Nothing) => Found::NoChild { nibble },
                    Some(_) => Found::Below { nibble: Some(nibble), consumed: 1 },
                },
            },
            Kind::Extension { path, .. } => match self.nibbles(*path) {
                [] => Found::Endless,
                path if rest.starts_with(path) => {
                    Found::Below { nibble: None, consumed: path.len() }
                }
                path => parted(path, rest),
            },
        }
    }

    fn push(&mut self, working: Working) -> u32 {
        self.nodes.push(working);
        index(self.nodes.len() - 1)
    }

    fn push_leaf(&mut self, path: &[u8], value: Value) -> Link {
        let path = self.push_path(path.iter().copied());
        Link::Working(self.push(Working::leaf(path, value)))
    }

    fn push_path(&mut self, path: impl Iterator<Item = u8>) -> Path {
        let start = self.nibbles.len();
        self.nibbles.extend(path);
        Path { start, len: self.nibbles.len() - start }
    }

    fn push_moved(&mut self, reference: S::Ref) -> Link {
        self.moved.push(reference);
        Link::Moved(index(self.moved.len() - 1))
    }

    /// Takes the root out of the source, if there is one.
    pub(super) fn enter_root(&mut self) -> Result<Option<u32>, TrieError> {
        Ok(match self.root {
            Link::Nothing | Link::Origin | Link::Done(_) => None,
            Link::Working(at) => Some(at),
            Link::Moved(root) => {
                let (at, _) = self.take_from_source(&self.moved[root as usize].clone())?;
                self.root = Link::Working(at);
                Some(at)
            }
        })
    }

    /// Takes the child out of the source to which a nibble leads, or the only one of an extension.
    pub(super) fn enter(&mut self, parent: u32, nibble: Option<u8>) -> Result<u32, TrieError> {
        let link = self.link(parent, nibble);
        if let Link::Working(at) = link {
            return Ok(at);
        }
        let nibble = nibble.unwrap_or_default();
        let reference = self.stored_child(parent, nibble, link)?.ok_or(NO_CHILD)?;
        let (at, memory_usage) = self.take_from_source(&reference)?;
        self.replace_stored(parent, nibble, memory_usage, Link::Working(at))?;
        Ok(at)
    }

    /// What leads to the child in the source to which a nibble leads from a branch, if there is one.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn child_in_source(
        &self,
        branch: u32,
        nibble: u8,
    ) -> Result<Option<S::Ref>, TrieError> {
        self.stored_child(branch, nibble, self.link(branch, Some(nibble)))
    }

    fn link(&self, parent: u32, nibble: Option<u8>) -> Link {
        match (self.kind(parent), nibble) {
            (Kind::Extension { child, .. }, _) => *child,
            (Kind::Branch { children, .. }, Some(nibble)) => {
                children.get(usize::from(nibble)).copied().unwrap_or(Link::Nothing)
            }
            _ => Link::Nothing,
        }
    }

    fn stored_child(
        &self,
        parent: u32,
        nibble: u8,
        link: Link,
    ) -> Result<Option<S::Ref>, TrieError> {
        Ok(match (link, self.kind(parent)) {
            (Link::Moved(moved), _) => Some(self.moved[moved as usize].clone()),
            (Link::Origin, Kind::Branch { origin, .. }) => {
                Some(child_of(&self.origins[*origin as usize], nibble)?)
            }
            _ => None,
        })
    }

    /// Puts something in the place of a child in the source, for which this memory was counted.
    pub(super) fn replace_stored(
        &mut self,
        parent: u32,
        nibble: u8,
        memory_usage: u64,
        link: Link,
    ) -> Result<(), TrieError> {
        let parent = self.working(parent);
        parent.stored_below = minus(parent.stored_below, memory_usage)?;
        parent.set_child(nibble, link);
        Ok(())
    }

    /// Gives the index of the node, and the memory that was counted for the trie below it.
    fn take_from_source(&mut self, reference: &S::Ref) -> Result<(u32, u64), TrieError> {
        let source = &self.trie.source;
        let node = source.read(reference)?;
        self.removed.push(source.hash(reference));
        let encoded = node.encoded()?;
        let memory_usage = encoded.memory_usage();
        let stored_below = minus(memory_usage, encoded.own_memory_usage())?;
        let origin = index(self.origins.len());
        let value = encoded.value().map(|_| Value::Stored(origin));
        let kind = match (encoded.kind(), value) {
            (EncodedKind::Leaf(path), value) => {
                let path = self.push_path(path.nibbles());
                Kind::Leaf { path, value: value.unwrap_or(Value::Stored(origin)) }
            }
            (EncodedKind::Branch(there), value) => {
                let mut children = [Link::Nothing; CHILDREN];
                for (nibble, place) in children.iter_mut().enumerate() {
                    if there.mask() >> nibble & 1 == 1 {
                        *place = Link::Origin;
                    }
                }
                Kind::Branch { children, origin, value }
            }
            (EncodedKind::Extension(path, hash), _) => {
                let path = self.push_path(path.nibbles());
                let child = node.child(EncodedChild { position: 0, hash });
                Kind::Extension { path, child: self.push_moved(child) }
            }
        };
        self.origins.push(node);
        Ok((self.push(Working { kind, stored_below }), memory_usage))
    }

    /// Puts another value in the place of that of a leaf or a branch, or none.
    pub(super) fn replace_value(&mut self, at: u32, new: Option<Value>) -> Result<(), TrieError> {
        let old = match &mut self.working(at).kind {
            Kind::Leaf { value, .. } => Some(mem::replace(value, new.unwrap_or(*value))),
            Kind::Branch { value, .. } => mem::replace(value, new),
            Kind::Extension { .. } => None,
        };
        // The trie has a value of the source no more, or not there.
        if let Some(Value::Stored(origin)) = old {
            let value = self.origins[origin as usize].encoded()?.value();
            self.removed.extend(value.map(|value| value.hash));
        }
        Ok(())
    }
}

fn parted(path: &[u8], rest: &[u8]) -> Found {
    Found::Parted { common: common_len(path, rest) }
}

/// A place in a list of the update.
pub(super) fn index(place: usize) -> u32 {
    u32::try_from(place).expect("four thousand million nodes do not fit into memory")
}

/// What leads to a child of a branch of the source.
fn child_of<N: ReadNode>(branch: &N, nibble: u8) -> Result<N::Ref, TrieError> {
    match branch.encoded()?.kind() {
        EncodedKind::Branch(children) => children.at(nibble).map(|child| branch.child(child)),
        _ => None,
    }
    .ok_or(NO_CHILD)
}

const NO_CHILD: TrieError = TrieError::Inconsistent { what: "a child is not there" };

fn minus(memory_usage: u64, part: u64) -> Result<u64, TrieError> {
    let what = "a node's memory is less than that of its parts";
    memory_usage.checked_sub(part).ok_or(TrieError::Inconsistent { what })
}
