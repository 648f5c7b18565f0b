//! Where two tries differ: both are walked side by side, and what has the same hash in the same place is
//! not read.

use super::{EMPTY_EXTENSION, Trie};
use crate::nibbles::{Nibbles, common_len, key_of};
use crate::node::{CHILDREN, Node, ValueRef};
use crate::source::{NodeSource, TrieError};

/// A key under which two tries have different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key.
    pub key: Vec<u8>,
    /// Its value in the old trie; `None` if it is not there.
    pub old: Option<ValueRef>,
    /// Its value in the new trie; `None` if it is not there.
    pub new: Option<ValueRef>,
}

/// The keys in which two tries differ, in the order of keys.
///
/// Reads the nodes of each trie that the other does not have in the same place, and no values. It holds
/// a node or a part of one for each place on the way to where it is. After an error it ends.
#[derive(Debug)]
pub struct TrieDiff<'t, S: NodeSource, T: NodeSource> {
    old: &'t S,
    new: &'t T,
    /// The way to where it is, as nibbles.
    path: Vec<u8>,
    /// What is still to be compared, the next thing last.
    todo: Vec<Todo<S, T>>,
}

/// What both tries have at a place, which is led to by these nibbles from where `path` is then.
#[derive(Debug)]
struct Todo<S: NodeSource, T: NodeSource> {
    depth: usize,
    by: Nibbles,
    old: Part<S::Ref>,
    new: Part<T::Ref>,
}

/// What a trie has from a place on. The place may be within the path of a node.
#[derive(Debug)]
enum Part<R> {
    Nothing,
    /// A node that is not read yet.
    Node(R),
    /// What is left of a leaf's path.
    Leaf(Nibbles, ValueRef),
    /// What is left of an extension's path, which is not nothing.
    Extension(Nibbles, R),
    Branch(Box<[Option<R>; CHILDREN]>, Option<ValueRef>),
}

impl<S: NodeSource> Trie<S> {
    /// The keys in which `new` differs from this trie, in the order of keys. Takes time for each node
    /// that only one of them has in its place, however large they are.
    pub fn diff<'t, T: NodeSource>(&'t self, new: &'t Trie<T>) -> TrieDiff<'t, S, T> {
        let todo = Todo {
            depth: 0,
            by: Nibbles::default(),
            old: Part::of_child(self.root.clone()),
            new: Part::of_child(new.root.clone()),
        };
        TrieDiff { old: &self.source, new: &new.source, path: Vec::new(), todo: vec![todo] }
    }
}

impl<S: NodeSource, T: NodeSource> Iterator for TrieDiff<'_, S, T> {
    type Item = Result<Difference, TrieError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance().transpose();
        if let Some(Err(_)) = next {
            self.todo.clear();
        }
        next
    }
}

