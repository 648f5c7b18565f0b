//! Any bytes as a proof file, and any nodes as proofs: what is accepted says what a trie over it says.

#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use torr_testkit::trie;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    trie::check_proof_file(bytes);
    // Bytes that run out are no finding.
    let _ = trie::check_any_proofs(&mut Unstructured::new(bytes));
});
