//! A state that is a map, a chunk, and receipts that do actions to it.

use crate::action::{ActionContext, ActionResult, Receiver, apply_action};
use crate::context::{BlockContext, ChunkContext, EpochContext};
use crate::receipt::ActionReceiptRef;
use crate::state::{Overlay, RecordedTrie, Scope, StateUpdate, TouchedNodes, TrieReader};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle, SecretKey};
use torr_parameters::{Parameters, RuntimeConfig};
use torr_primitives::action::Action;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::receipt::{ActionReceipt, Receipt, ReceiptBody};
use torr_primitives::shard_layout::ShardLayout;
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, AccountId, Balance, ProtocolVersion,
    StorageUsage, TrieKey,
};
use torr_store::partial_state::PartialState;
use torr_store::recorder::Recorder;
use torr_store::trie::{EMPTY_ROOT, Trie};
use torr_vm_runner::cache::CacheConfig;
use torr_vm_runner::engine::EngineKind;
use torr_vm_runner::runner::Runner;

/// Height of the chunk.
pub(crate) const HEIGHT: u64 = 100;
/// Nonce of keys that are added at that height.
pub(crate) const NONCE: u64 = 99_000_000;
/// Price of a byte of storage, in yoctoNEAR.
pub(crate) const BYTE_PRICE: u128 = 10_000_000_000_000_000_000;

/// A state, a chunk, and what runs contracts.
pub(crate) struct World {
    pub(crate) state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) chunk: ChunkContext,
    pub(crate) runner: Runner,
}

/// Who asks whom.
#[derive(Clone)]
pub(crate) struct Parties {
    pub(crate) predecessor: AccountId,
    pub(crate) receiver: AccountId,
    pub(crate) signer: AccountId,
    pub(crate) signer_key: PublicKey,
}

/// What a receipt came to.
pub(crate) struct Done {
    /// Each action that was begun; only the last can have failed.
    pub(crate) results: Vec<ActionResult>,
    pub(crate) receiver: Receiver,
    /// Bytes that were read of the trie.
    pub(crate) recorded: u64,
}

impl Done {
    pub(crate) fn failure(&self) -> Option<&ActionErrorKind> {
        let error = self.results.last()?.result.as_ref().err()?;
        assert_eq!(error.index, None, "the receipt knows the index");
        Some(&error.kind)
    }

    /// The last action, which has not failed.
    pub(crate) fn success(&self) -> &ActionResult {
        assert_eq!(self.failure(), None);
        self.results.last().unwrap()
    }
}

pub(crate) fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

pub(crate) fn yocto(amount: u128) -> Balance {
    Balance::from_yoctonear(amount)
}

pub(crate) fn near(amount: u128) -> Balance {
    yocto(amount * 10_u128.pow(24))
}

pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(KeyType::Ed25519, &[seed; 32]).unwrap()
}

pub(crate) fn key(seed: u8) -> PublicKey {
    secret(seed).public_key()
}

pub(crate) fn handle(seed: u8) -> PublicKeyHandle {
    PublicKeyHandle::from(&key(seed))
}

pub(crate) fn access_key(nonce: u64, permission: AccessKeyPermission) -> AccessKey {
    AccessKey { nonce, permission }
}

/// A receipt of an account to itself.
pub(crate) fn own(account: &str) -> Parties {
    between(account, account)
}

/// A receipt that its sender has signed.
pub(crate) fn between(predecessor: &str, receiver: &str) -> Parties {
    Parties {
        predecessor: id(predecessor),
        receiver: id(receiver),
        signer: id(predecessor),
        signer_key: key(0),
    }
}

impl Parties {
    pub(crate) fn receipt(&self, actions: Vec<Action>) -> Receipt {
        Receipt {
            predecessor_id: self.predecessor.clone(),
            receiver_id: self.receiver.clone(),
            receipt_id: CryptoHash([5; 32]),
            body: ReceiptBody::Action(ActionReceipt {
                signer_id: self.signer.clone(),
                signer_public_key: self.signer_key.clone(),
                gas_price: yocto(1_000_000_000),
                output_data_receivers: Vec::new(),
                input_data_ids: Vec::new(),
                actions,
            }),
        }
    }
}

