//! What applying chunks costs: transfers, calls and deployments, on every way of keeping state, beside
//! the reference's figures. `cargo xtask bench runtime` runs it.

#![forbid(unsafe_code)]
#![expect(clippy::float_arithmetic, reason = "measured times are floats; no protocol value is")]

mod chain;
mod contracts;
mod figures;
mod genesis;
#[path = "../../bench-peers/src/machine.rs"]
mod machine;
mod random;
mod state;
mod steady;
mod table;
mod users;
mod workload;

use chain::{Block, Chain, Validation};
use clap::{Parser, ValueEnum};
use contracts::Contract;
use figures::{Figures, Stage, Store, resident_memory};
use state::{ByHash, InMemory, OnDisk, State};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use steady::Place;
use table::Memory;
use torr_parameters::ParametersError;
use torr_runtime::witness::WitnessError;
use torr_runtime::{ApplyError, Threads, ThreadsError};
use torr_store::database::DatabaseError;
use torr_store::memory_trie::CommitError;
use torr_store::shard_state::StateError;
use torr_store::source::TrieError;
use torr_vm_runner::runner::RunnerError;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};
use users::Users;
use workload::{Traffic, Workload};

/// Blocks that are applied in turn for a profiler.
const PROFILED_BLOCKS: usize = 8;

/// Measures what applying chunks costs, and prints tables.
#[derive(Parser)]
#[command(name = "bench-runtime", bin_name = "cargo xtask bench runtime --")]
struct Arguments {
    /// How many accounts the state has; several numbers are compared.
    #[arg(long, value_delimiter = ',', default_value = "10000")]
    accounts: Vec<usize>,
    /// What transactions do.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "transfer,noop,write100,token,cross-contract,deploy"
    )]
    workloads: Vec<Workload>,
    /// Where nodes are kept.
    #[arg(long, value_delimiter = ',', default_value = "memory,by-hash")]
    stores: Vec<Store>,
    /// How many threads work.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    threads: Vec<NonZeroUsize>,
    /// Transactions of a block.
    #[arg(long, default_value_t = 1_000)]
    transactions: usize,
    /// Blocks that are measured of each kind.
    #[arg(long, default_value_t = 20)]
    blocks: usize,
    /// Blocks of each kind before the first that is measured.
    #[arg(long, default_value_t = 4)]
    warm_up: usize,
    /// Run a workload for so many seconds and measure nothing, for a profiler.
    #[arg(long, num_args = 2, value_names = ["WORKLOAD", "SECONDS"])]
    profile_loop: Option<Vec<String>>,
    /// In `--profile-loop`, validate blocks by their witnesses instead of applying them.
    #[arg(long, requires = "profile_loop")]
    profile_validation: bool,
    /// Run the first workload for so many seconds over a database on disk, and print throughput and
    /// memory again and again.
    #[arg(long, value_name = "SECONDS", requires = "db")]
    steady: Option<u64>,
    /// The database on disk: `rocksdb:FOLDER` or `embedded:FOLDER`. It has to be empty.
    #[arg(long)]
    db: Option<Place>,
    /// Seconds from line to line of `--steady`.
    #[arg(long, default_value_t = 60)]
    every: u64,
    /// A file to which figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// The chapter of the documentation in which the tables are replaced.
    #[arg(long)]
    write: Option<PathBuf>,
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
    #[error(transparent)]
    Witness(#[from] WitnessError),
    #[error("{} has no place for the tables: its lines `{}` and `{}` are missing", path.display(), table::BEGIN, table::END)]
    NoPlace { path: PathBuf },
    #[error("--profile-loop takes a workload and a number of seconds, as `transfer 30`")]
    ProfileLoop,
    #[error("a block did not come to what it should: {reason}")]
    Outcome { reason: String },
}

