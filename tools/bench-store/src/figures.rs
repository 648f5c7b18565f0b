//! What was measured of one store at one number of keys. Times are microseconds per key.

use crate::Failure;
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// The figures of a store. What a store does not have is `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) store: &'static str,
    pub(crate) keys: u64,
    /// Inserting new keys, up to the root and what is to be kept.
    pub(crate) insert: Option<f64>,
    /// Updating keys, likewise.
    pub(crate) update: Option<f64>,
    /// Updating keys that were not touched before, likewise.
    pub(crate) update_first: Option<f64>,
    /// Updating keys, on all threads.
    pub(crate) update_parallel: Option<f64>,
    /// Deleting keys, likewise.
    pub(crate) delete: Option<f64>,
    /// Reading a key through the trie.
    pub(crate) read: Option<f64>,
    /// Reading a key through the trie, a batch together.
    pub(crate) read_together: Option<f64>,
    /// Reading a key beside the trie.
    pub(crate) flat_read: Option<f64>,
    /// The same on a cache that is far smaller than the state.
    pub(crate) cold_read: Option<f64>,
    pub(crate) cold_flat_read: Option<f64>,
    /// Keeping what an update came to, durably where there is a disk.
    pub(crate) commit: Option<f64>,
    /// Taking away the version before.
    pub(crate) collect: Option<f64>,
    /// Bytes written to disk for each byte of changed keys and values.
    pub(crate) amplification: Option<f64>,
    /// Memory for each key, in bytes.
    pub(crate) memory: Option<f64>,
    /// Loading the state into memory, and the same on all threads.
    pub(crate) load: Option<f64>,
    pub(crate) load_parallel: Option<f64>,
    pub(crate) proofs: Option<Proofs>,
}

/// Figures of proofs of a batch of keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proofs {
    pub(crate) prove: f64,
    pub(crate) verify: f64,
    pub(crate) prove_together: f64,
    pub(crate) verify_together: f64,
    /// Bytes per key.
    pub(crate) size: f64,
    pub(crate) size_together: f64,
}

/// Figures that another program took of nomt.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Nomt {
    pub(crate) keys: u64,
    insert: f64,
    update: f64,
    update_first: f64,
    delete: f64,
    read: f64,
    commit: f64,
    amplification: Option<f64>,
}

impl Nomt {
    pub(crate) fn read(path: &Path) -> Result<Vec<Nomt>, Failure> {
        let text = fs::read_to_string(path);
        let text = text.map_err(|source| Failure::File { path: path.to_owned(), source })?;
        let figures = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        figures.map_err(|source| Failure::Nomt { path: path.to_owned(), source })
    }
}

impl Figures {
    pub(crate) fn of_nomt(nomt: &Nomt) -> Figures {
        Figures {
            store: "nomt",
            keys: nomt.keys,
            insert: Some(nomt.insert),
            update: Some(nomt.update),
            update_first: Some(nomt.update_first),
            delete: Some(nomt.delete),
            read: Some(nomt.read),
            commit: Some(nomt.commit),
            amplification: nomt.amplification,
            ..Figures::default()
        }
    }
}
