//! A chain is the same however it is applied, whatever fails on the way, and wherever it is interrupted.

use super::{
    Block, BlockRecord, Chain, ChainError, Content, FrameReader, Genesis, KeptBlocks, Machine,
    Protocol, TrieKind, Witnesses,
};
use crate::workload::{Kind, WorkloadArguments, made};
use std::fs::File;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use torr_primitives::{Gas, ShardId};
use torr_runtime::Threads;
use torr_store::database::faulty::{Fault, FaultyDatabase};
use torr_store::database::{Database, MemoryDatabase};
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// A workload that a test applies.
struct Example {
    folder: tempfile::TempDir,
    genesis: Genesis,
    blocks: Vec<Block>,
}

impl Example {
    fn new(kind: Kind, shards: u32, gas_limit: Option<Gas>) -> Example {
        let folder = tempfile::tempdir().unwrap();
        let arguments = WorkloadArguments {
            kind,
            accounts: 20,
            blocks: 5,
            transactions: 12,
            shards,
            gas_limit,
            seed: 7,
            out: folder.path().to_owned(),
            json: false,
        };
        made(&arguments).unwrap();
        let genesis = Genesis::read(&folder.path().join("genesis.json")).unwrap();
        let file = File::open(folder.path().join("blocks.torr")).unwrap();
        let mut reader = FrameReader::new(file, Content::Blocks).unwrap();
        assert_eq!(reader.genesis(), genesis.hash);
        let mut blocks = Vec::new();
        while let Some((_, block)) = reader.next_block().unwrap() {
            blocks.push(block);
        }
        Example { folder, genesis, blocks }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("genesis.json")
    }

    fn begun(&self) -> Arc<dyn Database> {
        let database: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
        self.begin(&database).unwrap();
        database
    }

    fn begin(&self, database: &Arc<dyn Database>) -> Result<(), ChainError> {
        let protocol = Protocol::new(&self.genesis.settings, self.genesis.hash)?;
        Chain::begin(database, &self.genesis, &protocol, &self.path())
    }

    /// What all blocks come to, applied on a machine.
    fn applied(&self, machine: Machine) -> BlockRecord {
        let mut chain = Chain::open(&self.begun(), machine).unwrap();
        for block in &self.blocks {
            chain.advance(block).unwrap();
        }
        chain.head().clone()
    }
}

/// The interpreter: it has nothing to compile. What it prepared once serves all tests.
static RUNNER: LazyLock<Arc<Runner>> =
    LazyLock::new(|| Arc::new(Runner::new(EngineKind::Wasmi, CacheConfig::default()).unwrap()));

fn machine(trie: TrieKind, threads: usize) -> Machine {
    Machine {
        runner: Arc::clone(&RUNNER),
        threads: Threads::new(NonZeroUsize::new(threads).unwrap()).unwrap(),
        trie,
        cache_bytes: 1 << 20,
        witnesses: Witnesses::Unwanted,
    }
}

fn plain() -> Machine {
    machine(TrieKind::Disk, 1)
}

#[test]
fn every_way_comes_to_the_same() {
    for (kind, shards, gas_limit) in [
        (Kind::Transfers, 1, None),
        (Kind::Mixed, 1, None),
        (Kind::Mixed, 3, Some(Gas::from_gas(20_000_000_000_000))),
    ] {
        let example = Example::new(kind, shards, gas_limit);
        let expected = example.applied(plain());
        assert_eq!(expected.shards.len(), shards as usize);
        for (trie, threads) in [(TrieKind::Memory, 1), (TrieKind::Memory, 2), (TrieKind::Disk, 2)] {
            assert_eq!(example.applied(machine(trie, threads)), expected, "{kind:?} {trie:?}");
        }
    }
}

#[test]
fn workloads_do_what_they_say() {
    for kind in [Kind::Transfers, Kind::Token, Kind::Storage, Kind::CrossContract] {
        let example = Example::new(kind, 1, None);
        let mut chain = Chain::open(&example.begun(), plain()).unwrap();
        let mut failures = 0;
        for block in &example.blocks {
            let applied = chain.advance(block).unwrap();
            failures += applied.chunks().iter().map(|chunk| chunk.failures()).sum::<usize>();
            let outcomes: usize = applied.chunks().iter().map(|it| it.outcomes.len()).sum();
            assert!(outcomes >= block.transactions.len(), "{kind:?}");
        }
        assert_eq!(failures, 0, "{kind:?}");
    }
}

