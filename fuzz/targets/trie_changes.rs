//! Any changes to a trie: the same as to a map, by hash and in memory.

#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use torr_testkit::trie;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Bytes that run out are no finding.
    let _ = trie::check_changes(&mut Unstructured::new(bytes));
});
