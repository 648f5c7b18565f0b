//! What transactions do.

use crate::contracts::{self, CALLED, CALLER, COUNTER, TOKEN};
use crate::random::Random;
use crate::users::{Users, account_id};
use clap::ValueEnum;
use serde::Serialize;
use torr_parameters::LATEST_VERSION;
use torr_primitives::action::{Action, DeployContractAction, FunctionCallAction, TransferAction};
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{AccountId, Balance, Gas, Nonce, ProtocolVersion};

/// What the transactions of a block do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Workload {
    /// A transfer of a few yoctoNEAR to another user.
    Transfer,
    /// A call of a method that does nothing.
    Noop,
    /// A call that writes 100 bytes under a new key.
    Write100,
    /// A transfer of tokens of the example contract to another user.
    Token,
    /// A call that calls another contract and gets the answer in a callback.
    CrossContract,
    /// A deployment of a contract that was never seen before.
    Deploy,
}

/// The version of the protocol that the reference's figures are of.
pub(crate) const PROTOCOL_VERSION: ProtocolVersion = 86;

/// Users that take part in what has to be prepared for each of them.
const MOST_PARTICIPANTS: usize = 10_000;
const TERAGAS: u64 = 1_000_000_000_000;
/// What registering with the token takes, in yoctoNEAR.
const REGISTRATION: u128 = 1_250_000_000_000_000_000_000;

impl Workload {
    /// The name on the command line and in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Workload::Transfer => "transfer",
            Workload::Noop => "noop",
            Workload::Write100 => "write100",
            Workload::Token => "token",
            Workload::CrossContract => "cross-contract",
            Workload::Deploy => "deploy",
        }
    }

    /// The version of the protocol that it goes by: contracts made with near-sdk import functions that are
    /// newer than the version of the figures.
    pub(crate) const fn protocol_version(self) -> ProtocolVersion {
        match self {
            Workload::Token | Workload::CrossContract => LATEST_VERSION,
            Workload::Transfer | Workload::Noop | Workload::Write100 | Workload::Deploy => {
                PROTOCOL_VERSION
            }
        }
    }
}

/// The transactions of one block after the other.
#[derive(Clone)]
pub(crate) struct Traffic<'u> {
    users: &'u Users,
    /// The contract that is deployed.
    code: Vec<u8>,
    random: Random,
    /// Users in the order in which they sign next.
    order: Vec<usize>,
    /// How many of them have signed.
    signed: usize,
    /// The last nonce of each user.
    nonces: Vec<Nonce>,
}

