//! A batch of changes on several threads.
//!
//! The trie is cut where the keys of the batch part: branches with many changes below are opened, down to
//! parts with few. What is below a part's root depends on the changes in the part alone, so parts are
//! worked on and hashed apart, each while what it reads is near, and then the opened nodes above them.
//! How a trie is cut follows from the batch and the trie, not from the number of threads.

use super::finish::NewNodes;
use super::node_update::{Kind, Link, NodeUpdate};
use super::{EMPTY_ROOT, Finished, Trie};
use crate::node::{CHILDREN, EncodedKind};
use crate::source::{NodeSource, ReadNode, TrieError};
use rayon::prelude::*;
use std::ops::Range;

/// Parts are cut as long as they have more than one of so many parts of the changes.
const PARTS: usize = 64;
/// Parts with so few changes are not cut: opening a node takes as long as some changes.
const SMALL: usize = 32;

/// What is below a node that is opened, or the whole trie.
struct Below {
    /// What leads there: the opened node, and the nibble if it is a branch. None leads to the root.
    from: Option<(u32, Option<u8>)>,
    /// Nibbles of keys up to there.
    depth: usize,
    /// Places of the changes.
    changes: Range<usize>,
}

/// The opened nodes of a trie, and the parts below them.
struct Cut<'t, S: NodeSource> {
    /// Has the opened nodes, and no others.
    above: NodeUpdate<'t, S>,
    /// Branches among them.
    branches: Vec<u32>,
    /// In the order of keys.
    parts: Vec<(Below, Trie<&'t S>)>,
}

impl<S> Trie<S>
where
    S: NodeSource + Sync,
    S::Ref: Send + Sync,
    S::Node: Sync,
    S::Place: Send,
{
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
        changes: &[(K, Option<V>)],
    ) -> Result<Finished<S::Place>, TrieError>
    where
        K: AsRef<[u8]> + Sync,
        V: AsRef<[u8]> + Sync,
    {
        let is_in_order = changes.is_sorted_by(|(one, _), (other, _)| one.as_ref() < other.as_ref());
        if is_in_order && changes.len() > SMALL {
            let cut = Cut::of(self, changes)?;
            let parts = cut.parts.par_iter().map(|(below, trie)| changed(trie, below, changes));
            let parts = parts.collect::<Result<Vec<_>, TrieError>>()?;
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
    changes: &[(K, Option<V>)],
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
        changes: &[(K, Option<V>)],
    ) -> Result<Cut<'t, S>, TrieError> {
        let most = (changes.len() / PARTS).max(SMALL);
        let mut cut = Cut { above: trie.update(), branches: Vec::new(), parts: Vec::new() };
        let mut todo = vec![Below { from: None, depth: 0, changes: 0..changes.len() }];
        while let Some(below) = todo.pop() {
            let first = todo.len();
            if below.changes.len() > most && cut.open(&below, changes, &mut todo)? {
                // The first is to be the next.
                todo.get_mut(first..).unwrap_or_default().reverse();
                continue;
            }
            let root = match below.from {
                None => trie.root.clone(),
                Some((parent, nibble)) => cut.above.reference(parent, nibble)?,
            };
            cut.parts.push((below, Trie::new(&trie.source, root)));
        }
        Ok(cut)
    }

    /// Opens a node if it can be; what is below it with changes is added to `todo`, in the order of keys.
    fn open<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        &mut self,
        below: &Below,
        changes: &[(K, Option<V>)],
        todo: &mut Vec<Below>,
    ) -> Result<bool, TrieError> {
        let at = match below.from {
            None => self.above.enter_root()?,
            Some((parent, nibble)) => self.above.enter(parent, nibble)?,
        };
        Ok(true)
    }
}
