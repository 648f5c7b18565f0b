//! What applying small chunks costs: a hundred transfers, and a hundred calls of a method that does nothing,
//! from transactions to what they send, and what that comes to. A thousand accounts, the trie in memory, one
//! thread. `cargo xtask bench runtime` measures larger ones, beside the reference.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, SecretKey};
use torr_parameters::Parameters;
use torr_primitives::action::{Action, FunctionCallAction, TransferAction};
use torr_primitives::congestion::CongestionInfoV1;
use torr_primitives::receipt::Receipt;
use torr_primitives::state_record::RecordEntry;
use torr_primitives::transaction::{SignedTransaction, Transaction, TransactionV0};
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, AccountId, Balance,
    BandwidthRequests, BlockBandwidthRequests, BlockCongestionInfo, CongestionInfo,
    ExtendedCongestionInfo, Gas, ShardLayout, StateRecord,
};
use torr_runtime::{
    BlockContext, ChunkContext, ChunkInput, ChunkPresence, Environment, EpochContext, Threads,
    apply,
};
use torr_store::memory_trie::MemoryTrie;
use torr_store::trie::EMPTY_ROOT;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

const USERS: usize = 1_000;
const TRANSACTIONS: usize = 100;
/// The contract's account.
const CONTRACT: &str = "contract.near";
/// `(module (func (export "noop")))`
const CODE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x08\x01\x04noop\0\0\
                      \x0a\x04\x01\x02\0\x0b";

fn account_id(text: &str) -> AccountId {
    text.parse().expect("it is well-formed")
}

fn user(number: usize) -> AccountId {
    account_id(&format!("user{number:05}.near"))
}

fn secret_key(number: usize) -> SecretKey {
    let seed = CryptoHash::of(&number.to_le_bytes()).0;
    SecretKey::from_seed(KeyType::Ed25519, &seed).expect("any seed makes an ed25519 key")
}

fn account(contract: AccountContract) -> Account {
    Account::new(Balance::from_yoctonear(10_u128.pow(27)), Balance::ZERO, contract, 182)
}

/// What a user and the key of the user stand for.
fn records(number: usize) -> [StateRecord; 2] {
    let access_key = AccessKey { nonce: 0, permission: AccessKeyPermission::FullAccess };
    let public_key = (&secret_key(number).public_key()).into();
    [
        StateRecord::Account { account_id: user(number), account: account(AccountContract::None) },
        StateRecord::AccessKey { account_id: user(number), public_key, access_key },
    ]
}

/// The state, and its root.
fn state() -> (MemoryTrie, CryptoHash) {
    let code = CODE.to_vec();
    let contract = account(AccountContract::Local(CryptoHash::of(&code)));
    let contract = [
        StateRecord::Account { account_id: account_id(CONTRACT), account: contract },
        StateRecord::Contract { account_id: account_id(CONTRACT), code },
    ];
    let mut entries = BTreeMap::new();
    for record in (0..USERS).flat_map(records).chain(contract) {
        match record.into_entry().expect("all are short") {
            RecordEntry::Keyed { key, value } => entries.insert(key.to_bytes(), value),
            RecordEntry::Delayed(_) => unreachable!("no receipt is among them"),
        };
    }
    let mut trie = MemoryTrie::default();
    let empty = trie.version(EMPTY_ROOT).expect("it is always there");
    let mut update = empty.update();
    for (key, value) in &entries {
        update.insert(key, value).expect("nothing is missing from an empty trie");
    }
    let finished = update.finish().expect("nothing is missing from an empty trie");
    let root = trie.commit(&finished).expect("there is room");
    (trie, root)
}

