//! Witnesses of a small chunk: each byte changed, each part left out, and parts that do not belong there.

use super::*;
use crate::{BlockContext, ChunkContext, EpochContext, Threads};
use std::collections::BTreeMap;
use torr_crypto::key::PublicKey;
use torr_parameters::Parameters;
use torr_primitives::action::{Action, FunctionCallAction, TransferAction};
use torr_primitives::receipt::{ActionReceipt, ReceiptBody};
use torr_primitives::{
    Account, AccountContract, AccountId, ExtendedCongestionInfo, ShardLayout, TrieKey,
};
use torr_store::memory_trie::MemoryTrie;
use torr_store::trie::EMPTY_ROOT;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

const VERSION: ProtocolVersion = 86;
/// A contract with a function `main` that does nothing.
const CONTRACT: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\
    \x07\x08\x01\x04main\0\0\x0a\x04\x01\x02\0\x0b";
/// Hash of a contract that the state does not have.
const ABSENT: CryptoHash = CryptoHash([7; 32]);

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

fn near(near: u128) -> Balance {
    Balance::from_yoctonear(near * 10_u128.pow(24))
}

/// A state with accounts that have a contract, one that is not there, and none.
fn state() -> (MemoryTrie, CryptoHash) {
    let mut trie = MemoryTrie::default();
    let empty = trie.version(EMPTY_ROOT).unwrap();
    let mut update = empty.update();
    let contracts = [
        ("app.near", AccountContract::Local(CryptoHash::of(CONTRACT))),
        ("ghost.near", AccountContract::Local(ABSENT)),
        ("bob.near", AccountContract::None),
        ("carol.near", AccountContract::None),
    ];
    for (name, contract) in contracts {
        let key = TrieKey::Account { account_id: account(name) };
        let value = Account::new(near(10), Balance::ZERO, contract, 182);
        update.insert(&key.to_bytes(), &borsh::to_vec(&value).unwrap()).unwrap();
    }
    let key = TrieKey::ContractCode { account_id: account("app.near") };
    update.insert(&key.to_bytes(), CONTRACT).unwrap();
    let finished = update.finish().unwrap();
    let root = trie.commit(&finished).unwrap();
    (trie, root)
}

fn receipt(number: u8, receiver: &str, action: Action) -> Receipt {
    Receipt {
        predecessor_id: account("alice.near"),
        receiver_id: account(receiver),
        receipt_id: CryptoHash([number; 32]),
        body: ReceiptBody::Action(ActionReceipt {
            signer_id: account("alice.near"),
            signer_public_key: PublicKey::Ed25519([0; 32]),
            gas_price: Balance::from_yoctonear(1_000_000_000),
            output_data_receivers: Vec::new(),
            input_data_ids: Vec::new(),
            actions: vec![action],
        }),
    }
}

fn call() -> Action {
    Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: "main".to_owned(),
        args: Vec::new(),
        gas: Gas::from_gas(5_000_000_000_000),
        deposit: Balance::ZERO,
    }))
}

/// A chunk that calls both contracts and sends tokens.
fn chunk() -> WitnessChunk {
    let transfer = Action::Transfer(TransferAction { deposit: near(1) });
    let congestion = BTreeMap::from([(0, ExtendedCongestionInfo::default())]);
    let requests = BTreeMap::from([(0, BandwidthRequests::empty())]);
    WitnessChunk {
        protocol_version: VERSION,
        block: BlockContext {
            height: 100,
            prev_block_hash: CryptoHash([1; 32]),
            timestamp: 1_750_000_000_000_000_000,
            gas_price: Balance::from_yoctonear(100_000_000),
            random_seed: CryptoHash([2; 32]),
        },
        epoch: Arc::new(EpochContext {
            chain_id: "mainnet".to_owned(),
            epoch_id: CryptoHash([3; 32]),
            epoch_height: 5,
            shard_layout: Arc::new(ShardLayout::single_shard()),
            validators: BTreeMap::from([(account("bob.near"), near(1))]),
            total_stake: near(1),
            minimum_stake: near(1),
        }),
        shard_id: 0,
        gas_limit: Some(Gas::from_gas(1_000_000_000_000_000)),
        presence: ChunkPresence::New,
        transactions: Vec::new(),
        transactions_in_time: Vec::new(),
        incoming_receipts: vec![
            receipt(1, "app.near", call()),
            receipt(2, "ghost.near", call()),
            receipt(3, "bob.near", transfer),
        ],
        validator_accounts_update: None,
        congestion: BlockCongestionInfo { shards: congestion },
        bandwidth_requests: BlockBandwidthRequests { shards: requests },
    }
}

