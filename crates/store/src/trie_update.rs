//! Changes to a trie while they may still be taken back.
//!
//! A receipt that fails leaves nothing: its changes are rolled back to where it began. So changes are
//! kept beside the trie, over which they are read, and with them what they replaced.

#[cfg(not(target_family = "wasm"))]
use crate::source::SharedNodeSource;
use crate::source::{NodeSource, TrieError};
use crate::trie::{Entry, Finished, Trie, TrieIterator};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

/// A changed value; `None` if its key was removed.
type Changed = Option<Arc<[u8]>>;

/// A trie with changes that are not in it yet.
#[derive(Debug)]
pub struct TrieUpdate<'t, S: NodeSource> {
    trie: &'t Trie<S>,
    changes: BTreeMap<Vec<u8>, Changed>,
    /// What each change replaced among the changes, in their order.
    replaced: Vec<(Vec<u8>, Option<Changed>)>,
}

/// A point to which changes can be rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[must_use]
pub struct Checkpoint(usize);

impl<'t, S: NodeSource> TrieUpdate<'t, S> {
    /// No changes yet.
    pub fn new(trie: &'t Trie<S>) -> TrieUpdate<'t, S> {
        TrieUpdate { trie, changes: BTreeMap::new(), replaced: Vec::new() }
    }

    /// The trie without the changes.
    pub fn trie(&self) -> &'t Trie<S> {
        self.trie
    }

    /// The value under a key, as changed. Touches the trie only if the key was not changed.
    ///
    /// # Errors
    /// When the trie cannot be read.
    pub fn get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, TrieError> {
        match self.changes.get(key) {
            Some(changed) => Ok(changed.clone()),
            None => self.trie.get(key),
        }
    }

    /// Whether there is a value under a key, as changed. The value itself is not read.
    ///
    /// # Errors
    /// When the trie cannot be read.
    pub fn contains(&self, key: &[u8]) -> Result<bool, TrieError> {
        match self.changes.get(key) {
            Some(changed) => Ok(changed.is_some()),
            None => self.trie.contains(key),
        }
    }

    /// Puts a value under a key.
    pub fn set(&mut self, key: Vec<u8>, value: impl Into<Arc<[u8]>>) {
        self.change(key, Some(value.into()));
    }

    /// Takes a key out, if it is there.
    pub fn remove(&mut self, key: Vec<u8>) {
        self.change(key, None);
    }

    fn change(&mut self, key: Vec<u8>, changed: Changed) {
        let replaced = self.changes.insert(key.clone(), changed);
        self.replaced.push((key, replaced));
    }

    /// The point that has been reached.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.replaced.len())
    }

    /// Takes back all changes since a checkpoint. Takes time for each of them. Checkpoints behind it are
    /// of no use then; rolling back to one does nothing.
    pub fn roll_back(&mut self, Checkpoint(len): Checkpoint) {
        for (key, replaced) in self.replaced.drain(len.min(self.replaced.len())..).rev() {
            match replaced {
                Some(changed) => self.changes.insert(key, changed),
                None => self.changes.remove(&key),
            };
        }
    }

    /// The changes, in the order of keys.
    pub fn changes(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.changes.iter().map(|(key, changed)| (&key[..], changed.as_deref()))
    }

    /// The keys that begin with a prefix, with their values, as changed, in the order of keys.
    ///
    /// # Errors
    /// When a node on the way to the first of them cannot be read.
    pub fn iter_prefix<'u>(
        &'u self,
        prefix: &'u [u8],
    ) -> Result<impl Iterator<Item = Result<Entry, TrieError>>, TrieError> {
        let mut of_trie = self.trie.iter();
        of_trie.seek(Bound::Included(prefix))?;
        let of_changes = self.changes.range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded));
        let merged = Merged { of_trie: of_trie.peekable(), of_changes: of_changes.peekable() };
        Ok(merged.take_while(move |entry| {
            entry.as_ref().map_or(true, |(key, _)| key.starts_with(prefix))
        }))
    }

    /// The trie with all changes, hashed. The order of keys decides the order of the work, so that what
    /// is read for it does not depend on the order of changes.
    ///
    /// # Errors
    /// When the trie cannot be read, or a value is too long.
    pub fn finish(&self) -> Result<Finished<S::Place>, TrieError> {
        let mut update = self.trie.update();
        for (key, changed) in &self.changes {
            match changed {
                Some(value) => update.insert(key, value)?,
                None => update.delete(key)?,
            }
        }
        update.finish()
    }

    /// Does what [`TrieUpdate::finish`] does, on all threads of the current thread pool of rayon.
    ///
    /// # Errors
    /// Those of [`TrieUpdate::finish`].
    #[cfg(not(target_family = "wasm"))]
    pub fn finish_in_parallel(&self) -> Result<Finished<S::Place>, TrieError>
    where
        S: SharedNodeSource,
    {
        self.trie.change_in_parallel(&self.changes().collect::<Vec<_>>())
    }
}

/// What a trie has, with changes over it.
struct Merged<'u, S: NodeSource> {
    of_trie: Peekable<TrieIterator<'u, S>>,
    of_changes: Peekable<btree_map::Range<'u, Vec<u8>, Changed>>,
}

impl<S: NodeSource> Iterator for Merged<'_, S> {
    type Item = Result<Entry, TrieError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.of_trie.peek(), self.of_changes.peek()) {
                (None, None) => return None,
                (Some(Ok((key, _))), Some((changed, _))) => key.cmp(changed),
                (Some(_), _) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
            };
            if order == Ordering::Less {
                return self.of_trie.next();
            }
            if order == Ordering::Equal {
                self.of_trie.next();
            }
            if let Some((key, Some(value))) = self.of_changes.next() {
                return Some(Ok((key.clone(), Arc::clone(value))));
            }
        }
    }
}
