//! How many threads work on a chunk.
//!
//! **Invariant:** the result does not depend on it.

use std::num::NonZeroUsize;
use torr_store::source::{SharedNodeSource, TrieError};
use torr_store::trie::{Finished, Trie};

/// Threads that work on chunks, one after the other.
///
/// With one thread everything happens in order on the thread that calls. More are started once and wait
/// for work; wasm32 has only one.
#[derive(Debug, Default)]
pub struct Threads {
    #[cfg(not(target_family = "wasm"))]
    pool: Option<rayon::ThreadPool>,
}

/// Threads cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("{count} threads cannot be started: {reason}; use fewer")]
pub struct ThreadsError {
    /// How many were wanted.
    count: NonZeroUsize,
    /// What the system says.
    reason: String,
}

impl Threads {
    /// The calling thread alone.
    pub const fn one() -> Threads {
        Threads {
            #[cfg(not(target_family = "wasm"))]
            pool: None,
        }
    }

    /// This many threads.
    ///
    /// # Errors
    /// When the system does not start them.
    #[cfg(not(target_family = "wasm"))]
    pub fn new(count: NonZeroUsize) -> Result<Threads, ThreadsError> {
        if count == NonZeroUsize::MIN {
            return Ok(Threads::one());
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count.get()).build();
        let failed =
            |error: rayon::ThreadPoolBuildError| ThreadsError { count, reason: error.to_string() };
        Ok(Threads { pool: Some(pool.map_err(failed)?) })
    }

    /// One thread, whatever is wanted.
    ///
    /// # Errors
    /// None.
    #[cfg(target_family = "wasm")]
    pub fn new(_: NonZeroUsize) -> Result<Threads, ThreadsError> {
        Ok(Threads::one())
    }

    /// How many there are.
    pub fn count(&self) -> NonZeroUsize {
        #[cfg(not(target_family = "wasm"))]
        if let Some(pool) = &self.pool {
            return NonZeroUsize::new(pool.current_num_threads()).unwrap_or(NonZeroUsize::MIN);
        }
        NonZeroUsize::MIN
    }

    /// Does `work` on one of the threads, so that what it shares with the others does not have to wake all
    /// of them.
    pub(crate) fn within<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        #[cfg(not(target_family = "wasm"))]
        if let Some(pool) = &self.pool {
            return pool.install(work);
        }
        work()
    }

    /// Does two things at the same time.
    pub(crate) fn both<A: Send, B: Send>(
        &self,
        one: impl FnOnce() -> A + Send,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        #[cfg(not(target_family = "wasm"))]
        if let Some(pool) = &self.pool {
            return pool.join(one, other);
        }
        (one(), other())
    }

    /// Does `work` for each item, on all threads; the results are in the order of the items.
    pub(crate) fn map<T, R>(&self, items: Vec<T>, work: impl Fn(T) -> R + Sync + Send) -> Vec<R>
    where
        T: Send,
        R: Send,
    {
        #[cfg(not(target_family = "wasm"))]
        if let Some(pool) = &self.pool {
            use rayon::iter::{IntoParallelIterator, ParallelIterator};
            return pool.install(|| items.into_par_iter().map(work).collect());
        }
        items.into_iter().map(work).collect()
    }

    /// A trie with changes, which are in the order of keys.
    pub(crate) fn change<S>(
        &self,
        trie: &Trie<S>,
        changes: Vec<(&[u8], Option<&[u8]>)>,
    ) -> Result<Finished<S::Place>, TrieError>
    where
        S: SharedNodeSource,
    {
        #[cfg(not(target_family = "wasm"))]
        if let Some(pool) = &self.pool {
            return pool.install(|| trie.change_in_parallel(&changes));
        }
        let mut update = trie.update();
        for (key, value) in changes {
            match value {
                Some(value) => update.insert(key, value)?,
                None => update.delete(key)?,
            }
        }
        update.finish()
    }
}