impl<'u> Traffic<'u> {
    /// Traffic of users who have not signed anything yet. Deployments are of variants of `code`.
    pub(crate) fn new(users: &'u Users, code: Vec<u8>) -> Traffic<'u> {
        let (order, nonces) = ((0..users.len()).collect(), vec![0; users.len()]);
        Traffic { users, code, random: Random(1), order, signed: users.len(), nonces }
    }

    /// The transactions of the next block, by users of which each signs one.
    pub(crate) fn block(&mut self, workload: Workload, len: usize) -> Vec<SignedTransaction> {
        let len = len.min(self.participants(workload));
        let mut transactions = Vec::with_capacity(len);
        while transactions.len() < len {
            let signer = self.next_signer(len - transactions.len());
            if signer < self.participants(workload) {
                transactions.push(self.transaction(workload, signer));
            }
        }
        transactions
    }

    /// Transactions that have to come before those of a workload, in blocks.
    pub(crate) fn preparation(
        &mut self,
        workload: Workload,
        block_len: usize,
    ) -> Vec<Vec<SignedTransaction>> {
        if workload != Workload::Token {
            return Vec::new();
        }
        let token = contracts::name(TOKEN);
        let owner = format!(r#"{{"owner_id":"{}","total_supply":"1"}}"#, account_id(0));
        let made = call("new_default_meta", owner.into_bytes(), 30, 0);
        let mut blocks = vec![vec![self.sign(0, token.clone(), made)]];
        let participants = self.participants(workload);
        let registered: Vec<_> = (1..participants)
            .map(|user| {
                let registration = call("storage_deposit", b"{}".to_vec(), 30, REGISTRATION);
                self.sign(user, token.clone(), registration)
            })
            .collect();
        let minted: Vec<_> = (0..participants)
            .map(|user| {
                let to = format!(r#"{{"account_id":"{}","amount":"1000000"}}"#, account_id(user));
                self.sign(0, token.clone(), call("mint", to.into_bytes(), 30, 1))
            })
            .collect();
        // A block is done before the next begins, so that nobody gets tokens unregistered.
        blocks.extend(
            registered.chunks(block_len).chain(minted.chunks(block_len)).map(<[_]>::to_vec),
        );
        blocks
    }

    /// Users that take part are the first ones.
    fn participants(&self, workload: Workload) -> usize {
        match workload {
            Workload::Token => self.users.len().min(MOST_PARTICIPANTS),
            _ => self.users.len(),
        }
    }

    /// The next of all users in their order; a new order if it has not so many any more.
    fn next_signer(&mut self, left: usize) -> usize {
        if self.order.len() - self.signed < left {
            self.random.shuffle(&mut self.order);
            self.signed = 0;
        }
        self.signed += 1;
        self.order[self.signed - 1]
    }

    fn transaction(&mut self, workload: Workload, signer: usize) -> SignedTransaction {
        let participants = self.participants(workload);
        let (receiver_id, action) = match workload {
            Workload::Transfer => {
                let deposit = 1 + self.random.below(1000) as u128;
                let deposit = Balance::from_yoctonear(deposit);
                let transfer = Action::Transfer(TransferAction { deposit });
                (account_id(self.other(signer, participants)), transfer)
            }
            Workload::Noop => (contracts::name(COUNTER), call("noop", Vec::new(), 5, 0)),
            Workload::Write100 => {
                let key = self.random.next().to_le_bytes().to_vec();
                (contracts::name(COUNTER), call("write100", key, 10, 0))
            }
            Workload::Token => {
                let receiver = account_id(self.other(signer, participants));
                let arguments = format!(r#"{{"receiver_id":"{receiver}","amount":"1"}}"#);
                (contracts::name(TOKEN), call("ft_transfer", arguments.into_bytes(), 30, 1))
            }
            Workload::CrossContract => {
                let arguments = format!(r#"{{"counter":"{CALLED}","by":1}}"#);
                (contracts::name(CALLER), call("add", arguments.into_bytes(), 40, 0))
            }
            Workload::Deploy => {
                let code = distinct(&self.code, self.random.next());
                let deploy = Action::DeployContract(DeployContractAction { code });
                (account_id(signer), deploy)
            }
        };
        self.sign(signer, receiver_id, action)
    }

    /// Another of those who take part.
    fn other(&mut self, user: usize, participants: usize) -> usize {
        (user + 1 + self.random.below(participants.saturating_sub(1))) % participants
    }

    fn sign(&mut self, signer: usize, receiver: AccountId, action: Action) -> SignedTransaction {
        self.nonces[signer] += 1;
        self.users.sign(signer, self.nonces[signer], receiver, vec![action])
    }
}

fn call(method: &str, args: Vec<u8>, teragas: u64, deposit: u128) -> Action {
    Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: method.to_owned(),
        args,
        gas: Gas::from_gas(teragas * TERAGAS),
        deposit: Balance::from_yoctonear(deposit),
    }))
}

/// The same contract with another hash: a custom section at its end says a number.
fn distinct(code: &[u8], number: u64) -> Vec<u8> {
    // A custom section, of eleven bytes; the name has two, and eight follow.
    let section = [&[0, 11, 2][..], b"id", &number.to_le_bytes()];
    [code, &section.concat()].concat()
}
