//! What a chunk is made of, and what it is applied with.

use crate::context::ChunkContext;
use crate::state::ContractCodes;
use crate::threads::Threads;
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{AccountId, Balance, BlockBandwidthRequests, BlockCongestionInfo};
use torr_vm_runner::runner::Runner;

/// A chunk that is to be applied.
#[derive(Clone, Copy, Debug)]
pub struct ChunkInput<'a> {
    /// Its block, epoch and shard.
    pub context: &'a ChunkContext,
    /// Whether there is a chunk of the shard at this height.
    pub presence: ChunkPresence,
    /// Transactions, in order.
    pub transactions: &'a [SignedTransaction],
    /// For each transaction whether it came in time; empty if all did.
    pub transactions_in_time: &'a [bool],
    /// Receipts that other chunks have sent, in order.
    pub incoming_receipts: &'a [Receipt],
    /// Stakes and rewards that are settled, at the beginning of an epoch.
    pub validator_accounts_update: Option<&'a ValidatorAccountsUpdate>,
    /// What all shards have to do, as their last chunks say.
    pub congestion: &'a BlockCongestionInfo,
    /// What all shards ask to send, as their last chunks say.
    pub bandwidth_requests: &'a BlockBandwidthRequests,
}

/// Whether there is a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ChunkPresence {
    /// There is.
    New,
    /// There is none; only what happens in every chunk happens.
    Missing,
}

/// Stakes and rewards of validators that are settled in the first chunk of an epoch. Balances are in
/// yoctoNEAR.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ValidatorAccountsUpdate {
    /// The most that each account had staked in the last three epochs.
    pub stake_info: BTreeMap<AccountId, Balance>,
    /// What each account gets for validating.
    pub validator_rewards: BTreeMap<AccountId, Balance>,
    /// What each account last proposed to stake.
    pub last_proposals: BTreeMap<AccountId, Balance>,
    /// The treasury's account, if it is in this shard.
    pub protocol_treasury_account_id: Option<AccountId>,
}

/// What a chunk is applied with. None of it changes the result.
#[derive(Clone, Copy, Debug)]
pub struct Environment<'a> {
    /// What runs contracts.
    pub runner: &'a Runner,
    /// What threads work on the chunk. One works strictly in order.
    pub threads: &'a Threads,
    /// Contracts on the side, for who applies a chunk to a part of the state that does not have them.
    /// A contract that the state says is not there is not, whatever is on the side.
    pub codes: Option<&'a ContractCodes>,
}

impl<'a> Environment<'a> {
    /// These threads, and all contracts in the state.
    pub const fn new(runner: &'a Runner, threads: &'a Threads) -> Environment<'a> {
        Environment { runner, threads, codes: None }
    }
}