#[test]
fn a_chain_that_is_opened_anew_after_each_block_is_the_same() {
    let example = Example::new(Kind::Mixed, 2, None);
    let expected = example.applied(plain());
    let database = example.begun();
    for block in &example.blocks {
        // The genesis is there already.
        example.begin(&database).unwrap();
        Chain::open(&database, plain()).unwrap().advance(block).unwrap();
    }
    assert_eq!(KeptBlocks::new(&*database).last().unwrap(), Some(expected));
    // And all that came of it can be found again.
    assert_eq!(Chain::oldest_height(&database).unwrap(), 0);
    let mut chain = Chain::open_at(&database, plain(), 0).unwrap();
    let kept = KeptBlocks::new(&*database);
    for height in kept.heights().unwrap().into_iter().skip(1) {
        let block = kept.block(height).unwrap().unwrap();
        let record = kept.record(height).unwrap().unwrap();
        assert_eq!(chain.rehearse(&block).unwrap().record(), &record);
    }
}

/// Begins a chain, or goes on with it, and applies what is left.
fn go_on(
    example: &Example,
    database: &Arc<dyn Database>,
    trie: TrieKind,
) -> Result<(), ChainError> {
    example.begin(database)?;
    let mut chain = Chain::open(database, machine(trie, 1))?;
    let head = chain.head().height;
    for block in example.blocks.iter().filter(|block| block.height > head) {
        chain.advance(block)?;
    }
    Ok(())
}

#[test]
fn what_a_failing_database_keeps_can_be_gone_on_with() {
    /// Places at which it fails, of all that there are.
    const PLACES: u64 = 12;
    let example = Example::new(Kind::Storage, 2, None);
    let expected = example.applied(plain());
    for trie in [TrieKind::Disk, TrieKind::Memory] {
        let whole = Arc::new(FaultyDatabase::new(Arc::new(MemoryDatabase::new()), Fault::None));
        let database: Arc<dyn Database> = whole.clone();
        go_on(&example, &database, trie).unwrap();
        let operations = whole.operations();
        for place in 0..PLACES {
            let at = operations * place / PLACES;
            let fault = [Fault::Error(at), Fault::KillBefore(at), Fault::KillAfter(at)];
            let inner: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
            let fault = fault[usize::try_from(place).unwrap() % 3];
            let faulty: Arc<dyn Database> =
                Arc::new(FaultyDatabase::new(Arc::clone(&inner), fault));
            assert!(go_on(&example, &faulty, trie).is_err(), "{fault:?}");
            go_on(&example, &inner, trie).unwrap();
            let last = KeptBlocks::new(&*inner).last().unwrap();
            assert_eq!(last.as_ref(), Some(&expected), "{fault:?}");
        }
    }
}

#[test]
fn a_block_that_cannot_be_written_leaves_the_one_before() {
    let example = Example::new(Kind::Transfers, 2, None);
    for trie in [TrieKind::Disk, TrieKind::Memory] {
        let inner = example.begun();
        let before = KeptBlocks::new(&*inner).last().unwrap().unwrap();
        // The write of the block is the last operation.
        let counting = Arc::new(FaultyDatabase::new(example.begun(), Fault::None));
        let database: Arc<dyn Database> = counting.clone();
        let mut chain = Chain::open(&database, machine(trie, 1)).unwrap();
        chain.advance(&example.blocks[0]).unwrap();
        let fault = Fault::Error(counting.operations() - 1);
        let failing: Arc<dyn Database> = Arc::new(FaultyDatabase::new(Arc::clone(&inner), fault));
        let mut chain = Chain::open(&failing, machine(trie, 1)).unwrap();
        assert!(matches!(chain.advance(&example.blocks[0]), Err(ChainError::Store(_))));
        assert_eq!(
            (chain.head(), KeptBlocks::new(&*inner).last().unwrap().as_ref()),
            (&before, Some(&before))
        );
        // The same chain goes on when the database does.
        chain.advance(&example.blocks[0]).unwrap();
        assert_eq!(KeptBlocks::new(&*inner).last().unwrap().as_ref(), Some(chain.head()));
    }
}