impl<S: NodeSource, T: NodeSource> TrieDiff<'_, S, T> {
    fn advance(&mut self) -> Result<Option<Difference>, TrieError> {
        while let Some(Todo { depth, by, old, new }) = self.todo.pop() {
            if self.is_same(&old, &new) {
                continue;
            }
            self.path.truncate(depth);
            self.path.extend_from_slice(by.as_slice());
            let (old, new) = (old.read(self.old)?, new.read(self.new)?);
            if !self.is_same(&old, &new)
                && let Some(found) = self.compare(old, new)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Whether nothing differs from here on, as far as it can be told without reading.
    fn is_same(&self, old: &Part<S::Ref>, new: &Part<T::Ref>) -> bool {
        let is_one_node = |old, new| self.old.hash(old) == self.new.hash(new);
        match (old, new) {
            (Part::Nothing, Part::Nothing) => true,
            (Part::Node(old), Part::Node(new)) => is_one_node(old, new),
            (Part::Extension(path, old), Part::Extension(other, new)) => {
                path == other && is_one_node(old, new)
            }
            (Part::Leaf(path, old), Part::Leaf(other, new)) => path == other && old == new,
            _ => false,
        }
    }

    /// Tells of the values here, if they differ, and leaves what is below for later.
    fn compare(
        &mut self,
        mut old: Part<S::Ref>,
        mut new: Part<T::Ref>,
    ) -> Result<Option<Difference>, TrieError> {
        let depth = self.path.len();
        if let Some(by) = old.common_way(&new) {
            let len = by.as_slice().len();
            self.todo.push(Todo { depth, by, old: old.after(len), new: new.after(len) });
            return Ok(None);
        }
        for nibble in (0..16_u8).rev() {
            let (old, new) = (old.take_child(nibble), new.take_child(nibble));
            if !self.is_same(&old, &new) {
                self.todo.push(Todo { depth, by: Nibbles::of_slice(&[nibble]), old, new });
            }
        }
        let (old, new) = (old.into_value(), new.into_value());
        if old == new {
            return Ok(None);
        }
        let what = "a key ends in the middle of a byte";
        let key = key_of(&self.path).ok_or(TrieError::Inconsistent { what })?;
        Ok(Some(Difference { key, old, new }))
    }
}

impl<R> Part<R> {
    /// The nibbles, at least one, that all keys of this and another part go along from here.
    fn common_way<Q>(&self, other: &Part<Q>) -> Option<Nibbles> {
        let way = match (self.path(), other.path()) {
            (Some(path), Some(other)) => path.get(..common_len(path, other))?,
            (Some(path), None) | (None, Some(path)) => path,
            (None, None) => return None,
        };
        (!way.is_empty()).then(|| Nibbles::of_slice(way))
    }

    /// What is left of the path of a part that is no node; `None` if no key goes on.
    fn path(&self) -> Option<&[u8]> {
        match self {
            Part::Nothing => None,
            Part::Leaf(path, _) | Part::Extension(path, _) => Some(path.as_slice()),
            Part::Node(_) | Part::Branch(..) => Some(&[]),
        }
    }
}

impl<R: Clone> Part<R> {
    fn of_child(child: Option<R>) -> Part<R> {
        child.map_or(Part::Nothing, Part::Node)
    }

    /// The same part with its node read.
    fn read<S: NodeSource<Ref = R>>(self, source: &S) -> Result<Self, TrieError> {
        let Part::Node(node) = self else { return Ok(self) };
        Ok(match source.node(&node, |child| child)?.0 {
            Node::Leaf { path, value } => Part::Leaf(path, value),
            Node::Extension { path, .. } if path.as_slice().is_empty() => {
                return Err(EMPTY_EXTENSION);
            }
            Node::Extension { path, child } => Part::Extension(path, child),
            Node::Branch { children, value } => Part::Branch(children, value),
        })
    }

    /// What is behind so many nibbles of the path.
    fn after(self, len: usize) -> Part<R> {
        let rest = |path: &Nibbles| path.as_slice().get(len..).unwrap_or_default().to_vec();
        match self {
            Part::Leaf(path, value) => Part::Leaf(rest(&path).into_iter().collect(), value),
            Part::Extension(path, child) => match rest(&path) {
                rest if rest.is_empty() => Part::Node(child),
                rest => Part::Extension(rest.into_iter().collect(), child),
            },
            other => other,
        }
    }

    /// What is behind a nibble.
    fn take_child(&mut self, nibble: u8) -> Part<R> {
        match self {
            Part::Branch(children, _) => {
                let child = children.get_mut(usize::from(nibble)).and_then(Option::take);
                Part::of_child(child)
            }
            Part::Leaf(path, value) if path.as_slice().first() == Some(&nibble) => {
                Part::Leaf(path.clone(), *value).after(1)
            }
            Part::Extension(path, child) if path.as_slice().first() == Some(&nibble) => {
                Part::Extension(path.clone(), child.clone()).after(1)
            }
            _ => Part::Nothing,
        }
    }

    /// The value of the key that ends here.
    fn into_value(self) -> Option<ValueRef> {
        match self {
            Part::Leaf(path, value) if path.as_slice().is_empty() => Some(value),
            Part::Branch(_, value) => value,
            _ => None,
        }
    }
}
