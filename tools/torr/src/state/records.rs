//! States as the protocol's records: an array of JSON objects, as in genesis files.
//!
//! Records come in the order of keys, but for delayed receipts, which come in the order of their queue.
//! A record stands on a line, so that files can be compared.

mod import;

pub(super) use import::import;
pub(crate) use import::import_wanted;

use crate::progress::Progress;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use torr_primitives::receipt::QueueIndices;
use torr_primitives::state_record::{InvalidStateEntry, InvalidStateRecord, RecordForm};
use torr_primitives::trie_key::Column;
use torr_primitives::{StateRecord, TrieKey};
use torr_store::shard_state::StateError;
use torr_store::source::{NodeSource, TrieError};
use torr_store::trie::Trie;

/// Why records cannot be written, read or imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordsError {
    /// The state has what no record says.
    #[error(
        "the state has {lost}, which the protocol has no records for; export with --format state, or \
         leave that out by --lossy"
    )]
    Lossy {
        /// Of which kinds, and how many.
        lost: String,
    },
    /// An entry of the state is none that the protocol has.
    #[error("key 0x{}: {source}; export with --format state", hex::encode(key))]
    Entry {
        /// The key.
        key: Vec<u8>,
        /// Why.
        source: InvalidStateEntry,
    },
    /// The queue of delayed receipts is not whole.
    #[error(
        "the state has no delayed receipt {index}, though its queue does; export with --format state"
    )]
    Queue {
        /// Its place.
        index: u64,
    },
    /// Delayed receipts are not in their queue.
    #[error(
        "the state has {found} delayed receipts, but {queued} in their queue; export with --format state"
    )]
    NotQueued {
        /// Those that are there.
        found: u64,
        /// Those in the queue.
        queued: u64,
    },
    /// The file cannot be read or written.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The file is not what it has to be.
    #[error("{0}; correct the file, then go on with what was imported")]
    Json(#[from] serde_json::Error),
    /// A record is too long.
    #[error("a record has more than {limit} bytes, so this is no list of records")]
    TooLong {
        /// The most that one can have.
        limit: u64,
    },
    /// A record has no place in a state.
    #[error("record {number}: {source}")]
    Record {
        /// Which, from 1.
        number: u64,
        /// Why.
        source: InvalidStateRecord,
    },
    /// Two records are of the same thing.
    #[error("record {number} is of what another is of: {key}; take one of them out")]
    Twice {
        /// The later one, from 1.
        number: u64,
        /// The key of both.
        key: String,
    },
    /// A receipt is postponed that waits for nothing.
    #[error(
        "postponed receipt {receipt_id} waits for no result that is not there; take it out, or make it \
         a delayed receipt"
    )]
    WaitsForNothing {
        /// Its id.
        receipt_id: torr_crypto::hash::CryptoHash,
    },
    /// The state cannot be changed.
    #[error(transparent)]
    State(#[from] StateError),
    /// The state cannot be read.
    #[error(transparent)]
    Trie(#[from] TrieError),
}

/// What became of a state that was written as records.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Summary {
    /// Records.
    pub(super) records: u64,
    /// Of them, delayed receipts, which get new places in their queue.
    pub(super) requeued: u64,
    /// Entries that records imply.
    pub(super) implied: u64,
    /// Entries that are left out, by kind.
    pub(super) lost: BTreeMap<String, u64>,
}

/// How many entries there are, by kind, that no record says.
pub(super) fn lost<S: NodeSource>(trie: &Trie<S>) -> Result<BTreeMap<String, u64>, RecordsError> {
    let mut lost = BTreeMap::new();
    for column in Column::ALL {
        for entry in trie.iter_prefix(&[column as u8])? {
            let (key, _) = entry?;
            // Of a column, all keys are lost or none is.
            if RecordForm::of(&parsed(&key)?) != RecordForm::Absent {
                break;
            }
            *lost.entry(format!("{column:?}")).or_default() += 1;
        }
    }
    Ok(lost)
}

/// For a message.
pub(super) fn lost_text(lost: &BTreeMap<String, u64>) -> String {
    let parts: Vec<_> = lost.iter().map(|(kind, count)| format!("{count} of {kind}")).collect();
    parts.join(", ")
}

fn parsed(key: &[u8]) -> Result<TrieKey, RecordsError> {
    TrieKey::parse(key).map_err(|error| entry_error(key, error.into()))
}

fn entry_error(key: &[u8], source: InvalidStateEntry) -> RecordsError {
    RecordsError::Entry { key: key.to_vec(), source }
}

/// Writes all of a state that has records, and counts it.
pub(super) fn write<S: NodeSource>(
    trie: &Trie<S>,
    file: &mut impl Write,
    summary: &mut Summary,
    progress: &Progress,
) -> Result<(), RecordsError> {
    let mut writing = Writing { file, summary, progress };
    let (mut queued, mut delayed) = (0, 0);
    for entry in trie.iter() {
        let (key, value) = entry?;
        let parsed = parsed(&key)?;
        match (RecordForm::of(&parsed), &parsed) {
            (RecordForm::Implied, TrieKey::DelayedReceiptIndices) => {
                writing.summary.implied += 1;
                let indices: QueueIndices = borsh::from_slice(&value)?;
                queued = indices.len();
                writing.queue(trie, indices)?;
            }
            (RecordForm::Requeued, _) => delayed += 1,
            (RecordForm::Whole, _) => writing.entry(&key, &value)?,
            (RecordForm::Implied, _) => writing.summary.implied += 1,
            // Counted before.
            (RecordForm::Absent, _) => {}
        }
    }
    if queued != delayed {
        return Err(RecordsError::NotQueued { found: delayed, queued });
    }
    writing.end()
}

/// An array that is written.
struct Writing<'f, W> {
    file: &'f mut W,
    summary: &'f mut Summary,
    progress: &'f Progress,
}

impl<W: Write> Writing<'_, W> {
    /// The delayed receipts, in their order.
    fn queue<S: NodeSource>(
        &mut self,
        trie: &Trie<S>,
        indices: QueueIndices,
    ) -> Result<(), RecordsError> {
        for index in indices.first_index..indices.next_available_index {
            let key = TrieKey::DelayedReceipt { index }.to_bytes();
            let value = trie.get(&key)?.ok_or(RecordsError::Queue { index })?;
            self.entry(&key, &value)?;
            self.summary.requeued += 1;
        }
        Ok(())
    }

    fn entry(&mut self, key: &[u8], value: &[u8]) -> Result<(), RecordsError> {
        let record = StateRecord::of(key, value).map_err(|error| entry_error(key, error))?;
        let Some(record) = record else { return Ok(()) };
        let start = if self.summary.records == 0 { "[\n" } else { ",\n" };
        self.file.write_all(start.as_bytes())?;
        serde_json::to_writer(&mut *self.file, &record)?;
        self.summary.records += 1;
        self.progress.advance(1);
        Ok(())
    }

    fn end(self) -> Result<(), RecordsError> {
        let end = if self.summary.records == 0 { "[]\n" } else { "\n]\n" };
        Ok(self.file.write_all(end.as_bytes())?)
    }
}
