//! Who is on a generated chain at first: accounts of every kind, their keys and their contracts.

use super::books;
use super::script::SCRIPT;
use crate::world::account;
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle, SecretKey};
use torr_primitives::state_init::DeterministicStateInit;
use torr_primitives::state_init::DeterministicStateInitV1;
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, AccountId, Balance,
    FunctionCallPermission, GasKeyInfo, GlobalContractIdentifier, ShardId, ShardLayout, TrieKey,
};

/// The entries of a state.
pub type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// The account that gets the treasury's reward. It has no keys, so it stays.
pub(super) const TREASURY: &str = "treasury.near";
/// Accounts with a name, the shards of which differ.
const NAMED: [&str; 10] = [
    "alice.near",
    "bob.near",
    "carol.near",
    "dora.near",
    "frank.near",
    "peter.near",
    "rosa.near",
    "victor.near",
    "sub.alice.near",
    "near",
];
/// Accounts with the `script` contract.
const SCRIPTED: [&str; 3] = ["apps.near", "market.near", "script.near"];
/// The account after which `script` is named as a global contract, and the one that uses it.
const GLOBAL: [&str; 2] = ["owner.near", "user.near"];
/// An account that nobody has yet.
const NOBODY: [&str; 3] = ["new.alice.near", "fresh.near", "x.script.near"];
/// What an account without anything takes.
pub(super) const ACCOUNT_BYTES: u64 = 100;

/// Who and what transactions of a chain may name.
#[derive(Debug)]
pub(super) struct Population {
    /// Accounts that are there at first, and some that are not.
    pub(super) accounts: Vec<AccountId>,
    /// Keys that accounts have or get.
    pub(super) secrets: Vec<SecretKey>,
    /// What deterministic accounts begin with.
    pub(super) state_inits: Vec<DeterministicStateInit>,
}

impl Population {
    /// The same for every chain.
    pub(super) fn new() -> Population {
        let secret = |key_type, seed: u8| {
            let made = SecretKey::from_seed(key_type, &[seed; 32]);
            made.unwrap_or_else(|error| panic!("seed {seed}: {error}"))
        };
        let mut secrets: Vec<SecretKey> =
            (1..=8).map(|seed| secret(KeyType::Ed25519, seed)).collect();
        secrets.extend((1..=2).map(|seed| secret(KeyType::Secp256k1, seed)));
        secrets.push(secret(KeyType::MlDsa65, 1));
        let state_inits: Vec<_> = (0..3).map(state_init).collect();
        let names = [&NAMED[..], &SCRIPTED, &GLOBAL, &NOBODY, &[TREASURY]].concat();
        let mut accounts: Vec<AccountId> = names.into_iter().map(account).collect();
        accounts.extend(
            secrets.iter().filter_map(|secret| AccountId::of_public_key(&secret.public_key())),
        );
        accounts.extend(state_inits.iter().map(DeterministicStateInit::account_id));
        Population { accounts, secrets, state_inits }
    }

    /// The public keys.
    pub(super) fn public_keys(&self) -> Vec<PublicKey> {
        self.secrets.iter().map(SecretKey::public_key).collect()
    }

    /// The state of each shard at first.
    pub(super) fn states(&self, layout: &ShardLayout) -> BTreeMap<ShardId, Entries> {
        let mut states: BTreeMap<ShardId, Entries> =
            layout.shard_ids().iter().map(|&shard| (shard, Entries::new())).collect();
        let mut all = Entries::new();
        for (index, name) in NAMED.iter().chain(&SCRIPTED).chain(&GLOBAL).enumerate() {
            self.settle(index, &account(name), &mut all);
        }
        // Some implicit accounts are there before, others come into being.
        for (index, secret) in self.secrets.iter().enumerate().step_by(2) {
            if let Some(account_id) = AccountId::of_public_key(&secret.public_key()) {
                self.settle(index, &account_id, &mut all);
            }
        }
        put_account(&account(TREASURY), Balance::ZERO, AccountContract::None, &mut all);
        for (key, value) in all {
            let key_of = TrieKey::parse(&key).unwrap_or_else(|error| panic!("{error}"));
            let owner = key_of.account_id().unwrap_or_else(|| panic!("{key_of:?} has no owner"));
            let shard = layout.shard_of_account(owner);
            states.entry(shard).or_default().insert(key, value);
        }
        let by_account = GlobalContractIdentifier::AccountId(account(GLOBAL[0]));
        for state in states.values_mut() {
            let key = TrieKey::GlobalContractCode { identifier: by_account.clone() };
            state.insert(key.to_bytes(), SCRIPT.to_vec());
            books::settle_usage(state);
        }
        states
    }

