//! Hashes of bytes in memory.

use super::call_case;
use crate::experiment::{Bound, Experiment};
use crate::price::Price;
use crate::work::calls::Setting;
use crate::work::contract::{Script, Step};
use torr_parameters::ExtCost;

/// Lengths that are hashed, in bytes: those at which another block begins, and long ones.
const LENGTHS: [u64; 6] = [0, 56, 137, 1_025, 65_537, 1_048_577];
/// Where the bytes are, which is not aligned.
const PLACE: u64 = 1_027;

/// Functions with what they charge.
const FUNCTIONS: [(&str, &str, [ExtCost; 2]); 7] = [
    ("hash_sha256", "sha256", [ExtCost::Sha256Base, ExtCost::Sha256Byte]),
    ("hash_keccak256", "keccak256", [ExtCost::Keccak256Base, ExtCost::Keccak256Byte]),
    ("hash_keccak512", "keccak512", [ExtCost::Keccak512Base, ExtCost::Keccak512Byte]),
    ("hash_ripemd160", "ripemd160", [ExtCost::Ripemd160Base, ExtCost::Ripemd160Block]),
    ("hash_sha3_256", "sha3_256", [ExtCost::Sha3256Base, ExtCost::Sha3256Byte]),
    ("hash_sha3_384", "sha3_384", [ExtCost::Sha3384Base, ExtCost::Sha3384Byte]),
    ("hash_sha3_512", "sha3_512", [ExtCost::Sha3512Base, ExtCost::Sha3512Byte]),
];

/// Experiments on hashes.
pub(super) fn all() -> Vec<Experiment> {
    FUNCTIONS.into_iter().map(|(name, function, finds)| hash(name, function, finds)).collect()
}

fn hash(name: &'static str, function: &'static str, finds: [ExtCost; 2]) -> Experiment {
    let case = |length: u64| {
        let step = move || Step::call(function, &[length, PLACE, 0]);
        let script = move || Script::repeating(vec![step()]).with_pages(18).unrolled(4);
        call_case(function, length, script, Setting::default)
    };
    Experiment {
        name,
        about: "Hashes bytes of any content, of lengths just beyond a block, at a place that is not \
                aligned.",
        finds: finds.map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: LENGTHS.map(case).into(),
    }
}
