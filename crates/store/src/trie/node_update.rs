//! Changes to a trie: inserting and deleting keys, one after the other.
//!
//! Nodes on the way to a changed key are taken out of the source and worked on; all others stay where
//! they are and are referred to. A node that is worked on does not know its hash and not the memory of
//! its trie: [`NodeUpdate::finish`] computes both, once for each node, however many keys changed below.

use super::{EMPTY_EXTENSION, Trie};
use crate::nibbles::{Nibbles, common_len};
use crate::node::{CHILDREN, Node};
use crate::source::{NodeSource, TrieError};
use std::mem;
use torr_crypto::hash::CryptoHash;

/// Changes to a trie, not yet hashed.
#[derive(Debug)]
pub struct NodeUpdate<'t, S: NodeSource> {
    pub(super) trie: &'t Trie<S>,
    pub(super) root: Option<Link<S::Ref>>,
    /// The nodes that are worked on. Those that nothing links to are no part of the trie any more.
    pub(super) nodes: Vec<Working<S>>,
    /// Nodes and values of the trie that the updated one does not have, or not there.
    pub(super) removed: Vec<CryptoHash>,
}

/// What leads to a node.
#[derive(Clone, Debug)]
pub(crate) enum Link<R> {
    /// To one of the source.
    Stored(R),
    /// To one that is or was worked on, by its place among those.
    Working(usize),
}

/// A value of a node that is worked on.
#[derive(Clone, Debug)]
pub(super) enum WorkingValue<V> {
    Stored(V),
    New(Box<[u8]>),
}

pub(super) type WorkingKind<S> =
    Node<Link<<S as NodeSource>::Ref>, WorkingValue<<S as NodeSource>::Value>>;

