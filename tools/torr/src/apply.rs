//! `torr apply`: applies the blocks of a file, one after the other, and says what came of them.
//!
//! A database is gone on with where it stands, so the command can be stopped at any moment and given
//! again. Ctrl-C is seen between blocks.

mod report;

use crate::chain::{
    AppliedBlock, Block, BlockHash, Chain, ChainError, Content, EnvironmentArguments, FrameReader,
    FrameWriter, Genesis, KeptBlocks, Protocol, Witnesses, open_file,
};
use crate::cli::Verdict;
use crate::error::CliError;
use crate::files;
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::state::DatabaseName;
use clap::Args;
use report::{ApplyReport, Speed};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use torr_crypto::hash::CryptoHash;
use torr_store::database::{Database, MemoryDatabase, Verification};

/// Applies blocks to the state of a genesis, or to where a database stands
///
/// With --db, every block is in the database when the next one begins: its states, what it leaves to the
/// next one, and the block. Stopped at any moment, the command goes on when it is given again.
#[derive(Args)]
pub(crate) struct ApplyArguments {
    /// What the chain begins with, a JSON file [default: what the database began with]
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    /// The blocks, a file as `torr workload` writes them
    #[arg(long, value_name = "FILE")]
    blocks: PathBuf,
    /// Folder of the database; rocksdb:FOLDER, if RocksDB keeps it [default: none, nothing is kept]
    #[arg(long, value_name = "FOLDER", required_unless_present = "genesis")]
    db: Option<DatabaseName>,
    /// Apply at most so many blocks
    #[arg(long, value_name = "COUNT")]
    limit: Option<u64>,
    /// Write a witness of every chunk that is applied to FILE, for `torr validate`
    #[arg(long, value_name = "FILE")]
    witness_out: Option<PathBuf>,
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Do not tell how long it took, and show no progress: what is printed then follows from the files
    #[arg(long)]
    quiet: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn apply(arguments: &ApplyArguments) -> Result<Verdict, CliError> {
    let stop = stop_flag()?;
    let witnesses = match arguments.witness_out {
        Some(_) => Witnesses::Wanted,
        None => Witnesses::Unwanted,
    };
    let machine = arguments.environment.machine(witnesses)?;
    // What cannot be applied at all makes no database.
    let mut blocks = BlockFile::open(&arguments.blocks, arguments.quiet)?;
    let database = open(arguments, &blocks)?;
    let genesis = KeptBlocks::new(&*database).genesis()?.ok_or(ChainError::NoChain)?;
    blocks.expect_genesis(genesis.hash)?;
    let mut chain = Chain::open(&database, machine)?;
    blocks.skip_to_head(&chain)?;
    let (limit, quiet) = (arguments.limit, arguments.quiet);
    let mut work = Work { chain: &mut chain, blocks, limit, quiet, stop: &stop };
    let report = match &arguments.witness_out {
        None => work.run(&mut |_| Ok(())).map_err(|stopped| stopped.of_file(Path::new("")))?,
        Some(path) => work.with_witnesses(genesis.hash, path)?,
    };
    output::print(Format::of_flag(arguments.json), &report, ApplyReport::text)?;
    Ok(Verdict::Good)
}

/// Blocks that are to be applied.
struct Work<'w> {
    chain: &'w mut Chain,
    blocks: BlockFile<'w>,
    limit: Option<u64>,
    quiet: bool,
    stop: &'w AtomicBool,
}

/// Why blocks are not applied to the end.
enum Stopped {
    Chain(ChainError),
    Witnesses(io::Error),
}

impl From<ChainError> for Stopped {
    fn from(error: ChainError) -> Stopped {
        Stopped::Chain(error)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Stopped {
        Stopped::Witnesses(error)
    }
}

impl Stopped {
    fn of_file(self, path: &Path) -> ChainError {
        match self {
            Stopped::Chain(error) => error,
            Stopped::Witnesses(source) => {
                ChainError::WriteWitnesses { path: path.to_owned(), source }
            }
        }
    }
}

impl Work<'_> {
    /// Applies blocks, and writes a file of the witnesses.
    fn with_witnesses(
        &mut self,
        genesis: CryptoHash,
        path: &Path,
    ) -> Result<ApplyReport, ChainError> {
        let mut report = None;
        files::replace(path, |file| -> Result<(), Stopped> {
            let mut writer = FrameWriter::new(file, Content::Witnesses, &genesis)?;
            report = Some(self.run(&mut |applied| {
                for bytes in applied.witnesses() {
                    writer.write(&bytes?)?;
                }
                Ok(())
            })?);
            Ok(writer.finish()?)
        })
        .map_err(|stopped| stopped.of_file(path))?;
        report.ok_or(ChainError::NoChain)
    }

