//! Going through a trie in the order of its keys.

use super::{EMPTY_EXTENSION, Entry, Trie};
use crate::nibbles::{Nibbles, key_of};
use crate::node::{EncodedChild, EncodedKind, ValueRef};
use crate::source::{NodeSource, ReadNode, TrieError};
use std::cmp::Ordering;
use std::ops::Bound;

/// Keys with their values, in the order of the keys.
///
/// It holds a node for each place on the way to where it is. After an error it ends.
#[derive(Debug)]
pub struct TrieIterator<'t, S: NodeSource> {
    trie: &'t Trie<S>,
    /// The way to where it is, as nibbles.
    path: Vec<u8>,
    /// What is still to be done on the way, the next thing last.
    todo: Vec<Todo<S>>,
}

#[derive(Debug)]
enum Todo<S: NodeSource> {
    /// Go through the trie below a node, which is led to by these nibbles from where `path` is then.
    Enter { depth: usize, by: Nibbles, node: S::Ref },
    /// Tell of a value, whose key ends so many nibbles from the root, after these.
    Value { depth: usize, by: Nibbles, node: S::Node, value: ValueRef },
}

impl<'t, S: NodeSource> TrieIterator<'t, S> {
    pub(super) fn new(trie: &'t Trie<S>) -> TrieIterator<'t, S> {
        let mut iterator = TrieIterator { trie, path: Vec::new(), todo: Vec::new() };
        iterator.restart();
        iterator
    }

    fn restart(&mut self) {
        self.path.clear();
        let root = self.trie.root.clone();
        let enter = |node| Todo::Enter { depth: 0, by: Nibbles::default(), node };
        self.todo = root.map(enter).into_iter().collect();
    }

    /// Goes on with the first key that is not below the bound. Takes a node for each place where the
    /// bound parts from other keys.
    ///
    /// # Errors
    /// When a node cannot be read.
    pub fn seek(&mut self, bound: Bound<&[u8]>) -> Result<(), TrieError> {
        self.restart();
        let (key, is_included) = match bound {
            Bound::Unbounded => return Ok(()),
            Bound::Included(key) => (key, true),
            Bound::Excluded(key) => (key, false),
        };
        let target = Nibbles::of_key(key);
        while let Some(todo) = self.todo.pop() {
            let path = self.path_of(&todo);
            let stays = match &todo {
                Todo::Value { .. } => match path.as_slice().cmp(target.as_slice()) {
                    Ordering::Less => false,
                    Ordering::Equal => is_included,
                    Ordering::Greater => true,
                },
                // What begins like the target may hold it; all else is before or after it.
                Todo::Enter { .. } if target.as_slice().starts_with(path.as_slice()) => {
                    self.expand(todo)?;
                    continue;
                }
                Todo::Enter { .. } => path.as_slice() > target.as_slice(),
            };
            if stays {
                self.todo.push(todo);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Goes on with the first key that begins with the prefix, and ends after the last of them. Reads
    /// no node but those on the way to the prefix and those below it.
    ///
    /// # Errors
    /// When a node cannot be read.
    pub fn seek_prefix(&mut self, prefix: &[u8]) -> Result<(), TrieError> {
        self.seek(Bound::Included(prefix))?;
        let prefix = Nibbles::of_key(prefix);
        let mut todo = std::mem::take(&mut self.todo);
        todo.retain(|todo| self.path_of(todo).as_slice().starts_with(prefix.as_slice()));
        self.todo = todo;
        Ok(())
    }

    fn path_of(&self, todo: &Todo<S>) -> Nibbles {
        let (Todo::Enter { depth, by, .. } | Todo::Value { depth, by, .. }) = todo;
        Nibbles::of_parts(self.path.get(..*depth).unwrap_or_default(), by.as_slice())
    }

    /// Reads a node and puts what it holds in its place.
    fn expand(&mut self, todo: Todo<S>) -> Result<(), TrieError> {
        let (Todo::Enter { depth, ref by, .. } | Todo::Value { depth, ref by, .. }) = todo;
        self.path.truncate(depth);
        self.path.extend_from_slice(by.as_slice());
        let depth = self.path.len();
        let Todo::Enter { node, .. } = todo else { return Ok(()) };
        let node = self.trie.source.read(&node)?;
        let encoded = node.encoded()?;
        match encoded.kind() {
            EncodedKind::Leaf(path) => {
                self.todo.extend(encoded.value().map(|value| Todo::Value {
                    depth,
                    by: path.nibbles().collect(),
                    node: node.clone(),
                    value,
                }));
            }
            EncodedKind::Extension(path, _) if path.is_empty() => return Err(EMPTY_EXTENSION),
            EncodedKind::Extension(path, hash) => {
                let child = node.child(EncodedChild { position: 0, hash });
                self.todo.push(Todo::Enter { depth, by: path.nibbles().collect(), node: child });
            }
            EncodedKind::Branch(children) => {
                let first = self.todo.len();
                if let Some(value) = encoded.value() {
                    let by = Nibbles::default();
                    self.todo.push(Todo::Value { depth, by, node: node.clone(), value });
                }
                self.todo.extend(children.iter().map(|(nibble, child)| {
                    let by = Nibbles::of_slice(&[nibble]);
                    Todo::Enter { depth, by, node: node.child(child) }
                }));
                // The first thing to do comes last.
                self.todo.get_mut(first..).unwrap_or_default().reverse();
            }
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<Option<Entry>, TrieError> {
        while let Some(todo) = self.todo.pop() {
            if let Todo::Value { node, value, .. } = &todo {
                let key = key_of(self.path_of(&todo).as_slice());
                let what = "a key ends in the middle of a byte";
                let key = key.ok_or(TrieError::Inconsistent { what })?;
                return Ok(Some((key, self.trie.source.value(node, value)?)));
            }
            self.expand(todo)?;
        }
        Ok(None)
    }
}

impl<S: NodeSource> Iterator for TrieIterator<'_, S> {
    type Item = Result<Entry, TrieError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance().transpose();
        if let Some(Err(_)) = next {
            self.todo.clear();
        }
        next
    }
}
