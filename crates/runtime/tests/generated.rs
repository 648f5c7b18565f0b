//! Generated chains: what no vector says but must hold for every chunk. Tokens are neither made nor
//! lost, every account uses what it says, and a chunk comes to the same in every way.
//!
//! `cargo xtask soak --blocks` goes on from here.

use torr_testkit::chain::{Chain, Settings, Trial, Ways};

/// Blocks of each chain.
const BLOCKS: u64 = 12;

/// Runs the chains of some seeds; one block in four with every engine.
fn run(seeds: std::ops::Range<u64>) {
    let mut trial = Trial::new();
    for seed in seeds {
        let mut chain = Chain::new(Settings { seed, protocol_version: 86 });
        for block in 0..BLOCKS {
            trial.ways = if block % 4 == 0 { Ways::Engines } else { Ways::Usual };
            chain.step(&trial);
        }
        println!("seed {seed}: {}", chain.tally());
    }
}

#[test]
fn chains_of_the_first_seeds_add_up() {
    run(0..8);
}

#[test]
fn chains_of_the_next_seeds_add_up() {
    run(8..16);
}
