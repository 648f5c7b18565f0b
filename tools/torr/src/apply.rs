//! `torr apply`: applies the blocks of a file, one after the other, and says what came of them.
//!
//! A database is gone on with where it stands, so the command can be stopped at any moment and given
//! again. Ctrl-C is seen between blocks.

mod report;

use crate::chain::{
    AppliedBlock, Block, BlockFileError, BlockFileReader, BlockHash, Chain, ChainError,
    EnvironmentArguments, Genesis, KeptBlocks,
};
use crate::cli::Verdict;
use crate::error::CliError;
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::state::DatabaseName;
use clap::Args;
use report::ApplyReport;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
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
    let database = open(arguments)?;
    let mut chain = Chain::open(database, arguments.environment.machine()?)?;
    let mut blocks = BlockFile::open(&arguments.blocks, arguments.quiet)?;
    blocks.expect_genesis(&chain)?;
    blocks.skip_to_head(&chain)?;
    let mut report = ApplyReport::new(&chain);
    let begin = Instant::now();
    while !report.is_at(arguments.limit) {
        if stop.load(Ordering::Relaxed) {
            report.stopped();
            break;
        }
        let Some((_, block)) = blocks.next()? else { break };
        let applied = chain.advance(&block)?;
        report.count(&block, &applied);
        blocks.tell(&applied, &report, begin);
    }
    drop(blocks);
    report.end(&chain, (!arguments.quiet).then(|| begin.elapsed()));
    output::print(Format::of_flag(arguments.json), &report, ApplyReport::text)?;
    Ok(Verdict::Good)
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
fn open(arguments: &ApplyArguments) -> Result<Arc<dyn Database>, CliError> {
    let Some(path) = &arguments.genesis else {
        let Some(name) = &arguments.db else { return Err(ChainError::NoChain.into()) };
        return Ok(name.open_existing(None, Verification::AsRead)?);
    };
    let genesis = Genesis::read(path).map_err(ChainError::from)?;
    let database = match &arguments.db {
        Some(name) => name.open_or_make(&genesis.settings.chain_id)?,
        None => Arc::new(MemoryDatabase::new()),
    };
    Chain::begin(&database, &genesis, path)?;
    Ok(database)
}

/// A file of blocks that is read, with how far that is.
struct BlockFile<'p> {
    path: &'p Path,
    reader: BlockFileReader<Box<dyn std::io::Read>>,
    progress: Progress,
}

impl<'p> BlockFile<'p> {
    fn open(path: &'p Path, quiet: bool) -> Result<BlockFile<'p>, ChainError> {
        let failed = |source| ChainError::BlockFile { path: path.to_owned(), source };
        let of_system = |error| failed(BlockFileError::Read(error));
        let file = File::open(path).map_err(of_system)?;
        let len = file.metadata().map_err(of_system)?.len();
        let progress = if quiet { Progress::none() } else { Progress::of_blocks(len) };
        let file: Box<dyn std::io::Read> = Box::new(progress.reader(BufReader::new(file)));
        let reader = BlockFileReader::new(file).map_err(failed)?;
        Ok(BlockFile { path, reader, progress })
    }

    fn next(&mut self) -> Result<Option<(BlockHash, Block)>, ChainError> {
        let path = self.path.to_owned();
        self.reader.next_block().map_err(|source| ChainError::BlockFile { path, source })
    }

    fn expect_genesis(&self, chain: &Chain) -> Result<(), ChainError> {
        let kept = KeptBlocks::new(&**chain.database()).genesis()?.ok_or(ChainError::NoChain)?;
        let (found, expected) = (self.reader.genesis(), kept.hash);
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

    fn tell(&self, applied: &AppliedBlock, report: &ApplyReport, begin: Instant) {
        let speed = report.speed(begin.elapsed());
        self.progress.say(format!(
            "block {}, {} blocks/s, {} transactions/s",
            applied.record().height,
            speed.blocks_per_second,
            speed.transactions_per_second,
        ));
    }
}
