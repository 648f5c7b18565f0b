//! Who acts in a workload, and what they do.
//!
//! Accounts `user00000.near` and so on sign. Their keys follow from the seed. `bank.near` owns the token.

use super::Kind;
use super::numbers::Numbers;
use super::{WorkloadError, begin};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, PublicKey, SecretKey, SignError};
use torr_primitives::action::{Action, FunctionCallAction, TransferAction};
use torr_primitives::transaction::{SignedTransaction, Transaction, TransactionV0};
use torr_primitives::{AccountId, Balance, Gas, Nonce};

/// Accounts that one transaction gives tokens to.
const PREPARED_TOGETHER: usize = 10;
/// What an account pays the token for its place: 0.00125 NEAR.
const STORAGE_DEPOSIT: Balance = Balance::from_yoctonear(1_250_000_000_000_000_000_000);
/// Bytes that a transaction stores.
const STORED: u64 = 1_000;

/// Tera, of gas.
const TERA: u64 = 1_000_000_000_000;

/// Those who act.
pub(super) struct Actors {
    users: Vec<Actor>,
    bank: Actor,
    token: AccountId,
    store: AccountId,
    caller: AccountId,
    counter: AccountId,
    /// The user whose turn is next.
    turn: usize,
    /// Values that were stored.
    stored: u64,
}

/// Someone who signs.
pub(super) struct Actor {
    pub(super) account_id: AccountId,
    key: SecretKey,
    pub(super) public_key: PublicKey,
    nonce: Nonce,
}

/// Which of the actors.
#[derive(Clone, Copy)]
enum Who {
    User(usize),
    Bank,
}

/// A transaction that is to be signed.
#[derive(Clone)]
pub(super) struct Unsigned {
    who: Who,
    nonce: Nonce,
    receiver_id: AccountId,
    actions: Vec<Action>,
}

impl Actors {
    pub(super) fn new(seed: u64, users: u32) -> Result<Actors, WorkloadError> {
        let user = |index: u32| Actor::new(user_id(index.into()), seed);
        Ok(Actors {
            users: (0..users).map(user).collect(),
            bank: Actor::new(name("bank.near"), seed),
            token: name(begin::TOKEN),
            store: name(begin::STORE),
            caller: name(begin::CALLER),
            counter: name(begin::COUNTER),
            turn: 0,
            stored: 0,
        })
    }

    /// All who sign.
    pub(super) fn all(&self) -> impl Iterator<Item = &Actor> {
        self.users.iter().chain([&self.bank])
    }

    /// The name of a user.
    pub(super) fn account_id(&self, index: u64) -> AccountId {
        user_id(index)
    }

