//! Puts both native engines under stress in one process; fails when any call ends otherwise than on
//! the interpreter. `cargo xtask soak` builds and runs it. With `--blocks`, applies generated blocks
//! instead, and fails when anything does not add up.

use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;
use torr_testkit::chain::{self, Chain, Trial, Ways};
use torr_testkit::soak::{self, Length, Settings};
use torr_vm_runner::EngineKind;

/// Puts both native engines under stress in one process.
#[derive(Parser)]
struct Arguments {
    /// How long, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many threads at once.
    #[arg(long, default_value_t = 8)]
    threads: u64,
    /// What all choices follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The engine that is made and used first.
    #[arg(long, default_value_t = EngineKind::Wasmer)]
    first: EngineKind,
    /// One thread's work alone, as a failure names it: LANE:NUMBER.
    #[arg(long, value_parser = shift)]
    shift: Option<(u64, u64)>,
    /// Apply this many generated blocks instead.
    #[arg(long)]
    blocks: Option<u64>,
}

fn shift(text: &str) -> Result<(u64, u64), String> {
    let parse = |number: &str| number.parse().map_err(|error| format!("{number}: {error}"));
    let (lane, number) = text.split_once(':').ok_or("a shift is LANE:NUMBER")?;
    Ok((parse(lane)?, parse(number)?))
}

fn main() -> ExitCode {
    let Arguments { seconds, threads, seed, first, shift, blocks } = Arguments::parse();
    if let Some(blocks) = blocks {
        return soak_blocks(seed, blocks);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    let pool = pool.unwrap_or_else(|error| panic!("{error}"));
    let length = match shift {
        Some((lane, number)) => Length::Shift(lane, number),
        None => Length::Time(Duration::from_secs(seconds)),
    };
    let settings = Settings {
        seed,
        threads,
        length,
        first,
        limits: 16,
        nested: 200,
        assemble: &|text| wat::parse_str(text).unwrap_or_else(|error| panic!("{error}")),
        in_pool: &|work| pool.install(work),
    };
    println!("seed {seed}, {threads} threads, {first} first; asking the interpreter beforehand");
    let report = soak::run(&settings, &mut |progress| println!("{progress}"));
    println!("{report}");
    if report.failure.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Blocks of one generated chain. Then another follows, as chains grow poor.
const CHAIN: u64 = 60;

/// Applies generated blocks: chains of the seeds from `seed` on. Panics when anything does not add up.
fn soak_blocks(seed: u64, blocks: u64) -> ExitCode {
    let mut trial = Trial::new();
    for (seed, first) in (seed..).zip((0..blocks).step_by(CHAIN as usize)) {
        let mut chain = Chain::new(chain::Settings { seed, protocol_version: 86 });
        for block in first..blocks.min(first + CHAIN) {
            trial.ways = if block % 8 == 0 { Ways::Engines } else { Ways::Usual };
            chain.step(&trial);
        }
        println!("seed {seed}: {}", chain.tally());
    }
    ExitCode::SUCCESS
}
