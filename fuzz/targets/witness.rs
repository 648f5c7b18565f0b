//! Any bytes as a witness: what is read is written as it was, and what is accepted comes to its claim.

#![no_main]

use std::sync::LazyLock;
use torr_crypto::hash::CryptoHash;
use torr_parameters::Parameters;
use torr_runtime::witness::{Claim, Witness, validate};
use torr_runtime::{Environment, Threads};
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// What a witness begins with.
const FIRST_LINE: &[u8] = b"torr witness 1\n";

static RUNNER: LazyLock<Runner> = LazyLock::new(|| {
    Runner::new(EngineKind::Wasmi, CacheConfig::default()).expect("the interpreter needs nothing")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // As it is, and with the first line and the checksum of a right one.
    let mut sealed = [FIRST_LINE, bytes].concat();
    let checksum = CryptoHash::of(&sealed);
    sealed.extend_from_slice(checksum.as_bytes());
    check(&sealed);
});

fn check(bytes: &[u8]) {
    let Ok(witness) = Witness::decode(bytes, bytes.len()) else { return };
    assert_eq!(witness.encode().ok().as_deref(), Some(bytes), "{witness:?} has two encodings");
    let Ok(config) = Parameters::builtin(witness.chunk.protocol_version) else { return };
    let threads = Threads::one();
    if let Ok(validated) = validate(&witness, &config, &Environment::new(&RUNNER, &threads)) {
        assert_eq!(validated.result.proof, witness.proof);
        assert_eq!(Claim::of(&validated.result).ok(), Some(witness.claim));
    }
}
