//! Keys of the state from any bytes, and records of what stands there: a key has no other bytes, and a
//! record is written as the entry it was read from, also after it was JSON.

#![no_main]

use torr_primitives::state_record::{RecordEntry, RecordForm};
use torr_primitives::{Account, StateRecord, TrieKey};
use torr_testkit::round_trip;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    round_trip::borsh::<Account>(bytes);
    // The first byte says how many of the others are the key.
    let Some((key_len, entry)) = bytes.split_first() else { return };
    let Some((key, value)) = entry.split_at_checked(usize::from(*key_len)) else { return };
    let Ok(parsed) = TrieKey::parse(key) else { return };
    assert_eq!(parsed.to_bytes(), key, "{parsed:?}");
    round_trip::json(&parsed);
    let Ok(record) = StateRecord::of(key, value) else { return };
    let form = RecordForm::of(&parsed);
    let has_record = matches!(form, RecordForm::Whole | RecordForm::Requeued);
    assert_eq!(record.is_some(), has_record, "{parsed:?}");
    let Some(record) = record else { return };
    let entry = record.clone().into_entry();
    if let Ok(RecordEntry::Keyed { key: again, value: value_again }) = &entry {
        assert_eq!((again, value_again.as_slice()), (&parsed, value));
    } else {
        assert_eq!(form, RecordForm::Requeued, "{entry:?}");
    }
    // A local contract of which the hash is zero has no JSON.
    let Ok(text) = serde_json::to_string(&record) else { return };
    let again = serde_json::from_str::<StateRecord>(&text).map(StateRecord::into_entry);
    assert_eq!(again.ok(), Some(entry), "{text}");
});
