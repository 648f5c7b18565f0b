//! Random transactions on a state: of every action, by keys that are there and by some that are not.
//!
//! Most are valid, so that something happens; what is wrong with the others is of every kind that a
//! state can refuse.

use super::books::decoded;
use super::choices::Choices;
use super::population::{Entries, Population, near};
use super::script::{self, Names, SCRIPT, choose};
use crate::contracts;
use std::collections::BTreeSet;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{PublicKeyHandle, SecretKey, Signature};
use torr_primitives::action::delegate::{
    DelegateAction, DelegateActionV2, NonDelegateAction, SignedDelegateAction,
    VersionedDelegateAction, VersionedSignedDelegateAction,
};
use torr_primitives::action::{
    Action, AddKeyAction, CreateAccountAction, DeleteAccountAction, DeleteKeyAction,
    DeployContractAction, DeployGlobalContractAction, DeterministicStateInitAction,
    FunctionCallAction, StakeAction, TransferAction, TransferToGasKeyAction,
    UniversalStateInitAction, UseGlobalContractAction, WithdrawFromGasKeyAction,
};
use torr_primitives::state_init::{RawStateInit, universal_account_id};
use torr_primitives::transaction::{
    NonceMode, SignedTransaction, Transaction, TransactionNonce, TransactionV0, TransactionV1,
};
use torr_primitives::{
    AccessKey, AccessKeyPermission, AccountId, Balance, BlockHeight, FunctionCallPermission, Gas,
    GasKeyInfo, GlobalContractDeployMode, GlobalContractIdentifier, TrieKey,
};

/// Makes transactions.
pub(super) struct Generator<'g> {
    numbers: &'g mut Choices,
    population: &'g Population,
    /// The state of the shard that the transactions are for.
    state: &'g Entries,
    height: BlockHeight,
    accounts: Vec<String>,
    public_keys: Vec<Vec<u8>>,
    codes: Vec<Vec<u8>>,
}

/// A key of an account, and the nonce to use next.
struct Signer {
    account_id: AccountId,
    secret: usize,
    nonce: TransactionNonce,
}

