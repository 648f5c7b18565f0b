//! Any nodes as a trie: reading, proving and changing ends in a result or an error.

#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use torr_testkit::trie;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Bytes that run out are no finding.
    let _ = trie::check_any_nodes(&mut Unstructured::new(bytes));
});
