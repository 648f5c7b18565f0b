//! `torr workload`: makes a chain to apply: a genesis, and blocks of signed transactions.
//!
//! Everything follows from the arguments, keys included, so the same command writes the same bytes
//! anywhere. What accounts do is what [`actors`] say; [`begin`] says what there is at first.

mod actors;
mod begin;
mod numbers;

use crate::chain::{Block, Content, FrameWriter, GenesisSettings};
use crate::cli::Verdict;
use crate::error::CliError;
use crate::figure::{counted, grouped};
use crate::files;
use crate::output::{self, Format};
use crate::state::line;
use crate::style::{DIM, GOOD, TITLE};
use actors::{Actors, Unsigned};
use clap::{Args, ValueEnum};
use numbers::Numbers;
use rayon::prelude::*;
use serde::Serialize;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::SignError;
use torr_parameters::LATEST_VERSION;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{Balance, Gas, ProtocolVersion, ShardId, ShardLayout};

/// What gas costs, in yoctoNEAR per unit: the least that the main network knows.
const GAS_PRICE: Balance = Balance::from_yoctonear(100_000_000);
/// Time of the genesis, in nanoseconds since 1970, and between two blocks.
const BEGIN: u64 = 1_700_000_000_000_000_000;
const SECOND: u64 = 1_000_000_000;
/// The version of the protocol: the examples' contracts import what came with the latest.
const PROTOCOL_VERSION: ProtocolVersion = LATEST_VERSION;

/// Makes a genesis and blocks of signed transactions, for `torr apply`
///
/// Writes DIR/genesis.json and DIR/blocks.torr. The contracts are those of the examples. Blocks that make
/// the token and give accounts some of it come first, and beside those that are asked for.
#[derive(Args)]
pub(crate) struct WorkloadArguments {
    /// What transactions do
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Kind::Mixed)]
    pub(crate) kind: Kind,
    /// Accounts that sign
    #[arg(long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub(crate) accounts: u32,
    /// Blocks
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) blocks: u32,
    /// Transactions of a block
    #[arg(long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) transactions: u32,
    /// Shards
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) shards: u32,
    /// Gas that receipts of a chunk may use before further ones wait [default: any amount]
    #[arg(long, value_name = "GAS", value_parser = crate::amount::parse_gas)]
    pub(crate) gas_limit: Option<Gas>,
    /// What everything that looks random follows from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Folder for the two files, which are replaced
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What transactions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Move tokens of the chain
    Transfers,
    /// Move tokens of a contract
    Token,
    /// Store about a kilobyte each
    Storage,
    /// Call a contract that calls another and waits for its answer
    CrossContract,
    /// All of it
    Mixed,
}

/// Why no workload is made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkloadError {
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The genesis cannot be written as JSON.
    #[error("the genesis cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A transaction cannot be signed.
    #[error("a transaction cannot be signed: {0}")]
    Sign(#[from] SignError),
    /// There are too few accounts for the shards.
    #[error(
        "{accounts} accounts cannot be divided among {shards} shards; make more accounts, or fewer shards"
    )]
    TooManyShards {
        /// Accounts.
        accounts: u32,
        /// Shards.
        shards: u32,
    },
}

#[derive(Debug, Serialize)]
pub(crate) struct WorkloadReport {
    genesis: String,
    blocks_file: String,
    accounts: u32,
    /// Blocks, those that prepare the others included.
    blocks: u64,
    transactions: u64,
    /// Hash of the genesis file.
    genesis_hash: CryptoHash,
    /// Hash of the last block.
    last_hash: CryptoHash,
}

pub(crate) fn workload(arguments: &WorkloadArguments) -> Result<Verdict, CliError> {
    let report = made(arguments)?;
    output::print(Format::of_flag(arguments.json), &report, text)?;
    Ok(Verdict::Good)
}

/// Writes the two files.
pub(crate) fn made(arguments: &WorkloadArguments) -> Result<WorkloadReport, WorkloadError> {
    let folder = &arguments.out;
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut actors = Actors::new(arguments.seed, arguments.accounts)?;
    let genesis = begin::genesis(&settings(arguments, &actors)?, &actors)?;
    let genesis_hash = CryptoHash::of(&genesis);
    let path = folder.join("genesis.json");
    files::replace(&path, |file| file.write_all(&genesis)).map_err(failed(&path))?;
    let mut report = WorkloadReport {
        genesis: path.display().to_string(),
        blocks_file: String::new(),
        accounts: arguments.accounts,
        blocks: 0,
        transactions: 0,
        genesis_hash,
        last_hash: genesis_hash,
    };
    let path = folder.join("blocks.torr");
    report.blocks_file = path.display().to_string();
    let io_error = failed(&path);
    files::replace(&path, |file| write_blocks(arguments, &mut actors, &mut report, file)).map_err(
        |error| match error {
            Stopped::File(source) => io_error(source),
            Stopped::Sign(source) => source.into(),
        },
    )?;
    Ok(report)
}

