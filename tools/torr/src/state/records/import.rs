//! Reading records into a shard, in steps, one record in memory at a time and the entries of a step.
//!
//! What follows from all records together comes last: which postponed receipt waits for which results, and
//! how long the queue of delayed receipts is. An import that was interrupted reads the file from its
//! beginning, and goes on behind the records that were taken in, if they are the same.

use super::RecordsError;
use crate::state::key::name_of;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::{QueueIndices, Receipt, ReceiptBody, StoredReceipt};
use torr_primitives::state_record::RecordEntry;
use torr_primitives::{AccountId, StateRecord, TrieKey};
use torr_store::shard_state::{ImportPosition, ShardState, StateError, Version};

/// Most bytes of a record: several times what the longest contract takes in base64.
const LONGEST_RECORD: u64 = 64 << 20;

/// A step ends when its entries have so many bytes, or are so many.
const STEP_BYTES: usize = 8 << 20;
const STEP_ENTRIES: usize = 20_000;

/// What tells imports of records from those of other things.
const SOURCE: &[u8] = b"torr state records 1";

/// Makes the state that a file of records says the first version of a shard that has none.
pub(crate) fn import(
    file: impl Read,
    state: &ShardState,
    expected_root: Option<CryptoHash>,
    height: u64,
) -> Result<Version, RecordsError> {
    import_wanted(file, state, &|_| true, expected_root, height)
}

/// The same, of the records that are wanted: a genesis file has those of all shards.
pub(crate) fn import_wanted(
    file: impl Read,
    state: &ShardState,
    is_wanted: &dyn Fn(&StateRecord) -> bool,
    expected_root: Option<CryptoHash>,
    height: u64,
) -> Result<Version, RecordsError> {
    let begun = state.begin_import(CryptoHash::of(SOURCE))?;
    let mut intake = Intake::new(state, is_wanted, begun);
    read(file, &mut intake)?;
    let at = intake.end()?;
    match state.finish_import(&at, expected_root, height) {
        Err(error @ StateError::OtherContent { .. }) => {
            while state.collect(usize::MAX)? == torr_store::shard_state::Collection::Unfinished {}
            Err(error.into())
        }
        finished => Ok(finished?),
    }
}

/// Hands the records of a file over, one by one. A file is an array of records, or an object with one as
/// its field `records`, as a whole genesis file is.
fn read(file: impl Read, intake: &mut Intake<'_>) -> Result<(), RecordsError> {
    let left = Rc::new(Cell::new(LONGEST_RECORD));
    let reader = Bounded { reader: BufReader::new(file), left: Rc::clone(&left) };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut failure = None;
    let read = Records { intake, left: &left, failure: &mut failure }.deserialize(&mut json);
    let read = read.and_then(|()| json.end());
    match (failure, read) {
        (Some(failure), _) => Err(failure),
        (None, Err(_)) if left.get() == 0 => Err(RecordsError::TooLong { limit: LONGEST_RECORD }),
        (None, read) => Ok(read?),
    }
}

/// A reader that fails when a record is too long.
struct Bounded<R> {
    reader: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::other("a record is too long"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let len = self.reader.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left.set(left.saturating_sub(len as u64));
        Ok(len)
    }
}

/// The records that are read. What fails besides JSON goes into `failure`.
struct Records<'r, 's> {
    intake: &'r mut Intake<'s>,
    left: &'r Cell<u64>,
    failure: &'r mut Option<RecordsError>,
}

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The same, where only an array may be.
struct Array<'r, 's>(Records<'r, 's>);

impl<'de> DeserializeSeed<'de> for Array<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self.0)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records, or an object with one as its field `records`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some(record) = records.next_element::<StateRecord>()? {
            self.left.set(LONGEST_RECORD);
            if let Err(failure) = self.intake.take(record) {
                *self.failure = Some(failure);
                return Err(serde::de::Error::custom("the record cannot be imported"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut is_there = false;
        while let Some(name) = fields.next_key::<String>()? {
            self.left.set(LONGEST_RECORD);
            if name != "records" {
                fields.next_value::<IgnoredAny>()?;
                continue;
            }
            if is_there {
                return Err(serde::de::Error::duplicate_field("records"));
            }
            is_there = true;
            let (intake, left) = (&mut *self.intake, self.left);
            let records = Records { intake, left, failure: &mut *self.failure };
            fields.next_value_seed(Array(records))?;
        }
        if is_there { Ok(()) } else { Err(serde::de::Error::missing_field("records")) }
    }
}

/// Records on their way into a state.
struct Intake<'s> {
    state: &'s ShardState,
    is_wanted: &'s dyn Fn(&StateRecord) -> bool,
    /// Records of the file so far.
    records: u64,
    /// How far the state is.
    at: ImportPosition,
    /// How far the file is: records that are wanted, and what they were.
    parts: u64,
    hash: CryptoHash,
    /// Entries of this step.
    step: BTreeMap<Vec<u8>, Vec<u8>>,
    step_bytes: usize,
    delayed: u64,
    postponed: Vec<Postponed>,
}

/// A receipt that waits for results.
struct Postponed {
    receiver_id: AccountId,
    receipt_id: CryptoHash,
    input_data_ids: Vec<CryptoHash>,
}

impl<'s> Intake<'s> {
    fn new(
        state: &'s ShardState,
        is_wanted: &'s dyn Fn(&StateRecord) -> bool,
        at: ImportPosition,
    ) -> Intake<'s> {
        Intake {
            state,
            is_wanted,
            records: 0,
            at,
            parts: 0,
            hash: at.source,
            step: BTreeMap::new(),
            step_bytes: 0,
            delayed: 0,
            postponed: Vec::new(),
        }
    }