struct Setting {
    runner: Runner,
    config: Arc<RuntimeConfig>,
    threads: Threads,
}

impl Setting {
    fn new() -> Setting {
        Setting {
            runner: Runner::new(EngineKind::Wasmi, CacheConfig::default()).unwrap(),
            config: Parameters::builtin(VERSION).unwrap(),
            threads: Threads::one(),
        }
    }

    fn environment(&self) -> Environment<'_> {
        Environment::new(&self.runner, &self.threads)
    }

    fn witness(&self) -> Witness {
        let ((trie, root), chunk) = (state(), chunk());
        let context: ChunkContext = chunk.context(&self.config);
        let trie = trie.version(root).unwrap();
        let (witness, result) =
            Witness::produce(&trie, &chunk.input(&context), &self.environment()).unwrap();
        assert_eq!((witness.prev_state_root, &witness.chunk), (root, &chunk));
        assert_eq!(witness.claim, Claim::of(&result).unwrap());
        witness
    }

    fn validate(&self, witness: &Witness) -> Result<Validated, WitnessError> {
        validate(witness, &self.config, &self.environment())
    }
}

/// The bytes with the checksum that belongs to them.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = CryptoHash::of(bytes.get(..bytes.len() - 32).unwrap());
    bytes.truncate(bytes.len() - 32);
    bytes.extend_from_slice(checksum.as_bytes());
    bytes
}

#[test]
fn a_witness_is_enough() {
    let setting = Setting::new();
    let witness = setting.witness();
    let bytes = witness.encode().unwrap();
    let read = Witness::decode(&bytes, bytes.len()).unwrap();
    assert_eq!(read, witness);
    let validated = setting.validate(&read).unwrap();
    assert_eq!(validated.claim, witness.claim);
    assert_eq!(validated.prev_state_root, witness.prev_state_root);
    // One call ran; for the other there was no contract; the transfer arrived.
    let failed: Vec<_> = validated
        .result
        .outcomes
        .iter()
        .map(|outcome| {
            matches!(outcome.outcome.status, torr_primitives::outcome::ExecutionStatus::Failure(_))
        })
        .collect();
    assert_eq!(failed, [false, true, false]);
    assert_eq!(witness.contracts.keys().collect::<Vec<_>>(), [&CryptoHash::of(CONTRACT)]);
}

#[test]
fn damage_is_noticed() {
    let bytes = Setting::new().witness().encode().unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        let refused = Witness::decode(&damaged, damaged.len());
        let expected = match at {
            0..15 => matches!(refused, Err(WitnessError::OtherFormat)),
            _ => matches!(refused, Err(WitnessError::OtherChecksum)),
        };
        assert!(expected, "byte {at}: {refused:?}");
        let cut = Witness::decode(bytes.get(..at).unwrap(), bytes.len());
        assert!(cut.is_err(), "cut at {at}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(
        Witness::decode(&longer, longer.len() - 1),
        Err(WitnessError::TooLong { .. })
    ));
    assert!(Witness::decode(&sealed(longer), usize::MAX).is_err());
}

