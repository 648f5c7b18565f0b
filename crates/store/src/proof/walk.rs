//! Going from the root to many keys at once: down, children by nibble, and only where a key leads.
//!
//! The order in which nodes are met is that of the nodes in a proof, so proving and verifying go the same
//! way. A node may be met on several ways, if subtries are equal.
//!
//! **Invariant:** a visit of a node takes a step or more of each of its keys, so the work is bounded by
//! the keys, however many ways the nodes make.

use crate::nibbles::{KeyPath, PackedPath};
use crate::node::{EncodedChild, EncodedChildren, EncodedKind, EncodedNode, ValueRef};
use std::ops::Range;
use std::slice;

/// A walk to keys, and what it found.
#[derive(Debug)]
pub(super) struct Walk<'k, R> {
    /// The keys in their order, each with its place among those that were asked for.
    keys: Vec<(&'k [u8], usize)>,
    /// What is under the keys, in the order in which they were asked for.
    found: Vec<Option<ValueRef>>,
    /// Nodes that are still to be visited, the next one last. No key is on the way to two of them.
    todo: Vec<Visit<R>>,
}

/// A node, and the keys whose way leads there.
#[derive(Debug)]
pub(super) struct Visit<R> {
    pub(super) node: R,
    /// Which of the walk's keys; never none.
    keys: Range<usize>,
    /// Nibbles of the keys that lead there.
    depth: usize,
}

/// An extension that takes no nibble: a way along it might never end.
#[derive(Debug)]
pub(super) struct Endless;

impl<'k, R> Walk<'k, R> {
    /// A walk from a root, if there is one, to keys in any order.
    pub(super) fn new<K: AsRef<[u8]>>(root: Option<R>, keys: &'k [K]) -> Walk<'k, R> {
        let mut keys: Vec<_> = keys.iter().map(AsRef::as_ref).zip(0..).collect();
        keys.sort_unstable();
        let root = root.filter(|_| !keys.is_empty());
        let visit = |node| Visit { node, keys: 0..keys.len(), depth: 0 };
        Walk { todo: root.map(visit).into_iter().collect(), found: vec![None; keys.len()], keys }
    }

    /// The next node.
    pub(super) fn next_visit(&mut self) -> Option<Visit<R>> {
        self.todo.pop()
    }

    /// Goes on from a node that was to be visited, where `below` says what leads to a child.
    ///
    /// # Errors
    /// When it is an extension that extends nothing.
    pub(super) fn go_on<'b>(
        &mut self,
        visit: Visit<R>,
        node: &EncodedNode<'b>,
        below: impl Fn(EncodedChild<'b>) -> R,
    ) -> Result<(), Endless> {
        let value = node.value();
        match node.kind() {
            EncodedKind::Leaf(path) => self.end(&visit, path, value),
            EncodedKind::Branch(children) => self.part(&visit, children, value, below),
            EncodedKind::Extension(path, _) if path.is_empty() => return Err(Endless),
            EncodedKind::Extension(path, hash) => {
                self.go_along(&visit, path, below(EncodedChild { position: 0, hash }));
            }
        }
        Ok(())
    }

    /// At a leaf, all keys end.
    fn end(&mut self, visit: &Visit<R>, path: PackedPath<'_>, value: Option<ValueRef>) {
        for key in self.keys.get(visit.keys.clone()).unwrap_or_default() {
            if KeyPath::new(key.0).after(visit.depth).is(path) {
                note(&mut self.found, slice::from_ref(key), value);
            }
        }
    }

    /// At a branch, keys part by their next nibble, if they have one.
    fn part<'b>(
        &mut self,
        visit: &Visit<R>,
        children: EncodedChildren<'b>,
        value: Option<ValueRef>,
        below: impl Fn(EncodedChild<'b>) -> R,
    ) {
        let Visit { keys: range, depth, .. } = visit;
        let keys = self.keys.get(range.clone()).unwrap_or_default();
        let next = |(key, _): &(&[u8], usize)| KeyPath::new(key).after(*depth).first();
        let mut end = range.end;
        // Backwards, so that the child with the lowest nibble is visited next.
        for group in keys.chunk_by(|one, other| next(one) == next(other)).rev() {
            let start = end - group.len();
            match group.first().and_then(next) {
                None => note(&mut self.found, group, value),
                Some(nibble) => {
                    let child = children.at(nibble).map(&below);
                    let keys = start..end;
                    self.todo.extend(child.map(|node| Visit { node, keys, depth: depth + 1 }));
                }
            }
            end = start;
        }
    }

    /// Along an extension, those keys go on that begin like it. They stand together.
    fn go_along(&mut self, visit: &Visit<R>, path: PackedPath<'_>, node: R) {
        let Visit { keys: range, depth, .. } = visit;
        let keys = self.keys.get(range.clone()).unwrap_or_default();
        let goes = |(key, _): &&(&[u8], usize)| KeyPath::new(key).after(*depth).starts_with(path);
        let before = keys.iter().take_while(|key| !goes(key)).count();
        let start = range.start + before;
        let keys = start..start + keys.iter().skip(before).take_while(goes).count();
        if !keys.is_empty() {
            self.todo.push(Visit { node, keys, depth: depth + path.len() });
        }
    }

    /// What is under the keys, in the order in which they were asked for. Keys whose way ended early have
    /// nothing.
    pub(super) fn into_found(self) -> Vec<Option<ValueRef>> {
        self.found
    }
}

/// Notes what is under keys that end.
fn note(found: &mut [Option<ValueRef>], keys: &[(&[u8], usize)], value: Option<ValueRef>) {
    for (_, place) in keys {
        if let Some(found) = found.get_mut(*place) {
            *found = value;
        }
    }
}