#[test]
fn what_does_not_follow_is_refused() {
    let example = Example::new(Kind::Transfers, 2, None);
    let mut chain = Chain::open(&example.begun(), machine(TrieKind::Memory, 1)).unwrap();
    let [first, second, ..] = &example.blocks[..] else { panic!("there are five") };
    let before = chain.head().clone();
    let refused = |chain: &mut Chain, block: &Block| chain.advance(block).err().unwrap();
    assert!(matches!(refused(&mut chain, second), ChainError::OtherParent { height: 2, .. }));
    let too_low = Block { height: 0, ..first.clone() };
    assert!(matches!(
        refused(&mut chain, &too_low),
        ChainError::HeightNotAbove { height: 0, head: 0 }
    ));
    let unknown = Block { missing_chunks: vec![5], ..first.clone() };
    assert!(matches!(refused(&mut chain, &unknown), ChainError::UnknownShard { shard_id: 5, .. }));
    let lost = Block { missing_chunks: vec![1], ..first.clone() };
    let error = refused(&mut chain, &lost);
    assert!(matches!(error, ChainError::TransactionsOfMissingChunk { shard_id: 1, .. }));
    assert_eq!(chain.head(), &before);
    chain.advance(first).unwrap();
}

#[test]
fn receipts_wait_for_a_chunk_that_is_missing() {
    let example = Example::new(Kind::Transfers, 2, None);
    let mut chain = Chain::open(&example.begun(), plain()).unwrap();
    chain.advance(&example.blocks[0]).unwrap();
    let waiting =
        |chain: &Chain, shard_id: ShardId| chain.head().shard(shard_id).unwrap().pending.len();
    let before = waiting(&chain, 1);
    assert!(before > 0);
    let empty = |chain: &Chain, missing_chunks| Block {
        height: chain.head().height + 1,
        prev_hash: chain.head().hash,
        missing_chunks,
        transactions: Vec::new(),
        ..example.blocks[0].clone()
    };
    for missed in 1..=2 {
        let block = empty(&chain, vec![1]);
        chain.advance(&block).unwrap();
        assert!(waiting(&chain, 1) >= before);
        assert_eq!(chain.head().shard(1).unwrap().missed_chunks, missed);
    }
    for _ in 0..4 {
        let block = empty(&chain, vec![]);
        chain.advance(&block).unwrap();
    }
    assert_eq!(waiting(&chain, 0) + waiting(&chain, 1), 0);
}

#[test]
fn databases_of_other_chains_are_refused() {
    let one = Example::new(Kind::Transfers, 1, None);
    let other = Example::new(Kind::Transfers, 2, None);
    let database = one.begun();
    let refused = other.begin(&database);
    assert!(matches!(refused, Err(ChainError::OtherGenesis { .. })));
    let empty: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
    assert!(matches!(Chain::open(&empty, plain()).err(), Some(ChainError::NoChain)));
}

#[test]
fn a_genesis_that_was_begun_can_be_replaced() {
    let one = Example::new(Kind::Transfers, 2, None);
    let other = Example::new(Kind::Transfers, 1, None);
    let whole = Arc::new(FaultyDatabase::new(Arc::new(MemoryDatabase::new()), Fault::None));
    let database: Arc<dyn Database> = whole.clone();
    one.begin(&database).unwrap();
    for at in [whole.operations() / 2, whole.operations() - 1] {
        let inner: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
        let faulty: Arc<dyn Database> =
            Arc::new(FaultyDatabase::new(Arc::clone(&inner), Fault::KillBefore(at)));
        assert!(one.begin(&faulty).is_err());
        other.begin(&inner).unwrap();
        let began_with = KeptBlocks::new(&*inner).last().unwrap();
        assert_eq!(began_with, KeptBlocks::new(&*other.begun()).last().unwrap());
    }
}
