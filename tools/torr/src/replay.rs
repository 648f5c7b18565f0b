//! `torr replay`: applies the blocks that a database keeps once more, and compares what comes of them with
//! what came of them. Nothing in the database changes.

use crate::chain::{
    AppliedBlock, BlockRecord, Chain, ChainError, EnvironmentArguments, KeptBlocks, ShardRecord,
    Witnesses,
};
use crate::cli::Verdict;
use crate::error::CliError;
use crate::figure::counted;
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::state::{DatabaseName, line};
use crate::style::{BAD, GOOD, TITLE};
use clap::Args;
use serde::Serialize;
use torr_primitives::{BlockHeight, ShardId};
use torr_store::database::Verification;

/// Applies kept blocks once more and compares every root; exits with 1 if one differs
///
/// Begins at the oldest block whose states are kept. What is compared: roots of states and outcomes, what
/// shards ask for, and the receipts that they are sent.
#[derive(Args)]
pub(crate) struct ReplayArguments {
    /// Folder of the database; rocksdb:FOLDER, if RocksDB keeps it
    #[arg(long, value_name = "FOLDER")]
    db: DatabaseName,
    /// Begin behind the block at HEIGHT [default: the oldest whose states are kept]
    #[arg(long, value_name = "HEIGHT")]
    from: Option<BlockHeight>,
    /// End with the block at HEIGHT [default: the last]
    #[arg(long, value_name = "HEIGHT")]
    to: Option<BlockHeight>,
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct ReplayReport {
    /// Whether all is as it was.
    same: bool,
    /// Height of the block behind which it began.
    from_height: BlockHeight,
    /// Height of the last block that was compared.
    height: BlockHeight,
    /// Blocks that are as they were.
    blocks: u64,
    /// The first difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<Difference>,
}

/// Where what came of a block is not what is kept.
#[derive(Debug, Serialize)]
struct Difference {
    height: BlockHeight,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<ShardId>,
    what: &'static str,
    kept: String,
    found: String,
}

/// A part of what a chunk came to, as text.
type PartOf = fn(&ShardRecord) -> String;

pub(crate) fn replay(arguments: &ReplayArguments) -> Result<Verdict, CliError> {
    let database = arguments.db.open_existing(None, Verification::AsRead)?;
    let from = match arguments.from {
        Some(height) => height,
        None => Chain::oldest_height(&database)?,
    };
    let mut chain =
        Chain::open_at(&database, arguments.environment.machine(Witnesses::Unwanted)?, from)?;
    let kept = KeptBlocks::new(&*database);
    let mut heights = kept.heights()?;
    heights.retain(|height| *height > from && arguments.to.is_none_or(|to| *height <= to));
    let progress = Progress::endless("replaying", "blocks");
    let mut report =
        ReplayReport { same: true, from_height: from, height: from, blocks: 0, difference: None };
    for height in heights {
        let missing =
            |what| ChainError::Inconsistent { what: format!("it has no {what} {height}") };
        let block = kept.block(height)?.ok_or_else(|| missing("block"))?;
        let record = kept.record(height)?.ok_or_else(|| missing("record of block"))?;
        report.height = height;
        report.difference = difference(&record, &chain.rehearse(&block)?);
        if report.difference.is_some() {
            report.same = false;
            break;
        }
        report.blocks += 1;
        progress.advance(1);
    }
    drop(progress);
    output::print(Format::of_flag(arguments.json), &report, text)?;
    Ok(if report.same { Verdict::Good } else { Verdict::Bad })
}

/// The first thing in which what came of a block is not what is kept of it.
fn difference(kept: &BlockRecord, applied: &AppliedBlock) -> Option<Difference> {
    let found = applied.record();
    let height = kept.height;
    let differs = |shard, what, kept: String, found: String| {
        (kept != found).then_some(Difference { height, shard, what, kept, found })
    };
    let of_shard = |(kept, found): (&ShardRecord, &ShardRecord)| {
        let parts: [(&'static str, PartOf); 4] = [
            ("outcome root", |shard| shard.outcome_root.to_string()),
            ("state root", |shard| shard.state_root.to_string()),
            ("receipts", receipt_ids),
            ("record", |shard| format!("{shard:?}")),
        ];
        let shard = Some(kept.shard_id);
        parts.into_iter().find_map(|(what, part)| differs(shard, what, part(kept), part(found)))
    };
    differs(None, "block", kept.hash.to_string(), found.hash.to_string())
        .or_else(|| kept.shards.iter().zip(&found.shards).find_map(of_shard))
}

fn receipt_ids(shard: &ShardRecord) -> String {
    let ids = shard.pending.iter().map(|receipt| receipt.receipt_id.to_string());
    ids.collect::<Vec<_>>().join(" ")
}

fn text(report: &ReplayReport) -> String {
    let blocks = counted(report.blocks, "block");
    let mut text = match &report.difference {
        None => format!("{GOOD}✓{GOOD:#} {TITLE}{blocks}{TITLE:#} came to the same\n"),
        Some(Difference { height, .. }) => {
            format!("{BAD}✗{BAD:#} block {TITLE}{height}{TITLE:#} came to something else\n")
        }
    };
    text += &line("height", format!("{} → {}", report.from_height, report.height));
    if let Some(Difference { shard, what, kept, found, .. }) = &report.difference {
        text += &shard.map(|shard| line("shard", shard)).unwrap_or_default();
        text += &line("differs", what);
        text += &line("kept", kept);
        text += &line("now", found);
    }
    text
}