fn transaction(signer: usize, receiver_id: AccountId, action: Action) -> SignedTransaction {
    let secret_key = secret_key(signer);
    let transaction = Transaction::V0(TransactionV0 {
        signer_id: user(signer),
        public_key: secret_key.public_key(),
        nonce: 1,
        receiver_id,
        block_hash: CryptoHash::default(),
        actions: vec![action],
    });
    let bytes = borsh::to_vec(&transaction).expect("it is short");
    let signature = secret_key.sign(CryptoHash::of(&bytes).as_ref());
    SignedTransaction::new(transaction, signature.expect("ed25519 signs anything"))
}

fn transfers() -> Vec<SignedTransaction> {
    let transfer = |signer| {
        let deposit = Balance::from_yoctonear(1);
        transaction(
            signer,
            user(signer + TRANSACTIONS),
            Action::Transfer(TransferAction { deposit }),
        )
    };
    (0..TRANSACTIONS).map(transfer).collect()
}

fn calls() -> Vec<SignedTransaction> {
    let call = |signer| {
        let call = FunctionCallAction {
            method_name: "noop".to_owned(),
            args: Vec::new(),
            gas: Gas::from_gas(5_000_000_000_000),
            deposit: Balance::ZERO,
        };
        transaction(signer, account_id(CONTRACT), Action::FunctionCall(Box::new(call)))
    };
    (0..TRANSACTIONS).map(call).collect()
}

fn context() -> ChunkContext {
    let epoch = EpochContext {
        chain_id: "bench".to_owned(),
        epoch_id: CryptoHash::default(),
        epoch_height: 1,
        shard_layout: Arc::new(ShardLayout::single_shard()),
        validators: BTreeMap::new(),
        total_stake: Balance::ZERO,
        minimum_stake: Balance::ZERO,
    };
    ChunkContext {
        block: BlockContext {
            height: 100,
            prev_block_hash: CryptoHash::default(),
            timestamp: 1,
            gas_price: Balance::from_yoctonear(100_000_000),
            random_seed: CryptoHash::default(),
        },
        epoch: Arc::new(epoch),
        shard_id: 0,
        gas_limit: None,
        config: Parameters::builtin(86).expect("it is built in"),
        protocol_version: 86,
    }
}

fn work(c: &mut Criterion, name: &str, transactions: &[SignedTransaction]) {
    let (trie, root) = state();
    let trie = trie.version(root).expect("it was added");
    let context = context();
    // A shard of which nothing is known would send nothing.
    let congestion_info = CongestionInfo::V1(CongestionInfoV1::default());
    let own = ExtendedCongestionInfo { congestion_info, missed_chunks_count: 0 };
    let congestion = BlockCongestionInfo { shards: BTreeMap::from([(0, own)]) };
    let requests = BTreeMap::from([(0, BandwidthRequests::empty())]);
    let bandwidth_requests = BlockBandwidthRequests { shards: requests };
    let runner = Runner::new(EngineKind::ALL[0], CacheConfig::default());
    let runner = runner.expect("there is memory for it");
    let threads = Threads::one();
    let applied = |transactions, incoming_receipts: &[Receipt]| {
        let input = ChunkInput {
            context: &context,
            presence: ChunkPresence::New,
            transactions,
            transactions_in_time: &[],
            incoming_receipts,
            validator_accounts_update: None,
            congestion: &congestion,
            bandwidth_requests: &bandwidth_requests,
        };
        let environment = Environment::new(&runner, &threads);
        apply(&trie, &input, &environment).expect("nothing is missing")
    };
    let receipts = applied(transactions, &[]).outgoing_receipts;
    assert_eq!(receipts.len(), TRANSACTIONS, "each transaction makes a receipt");

    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(TRANSACTIONS as u64));
    group.bench_function("transactions", |b| b.iter(|| black_box(applied(transactions, &[]))));
    group.bench_function("receipts", |b| b.iter(|| black_box(applied(&[], &receipts))));
    group.finish();
}

fn bench(c: &mut Criterion) {
    work(c, "apply 100 transfers", &transfers());
    work(c, "apply 100 no-op calls", &calls());
}

criterion_group!(benches, bench);
criterion_main!(benches);
