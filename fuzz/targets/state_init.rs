//! State inits from any bytes: what strict reading accepts, lenient reading does too.

#![no_main]

use torr_primitives::state_init::{
    DecodeMode, DeterministicStateInit, check, counts, send_counts, universal_account_id,
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (strict, lenient) = (check(bytes, DecodeMode::Strict), check(bytes, DecodeMode::Lenient));
    assert!(strict.is_err() || lenient.is_ok());
    let counted = counts(bytes);
    assert_eq!(counted.num_bytes, bytes.len() as u64);
    assert_eq!(send_counts(bytes, DecodeMode::Lenient), counted);
    let sent = send_counts(bytes, DecodeMode::Strict);
    assert!(sent.num_entries >= counted.num_entries && sent.num_keys >= counted.num_keys);
    assert!(counted.num_entries.saturating_add(counted.num_keys) <= counted.num_bytes);
    let _ = universal_account_id(bytes);
    if let Ok(state_init) = borsh::from_slice::<DeterministicStateInit>(bytes) {
        let _ = (state_init.account_id(), state_init.data_len());
    }
});