    /// Applies blocks up to the end, the limit or a signal. Hands each to `take` when it is kept.
    fn run(
        &mut self,
        take: &mut dyn FnMut(&AppliedBlock) -> Result<(), Stopped>,
    ) -> Result<ApplyReport, Stopped> {
        let mut report = ApplyReport::new(self.chain);
        let begin = Instant::now();
        while !report.is_at(self.limit) {
            if self.stop.load(Ordering::Relaxed) {
                report.stopped();
                break;
            }
            let Some((_, block)) = self.blocks.next()? else { break };
            let applied = self.chain.advance(&block)?;
            take(&applied)?;
            report.count(&block, &applied);
            self.blocks.tell(&applied, &report.speed(begin.elapsed()));
        }
        report.end(self.chain, (!self.quiet).then(|| begin.elapsed()));
        Ok(report)
    }
}

/// A flag that Ctrl-C sets. Given again, it ends the program at once.
fn stop_flag() -> Result<Arc<AtomicBool>, ChainError> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let again = Arc::clone(&stop);
        // In this order: the first time, the flag is not set yet when it is asked.
        signal_hook::flag::register_conditional_default(signal, again)
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
            .map_err(ChainError::Signals)?;
    }
    Ok(stop)
}

/// The database, with the states of the genesis.
fn open(arguments: &ApplyArguments, blocks: &BlockFile<'_>) -> Result<Arc<dyn Database>, CliError> {
    let Some(path) = &arguments.genesis else {
        let Some(name) = &arguments.db else { return Err(ChainError::NoChain.into()) };
        return Ok(name.open_existing(None, Verification::AsRead)?);
    };
    let genesis = Genesis::read(path).map_err(ChainError::from)?;
    let protocol = Protocol::new(&genesis.settings, genesis.hash)?;
    blocks.expect_genesis(genesis.hash)?;
    let database = match &arguments.db {
        Some(name) => name.open_or_make(&genesis.settings.chain_id)?,
        None => Arc::new(MemoryDatabase::new()),
    };
    Chain::begin(&database, &genesis, &protocol, path)?;
    Ok(database)
}

/// A file of blocks that is read, with how far that is.
struct BlockFile<'p> {
    path: &'p Path,
    reader: FrameReader<Box<dyn Read>>,
    progress: Progress,
}

impl<'p> BlockFile<'p> {
    fn open(path: &'p Path, quiet: bool) -> Result<BlockFile<'p>, ChainError> {
        let (file, len) = open_file(path)?;
        let progress = if quiet { Progress::none() } else { Progress::of_blocks(len) };
        let file: Box<dyn Read> = Box::new(progress.reader(file));
        let reader = FrameReader::new(file, Content::Blocks)
            .map_err(|source| ChainError::File { path: path.to_owned(), source })?;
        Ok(BlockFile { path, reader, progress })
    }

    fn next(&mut self) -> Result<Option<(BlockHash, Block)>, ChainError> {
        let path = self.path.to_owned();
        self.reader.next_block().map_err(|source| ChainError::File { path, source })
    }

    fn expect_genesis(&self, expected: CryptoHash) -> Result<(), ChainError> {
        let found = self.reader.genesis();
        if found != expected {
            let path = self.path.to_owned();
            return Err(ChainError::BlocksOfOtherGenesis { path, found, expected });
        }
        Ok(())
    }

    /// Passes over blocks that are applied, up to the last one, which has to be in the file.
    fn skip_to_head(&mut self, chain: &Chain) -> Result<(), ChainError> {
        let head = chain.head();
        if head.hash == self.reader.genesis() {
            return Ok(());
        }
        while let Some((hash, block)) = self.next()? {
            if hash == head.hash {
                return Ok(());
            }
            if block.height >= head.height {
                break;
            }
        }
        let (path, height, kept) = (self.path.to_owned(), head.height, head.hash);
        Err(ChainError::OtherBlocks { path, height, kept })
    }

    fn tell(&self, applied: &AppliedBlock, speed: &Speed) {
        self.progress.say(format!(
            "block {}, {} blocks/s, {} transactions/s",
            applied.record().height,
            speed.blocks_per_second,
            speed.transactions_per_second,
        ));
    }
}