impl World {
    pub(crate) fn at(version: ProtocolVersion) -> World {
        let epoch = EpochContext {
            chain_id: "localnet".to_owned(),
            epoch_id: CryptoHash([1; 32]),
            epoch_height: 3,
            shard_layout: Arc::new(ShardLayout::single_shard()),
            validators: BTreeMap::new(),
            total_stake: Balance::ZERO,
            minimum_stake: near(10),
        };
        let block = BlockContext {
            height: HEIGHT,
            prev_block_hash: CryptoHash([2; 32]),
            timestamp: 1_700_000_000_000_000_000,
            gas_price: yocto(100_000_000),
            random_seed: CryptoHash([3; 32]),
        };
        World {
            state: BTreeMap::new(),
            chunk: ChunkContext {
                block,
                epoch: Arc::new(epoch),
                shard_id: 0,
                gas_limit: None,
                config: Parameters::builtin(version).unwrap(),
                protocol_version: version,
            },
            runner: Runner::new(EngineKind::Wasmi, CacheConfig::default()).unwrap(),
        }
    }

    /// A state of protocol version 86 with `alice.near`, who has 100 NEAR, and the full access key 0.
    pub(crate) fn of_alice() -> World {
        World::at(86).with_alice()
    }

    pub(crate) fn with_alice(mut self) -> World {
        self.put_account("alice.near", near(100));
        self.put_key("alice.near", 0, &access_key(7, AccessKeyPermission::FullAccess));
        self
    }

    pub(crate) fn put<T: BorshSerialize>(&mut self, key: &TrieKey, value: &T) {
        self.state.insert(key.to_bytes(), borsh::to_vec(value).unwrap());
    }

    pub(crate) fn put_account(&mut self, account: &str, amount: Balance) {
        let account_id = id(account);
        let account = Account::new(amount, Balance::ZERO, AccountContract::None, 100);
        self.put(&TrieKey::Account { account_id }, &account);
    }

    /// Puts a key and, of a gas key, its nonces, all as high as that of the key.
    pub(crate) fn put_key(&mut self, account: &str, seed: u8, access_key: &AccessKey) {
        let (account_id, public_key) = (id(account), handle(seed));
        let mut of_all = 33 + borsh::object_length(access_key).unwrap() as u64 + 40;
        if let Some(gas_key) = access_key.permission.gas_key_info() {
            for index in 0..gas_key.num_nonces {
                let (account_id, public_key) = (account_id.clone(), public_key.clone());
                let nonce = TrieKey::GasKeyNonce { account_id, public_key, index };
                self.put(&nonce, &access_key.nonce);
                of_all += 33 + 2 + 8 + 40;
            }
        }
        self.put(&TrieKey::AccessKey { account_id, public_key }, access_key);
        self.change_account(account, |account| {
            account.set_storage_usage(account.storage_usage() + of_all);
        });
    }

    pub(crate) fn put_data(&mut self, account: &str, key: &[u8], value: &[u8]) {
        let key_of_data = TrieKey::ContractData { account_id: id(account), key: key.to_vec() };
        self.state.insert(key_of_data.to_bytes(), value.to_vec());
        self.change_account(account, |account| {
            let usage = account.storage_usage() + (key.len() + value.len()) as u64 + 40;
            account.set_storage_usage(usage);
        });
    }

    pub(crate) fn change_account(&mut self, account: &str, change: impl FnOnce(&mut Account)) {
        let key = TrieKey::Account { account_id: id(account) };
        let mut account: Account = self.read(&key).unwrap();
        change(&mut account);
        self.put(&key, &account);
    }

    pub(crate) fn read<T: BorshDeserialize>(&self, key: &TrieKey) -> Option<T> {
        let bytes = self.state.get(&key.to_bytes())?;
        Some(borsh::from_slice(bytes).unwrap())
    }

    pub(crate) fn account(&self, account: &str) -> Option<Account> {
        self.read(&TrieKey::Account { account_id: id(account) })
    }

    pub(crate) fn key(&self, account: &str, seed: u8) -> Option<AccessKey> {
        self.read(&TrieKey::AccessKey { account_id: id(account), public_key: handle(seed) })
    }

    pub(crate) fn nonce(&self, account: &str, seed: u8, index: u16) -> Option<u64> {
        let (account_id, public_key) = (id(account), handle(seed));
        self.read(&TrieKey::GasKeyNonce { account_id, public_key, index })
    }

    /// Changes the parameters.
    pub(crate) fn change_config(&mut self, change: impl FnOnce(&mut RuntimeConfig)) {
        let mut config = RuntimeConfig::clone(&self.chunk.config);
        change(&mut config);
        self.chunk.config = Arc::new(config);
    }