impl Arguments {
    fn profiled(&self) -> Validation {
        if self.profile_validation { Validation::Measured } else { Validation::Without }
    }
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
    let runner = Runner::new(EngineKind::Wasmer, CacheConfig::default())?;
    let bench = Bench { arguments, contracts, runner };
    if let Some(profile) = &arguments.profile_loop {
        return bench.profile(profile);
    }
    if let (Some(seconds), Some(place)) = (arguments.steady, &arguments.db) {
        return bench.steady(Duration::from_secs(seconds), place);
    }
    let (mut all, mut memory) = (Vec::new(), Vec::new());
    for &accounts in &arguments.accounts {
        let users = Users::new(accounts);
        for &store in &arguments.stores {
            match store {
                Store::Memory => {
                    bench.measure(InMemory::new(), store, &users, &mut all, &mut memory)?
                }
                Store::ByHash => {
                    bench.measure(ByHash::new(), store, &users, &mut all, &mut memory)?
                }
            }
        }
    }
    report(arguments, &all, &memory)
}

/// Prints figures, and writes them where that is wanted.
fn report(arguments: &Arguments, all: &[Figures], memory: &[Memory]) -> Result<(), Failure> {
    if let Some(path) = &arguments.json {
        let text = serde_json::to_vec_pretty(all).expect("figures can be written");
        let failed = |source| Failure::File { path: path.clone(), source };
        std::fs::write(path, text).map_err(failed)?;
    }
    let machine = machine::Machine::here();
    let text = format!(
        "Measured on {}: {}, {} cores, {}, {}.\n{}",
        machine.date,
        machine.processor,
        machine.cores,
        machine.system,
        machine.compiler,
        table::text(all, memory)
    );
    println!("{text}");
    match &arguments.write {
        Some(path) => table::write(path, &text),
        None => Ok(()),
    }
}

/// What all measurements have in common.
struct Bench<'a> {
    arguments: &'a Arguments,
    contracts: Vec<Contract>,
    runner: Runner,
}