/// A node that is worked on.
#[derive(Debug)]
pub(super) struct Working<S: NodeSource> {
    pub(super) node: WorkingKind<S>,
    /// Memory counted for its children in the source, together, in bytes.
    pub(super) stored_below: u64,
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

impl<'t, S: NodeSource> NodeUpdate<'t, S> {
    pub(super) fn new(trie: &'t Trie<S>) -> NodeUpdate<'t, S> {
        let root = trie.root.clone().map(Link::Stored);
        NodeUpdate { trie, root, nodes: Vec::new(), removed: Vec::new() }
    }

    /// Puts a value under a key, over another if there is one.
    ///
    /// # Errors
    /// When a node on the way cannot be read, or the value is longer than a node can say. The update
    /// is of no use then.
    pub fn insert(&mut self, key: &[u8], value: &[u8]) -> Result<(), TrieError> {
        if u32::try_from(value.len()).is_err() {
            return Err(TrieError::ValueTooLong { length: value.len() });
        }
        let value = WorkingValue::New(value.into());
        let path = Nibbles::of_key(key);
        let mut rest = path.as_slice();
        let Some(mut at) = self.enter_root()? else {
            let leaf = self.push_leaf(rest, value);
            self.root = Some(Link::Working(leaf));
            return Ok(());
        };
        loop {
            match self.find(at, rest) {
                Found::Here => {
                    self.replace_value(at, Some(value));
                    return Ok(());
                }
                Found::Below { nibble, consumed } => {
                    at = self.enter(at, nibble)?;
                    rest = rest.get(consumed..).unwrap_or_default();
                }
                Found::NoChild { nibble } => {
                    let leaf = self.push_leaf(rest.get(1..).unwrap_or_default(), value);
                    self.link(at, nibble, Some(Link::Working(leaf)));
                    return Ok(());
                }
                Found::Parted { common } => {
                    let (common, rest) = rest.split_at(common);
                    self.part(at, common, rest, value);
                    return Ok(());
                }
                Found::Endless => return Err(EMPTY_EXTENSION),
            }
        }
    }

    /// Takes a key out, if it is there.
    ///
    /// # Errors
    /// When a node on the way, or one that has to be joined with its parent, cannot be read. The
    /// update is of no use then.
    pub fn delete(&mut self, key: &[u8]) -> Result<(), TrieError> {
        let path = Nibbles::of_key(key);
        let mut rest = path.as_slice();
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
        let mut left = match &self.nodes[at].node {
            Node::Branch { value: None, .. } => return Ok(()),
            Node::Branch { .. } => {
                self.replace_value(at, None);
                self.settle(at)?
            }
            _ => {
                self.remove_leaf(at);
                Left::Nothing
            }
        };
        while let Some((parent, nibble)) = above.pop() {
            left = match (left, nibble) {
                (Left::Branch, _) => return Ok(()),
                (Left::Nothing, None) => Left::Nothing,
                (Left::Nothing, Some(nibble)) => {
                    self.link(parent, nibble, None);
                    self.settle(parent)?
                }
                (Left::Path, _) => self.settle(parent)?,
            };
        }
        if left == Left::Nothing {
            self.root = None;
        }
        Ok(())
    }

    /// What stands at a node for the rest of a key.
    fn find(&self, at: usize, rest: &[u8]) -> Found {
        match &self.nodes[at].node {
            Node::Leaf { path, .. } => {
                let common = common_len(path.as_slice(), rest);
                if path.as_slice() == rest { Found::Here } else { Found::Parted { common } }
            }
            Node::Branch { children, .. } => match rest.first() {
                None => Found::Here,
                Some(&nibble) => match children.get(usize::from(nibble)) {
                    Some(Some(_)) => Found::Below { nibble: Some(nibble), consumed: 1 },
                    _ => Found::NoChild { nibble },
                },
            },
            Node::Extension { path, .. } => match common_len(path.as_slice(), rest) {
                _ if path.as_slice().is_empty() => Found::Endless,
                common if common == path.as_slice().len() => {
                    Found::Below { nibble: None, consumed: common }
                }
                common => Found::Parted { common },
            },
        }
    }

    fn push(&mut self, working: Working<S>) -> usize {
        self.nodes.push(working);
        self.nodes.len() - 1
    }

    fn push_leaf(&mut self, path: &[u8], value: WorkingValue<S::Value>) -> usize {
        let node = Node::Leaf { path: Nibbles::of_slice(path), value };
        self.push(Working { node, stored_below: 0 })
    }

    /// Takes the root out of the source, if there is one.
    fn enter_root(&mut self) -> Result<Option<usize>, TrieError> {
        Ok(match self.root.clone() {
            None => None,
            Some(Link::Working(at)) => Some(at),
            Some(Link::Stored(root)) => {
                let (at, _) = self.take_from_source(&root)?;
                self.root = Some(Link::Working(at));
                Some(at)
            }
        })
    }

    /// Takes the child out of the source to which a nibble leads, or the only one of an extension.
    fn enter(&mut self, parent: usize, nibble: Option<u8>) -> Result<usize, TrieError> {
        let child = match (&self.nodes[parent].node, nibble) {
            (Node::Extension { child, .. }, _) => Some(child),
            (Node::Branch { children, .. }, Some(nibble)) => {
                children.get(usize::from(nibble)).and_then(Option::as_ref)
            }
            _ => None,
        };
        match child.cloned() {
            Some(Link::Working(at)) => Ok(at),
            Some(Link::Stored(reference)) => {
                let (at, memory_usage) = self.take_from_source(&reference)?;
                let parent = &mut self.nodes[parent];
                parent.stored_below = minus(parent.stored_below, memory_usage)?;
                match (&mut parent.node, nibble) {
                    (Node::Extension { child, .. }, _) => *child = Link::Working(at),
                    (_, Some(nibble)) => {
                        set_child(&mut parent.node, nibble, Some(Link::Working(at)))
                    }
                    _ => {}
                }
                Ok(at)
            }
            None => Err(TrieError::Inconsistent { what: "a child is not there" }),
        }
    }

    /// Gives the index of the node, and the memory that was counted for the trie below it.
    fn take_from_source(&mut self, reference: &S::Ref) -> Result<(usize, u64), TrieError> {
        let source = &self.trie.source;
        let (node, memory_usage) = source.node(reference, Link::Stored)?;
        let own = node.own_memory_usage(|value| u64::from(source.value_ref(value).length));
        let node = node.map_value(WorkingValue::Stored);
        self.removed.push(source.hash(reference));
        let at = self.push(Working { node, stored_below: minus(memory_usage, own)? });
        Ok((at, memory_usage))
    }

    fn link(&mut self, parent: usize, nibble: u8, child: Option<Link<S::Ref>>) {
        set_child(&mut self.nodes[parent].node, nibble, child);
    }

    /// Puts another value in the place of that of a leaf or a branch.
    fn replace_value(&mut self, at: usize, new: Option<WorkingValue<S::Value>>) {
        let old = match (&mut self.nodes[at].node, new) {
            (Node::Leaf { value, .. }, Some(new)) => Some(mem::replace(value, new)),
            (Node::Branch { value, .. }, new) => mem::replace(value, new),
            _ => None,
        };
        self.forget(old);
    }

    /// The trie has this value no more, or not there.
    fn forget(&mut self, value: Option<WorkingValue<S::Value>>) {
        if let Some(WorkingValue::Stored(value)) = value {
            self.removed.push(self.trie.source.value_ref(&value).hash);
        }
    }

    fn remove_leaf(&mut self, at: usize) {
        if let Node::Leaf { value, .. } = self.take(at).node {
            self.forget(Some(value));
        }
    }

    /// Takes a node out of its place; what is left there is not part of the trie.
    pub(super) fn take(&mut self, at: usize) -> Working<S> {
        let nothing = Node::Leaf { path: Nibbles::default(), value: WorkingValue::New([].into()) };
        mem::replace(&mut self.nodes[at], Working { node: nothing, stored_below: 0 })
    }

    /// Puts a branch where a key parts from the path of a node, after what both have in `common`.
    fn part(&mut self, at: usize, common: &[u8], rest: &[u8], value: WorkingValue<S::Value>) {
        let old = self.take(at);
        let mut branch = Working {
            node: Node::Branch { children: Box::new([const { None }; CHILDREN]), value: None },
            stored_below: 0,
        };
        match old.node {
            Node::Leaf { path, value } => {
                let rest = path.as_slice().get(common.len()..).unwrap_or_default();
                self.put_leaf(&mut branch.node, rest, value);
            }
            Node::Extension { path, child } => {
                let rest = path.as_slice().get(common.len()..).unwrap_or_default();
                if let Some((&nibble, path)) = rest.split_first() {
                    let link = if path.is_empty() {
                        branch.stored_below = old.stored_below;
                        child
                    } else {
                        let node = Node::Extension { path: Nibbles::of_slice(path), child };
                        let stored_below = old.stored_below;
                        Link::Working(self.push(Working { node, stored_below }))
                    };
                    set_child(&mut branch.node, nibble, Some(link));
                }
            }
            // No key parts from a branch: it has no path.
            Node::Branch { .. } => {}
        }
        self.put_leaf(&mut branch.node, rest, value);
        self.nodes[at] = if common.is_empty() {
            branch
        } else {
            let child = Link::Working(self.push(branch));
            let node = Node::Extension { path: Nibbles::of_slice(common), child };
            Working { node, stored_below: 0 }
        };
    }

    /// Puts a value below a branch, or into it if nothing is left of its key.
    fn put_leaf(&mut self, branch: &mut WorkingKind<S>, rest: &[u8], new: WorkingValue<S::Value>) {
        match (rest.split_first(), branch) {
            (Some((&nibble, path)), branch) => {
                let leaf = self.push_leaf(path, new);
                set_child(branch, nibble, Some(Link::Working(leaf)));
            }
            (None, Node::Branch { value, .. }) => *value = Some(new),
            (None, _) => {}
        }
    }

    /// Gives a node the form that its content wants, after something of it was taken away or changed
    /// its form.
    fn settle(&mut self, at: usize) -> Result<Left, TrieError> {
        let (prefix, nibble) = match &mut self.nodes[at].node {
            Node::Leaf { .. } => return Ok(Left::Path),
            Node::Extension { path, .. } => (mem::take(path), None),
            Node::Branch { children, value } => {
                let mut there = (0..).zip(children.iter()).filter(|(_, child)| child.is_some());
                match (there.next(), there.next(), value.take()) {
                    (None, _, None) => return Ok(Left::Nothing),
                    (None, _, Some(value)) => {
                        let node = Node::Leaf { path: Nibbles::default(), value };
                        self.nodes[at] = Working { node, stored_below: 0 };
                        return Ok(Left::Path);
                    }
                    (Some((nibble, _)), None, None) => (Nibbles::of_slice(&[nibble]), Some(nibble)),
                    (_, _, kept) => {
                        *value = kept;
                        return Ok(Left::Branch);
                    }
                }
            }
        };
        let child = self.enter(at, nibble)?;
        self.nodes[at] = self.prefixed(prefix, child);
        Ok(Left::Path)
    }

    /// What has a node below a path: one with a longer path, or an extension.
    fn prefixed(&mut self, prefix: Nibbles, child: usize) -> Working<S> {
        let Working { node, stored_below } = self.take(child);
        match node {
            Node::Leaf { path, value } => {
                let path = Nibbles::of_parts(prefix.as_slice(), path.as_slice());
                Working { node: Node::Leaf { path, value }, stored_below }
            }
            Node::Extension { path, child } => {
                let path = Nibbles::of_parts(prefix.as_slice(), path.as_slice());
                Working { node: Node::Extension { path, child }, stored_below }
            }
            branch @ Node::Branch { .. } => {
                self.nodes[child] = Working { node: branch, stored_below };
                let node = Node::Extension { path: prefix, child: Link::Working(child) };
                Working { node, stored_below: 0 }
            }
        }
    }
}

fn set_child<R, V>(node: &mut Node<R, V>, nibble: u8, child: Option<R>) {
    if let Node::Branch { children, .. } = node
        && let Some(place) = children.get_mut(usize::from(nibble))
    {
        *place = child;
    }
}

fn minus(memory_usage: u64, part: u64) -> Result<u64, TrieError> {
    let what = "a node's memory is less than that of its parts";
    memory_usage.checked_sub(part).ok_or(TrieError::Inconsistent { what })
}
