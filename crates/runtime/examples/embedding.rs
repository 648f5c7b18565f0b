//! A chain of one shard in memory: a genesis, blocks of signed transactions, and for each block a witness,
//! from which it is validated again. `docs/embedding.md` explains it.
//!
//! `cargo run --release --package torr-runtime --example embedding`

use std::collections::BTreeMap;
use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, PublicKeyHandle, SecretKey};
use torr_parameters::{LATEST_VERSION, Parameters, RuntimeConfig};
use torr_primitives::action::{Action, FunctionCallAction, TransferAction};
use torr_primitives::congestion::CongestionInfoV1;
use torr_primitives::receipt::Receipt;
use torr_primitives::state_record::RecordEntry;
use torr_primitives::transaction::{SignedTransaction, Transaction, TransactionV0};
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, Balance, BandwidthRequests,
    BlockBandwidthRequests, BlockCongestionInfo, BlockHeight, CongestionInfo,
    ExtendedCongestionInfo, Gas, ShardId, ShardLayout, StateRecord,
};
use torr_runtime::witness::{Validated, Witness, validate};
use torr_runtime::{
    BlockContext, ChunkContext, ChunkInput, ChunkPresence, Environment, EpochContext, Threads,
};
use torr_store::memory_trie::MemoryTrie;
use torr_store::trie::EMPTY_ROOT;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// The example contract `counter`, as built.
const COUNTER: &[u8] = include_bytes!("../../../examples/contracts/prebuilt/counter.wasm");
/// One NEAR, in yoctoNEAR.
const NEAR: u128 = 10_u128.pow(24);
const SHARD: ShardId = 0;

type Failure = Box<dyn Error>;

/// A state, and what the last block leaves to the next one.
struct Chain {
    state: MemoryTrie,
    root: CryptoHash,
    height: BlockHeight,
    incoming: Vec<Receipt>,
    congestion_info: CongestionInfo,
    bandwidth_requests: BandwidthRequests,
}