/// Why blocks are not written to their end.
enum Stopped {
    File(io::Error),
    Sign(SignError),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Stopped {
        Stopped::File(error)
    }
}

fn write_blocks(
    arguments: &WorkloadArguments,
    actors: &mut Actors,
    report: &mut WorkloadReport,
    file: impl Write,
) -> Result<(), Stopped> {
    let mut writer = FrameWriter::new(file, Content::Blocks, &report.genesis_hash)?;
    let mut write = |unsigned: Vec<Unsigned>, actors: &Actors| -> Result<(), Stopped> {
        let genesis_hash = report.genesis_hash;
        let signed: Result<Vec<SignedTransaction>, _> =
            unsigned.into_par_iter().map(|one| actors.sign(one, genesis_hash)).collect();
        let transactions = signed.map_err(Stopped::Sign)?;
        report.blocks += 1;
        report.transactions += transactions.len() as u64;
        let block = block(report.blocks, report.last_hash, arguments.seed, transactions);
        report.last_hash = writer.write(&block.to_bytes())?;
        Ok(())
    };
    if matches!(arguments.kind, Kind::Token | Kind::Mixed) {
        let preparations = actors.prepare_token();
        for some in preparations.chunks(arguments.transactions.max(1) as usize) {
            write(some.to_vec(), actors)?;
        }
    }
    let mut numbers = Numbers::new(arguments.seed);
    for _ in 0..arguments.blocks {
        let unsigned = actors.act(arguments.kind, arguments.transactions, &mut numbers);
        write(unsigned, actors)?;
    }
    Ok(writer.finish()?)
}

fn block(
    height: u64,
    prev_hash: CryptoHash,
    seed: u64,
    transactions: Vec<SignedTransaction>,
) -> Block {
    let random = [seed, height].map(u64::to_le_bytes);
    Block {
        height,
        prev_hash,
        timestamp: BEGIN.saturating_add(height.saturating_mul(SECOND)),
        gas_price: GAS_PRICE,
        random_seed: CryptoHash::of(random.as_flattened()),
        missing_chunks: Vec::new(),
        transactions,
    }
}

fn settings(
    arguments: &WorkloadArguments,
    actors: &Actors,
) -> Result<GenesisSettings, WorkloadError> {
    let (accounts, shards) = (arguments.accounts, arguments.shards);
    let boundary = |shard: u32| {
        let index = u64::from(shard) * u64::from(accounts) / u64::from(shards);
        actors.account_id(index)
    };
    let boundaries: Vec<_> = (1..shards).map(boundary).collect();
    let shard_layout = match shards {
        1 => ShardLayout::single_shard(),
        _ if accounts < shards => return Err(WorkloadError::TooManyShards { accounts, shards }),
        _ => ShardLayout::with_boundaries(boundaries, (0..ShardId::from(shards)).collect())
            .map_err(|_| WorkloadError::TooManyShards { accounts, shards })?,
    };
    Ok(GenesisSettings {
        chain_id: "torr-workload".to_owned(),
        protocol_version: PROTOCOL_VERSION,
        height: 0,
        gas_limit: arguments.gas_limit,
        shard_layout,
        validators: Default::default(),
        minimum_stake: Balance::ZERO,
        epoch_height: 0,
        records: None,
    })
}

fn failed(path: &Path) -> impl Fn(io::Error) -> WorkloadError + use<> {
    let path = path.to_owned();
    move |source| WorkloadError::Write { path: path.clone(), source }
}

fn text(report: &WorkloadReport) -> String {
    let blocks = counted(report.blocks, "block");
    let transactions = counted(report.transactions, "transaction");
    let mut text = format!("{GOOD}✓{GOOD:#} made {TITLE}{blocks}{TITLE:#}");
    text += &format!(" {DIM}· {transactions}{DIM:#}\n");
    text += &line("genesis", crate::bytes::visible(&report.genesis));
    text += &line("blocks", crate::bytes::visible(&report.blocks_file));
    text += &line("accounts", grouped(report.accounts));
    text += &line("last", report.last_hash);
    text
}