    /// Makes the token, and gives every user some of it.
    pub(super) fn prepare_token(&mut self) -> Vec<Unsigned> {
        let make = format!(r#"{{"owner_id":"{}","total_supply":"0"}}"#, self.bank.account_id);
        let make = call("new_default_meta", make, 30, Balance::ZERO);
        let users: Vec<AccountId> = self.users.iter().map(|it| it.account_id.clone()).collect();
        let give = users.chunks(PREPARED_TOGETHER).map(|users| {
            let of_user = |user: &AccountId| {
                let register = format!(r#"{{"account_id":"{user}","registration_only":true}}"#);
                let mint = format!(r#"{{"account_id":"{user}","amount":"1000000000"}}"#);
                [
                    call("storage_deposit", register, 10, STORAGE_DEPOSIT),
                    call("mint", mint, 10, Balance::from_yoctonear(1)),
                ]
            };
            users.iter().flat_map(of_user).collect()
        });
        let mut prepared = Vec::new();
        for actions in std::iter::once(vec![make]).chain(give) {
            let receiver_id = self.token.clone();
            let nonce = self.bank.next_nonce();
            prepared.push(Unsigned { who: Who::Bank, nonce, receiver_id, actions });
        }
        prepared
    }

    /// The transactions of a block. Users take turns, so that as many as there are act once each before
    /// one acts again.
    pub(super) fn act(
        &mut self,
        kind: Kind,
        transactions: u32,
        numbers: &mut Numbers,
    ) -> Vec<Unsigned> {
        (0..transactions).map(|_| self.act_once(kind, numbers)).collect()
    }

    fn act_once(&mut self, kind: Kind, numbers: &mut Numbers) -> Unsigned {
        let kind = match kind {
            Kind::Mixed => match numbers.below(20) {
                0..8 => Kind::Transfers,
                8..13 => Kind::Token,
                13..17 => Kind::Storage,
                _ => Kind::CrossContract,
            },
            kind => kind,
        };
        let index = self.turn;
        self.turn = (index + 1).checked_rem(self.users.len()).unwrap_or(0);
        let other = self.other_than(index, numbers);
        let (receiver_id, action) = match kind {
            Kind::Transfers | Kind::Mixed => {
                let deposit = Balance::from_yoctonear(u128::from(1 + numbers.below(1_000)));
                (other, Action::Transfer(TransferAction { deposit }))
            }
            Kind::Token => {
                let amount = 1 + numbers.below(100);
                let arguments = format!(r#"{{"receiver_id":"{other}","amount":"{amount}"}}"#);
                let deposit = Balance::from_yoctonear(1);
                (self.token.clone(), call("ft_transfer", arguments, 30, deposit))
            }
            Kind::Storage => {
                let value = text(numbers, STORED);
                let arguments = format!(r#"{{"key":"{:09}","value":"{value}"}}"#, self.stored);
                self.stored += 1;
                (self.store.clone(), call("set", arguments, 30, Balance::ZERO))
            }
            Kind::CrossContract => {
                let arguments = format!(r#"{{"counter":"{}","by":1}}"#, self.counter);
                (self.caller.clone(), call("add", arguments, 50, Balance::ZERO))
            }
        };
        let nonce = self.users.get_mut(index).map_or(0, Actor::next_nonce);
        Unsigned { who: Who::User(index), nonce, receiver_id, actions: vec![action] }
    }

    fn other_than(&self, index: usize, numbers: &mut Numbers) -> AccountId {
        let users = self.users.len() as u64;
        let other = 1 + numbers.below(users.saturating_sub(1));
        user_id((index as u64 + other).checked_rem(users).unwrap_or(0))
    }

    /// Signs a transaction, which is valid after the block with this hash.
    pub(super) fn sign(
        &self,
        unsigned: Unsigned,
        block_hash: CryptoHash,
    ) -> Result<SignedTransaction, SignError> {
        let Unsigned { who, nonce, receiver_id, actions } = unsigned;
        let actor = match who {
            Who::User(index) => self.users.get(index).unwrap_or(&self.bank),
            Who::Bank => &self.bank,
        };
        let transaction = Transaction::V0(TransactionV0 {
            signer_id: actor.account_id.clone(),
            public_key: actor.public_key.clone(),
            nonce,
            receiver_id,
            block_hash,
            actions,
        });
        let bytes = borsh::to_vec(&transaction).expect("writing to memory does not fail");
        let signature = actor.key.sign(CryptoHash::of(&bytes).as_bytes())?;
        Ok(SignedTransaction::new(transaction, signature))
    }
}

impl Actor {
    fn new(account_id: AccountId, seed: u64) -> Actor {
        let seed = CryptoHash::of(format!("torr workload {seed} {account_id}").as_bytes());
        let key = SecretKey::from_seed(KeyType::Ed25519, seed.as_bytes());
        let key = key.expect("any seed is an ed25519 key");
        Actor { account_id, public_key: key.public_key(), key, nonce: 0 }
    }

    fn next_nonce(&mut self) -> Nonce {
        self.nonce += 1;
        self.nonce
    }
}

fn user_id(index: u64) -> AccountId {
    name(&format!("user{index:05}.near"))
}

pub(super) fn name(text: &str) -> AccountId {
    text.parse().expect("it is a valid name")
}

fn call(method: &str, arguments: String, tera_gas: u64, deposit: Balance) -> Action {
    Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: method.to_owned(),
        args: arguments.into_bytes(),
        gas: Gas::from_gas(tera_gas.saturating_mul(TERA)),
        deposit,
    }))
}

/// So many letters.
fn text(numbers: &mut Numbers, length: u64) -> String {
    (0..length).map(|_| char::from(b'a'.saturating_add(numbers.below(26) as u8))).collect()
}
