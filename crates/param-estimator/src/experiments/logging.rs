//! Texts: their decoding, and logs.

use super::call_case;
use crate::experiment::{Bound, Case, Experiment};
use crate::price::Price;
use crate::work::calls::Setting;
use crate::work::contract::{Script, Step};
use torr_parameters::ExtCost;

/// Lengths of texts, in bytes; the logs of a call may have 16 384 together.
const LENGTHS: [u64; 5] = [0, 12, 120, 1_200, 16_380];
/// Lengths of names of accounts, in bytes.
const NAMES: [u64; 4] = [2, 16, 40, 64];
/// Where texts are, which is not aligned.
const PLACE: u32 = 1_025;
/// A text whose characters have three bytes each, the longest that are one unit of UTF-16.
const THREE_BYTES: &str = "\u{4e16}\u{754c}\u{5b9a}\u{4ef7}";
/// Most calls in a call of the contract: what is logged stays in memory.
const MOST_ROUNDS: u64 = 2_000;

/// Experiments on texts.
pub(super) fn all() -> Vec<Experiment> {
    vec![utf8(), logs(), utf16()]
}

fn setting() -> Setting {
    Setting { most_rounds: MOST_ROUNDS, ..Setting::default() }
}

/// A text of a length in bytes, of characters that take as long as any to decode.
fn text(length: u64) -> Vec<u8> {
    THREE_BYTES.bytes().cycle().take(length as usize).collect()
}

/// The same in UTF-16, with a pair of surrogates for each character.
fn pairs(length: u64) -> Vec<u8> {
    [0x3d, 0xd8, 0x00, 0xde].into_iter().cycle().take(length as usize).collect()
}

fn utf8() -> Experiment {
    let case = |length: u64| -> Case {
        let script = move || {
            let name = vec![b'a'; length as usize];
            let steps = vec![Step::call("validator_stake", &[length, PLACE.into(), 8])];
            Script::repeating(steps).with_data(PLACE, name)
        };
        // Asking is charged far more than it takes.
        let setting = || Setting { fewest_rounds: 200, ..setting() };
        call_case("names of accounts", length, script, setting)
    };
    Experiment {
        name: "utf8_decoding",
        about: "Decodes names of accounts, for the stake of each where nobody has one: the one use of \
                decoding that keeps nothing. Looking into an empty list counts as decoding here, so \
                that this is too much rather than too little.",
        finds: [ExtCost::Utf8DecodingBase, ExtCost::Utf8DecodingByte].map(Price::host).into(),
        apart: vec![Price::host(ExtCost::ValidatorStakeBase)],
        bound: Bound::Processor,
        cases: NAMES.map(case).into(),
    }
}

fn logs() -> Experiment {
    let case = |length: u64| -> Case {
        let script = move || {
            Script::repeating(vec![Step::call("log_utf8", &[length, PLACE.into()])])
                .with_data(PLACE, text(length))
        };
        call_case("of a given length", length, script, setting)
    };
    let zero_ended = |length: u64| -> Case {
        let script = move || {
            Script::repeating(vec![Step::call("log_utf8", &[u64::MAX, PLACE.into()])])
                .with_data(PLACE, text(length))
        };
        call_case("up to a zero byte", length, script, setting)
    };
    Experiment {
        name: "logs",
        about: "Logs texts whose characters have three bytes each, of a given length and up to a zero \
                byte, for which memory is read byte by byte. What is logged is kept for the outcome.",
        finds: [ExtCost::LogBase, ExtCost::LogByte].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: LENGTHS.into_iter().map(case).chain(LENGTHS.into_iter().map(zero_ended)).collect(),
    }
}

fn utf16() -> Experiment {
    let case = |length: u64| -> Case {
        let script = move || {
            Script::repeating(vec![Step::call("log_utf16", &[length, PLACE.into()])])
                .with_data(PLACE, pairs(length))
        };
        call_case("pairs of surrogates", length, script, setting)
    };
    Experiment {
        name: "utf16_decoding",
        about: "Logs texts of UTF-16 in which every character is a pair of surrogates.",
        finds: [ExtCost::Utf16DecodingBase, ExtCost::Utf16DecodingByte].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: LENGTHS.map(case).into(),
    }
}