impl Bench<'_> {
    /// All workloads on a way of keeping state, on any number of threads.
    fn measure<S: State>(
        &self,
        mut state: S,
        store: Store,
        users: &Users,
        all: &mut Vec<Figures>,
        memory: &mut Vec<Memory>,
    ) -> Result<(), Failure> {
        let accounts = users.len();
        let before = resident_memory();
        self.fill(&mut state, users)?;
        if let (Some(before), Some(after)) = (before, resident_memory()) {
            memory.push((accounts, store, after.saturating_sub(before)));
        }
        let one = Threads::one();
        let pools = self.arguments.threads.iter().copied().map(Threads::new);
        let pools = pools.collect::<Result<Vec<_>, _>>()?;
        let mut chain = Chain::new(state, &self.runner, &one)?;
        let mut traffic = self.traffic(users);
        for &workload in &self.arguments.workloads {
            self.prepare(&mut chain, &mut traffic, workload)?;
        }
        for threads in &pools {
            chain.threads = threads;
            let threads = threads.count().get();
            for &workload in &self.arguments.workloads {
                chain.change_version(workload.protocol_version())?;
                let (stages, steady) = self.blocks(&mut chain, &mut traffic, workload)?;
                eprintln!(
                    "{accounts} accounts, {store:?}, {threads} threads, {}: {:.1} µs steady",
                    workload.name(),
                    steady.micros
                );
                all.push(Figures { accounts, store, threads, workload, stages, steady });
            }
        }
        Ok(())
    }

    /// Blocks alone, stage by stage, and steady ones.
    fn blocks<S: State>(
        &self,
        chain: &mut Chain<'_, S>,
        traffic: &mut Traffic<'_>,
        workload: Workload,
    ) -> Result<(Vec<Stage>, Stage), Failure> {
        let Arguments { transactions: len, blocks, warm_up, .. } = *self.arguments;
        let mut stages: Vec<Vec<Block>> = Vec::new();
        for round in 0..warm_up + blocks {
            let mut transactions = traffic.block(workload, len);
            let mut stage = 0;
            while !transactions.is_empty() || !chain.receipts.is_empty() {
                let block = chain.next(&transactions, Validation::Measured)?;
                transactions.clear();
                if stages.len() <= stage {
                    stages.push(Vec::new());
                }
                if round >= warm_up {
                    stages[stage].push(block);
                }
                stage += 1;
            }
        }
        let mut steady = Vec::new();
        for round in 0..warm_up + blocks {
            let block = chain.next(&traffic.block(workload, len), Validation::Measured)?;
            if round >= warm_up {
                steady.push(block);
            }
        }
        chain.drain()?;
        let stages = stages.iter().map(|blocks| Stage::of(blocks, len)).collect();
        Ok((stages, Stage::of(&steady, len)))
    }

    /// Runs a workload on the first store, on the first number of threads.
    fn profile(&self, settings: &[String]) -> Result<(), Failure> {
        let [workload, seconds] = settings else { return Err(Failure::ProfileLoop) };
        let workload = Workload::from_str(workload, true).map_err(|_| Failure::ProfileLoop)?;
        let time = Duration::from_secs(seconds.parse().map_err(|_| Failure::ProfileLoop)?);
        match self.arguments.stores.first() {
            Some(Store::ByHash) => self.profile_on(ByHash::new(), workload, time),
            Some(Store::Memory) | None => self.profile_on(InMemory::new(), workload, time),
        }
    }

    fn profile_on<S: State>(
        &self,
        mut state: S,
        workload: Workload,
        time: Duration,
    ) -> Result<(), Failure> {
        let users = Users::new(self.first_accounts());
        self.fill(&mut state, &users)?;
        let threads = self.first_threads()?;
        let mut chain = Chain::new(state, &self.runner, &threads)?;
        let mut traffic = self.traffic(&users);
        self.prepare(&mut chain, &mut traffic, workload)?;
        for _ in 0..self.arguments.warm_up {
            let transactions = traffic.block(workload, self.arguments.transactions);
            chain.next(&transactions, Validation::Without)?;
        }
        let blocks = 0..PROFILED_BLOCKS;
        let blocks: Vec<_> =
            blocks.map(|_| traffic.block(workload, self.arguments.transactions)).collect();
        let count = chain.repeat(&blocks, time, self.arguments.profiled())?;
        println!("{count} blocks");
        Ok(())
    }

    fn steady(&self, time: Duration, place: &Place) -> Result<(), Failure> {
        let workload = self.arguments.workloads.first().copied().unwrap_or(Workload::Transfer);
        let users = Users::new(self.first_accounts());
        let mut state = OnDisk::new(place.open()?)?;
        self.fill(&mut state, &users)?;
        let threads = self.first_threads()?;
        let mut chain = Chain::new(state, &self.runner, &threads)?;
        let mut traffic = self.traffic(&users);
        self.prepare(&mut chain, &mut traffic, workload)?;
        steady::run(&mut chain, &mut traffic, workload, time, self.arguments)
    }

    fn fill<S: State>(&self, state: &mut S, users: &Users) -> Result<(), Failure> {
        genesis::batches(users, &self.contracts).try_for_each(|entries| state.put(&entries))
    }

    /// Applies what has to come before a workload, and goes by its version of the protocol.
    fn prepare<S: State>(
        &self,
        chain: &mut Chain<'_, S>,
        traffic: &mut Traffic<'_>,
        workload: Workload,
    ) -> Result<(), Failure> {
        chain.change_version(workload.protocol_version())?;
        for transactions in traffic.preparation(workload, self.arguments.transactions) {
            chain.next(&transactions, Validation::Without)?;
            chain.drain()?;
        }
        Ok(())
    }

    fn traffic<'u>(&self, users: &'u Users) -> Traffic<'u> {
        let deployed = self.contracts.first();
        Traffic::new(users, deployed.map(|contract| contract.code.clone()).unwrap_or_default())
    }

    fn first_accounts(&self) -> usize {
        self.arguments.accounts.first().copied().unwrap_or(10_000)
    }

    fn first_threads(&self) -> Result<Threads, Failure> {
        let count = self.arguments.threads.first().copied().unwrap_or(NonZeroUsize::MIN);
        Ok(Threads::new(count)?)
    }
}