    /// Changes the epoch.
    pub(crate) fn change_epoch(&mut self, change: impl FnOnce(&mut EpochContext)) {
        change(Arc::make_mut(&mut self.chunk.epoch));
    }

    /// Does actions one after the other until one fails. If none does, the state is changed.
    pub(crate) fn receive(&mut self, parties: &Parties, actions: &[Action]) -> Done {
        self.receive_receipt(&parties.receipt(actions.to_vec()))
    }

    /// The same with a receipt of any version.
    pub(crate) fn receive_receipt(&mut self, receipt: &Receipt) -> Done {
        let account = self.read(&TrieKey::Account { account_id: receipt.receiver_id.clone() });
        let mut receiver = Receiver { account, actor_id: receipt.predecessor_id.clone() };
        let mut results: Vec<ActionResult> = Vec::new();
        let recorded = self.update(|world, state| {
            let action_receipt = ActionReceiptRef::of(&receipt.body).unwrap();
            for (action_index, action) in action_receipt.actions.iter().enumerate() {
                let context = ActionContext {
                    chunk: &world.chunk,
                    runner: &world.runner,
                    receipt,
                    action_receipt,
                    promise_results: &Arc::from([]),
                    action_index,
                    action_hash: CryptoHash([6; 32]),
                };
                results.push(apply_action(action, &context, state, &mut receiver).unwrap());
                if results.last().is_some_and(|result| result.result.is_err()) {
                    return Finish::RollBack;
                }
            }
            if let Some(account) = &receiver.account {
                state.set_account(&receipt.receiver_id, account).unwrap();
            }
            Finish::Keep
        });
        Done { results, receiver, recorded }
    }

    /// Does something to the state; how many bytes it read of the trie.
    pub(crate) fn update(
        &mut self,
        change: impl FnOnce(&World, &mut StateUpdate<'_>) -> Finish,
    ) -> u64 {
        let (nodes, root) = stored(&self.state);
        let trie = Trie::with_root(&nodes, root);
        let (source, root) = trie.into_parts();
        let reader = RecordedTrie { trie: Trie::new(Recorder::new(source), root), codes: None };
        let (before, touched) = (Overlay::default(), TouchedNodes::default());
        let mut state = StateUpdate::new(&reader, &before, &touched, Scope::Everything);
        let finish = change(self, &mut state);
        let recorded = reader.recorded_size();
        if let Finish::RollBack = finish {
            state.roll_back();
        }
        let entries = state.entries(&[]).unwrap();
        self.state = entries.into_iter().map(|(key, value)| (key, value.to_vec())).collect();
        recorded
    }

    /// What an account takes of the state, counted over what is there.
    pub(crate) fn counted_usage(&self, account: &str) -> StorageUsage {
        let of = |(key, value): (&Vec<u8>, &Vec<u8>)| {
            let parsed = TrieKey::parse(key).unwrap();
            if parsed.account_id() != Some(&id(account)) {
                return 0;
            }
            let value_len = value.len() as u64;
            match parsed {
                TrieKey::Account { .. } => {
                    let contract = self.account(account).unwrap().contract();
                    100 + contract.global_identifier().map_or(0, |name| name.len() as u64)
                }
                TrieKey::ContractCode { .. } => value_len,
                TrieKey::ContractData { key, .. } => key.len() as u64 + value_len + 40,
                TrieKey::AccessKey { public_key, .. } => {
                    public_key.trie_id_len() as u64 + value_len + 40
                }
                TrieKey::GasKeyNonce { public_key, .. } => {
                    public_key.trie_id_len() as u64 + 2 + value_len + 40
                }
                other => panic!("{other:?} is not of an account"),
            }
        };
        self.state.iter().map(of).sum()
    }

    /// Checks that the account counts what it has.
    pub(crate) fn check_usage(&self, account: &str) {
        let usage = self.account(account).unwrap().storage_usage();
        assert_eq!(usage, self.counted_usage(account));
    }
}

/// What becomes of changes.
pub(crate) enum Finish {
    Keep,
    RollBack,
}

/// The nodes and values of a map's trie, and its root.
fn stored(map: &BTreeMap<Vec<u8>, Vec<u8>>) -> (PartialState, CryptoHash) {
    let nothing = PartialState::default();
    let empty = Trie::with_root(&nothing, EMPTY_ROOT);
    let mut update = empty.update();
    for (key, value) in map {
        update.insert(key, value).unwrap();
    }
    let changes = update.finish().unwrap().into_changes();
    (PartialState::new(changes.insertions.into_iter().map(|new| new.bytes)), changes.new_root)
}