    /// An account with keys, and for some with a contract and a stake.
    fn settle(&self, index: usize, account_id: &AccountId, state: &mut Entries) {
        let text = account_id.as_str();
        let contract = if SCRIPTED.contains(&text) {
            let key = TrieKey::ContractCode { account_id: account_id.clone() };
            state.insert(key.to_bytes(), SCRIPT.to_vec());
            AccountContract::Local(CryptoHash::of(SCRIPT))
        } else if text == GLOBAL[1] {
            AccountContract::GlobalByAccount(account(GLOBAL[0]))
        } else {
            AccountContract::None
        };
        let stake = if index % 5 == 1 { near(60_000) } else { Balance::ZERO };
        put_account(account_id, stake, contract, state);
        let [full, calls, gas, gas_calls] = [0, 3, 5, 7].map(|step| {
            let at = (index + step) % self.secrets.len();
            PublicKeyHandle::from(&self.secrets[at].public_key())
        });
        let call = |allowance| FunctionCallPermission {
            allowance,
            receiver_id: SCRIPTED[index % 3].to_owned(),
            method_names: if index.is_multiple_of(2) { Vec::new() } else { vec!["run".to_owned()] },
        };
        let info = |num_nonces| GasKeyInfo { balance: near(1), num_nonces };
        let allowance = (!index.is_multiple_of(3)).then(|| near(2));
        put_key(account_id, full, AccessKeyPermission::FullAccess, state);
        put_key(account_id, calls, AccessKeyPermission::FunctionCall(call(allowance)), state);
        put_key(account_id, gas, AccessKeyPermission::GasKeyFullAccess(info(2)), state);
        let permission = AccessKeyPermission::GasKeyFunctionCall(info(1), call(None));
        put_key(account_id, gas_calls, permission, state);
    }
}

/// Whole tokens.
pub(super) fn near(amount: u128) -> Balance {
    Balance::from_yoctonear(amount * 10_u128.pow(24))
}

fn state_init(seed: u8) -> DeterministicStateInit {
    DeterministicStateInit::V1(DeterministicStateInitV1 {
        code: GlobalContractIdentifier::AccountId(account(GLOBAL[0])),
        data: (0..seed).map(|key| (vec![key], vec![seed; 40])).collect(),
    })
}

fn put_account(
    account_id: &AccountId,
    locked: Balance,
    contract: AccountContract,
    state: &mut Entries,
) {
    let account = Account::new(near(100_000), locked, contract, 0);
    let key = TrieKey::Account { account_id: account_id.clone() };
    state.insert(key.to_bytes(), encoded(&account));
}

fn put_key(
    account_id: &AccountId,
    public_key: PublicKeyHandle,
    permission: AccessKeyPermission,
    state: &mut Entries,
) {
    if let Some(info) = permission.gas_key_info() {
        for index in 0..info.num_nonces {
            let (account_id, public_key) = (account_id.clone(), public_key.clone());
            let key = TrieKey::GasKeyNonce { account_id, public_key, index };
            state.insert(key.to_bytes(), encoded(&7_u64));
        }
    }
    let key = TrieKey::AccessKey { account_id: account_id.clone(), public_key };
    state.insert(key.to_bytes(), encoded(&AccessKey { nonce: 7, permission }));
}

pub(super) fn encoded(value: &impl borsh::BorshSerialize) -> Vec<u8> {
    borsh::to_vec(value).unwrap_or_else(|error| panic!("{error}"))
}
