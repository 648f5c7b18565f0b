//! A batch of changes on several threads.
//!
//! The trie is cut where the keys of the batch part: branches with many changes below are opened, down to
//! parts with few. What is below a part's root depends on the changes in the part alone, so parts are
//! worked on and hashed apart, each while what it reads is near, and then the opened nodes above them.
//! How a trie is cut follows from the batch and the trie, not from the number of threads.

use super::finish::NewNodes;
use super::node_update::{Kind, Link, NodeUpdate};
use super::{Finished, Trie};
use crate::nibbles::KeyPath;
use crate::node::{EncodedChild, EncodedKind};
use crate::source::{NodeSource, ReadNode, SharedNodeSource, TrieError};
use rayon::prelude::*;
use std::ops::Range;

/// Parts are cut as long as they have more than one of so many parts of the changes.
const PARTS: usize = 64;
/// Parts with so few changes are not cut: opening a node takes as long as some changes.
const SMALL: usize = 32;

/// A change: a key, and its value unless it is taken out.
type Change<K, V> = (K, Option<V>);

/// What is below a child of an opened branch, or the whole trie.
#[derive(Clone, Debug)]
struct Below {
    /// The branch, and the nibble; nothing leads to the root.
    from: Option<(u32, u8)>,
    /// Nibbles of keys up to there.
    depth: usize,
    /// Places of the changes.
    changes: Range<usize>,
}

/// The opened nodes of a trie, and the parts below them.
struct Cut<'t, S: NodeSource> {
    /// Works on the opened nodes, and no others.
    above: NodeUpdate<'t, S>,
    /// The branches among them. They have to stay branches, so that what is below one concerns the others
    /// by its hash and its memory only.
    branches: Vec<u32>,
    /// In the order of keys.
    parts: Vec<(Below, Trie<&'t S>)>,
}

impl<S: SharedNodeSource> Trie<S> {
    /// Puts values under keys, or takes keys out, and hashes; on all threads of the current thread pool of
    /// rayon. Comes to what [`NodeUpdate`] comes to, with any number of threads.
    ///
    /// Changes that are not in the order of keys, each key once, are made one after the other, on this
    /// thread alone. So is a batch that takes out all but one of the keys below a node with many changes.
    ///
    /// # Errors
    /// Those of [`NodeUpdate::insert`], [`NodeUpdate::delete`] and [`NodeUpdate::finish`].
    pub fn change_in_parallel<K, V>(
        &self,
        changes: &[Change<K, V>],
    ) -> Result<Finished<S::Place>, TrieError>
    where
        K: AsRef<[u8]> + Sync,
        V: AsRef<[u8]> + Sync,
    {
        let is_in_order =
            changes.is_sorted_by(|(one, _), (other, _)| one.as_ref() < other.as_ref());
        if is_in_order && changes.len() > SMALL {
            let cut = Cut::of(self, changes)?;
            let parts = cut.parts.par_iter().map(|(below, trie)| {
                let apart = Trie::new(self.source.apart(), trie.root.clone());
                (changed(&apart, below, changes), apart.source)
            });
            let (parts, sources): (Vec<_>, Vec<_>) = parts.unzip();
            self.source.rejoin(sources);
            // Of several errors the first in the order of keys, not the first in time.
            let parts = parts.into_iter().collect::<Result<Vec<_>, TrieError>>()?;
            if let Some(finished) = cut.joined(parts)? {
                return Ok(finished);
            }
        }
        let all = Below { from: None, depth: 0, changes: 0..changes.len() };
        changed(self, &all, changes)
    }
}

/// A part of a trie, changed and hashed.
fn changed<S: NodeSource, K: AsRef<[u8]>, V: AsRef<[u8]>>(
    trie: &Trie<S>,
    below: &Below,
    changes: &[Change<K, V>],
) -> Result<Finished<S::Place>, TrieError> {
    let mut update = trie.update();
    for (key, value) in changes.get(below.changes.clone()).unwrap_or_default() {
        match value {
            Some(value) => update.insert_below(below.depth, key.as_ref(), value.as_ref())?,
            None => update.delete_below(below.depth, key.as_ref())?,
        }
    }
    update.finish()
}