impl<'g> Generator<'g> {
    pub(super) fn new(
        numbers: &'g mut Choices,
        population: &'g Population,
        state: &'g Entries,
        height: BlockHeight,
    ) -> Generator<'g> {
        let keys = population.public_keys();
        // Keys after quantum computers are long, and contracts may not add them.
        let public_keys = keys.iter().take(10).map(super::population::encoded).collect();
        let accounts = population.accounts.iter().map(ToString::to_string).collect();
        let codes = vec![b"\0asm\x01\0\0\0".to_vec(), contracts::C_KV_STORE.to_vec(), vec![7; 30]];
        Generator { numbers, population, state, height, accounts, public_keys, codes }
    }

    /// A transaction whose signer is one of `local`, if one of them has a key.
    pub(super) fn transaction(&mut self, local: &[AccountId]) -> SignedTransaction {
        let signer = self.signer(local);
        let actions = self.actions();
        // Some actions ask for themselves who receives them.
        let receiver_id = match actions.first() {
            Some(Action::DeterministicStateInit(action)) if self.one_in(8) => {
                let _ = action;
                self.account()
            }
            Some(Action::DeterministicStateInit(action)) => action.state_init.account_id(),
            Some(Action::UniversalStateInit(action)) => universal_account_id(&action.state_init.0),
            Some(Action::CreateAccount(_)) => self.new_account(&signer.account_id),
            Some(Action::Delegate(action)) => action.delegate_action.sender_id.clone(),
            Some(Action::DelegateV2(action)) => {
                let VersionedDelegateAction::V2(inner) = &action.delegate_action;
                inner.sender_id.clone()
            }
            Some(
                Action::AddKey(_)
                | Action::DeleteKey(_)
                | Action::Stake(_)
                | Action::DeleteAccount(_)
                | Action::DeployContract(_)
                | Action::DeployGlobalContract(_)
                | Action::UseGlobalContract(_)
                | Action::WithdrawFromGasKey(_),
            ) if !self.one_in(10) => signer.account_id.clone(),
            _ => self.account(),
        };
        self.sign(signer, receiver_id, actions)
    }

    fn sign(
        &mut self,
        signer: Signer,
        receiver_id: AccountId,
        actions: Vec<Action>,
    ) -> SignedTransaction {
        let secret = &self.population.secrets[signer.secret];
        let (signer_id, public_key) = (signer.account_id, secret.public_key());
        let block_hash = CryptoHash([9; 32]);
        let transaction = match signer.nonce {
            TransactionNonce::Nonce { nonce } if self.one_in(2) => Transaction::V0(TransactionV0 {
                signer_id,
                public_key,
                nonce,
                receiver_id,
                block_hash,
                actions,
            }),
            nonce => Transaction::V1(TransactionV1 {
                signer_id,
                public_key,
                nonce,
                receiver_id,
                block_hash,
                actions,
                nonce_mode: if self.one_in(4) { NonceMode::Strict } else { NonceMode::Monotonic },
            }),
        };
        let hash = CryptoHash::of(&super::population::encoded(&transaction));
        // Once in a while by another key.
        let secret = if self.one_in(40) { &self.population.secrets[0] } else { secret };
        SignedTransaction::new(transaction, signed(secret, &hash))
    }

    /// An account with one of its keys; sometimes one that it does not have.
    fn signer(&mut self, local: &[AccountId]) -> Signer {
        for _ in 0..30 {
            let account_id = choose(self.numbers, local).clone();
            let secret = self.numbers.below(self.population.secrets.len() as u64) as usize;
            // Signing and checking with long keys takes long.
            if secret == 10 && !self.one_in(6) {
                continue;
            }
            match self.nonce(&account_id, secret) {
                Some(nonce) => return Signer { account_id, secret, nonce },
                None if self.one_in(60) => {
                    let nonce = TransactionNonce::Nonce { nonce: 9 };
                    return Signer { account_id, secret, nonce };
                }
                None => {}
            }
        }
        let nonce = TransactionNonce::Nonce { nonce: 8 };
        Signer { account_id: self.account(), secret: 0, nonce }
    }

    /// The next nonce of a key, if the account has it.
    fn nonce(&mut self, account_id: &AccountId, secret: usize) -> Option<TransactionNonce> {
        let public_key = PublicKeyHandle::from(&self.population.secrets[secret].public_key());
        let account_id = account_id.clone();
        let key =
            TrieKey::AccessKey { account_id: account_id.clone(), public_key: public_key.clone() };
        let access_key: AccessKey = decoded(&key, self.state.get(&key.to_bytes())?);
        let step = if self.one_in(20) { 0 } else { 1 + self.numbers.below(4) };
        let Some(info) = access_key.permission.gas_key_info() else {
            return Some(TransactionNonce::Nonce { nonce: access_key.nonce + step });
        };
        // One more than there are, at times.
        let nonce_index = self.numbers.below(u64::from(info.num_nonces) + 1) as u16;
        let nonce_index = if self.one_in(6) { nonce_index } else { 0 };
        let key = TrieKey::GasKeyNonce { account_id, public_key, index: nonce_index };
        let current = self.state.get(&key.to_bytes()).map_or(7, |value| decoded(&key, value));
        Some(TransactionNonce::GasKeyNonce { nonce: current + step, nonce_index })
    }

    fn actions(&mut self) -> Vec<Action> {
        let count = if self.one_in(3) { 1 + self.numbers.below(4) } else { 1 };
        let mut actions: Vec<Action> = (0..count).map(|_| self.action()).collect();
        if let Some(Action::CreateAccount(_)) = actions.first() {
            // Without a key nothing more would come of it.
            let key = self.add_key();
            actions.push(transfer(near(self.numbers.below(3).into())));
            actions.push(key);
        }
        actions
    }

    /// Any action but a delegation, which may be one of `with_delegation`.
    fn action(&mut self) -> Action {
        match self.numbers.below(24) {
            0 | 1 => self.delegation(),
            _ => self.plain_action(),
        }
    }

    fn plain_action(&mut self) -> Action {
        match self.numbers.below(32) {
            0 | 1 => Action::CreateAccount(CreateAccountAction {}),
            2 => Action::DeployContract(DeployContractAction { code: self.code() }),
            3..=5 => transfer(self.amount()),
            6 => Action::Stake(Box::new(StakeAction {
                stake: near(self.numbers.below(3).into()).saturating_add(near(50_000)),
                public_key: self.secret().public_key(),
            })),
            7..=9 => self.add_key(),
            10 => Action::DeleteKey(Box::new(DeleteKeyAction {
                public_key: self.secret().public_key(),
            })),
            11 => Action::DeleteAccount(DeleteAccountAction { beneficiary_id: self.account() }),
            12 => {
                let deploy_mode = match self.numbers.below(2) {
                    0 => GlobalContractDeployMode::CodeHash,
                    _ => GlobalContractDeployMode::AccountId,
                };
                let code = self.code();
                Action::DeployGlobalContract(Box::new(DeployGlobalContractAction {
                    code,
                    deploy_mode,
                }))
            }
            13 => Action::UseGlobalContract(Box::new(UseGlobalContractAction {
                contract_identifier: self.contract(),
            })),
            14 | 15 => Action::DeterministicStateInit(Box::new(DeterministicStateInitAction {
                state_init: choose(self.numbers, &self.population.state_inits).clone(),
                deposit: self.amount(),
            })),
            16 | 17 => Action::TransferToGasKey(Box::new(TransferToGasKeyAction {
                public_key: self.secret().public_key(),
                deposit: self.amount(),
            })),
            18 => Action::WithdrawFromGasKey(Box::new(WithdrawFromGasKeyAction {
                public_key: self.secret().public_key(),
                amount: self.amount(),
            })),
            19 => Action::UniversalStateInit(Box::new(UniversalStateInitAction {
                state_init: self.universal_state_init(),
                deposit: self.amount(),
            })),
            _ => self.function_call(),
        }
    }

    fn function_call(&mut self) -> Action {
        let names = Names { accounts: &self.accounts, keys: &self.public_keys, codes: &self.codes };
        let args = script::random(self.numbers, &names, 2);
        let method = *choose(self.numbers, &["run", "run", "run", "call_a", "trap", "noop"]);
        Action::FunctionCall(Box::new(FunctionCallAction {
            method_name: method.to_owned(),
            args,
            gas: Gas::from_gas((1 + self.numbers.below(150)) * 1_000_000_000_000),
            deposit: if self.one_in(3) { self.amount() } else { Balance::ZERO },
        }))
    }

    /// What another account has signed.
    fn delegation(&mut self) -> Action {
        let mine: Vec<AccountId> = self.population.accounts.clone();
        let Signer { account_id: sender_id, secret, nonce } = self.signer(&mine);
        let receiver_id = self.account();
        let count = 1 + self.numbers.below(2);
        let actions: Vec<NonDelegateAction> =
            (0..count).filter_map(|_| self.plain_action().try_into().ok()).collect();
        let max_block_height = self.height + self.numbers.below(8);
        let secret = &self.population.secrets[secret];
        let public_key = secret.public_key();
        match nonce {
            TransactionNonce::Nonce { nonce } if self.one_in(2) => {
                let delegate_action = DelegateAction {
                    sender_id,
                    receiver_id,
                    actions,
                    nonce,
                    max_block_height,
                    public_key,
                };
                let signature = signed(secret, &delegate_action.signed_hash());
                Action::Delegate(Box::new(SignedDelegateAction { delegate_action, signature }))
            }
            nonce => {
                let delegate_action = VersionedDelegateAction::V2(DelegateActionV2 {
                    sender_id,
                    receiver_id,
                    actions,
                    nonce,
                    max_block_height,
                    public_key,
                });
                let signature = signed(secret, &delegate_action.signed_hash());
                Action::DelegateV2(Box::new(VersionedSignedDelegateAction {
                    delegate_action,
                    signature,
                }))
            }
        }
    }

    fn add_key(&mut self) -> Action {
        let info = GasKeyInfo { balance: Balance::ZERO, num_nonces: self.numbers.below(4) as u16 };
        let functions = FunctionCallPermission {
            allowance: self.one_in(2).then(|| self.amount()),
            receiver_id: "script.near".to_owned(),
            method_names: vec!["run".to_owned()],
        };
        let permission = match self.numbers.below(5) {
            0 | 1 => AccessKeyPermission::FullAccess,
            2 => AccessKeyPermission::FunctionCall(functions),
            3 => AccessKeyPermission::GasKeyFullAccess(info),
            _ => {
                let functions = FunctionCallPermission { allowance: None, ..functions };
                AccessKeyPermission::GasKeyFunctionCall(info, functions)
            }
        };
        Action::AddKey(Box::new(AddKeyAction {
            public_key: self.secret().public_key(),
            access_key: AccessKey { nonce: 0, permission },
        }))
    }

    /// One of a few, so that accounts are met again.
    fn universal_state_init(&mut self) -> RawStateInit {
        let code = GlobalContractIdentifier::AccountId(crate::world::account("owner.near"));
        let code = (self.numbers.below(3) > 0).then_some(code);
        let data: std::collections::BTreeMap<Vec<u8>, Vec<u8>> =
            (0..self.numbers.below(2)).map(|_| (vec![1], vec![2; 5])).collect();
        let keys: BTreeSet<PublicKeyHandle> = (0..self.numbers.below(2))
            .map(|at| PublicKeyHandle::from(&self.population.secrets[at as usize].public_key()))
            .collect();
        RawStateInit(super::population::encoded(&(0_u8, code, data, keys)))
    }

    fn contract(&mut self) -> GlobalContractIdentifier {
        match self.numbers.below(3) {
            0 => GlobalContractIdentifier::CodeHash(CryptoHash::of(&self.code())),
            1 => GlobalContractIdentifier::AccountId(self.account()),
            _ => GlobalContractIdentifier::AccountId(crate::world::account("owner.near")),
        }
    }

    fn code(&mut self) -> Vec<u8> {
        match self.numbers.below(5) {
            0 | 1 => SCRIPT.to_vec(),
            at => self.codes[at as usize - 2].clone(),
        }
    }

    /// Tokens: none, little, some, or more than anyone has.
    fn amount(&mut self) -> Balance {
        let little = u128::from(self.numbers.below(u64::MAX));
        Balance::from_yoctonear(match self.numbers.below(30) {
            0 => 10_u128.pow(33),
            1 => u128::MAX,
            2..=6 => 0,
            7..=10 => 1,
            11..=18 => little,
            _ => little * 100_000,
        })
    }

    fn new_account(&mut self, signer_id: &AccountId) -> AccountId {
        let sub = format!("s{}.{signer_id}", self.numbers.below(3));
        match sub.parse() {
            Ok(account_id) if !self.one_in(4) => account_id,
            _ => self.account(),
        }
    }

    fn account(&mut self) -> AccountId {
        choose(self.numbers, &self.population.accounts).clone()
    }

    fn secret(&mut self) -> &'g SecretKey {
        choose(self.numbers, &self.population.secrets)
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.numbers.below(times) == 0
    }
}

fn transfer(deposit: Balance) -> Action {
    Action::Transfer(TransferAction { deposit })
}

fn signed(secret: &SecretKey, hash: &CryptoHash) -> Signature {
    secret.sign(hash.as_ref()).unwrap_or_else(|error| panic!("{error}"))
}