    fn take(&mut self, record: StateRecord) -> Result<(), RecordsError> {
        self.records += 1;
        let number = self.records;
        if !(self.is_wanted)(&record) {
            return Ok(());
        }
        if let StateRecord::PostponedReceipt(receipt) = &record {
            self.postponed.push(Postponed::of(receipt));
        }
        let entry = record.into_entry();
        let entry = entry.map_err(|source| RecordsError::Record { number, source })?;
        let (key, value) = match entry {
            RecordEntry::Keyed { key, value } => (key, value),
            RecordEntry::Delayed(receipt) => {
                let index = self.delayed;
                self.delayed += 1;
                let stored = StoredReceipt::Plain(*receipt);
                (TrieKey::DelayedReceipt { index }, borsh::to_vec(&stored)?)
            }
        };
        let bytes = key.to_bytes();
        if self.move_on(&bytes, &value)? {
            return Ok(());
        }
        if self.step.contains_key(&bytes) || self.state.imported(&bytes)?.is_some() {
            let key = name_of(&key).unwrap_or_else(|| format!("0x{}", hex::encode(bytes)));
            return Err(RecordsError::Twice { number, key });
        }
        self.put(bytes, value);
        if self.step_bytes >= STEP_BYTES || self.step.len() >= STEP_ENTRIES {
            self.flush()?;
        }
        Ok(())
    }

    /// Notes a part of the file. Says whether it was taken in before.
    fn move_on(&mut self, key: &[u8], value: &[u8]) -> Result<bool, StateError> {
        let lengths = [key.len() as u64, value.len() as u64].map(u64::to_le_bytes);
        let part = [self.hash.as_bytes(), lengths.as_flattened(), key, value].concat();
        self.parts += 1;
        self.hash = CryptoHash::of(&part);
        if self.parts == self.at.parts && self.hash != self.at.hash {
            return Err(StateError::OtherImport);
        }
        Ok(self.parts <= self.at.parts)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.step_bytes = self.step_bytes.saturating_add(key.len()).saturating_add(value.len());
        self.step.insert(key, value);
    }

    /// Takes in what has come since the last time.
    fn flush(&mut self) -> Result<(), RecordsError> {
        if self.parts > self.at.parts {
            let to = ImportPosition { parts: self.parts, hash: self.hash, ..self.at };
            let entries = self.step.iter().map(|(key, value)| (&key[..], &value[..]));
            self.state.import_part(&self.at, to, entries)?;
            self.at = to;
        }
        self.step.clear();
        self.step_bytes = 0;
        Ok(())
    }

    /// Takes in the rest, and what follows from all records. It counts as one more part.
    fn end(mut self) -> Result<ImportPosition, RecordsError> {
        self.flush()?;
        if !self.move_on(b"implied", &[])? {
            for (key, value) in self.implied()? {
                self.put(key.to_bytes(), value);
            }
            self.flush()?;
        }
        // More was taken in than the file has.
        if self.at.parts > self.parts { Err(StateError::OtherImport.into()) } else { Ok(self.at) }
    }

    fn implied(&self) -> Result<Vec<(TrieKey, Vec<u8>)>, RecordsError> {
        let mut implied = Vec::new();
        for Postponed { receiver_id, receipt_id, input_data_ids } in &self.postponed {
            let (receiver_id, receipt_id) = (receiver_id.clone(), *receipt_id);
            let mut missing = 0_u32;
            for &data_id in input_data_ids {
                let received = TrieKey::ReceivedData { receiver_id: receiver_id.clone(), data_id };
                if self.state.imported(&received.to_bytes())?.is_none() {
                    missing = missing.saturating_add(1);
                    let receiver_id = receiver_id.clone();
                    let key = TrieKey::PostponedReceiptId { receiver_id, data_id };
                    implied.push((key, borsh::to_vec(&receipt_id)?));
                }
            }
            if missing == 0 {
                return Err(RecordsError::WaitsForNothing { receipt_id });
            }
            let key = TrieKey::PendingDataCount { receiver_id, receipt_id };
            implied.push((key, borsh::to_vec(&missing)?));
        }
        if self.delayed > 0 {
            let indices = QueueIndices { first_index: 0, next_available_index: self.delayed };
            implied.push((TrieKey::DelayedReceiptIndices, borsh::to_vec(&indices)?));
        }
        Ok(implied)
    }
}

impl Postponed {
    fn of(receipt: &Receipt) -> Postponed {
        let input_data_ids = match &receipt.body {
            ReceiptBody::Action(body) | ReceiptBody::PromiseYield(body) => &body.input_data_ids[..],
            ReceiptBody::ActionV2(body) | ReceiptBody::PromiseYieldV2(body) => {
                &body.input_data_ids[..]
            }
            ReceiptBody::Data(_)
            | ReceiptBody::PromiseResume(_)
            | ReceiptBody::GlobalContractDistribution(_) => &[],
        };
        Postponed {
            receiver_id: receipt.receiver_id.clone(),
            receipt_id: receipt.receipt_id,
            input_data_ids: input_data_ids.to_vec(),
        }
    }
}