impl<'t, S: NodeSource> Cut<'t, S> {
    /// Cuts a trie for changes in the order of keys.
    fn of<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        trie: &'t Trie<S>,
        changes: &[Change<K, V>],
    ) -> Result<Cut<'t, S>, TrieError> {
        let most = (changes.len() / PARTS).max(SMALL);
        let mut cut = Cut { above: trie.update(), branches: Vec::new(), parts: Vec::new() };
        let mut todo = vec![Below { from: None, depth: 0, changes: 0..changes.len() }];
        while let Some(below) = todo.pop() {
            let root = match below.from {
                None => trie.root.clone(),
                Some((branch, nibble)) => cut.above.child_in_source(branch, nibble)?,
            };
            let opened = match &root {
                Some(root) if below.changes.len() > most => cut.open(root, &below, changes)?,
                _ => None,
            };
            match opened {
                // The first is to be the next.
                Some(parts) => todo.extend(parts.into_iter().rev()),
                None => cut.parts.push((below, Trie::new(&trie.source, root))),
            }
        }
        Ok(cut)
    }

    /// Opens a branch, with the extension before it if there is one, and makes the change of the key that
    /// ends there. Gives what is below with the other changes; `None` if it cannot be opened.
    fn open<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        &mut self,
        node: &S::Ref,
        below: &Below,
        changes: &[Change<K, V>],
    ) -> Result<Option<Vec<Below>>, TrieError> {
        let range = below.changes.clone();
        let changes = changes.get(range.clone()).unwrap_or_default();
        let Some(extended) = self.way_to_branch(node, below.depth, changes)? else {
            return Ok(None);
        };
        let entered = match below.from {
            None => self.above.enter_root()?,
            Some((branch, nibble)) => Some(self.above.enter(branch, Some(nibble))?),
        };
        let Some(mut branch) = entered else { return Ok(None) };
        if extended > 0 {
            branch = self.above.enter(branch, None)?;
        }
        self.branches.push(branch);
        let depth = below.depth + extended;
        let mut start = range.start;
        let mut parts = Vec::new();
        let nibble_of = |(key, _): &Change<K, V>| KeyPath::new(key.as_ref()).after(depth).first();
        for same in changes.chunk_by(|one, other| nibble_of(one) == nibble_of(other)) {
            let changes = start..start + same.len();
            start = changes.end;
            match same.first().map(|first| (nibble_of(first), first)) {
                Some((Some(nibble), _)) => {
                    parts.push(Below { from: Some((branch, nibble)), depth: depth + 1, changes });
                }
                Some((None, (_, value))) => {
                    let value = value.as_ref().map(|value| self.above.new_value(value.as_ref()));
                    self.above.replace_value(branch, value.transpose()?)?;
                }
                None => {}
            }
        }
        Ok(Some(parts))
    }

    /// Nibbles of the extension before a branch, none if the node is the branch; `None` if it is another
    /// node, or a changed key parts from the extension.
    fn way_to_branch<K: AsRef<[u8]>, V>(
        &self,
        node: &S::Ref,
        depth: usize,
        changes: &[Change<K, V>],
    ) -> Result<Option<usize>, TrieError> {
        let source = &self.above.trie.source;
        let node = source.read(node)?;
        Ok(match node.encoded()?.kind() {
            EncodedKind::Leaf(_) => None,
            EncodedKind::Branch(_) => Some(0),
            EncodedKind::Extension(path, hash) => {
                // Where the first and the last of keys in their order go along, all do.
                let mut ends = [changes.first(), changes.last()].into_iter().flatten();
                let go_along =
                    ends.all(|(key, _)| KeyPath::new(key.as_ref()).after(depth).starts_with(path));
                let child = node.child(EncodedChild { position: 0, hash });
                let is_branch =
                    matches!(source.read(&child)?.encoded()?.kind(), EncodedKind::Branch(_));
                (go_along && is_branch && !path.is_empty()).then(|| path.len())
            }
        })
    }

    /// The whole trie, with what its parts came to; `None` if an opened branch would not be a branch.
    fn joined(
        mut self,
        changed: Vec<Finished<S::Place>>,
    ) -> Result<Option<Finished<S::Place>>, TrieError> {
        let len = changed.iter().map(|part| part.new.nodes.len()).sum::<usize>();
        let mut new = NewNodes::with_capacity(len + self.branches.len() * 2);
        for ((below, trie), part) in self.parts.into_iter().zip(changed) {
            let Some((branch, nibble)) = below.from else { return Ok(Some(part)) };
            let root = new.append(part.new, self.above.values.len());
            self.above.values.extend_from_slice(&part.values);
            self.above.removed.extend_from_slice(&part.removed);
            let link = root.map_or(Link::Nothing, Link::Done);
            self.above.replace_stored(branch, nibble, trie.memory_usage()?, link)?;
        }
        let is_branch = |at: &u32| match self.above.kind(*at) {
            Kind::Branch { children, value, .. } => {
                let children = children.iter().filter(|child| **child != Link::Nothing);
                children.count() + usize::from(value.is_some()) > 1
            }
            _ => false,
        };
        if self.branches.iter().all(is_branch) {
            Ok(Some(self.above.finish_behind(new)?))
        } else {
            Ok(None)
        }
    }
}
