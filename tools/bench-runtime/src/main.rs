//! What applying chunks costs: transfers, calls and deployments, on every way of keeping state, beside
//! the reference's figures. `cargo xtask bench runtime` runs it.

#![forbid(unsafe_code)]
#![expect(clippy::float_arithmetic, reason = "measured times are floats; no protocol value is")]

mod chain;
mod contracts;
mod genesis;
mod random;
mod state;
mod users;
mod workload;

use chain::{Block, Chain, Validation};
use clap::Parser;
use contracts::Contract;
use state::{InMemory, State};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use torr_crypto::hash::CryptoHash;
use torr_parameters::ParametersError;
use torr_runtime::{ApplyError, ContractCodes, Threads, ThreadsError};
use torr_store::database::DatabaseError;
use torr_store::memory_trie::CommitError;
use torr_store::shard_state::StateError;
use torr_store::source::TrieError;
use torr_vm_runner::runner::RunnerError;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};
use users::Users;
use workload::{Traffic, Workload};

/// Measures what applying chunks costs, and prints a table.
#[derive(Parser)]
#[command(name = "bench-runtime", bin_name = "cargo xtask bench runtime --")]
struct Arguments {
    /// How many accounts the state has.
    #[arg(long, default_value_t = 10_000)]
    accounts: usize,
    /// What transactions do.
    #[arg(long, value_delimiter = ',', default_value = "transfer,noop,write100")]
    workloads: Vec<Workload>,
    /// Transactions of a block.
    #[arg(long, default_value_t = 1_000)]
    transactions: usize,
    /// Blocks that are measured of each kind.
    #[arg(long, default_value_t = 20)]
    blocks: usize,
    /// Blocks before the first that is measured.
    #[arg(long, default_value_t = 4)]
    warm_up: usize,
    /// Run the first workload for so many seconds and measure nothing, for a profiler.
    #[arg(long, value_name = "SECONDS")]
    profile_loop: Option<u64>,
    /// The repository, where contracts are read.
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Trie(#[from] TrieError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    #[error(transparent)]
    Runner(#[from] RunnerError),
    #[error(transparent)]
    Parameters(#[from] ParametersError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {reason}", path.display())]
    Vectors { path: PathBuf, reason: String },
    #[error("a block did not come to what it should: {reason}")]
    Outcome { reason: String },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let contracts = contracts::all(&arguments.root)?;
    let codes: ContractCodes = contracts
        .iter()
        .map(|contract| (CryptoHash::of(&contract.code), contract.code.as_slice().into()))
        .collect();
    let users = Users::new(arguments.accounts);
    let runner = Runner::new(EngineKind::Wasmer, CacheConfig::default())?;
    let threads = Threads::one();
    for &workload in &arguments.workloads {
        let mut state = InMemory::new();
        fill(&mut state, &users, &contracts)?;
        let mut chain = Chain::new(state, &runner, &threads, &codes)?;
        let code = contracts.first().map(|contract| contract.code.clone()).unwrap_or_default();
        let mut traffic = Traffic::new(&users, workload, code);
        for transactions in traffic.preparation(arguments.transactions) {
            chain.next(&transactions, Validation::Without)?;
        }
        chain.drain()?;
        if let Some(seconds) = arguments.profile_loop {
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(seconds) {
                let transactions = traffic.block(arguments.transactions);
                chain.next(&transactions, Validation::Without)?;
            }
            continue;
        }
        measure(&mut chain, &mut traffic, arguments)?;
    }
    Ok(())
}

fn fill<S: State>(state: &mut S, users: &Users, contracts: &[Contract]) -> Result<(), Failure> {
    for entries in genesis::batches(users, contracts) {
        state.put(&entries)?;
    }
    Ok(())
}

fn measure<S: State>(
    chain: &mut Chain<'_, S>,
    traffic: &mut Traffic<'_>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let len = arguments.transactions;
    // Alone: a block of transactions, then what comes of it, until nothing is left.
    let mut stages: Vec<Vec<Block>> = Vec::new();
    for round in 0..arguments.warm_up + arguments.blocks {
        let mut transactions = traffic.block(len);
        let mut stage = 0;
        while !transactions.is_empty() || !chain.receipts.is_empty() {
            let block = chain.next(&transactions, Validation::Measured)?;
            transactions.clear();
            if round >= arguments.warm_up {
                match stages.get_mut(stage) {
                    Some(blocks) => blocks.push(block),
                    None => stages.push(vec![block]),
                }
            }
            stage += 1;
        }
    }
    for (stage, blocks) in stages.iter().enumerate() {
        report(&format!("stage {stage}"), blocks, len);
    }
    // Steady: each block has new transactions and what came of the block before.
    let mut steady = Vec::new();
    for round in 0..arguments.warm_up + arguments.blocks {
        let block = chain.next(&traffic.block(len), Validation::Measured)?;
        if round >= arguments.warm_up {
            steady.push(block);
        }
    }
    report("steady", &steady, len);
    chain.drain()
}

fn report(what: &str, blocks: &[Block], len: usize) {
    let median = |of: &dyn Fn(&Block) -> f64| {
        let mut all: Vec<f64> = blocks.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or_default()
    };
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / len as f64;
    println!(
        "{what}: {:.1} µs, validation {:.1} µs, proof {} bytes, {} transactions, {} receipts",
        median(&|block| micros(block.time)),
        median(&|block| micros(block.validation.unwrap_or_default())),
        median(&|block| block.proof as f64),
        median(&|block| block.transactions as f64),
        median(&|block| block.receipts as f64),
    );
}