/// Prints what came of all blocks.
pub(crate) fn main() -> Result<(), Failure> {
    report()?.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// Makes blocks until no receipt is left, and says what came of each.
pub(crate) fn report() -> Result<Vec<String>, Failure> {
    let runner = Runner::new(EngineKind::Wasmer, CacheConfig::default())?;
    let threads = Threads::new(NonZeroUsize::MIN.saturating_add(1))?;
    let environment = Environment::new(&runner, &threads);
    let config = Parameters::builtin(LATEST_VERSION)?;
    let key = SecretKey::from_seed(KeyType::Ed25519, &[1; 32])?;
    let mut chain = Chain::begin(genesis(&key)?)?;
    let mut transactions = transactions(&key)?;
    let mut lines = Vec::new();
    while !transactions.is_empty() || !chain.incoming.is_empty() {
        let bytes = chain.next(&std::mem::take(&mut transactions), &config, &environment)?;
        // Whoever gets the bytes needs no state. Here all else in the witness is known to be the chain's.
        let witness = Witness::decode(&bytes, Witness::USUAL_LIMIT)?;
        let Validated { claim, result, .. } = validate(&witness, &config, &environment)?;
        lines.push(format!("block {}, state {}", chain.height, claim.state_root));
        for of in &result.outcomes {
            let outcome = &of.outcome;
            let (account_id, gas) = (&outcome.executor_id, outcome.gas_burnt);
            lines.push(format!("  {account_id} burnt {gas} gas: {:?}", outcome.status));
            lines.extend(outcome.logs.iter().map(|text| format!("    log: {text}")));
        }
    }
    Ok(lines)
}

impl Chain {
    /// The state of a genesis.
    fn begin(records: Vec<StateRecord>) -> Result<Chain, Failure> {
        let mut state = MemoryTrie::default();
        let empty = state.version(EMPTY_ROOT).ok_or("every trie begins empty")?;
        let mut update = empty.update();
        for record in records {
            let RecordEntry::Keyed { key, value } = record.into_entry()? else { continue };
            update.insert(&key.to_bytes(), &value)?;
        }
        let finished = update.finish()?;
        let root = state.commit(&finished)?;
        let (height, incoming) = (1_000, Vec::new());
        let congestion_info = CongestionInfo::V1(CongestionInfoV1::default());
        let bandwidth_requests = BandwidthRequests::empty();
        Ok(Chain { state, root, height, incoming, congestion_info, bandwidth_requests })
    }

    /// Applies the next block, keeps its state alone, and gives the witness of it.
    fn next(
        &mut self,
        transactions: &[SignedTransaction],
        config: &Arc<RuntimeConfig>,
        environment: &Environment<'_>,
    ) -> Result<Vec<u8>, Failure> {
        self.height += 1;
        let context = self.context(config);
        let own = ExtendedCongestionInfo {
            congestion_info: self.congestion_info,
            missed_chunks_count: 0,
        };
        let input = ChunkInput {
            context: &context,
            presence: ChunkPresence::New,
            transactions,
            transactions_in_time: &[],
            incoming_receipts: &self.incoming,
            validator_accounts_update: None,
            congestion: &BlockCongestionInfo { shards: BTreeMap::from([(SHARD, own)]) },
            bandwidth_requests: &BlockBandwidthRequests {
                shards: BTreeMap::from([(SHARD, self.bandwidth_requests.clone())]),
            },
        };
        let trie = self.state.version(self.root).ok_or("the last state is kept")?;
        let (witness, result) = Witness::produce(&trie, &input, environment)?;
        self.state.commit(&result.trie_update)?;
        self.state.remove(self.root);
        self.root = result.state_root;
        self.incoming = result.outgoing_receipts;
        self.congestion_info = result.congestion_info.unwrap_or(self.congestion_info);
        self.bandwidth_requests = result.bandwidth_requests;
        Ok(witness.encode()?)
    }

    /// All that a block is applied in. Nothing is read from the machine.
    fn context(&self, config: &Arc<RuntimeConfig>) -> ChunkContext {
        let hash = |what: &str| CryptoHash::of(format!("{what} {}", self.height).as_bytes());
        let block = BlockContext {
            height: self.height,
            prev_block_hash: hash("block before"),
            timestamp: self.height * 1_000_000_000,
            gas_price: Balance::from_yoctonear(100_000_000),
            random_seed: hash("seed"),
        };
        let epoch = Arc::new(EpochContext {
            chain_id: "example".to_owned(),
            epoch_id: CryptoHash::of(b"epoch"),
            epoch_height: 1,
            shard_layout: Arc::new(ShardLayout::single_shard()),
            validators: BTreeMap::new(),
            total_stake: Balance::ZERO,
            minimum_stake: Balance::ZERO,
        });
        let (config, protocol_version) = (Arc::clone(config), LATEST_VERSION);
        ChunkContext { block, epoch, shard_id: SHARD, gas_limit: None, config, protocol_version }
    }
}

/// Two accounts, of which one has a key, and a contract.
fn genesis(key: &SecretKey) -> Result<Vec<StateRecord>, Failure> {
    let account = |contract, bytes| {
        Account::new(Balance::from_yoctonear(100 * NEAR), Balance::ZERO, contract, bytes)
    };
    let (alice, bob, counter) = ("alice.near".parse()?, "bob.near".parse()?, "counter.near");
    let contract = AccountContract::Local(CryptoHash::of(COUNTER));
    let bytes = 100 + COUNTER.len() as u64;
    let access_key = AccessKey { nonce: 0, permission: AccessKeyPermission::FullAccess };
    let public_key = PublicKeyHandle::from(&key.public_key());
    Ok(vec![
        StateRecord::Account { account_id: bob, account: account(AccountContract::None, 100) },
        StateRecord::Account { account_id: counter.parse()?, account: account(contract, bytes) },
        StateRecord::Contract { account_id: counter.parse()?, code: COUNTER.to_vec() },
        StateRecord::Account {
            account_id: "alice.near".parse()?,
            account: account(AccountContract::None, 182),
        },
        StateRecord::AccessKey { account_id: alice, public_key, access_key },
    ])
}

/// A transfer and a call of the contract, both signed by `alice.near`.
fn transactions(key: &SecretKey) -> Result<Vec<SignedTransaction>, Failure> {
    let transfer = Action::Transfer(TransferAction { deposit: Balance::from_yoctonear(NEAR) });
    let call = Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: "add".to_owned(),
        args: br#"{"by": 5}"#.to_vec(),
        gas: Gas::from_gas(30_000_000_000_000),
        deposit: Balance::ZERO,
    }));
    let signed = |(nonce, receiver_id, action): (u64, &str, Action)| {
        let transaction = Transaction::V0(TransactionV0 {
            signer_id: "alice.near".parse()?,
            public_key: key.public_key(),
            nonce,
            receiver_id: receiver_id.parse()?,
            block_hash: CryptoHash::of(b"a recent block"),
            actions: vec![action],
        });
        let signature = key.sign(CryptoHash::of(&borsh::to_vec(&transaction)?).as_bytes())?;
        Ok(SignedTransaction::new(transaction, signature))
    };
    [(1, "bob.near", transfer), (2, "counter.near", call)].into_iter().map(signed).collect()
}