/// What a forger can change without being noticed are circumstances that the chunk does not look at, and
/// then the claim is as true as before.
#[test]
fn a_changed_byte_is_refused_or_changes_nothing() {
    let setting = Setting::new();
    let witness = setting.witness();
    let bytes = witness.encode().unwrap();
    let mut accepted = 0;
    for at in 15..bytes.len() - 32 {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        let changed = sealed(changed);
        let Ok(read) = Witness::decode(&changed, changed.len()) else { continue };
        assert_eq!(read.encode().unwrap(), changed);
        let Ok(validated) = setting.validate(&read) else { continue };
        accepted += 1;
        assert_eq!(validated.claim, witness.claim, "byte {at}");
        let with_circumstances = Witness { chunk: read.chunk.clone(), ..witness.clone() };
        assert_eq!(read, with_circumstances, "byte {at}");
    }
    // The timestamp, the seed and the like.
    assert!((100..400).contains(&accepted), "{accepted}");
}

#[test]
fn each_node_is_needed() {
    let setting = Setting::new();
    let witness = setting.witness();
    let without = |nodes: &PartialState, left_out: usize| {
        let nodes = nodes.values().into_iter().enumerate();
        PartialState::new(nodes.filter(|(at, _)| *at != left_out).map(|(_, node)| node))
    };
    for at in 0..witness.proof.values().len() {
        let cut = Witness { proof: without(&witness.proof, at), ..witness.clone() };
        let refused = setting.validate(&cut);
        assert!(matches!(refused, Err(WitnessError::Missing { .. })), "{refused:?}");
    }
    assert!(!witness.contract_places.values().is_empty());
    for at in 0..witness.contract_places.values().len() {
        let contract_places = without(&witness.contract_places, at);
        let refused = setting.validate(&Witness { contract_places, ..witness.clone() });
        assert!(refused.is_err());
    }
}

#[test]
fn what_is_not_needed_is_refused() {
    let setting = Setting::new();
    let witness = setting.witness();
    let mut more = witness.proof.clone();
    more.insert(Arc::from(&b"more"[..]));
    let refused = setting.validate(&Witness { proof: more, ..witness.clone() });
    assert!(matches!(refused, Err(WitnessError::UnusedNode { .. })), "{refused:?}");
    let mut more = witness.contract_places.clone();
    more.insert(Arc::clone(&witness.proof.values()[0]));
    let refused = setting.validate(&Witness { contract_places: more, ..witness.clone() });
    assert!(matches!(refused, Err(WitnessError::UnusedNode { .. })), "{refused:?}");
    let mut more = witness.contracts.clone();
    more.insert(CryptoHash::of(b"more"), Arc::from(&b"more"[..]));
    let refused = setting.validate(&Witness { contracts: more, ..witness.clone() });
    assert!(matches!(refused, Err(WitnessError::UnusedContract { .. })), "{refused:?}");
}

/// A contract cannot be left out so that its call fails, nor be brought along where the state has none.
#[test]
fn contracts_are_those_of_the_state() {
    let setting = Setting::new();
    let witness = setting.witness();
    let refused = setting.validate(&Witness { contracts: ContractCodes::new(), ..witness.clone() });
    assert!(matches!(refused, Err(WitnessError::Missing { .. })), "{refused:?}");
    let mut altered = witness.contracts.clone();
    altered.insert(ABSENT, Arc::from(CONTRACT));
    let refused = setting.validate(&Witness { contracts: altered, ..witness.clone() });
    assert!(matches!(refused, Err(WitnessError::AlteredContract { .. })), "{refused:?}");
}

#[test]
fn another_claim_is_refused() {
    let setting = Setting::new();
    let witness = setting.witness();
    let claim = Claim { gas_burnt: Gas::ZERO, ..witness.claim.clone() };
    let refused = setting.validate(&Witness { claim, ..witness });
    assert!(matches!(refused, Err(WitnessError::OtherResult { what: "burnt gas" })), "{refused:?}");
}
