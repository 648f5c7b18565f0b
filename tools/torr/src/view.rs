//! `torr view`: looks at an account of a chain: what it is, its keys, its data, what its functions say.
//!
//! What is looked at is the state after a block, the last one unless another is named. Nothing changes.

mod report;

use crate::bytes::{NotationError, from_notation};
use crate::chain::{Block, BlockRecord, ChainError, KeptBlocks, Protocol};
use crate::cli::Verdict;
use crate::error::CliError;
use crate::output::{self, Format};
use crate::run::InputError;
use crate::state::DatabaseName;
use clap::Args;
use report::{AccountReport, CallReport, DataReport, KeysReport};
use std::num::NonZeroU32;
use std::sync::Arc;
use torr_primitives::{AccountId, Balance, BlockHeight};
use torr_runtime::view::{DataQuery, FunctionQuery, Paging, StateView};
use torr_store::database::{Database, Verification};
use torr_store::shard_state::ShardState;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// Shows an account, or calls a function of its contract that changes nothing
#[derive(Args)]
pub(crate) struct ViewArguments {
    /// The account
    account: AccountId,
    /// The function to call
    method: Option<String>,
    /// What the function is given, as JSON
    #[arg(short, long, value_name = "JSON", requires = "method")]
    args: Option<String>,
    /// Show its access keys
    #[arg(long, conflicts_with_all = ["method", "state"])]
    keys: bool,
    /// Show what its contract has stored under keys that begin with PREFIX: text, or 0x and hexadecimal digits
    #[arg(long, value_name = "PREFIX", num_args = 0..=1, default_missing_value = "", value_parser = parse_prefix, conflicts_with = "method")]
    state: Option<Prefix>,
    /// Most keys to show
    #[arg(long, value_name = "COUNT", default_value = "100", requires = "state")]
    limit: NonZeroU32,
    /// Folder of the database; rocksdb:FOLDER, if RocksDB keeps it
    #[arg(long, value_name = "FOLDER")]
    db: DatabaseName,
    /// Look at the state after the block at HEIGHT [default: the last]
    #[arg(long, value_name = "HEIGHT")]
    height: Option<BlockHeight>,
    /// The engine; all of them give the same result
    #[arg(long, default_value_t = EngineKind::ALL[0], value_name = "ENGINE")]
    engine: EngineKind,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// What keys of a contract begin with.
#[derive(Clone, Debug)]
struct Prefix(Vec<u8>);

fn parse_prefix(text: &str) -> Result<Prefix, NotationError> {
    from_notation(text).map(Prefix)
}

pub(crate) fn view(arguments: &ViewArguments) -> Result<Verdict, CliError> {
    let database = arguments.db.open_existing(None, Verification::AsRead)?;
    let moment = Moment::of(&database, arguments.height)?;
    let account_id = &arguments.account;
    let shard_id = moment.protocol.epoch.shard_layout.shard_of_account(account_id);
    let uid = moment.protocol.shard_uid(shard_id)?;
    let state = ShardState::open(Arc::clone(&database), uid).map_err(ChainError::from)?;
    let root = moment.record.shard(shard_id)?.state_root;
    let version = crate::chain::version_of(&state, root, moment.record.height)?;
    let snapshot = state.snapshot().map_err(ChainError::from)?;
    let trie = snapshot.trie_at(version.number).map_err(ChainError::from)?;
    let view = StateView::new(&trie);
    let format = Format::of_flag(arguments.json);
    let seen = ChainError::from;
    if let Some(method_name) = &arguments.method {
        let runner = Runner::new(arguments.engine, CacheConfig::default())?;
        let args = input(arguments)?;
        let query = FunctionQuery { account_id, method_name, args, max_gas_burnt: None };
        let context = moment.protocol.context(&moment.block, shard_id);
        let called = view.call_function(&query, &context, &runner).map_err(seen)?;
        let report = CallReport::new(moment.record.height, &called);
        output::print(format, &report, CallReport::text)?;
        return Ok(report.verdict());
    }
    if arguments.keys {
        let keys = view.access_keys(account_id).map_err(seen)?;
        output::print(format, &KeysReport::new(keys), KeysReport::text)?;
    } else if let Some(Prefix(prefix)) = &arguments.state {
        let paging = Paging::Page { after_key: None, limit: Some(arguments.limit) };
        let page = view.data(&DataQuery { account_id, prefix, paging }).map_err(seen)?;
        output::print(format, &DataReport::new(page), DataReport::text)?;
    } else {
        let account = view.account(account_id).map_err(seen)?;
        let report = AccountReport::new(account_id, account, moment.record.height);
        output::print(format, &report, AccountReport::text)?;
    }
    Ok(Verdict::Good)
}

fn input(arguments: &ViewArguments) -> Result<&[u8], CliError> {
    let Some(json) = &arguments.args else { return Ok(&[]) };
    serde_json::from_str::<serde::de::IgnoredAny>(json).map_err(InputError::Json)?;
    Ok(json.as_bytes())
}

/// The chain after one of its blocks.
struct Moment {
    protocol: Protocol,
    record: BlockRecord,
    block: Block,
}

impl Moment {
    fn of(database: &Arc<dyn Database>, height: Option<BlockHeight>) -> Result<Moment, ChainError> {
        let kept = KeptBlocks::new(&**database);
        let genesis = kept.genesis()?.ok_or(ChainError::NoChain)?;
        let record = match height {
            None => kept.last()?.ok_or(ChainError::NoGenesisBlock)?,
            Some(height) => kept.record_at(height)?,
        };
        // After the genesis there is no block yet.
        let block = kept.block(record.height)?.unwrap_or_else(|| Block {
            height: record.height,
            prev_hash: genesis.hash,
            timestamp: 0,
            gas_price: Balance::ZERO,
            random_seed: genesis.hash,
            missing_chunks: Vec::new(),
            transactions: Vec::new(),
        });
        let protocol = Protocol::new(&genesis.settings()?, genesis.hash)?;
        Ok(Moment { protocol, record, block })
    }
}
