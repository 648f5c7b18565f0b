//! Generated chains: what no vector says but must hold for every chunk. Tokens are neither made nor
//! lost, every account uses what it says, and a chunk comes to the same in every way.
//!
//! `cargo xtask soak --blocks` goes on from here.

use std::collections::BTreeMap;
use torr_testkit::chain::{Chain, Settings, Tally, Trial, Ways};

/// Blocks of each chain.
const BLOCKS: u64 = 12;

/// What happens on any few chains. One on which nothing fails, nothing waits and nothing is missing would
/// show little.
const SEEN: [&str; 12] = [
    "AccountDoesNotExist",
    "CostOverflow",
    "DelegateActionExpired",
    "Expired",
    "GasKeyDoesNotExist",
    "GlobalContractDoesNotExist",
    "InvalidNonce",
    "InvalidSignature",
    "NotEnoughBalance",
    "NotEnoughGasKeyBalance",
    "SuccessReceiptId",
    "SuccessValue",
];

/// Runs the chains of some seeds; one block in four with every engine.
fn run(seeds: std::ops::Range<u64>) {
    let mut trial = Trial::new();
    let mut tallies = Vec::new();
    for seed in seeds {
        let mut chain = Chain::new(Settings { seed, protocol_version: 86 });
        for block in 0..BLOCKS {
            trial.ways = if block % 4 == 0 { Ways::Engines } else { Ways::Usual };
            chain.step(&trial);
        }
        println!("seed {seed}: {}", chain.tally());
        tallies.push(chain.tally().clone());
    }
    check_coverage(&tallies);
}

fn check_coverage(tallies: &[Tally]) {
    let sum = |number: fn(&Tally) -> u64| tallies.iter().map(number).sum::<u64>();
    assert!(sum(|tally| tally.delayed) > 0, "no receipt was delayed");
    assert!(sum(|tally| tally.buffered) > 0, "no receipt was buffered");
    assert!(sum(|tally| tally.missing) > 0, "no chunk was missing");
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, number) in tallies.iter().flat_map(|tally| &tally.outcomes) {
        *outcomes.entry(name).or_default() += number;
    }
    let missing: Vec<_> = SEEN.iter().filter(|name| !outcomes.contains_key(*name)).collect();
    assert!(missing.is_empty(), "{missing:?} did not happen, but {outcomes:?}");
}

#[test]
fn chains_of_the_first_seeds_add_up() {
    run(0..8);
}

#[test]
fn chains_of_the_next_seeds_add_up() {
    run(8..16);
}
