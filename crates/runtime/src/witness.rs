//! Witnesses: a chunk with all that applying it takes, for who does not have the state.
//!
//! A witness holds the chunk and its circumstances, the part of the state that is read (the proof, which
//! is the protocol's), the nodes that show where called contracts stand or that they do not, the contracts
//! themselves, and what the chunk is claimed to come to. Checking one is applying the chunk to what is
//! there.
//!
//! **Invariant:** whoever made a witness, if it is accepted then the chunk, applied to the state with
//! that root by the same configuration, comes to what is claimed. The root, the circumstances and the
//! claim have to be compared with the chain: they are in the headers of blocks and chunks. A witness is
//! accepted in one form only: what is missing, not used or altered makes it refused.

mod encoding;
mod error;

pub use error::WitnessError;

use crate::apply::{
    ApplyResult, ChunkInput, ChunkPresence, Environment, ValidatorAccountsUpdate, apply,
};
use crate::context::{BlockContext, ChunkContext, EpochContext};
use crate::error::{ApplyError, Fault};
use crate::state::ContractCodes;
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::RuntimeConfig;
use torr_primitives::outcome::{ExecutionOutcomeWithId, outcome_tree};
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{
    Balance, BandwidthRequests, BlockBandwidthRequests, BlockCongestionInfo, CongestionInfo, Gas,
    ProtocolVersion, ShardId, ValidatorStake,
};
use torr_store::partial_state::PartialState;
use torr_store::recorder::Recorder;
use torr_store::source::{HashedBytes, NodeSource, SharedNodeSource, TrieError};
use torr_store::trie::Trie;

/// A chunk with all that applying it takes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Witness {
    /// The chunk.
    pub chunk: WitnessChunk,
    /// Root of the state that it is applied to.
    pub prev_state_root: CryptoHash,
    /// What is read of the state, contracts aside; the protocol's proof.
    pub proof: PartialState,
    /// What else of the state shows where called contracts stand, or that they do not.
    pub contract_places: PartialState,
    /// The contracts that are called and stand in the state.
    pub contracts: ContractCodes,
    /// What the chunk is claimed to come to.
    pub claim: Claim,
}

/// A chunk and its circumstances, as [`ChunkInput`] and [`ChunkContext`] have them, but for the
/// configuration: who checks knows which one a version of the protocol has.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WitnessChunk {
    /// The version of the protocol.
    pub protocol_version: ProtocolVersion,
    /// The block.
    pub block: BlockContext,
    /// The epoch of the block.
    pub epoch: Arc<EpochContext>,
    /// The shard.
    pub shard_id: ShardId,
    /// Gas that receipts may use before further ones are delayed; `None`: any amount.
    pub gas_limit: Option<Gas>,
    /// Whether there is a chunk.
    pub presence: ChunkPresence,
    /// Transactions, in order.
    pub transactions: Vec<SignedTransaction>,
    /// For each transaction whether it came in time; empty if all did.
    pub transactions_in_time: Vec<bool>,
    /// Receipts that other chunks have sent, in order.
    pub incoming_receipts: Vec<Receipt>,
    /// Stakes and rewards that are settled, at the beginning of an epoch.
    pub validator_accounts_update: Option<ValidatorAccountsUpdate>,
    /// What all shards have to do.
    pub congestion: BlockCongestionInfo,
    /// What all shards ask to send.
    pub bandwidth_requests: BlockBandwidthRequests,
}

/// What a chunk comes to, as the header of the shard's next chunk tells it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Claim {
    /// Root of the new state.
    pub state_root: CryptoHash,
    /// Root of the tree of outcomes.
    pub outcome_root: CryptoHash,
    /// Hash of the receipts that are sent: of the borsh of their list.
    pub outgoing_receipts_hash: CryptoHash,
    /// Gas burnt in all outcomes.
    pub gas_burnt: Gas,
    /// Tokens burnt in all outcomes, in yoctoNEAR.
    pub balance_burnt: Balance,
    /// Stakes that are proposed.
    pub validator_proposals: Vec<ValidatorStake>,
    /// What the shard has to do now.
    pub congestion_info: Option<CongestionInfo>,
    /// What the shard asks to send.
    pub bandwidth_requests: BandwidthRequests,
}

/// A witness was accepted: its chunk comes to this, if its circumstances are those of the chain.
#[derive(Clone, Debug)]
pub struct Validated {
    /// Root of the state that the chunk was applied to.
    pub prev_state_root: CryptoHash,
    /// What the chunk comes to, in short.
    pub claim: Claim,
    /// What the chunk comes to.
    pub result: ApplyResult<()>,
}

impl Witness {
    /// Applies a chunk, and makes a witness of it.
    ///
    /// Takes as long as [`apply`], and a way through the trie for each called contract, which is copied.
    ///
    /// # Errors
    /// When the chunk cannot be applied.
    pub fn produce<S>(
        trie: &Trie<S>,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<(Witness, ApplyResult<S::Place>), ApplyError>
    where
        S: SharedNodeSource,
    {
        let result = apply(trie, input, environment)?;
        let contract_places =
            places(trie, &result.contract_keys, &result.proof).map_err(Fault::from)?;
        let witness = Witness {
            chunk: WitnessChunk::of(input),
            prev_state_root: trie.root(),
            contract_places,
            contracts: contracts(trie, &result, environment).map_err(Fault::from)?,
            claim: Claim::of(&result)?,
            proof: result.proof.clone(),
        };
        Ok((witness, result))
    }
}

/// Applies the chunk of a witness to what the witness has of the state, by the configuration of its
/// [protocol version](WitnessChunk::protocol_version), and compares what it comes to with what is claimed.
///
/// Takes as long as [`apply`], and a hash of everything in the witness. Contracts on the side come from the
/// witness alone. How long contracts may run is bounded by the gas of the chunk, which is to be compared
/// with the chain before.
///
/// # Errors
/// When anything is missing from the witness, not used or altered, or the chunk comes to something else.
pub fn validate(
    witness: &Witness,
    config: &Arc<RuntimeConfig>,
    environment: &Environment<'_>,
) -> Result<Validated, WitnessError> {
    let altered = witness.contracts.iter().find(|(hash, code)| CryptoHash::of(code) != **hash);
    if let Some((&hash, _)) = altered {
        return Err(WitnessError::AlteredContract { hash });
    }
    let state = WitnessedNodes { proof: &witness.proof, contract_places: &witness.contract_places };
    let trie = Trie::with_root(&state, witness.prev_state_root);
    let environment = Environment { codes: Some(&witness.contracts), ..*environment };
    let context = witness.chunk.context(config);
    let result = apply(&trie, &witness.chunk.input(&context), &environment)?;
    same_nodes(&witness.proof, &result.proof)?;
    let places = places(&trie, &result.contract_keys, &result.proof).map_err(Fault::from)?;
    same_nodes(&witness.contract_places, &places)?;
    let is_called = |hash: &&CryptoHash| result.contract_accesses.contains(*hash);
    if let Some(&hash) = witness.contracts.keys().find(|hash| !is_called(hash)) {
        return Err(WitnessError::UnusedContract { hash });
    }
    let claim = Claim::of(&result)?;
    if let Some(what) = witness.claim.difference(&claim) {
        return Err(WitnessError::OtherResult { what });
    }
    Ok(Validated { prev_state_root: witness.prev_state_root, claim, result })
}

/// All nodes and values that a witness has.
struct WitnessedNodes<'w> {
    proof: &'w PartialState,
    contract_places: &'w PartialState,
}

impl HashedBytes for WitnessedNodes<'_> {
    fn bytes(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, TrieError> {
        self.proof.bytes(hash).or_else(|_| self.contract_places.bytes(hash))
    }
}

/// Whether a part of a state is what was read, no more and no less.
fn same_nodes(given: &PartialState, read: &PartialState) -> Result<(), WitnessError> {
    let first_beside =
        |one: &PartialState, other: &PartialState| one.hashes().find(|hash| !other.contains(hash));
    if let Some(hash) = first_beside(read, given) {
        return Err(WitnessError::Missing { hash });
    }
    // What was read is all there, so only then is there more.
    let unused = if given.len() > read.len() { first_beside(given, read) } else { None };
    unused.map_or(Ok(()), |hash| Err(WitnessError::UnusedNode { hash }))
}

/// The nodes on the ways to keys that are not in `proof` anyway.
fn places<S: NodeSource>(
    trie: &Trie<S>,
    keys: &BTreeSet<Vec<u8>>,
    proof: &PartialState,
) -> Result<PartialState, TrieError> {
    let ways = Trie::new(Recorder::new(trie.source()), trie.root_node().cloned());
    for key in keys {
        ways.value_ref(key)?;
    }
    let read = ways.source().partial_state();
    let beside = read.values().into_iter().filter(|node| !proof.contains(&CryptoHash::of(node)));
    Ok(PartialState::new(beside))
}

/// The called contracts that stand in the state.
fn contracts<S: NodeSource, P>(
    trie: &Trie<S>,
    result: &ApplyResult<P>,
    environment: &Environment<'_>,
) -> Result<ContractCodes, TrieError> {
    let mut contracts = ContractCodes::new();
    for key in &result.contract_keys {
        let Some(value) = trie.value_ref(key)? else { continue };
        if !result.contract_accesses.contains(&value.hash) || contracts.contains_key(&value.hash) {
            continue;
        }
        let on_the_side = environment.codes.and_then(|codes| codes.get(&value.hash));
        let code = match on_the_side {
            Some(code) => Some(Arc::clone(code)),
            None => trie.get(key)?,
        };
        contracts.extend(code.map(|code| (value.hash, code)));
    }
    Ok(contracts)
}

impl WitnessChunk {
    fn of(input: &ChunkInput<'_>) -> WitnessChunk {
        let context = input.context;
        WitnessChunk {
            protocol_version: context.protocol_version,
            block: context.block.clone(),
            epoch: Arc::clone(&context.epoch),
            shard_id: context.shard_id,
            gas_limit: context.gas_limit,
            presence: input.presence,
            transactions: input.transactions.to_vec(),
            transactions_in_time: input.transactions_in_time.to_vec(),
            incoming_receipts: input.incoming_receipts.to_vec(),
            validator_accounts_update: input.validator_accounts_update.cloned(),
            congestion: input.congestion.clone(),
            bandwidth_requests: input.bandwidth_requests.clone(),
        }
    }

    /// What the chunk is applied in, by this configuration.
    pub fn context(&self, config: &Arc<RuntimeConfig>) -> ChunkContext {
        ChunkContext {
            block: self.block.clone(),
            epoch: Arc::clone(&self.epoch),
            shard_id: self.shard_id,
            gas_limit: self.gas_limit,
            config: Arc::clone(config),
            protocol_version: self.protocol_version,
        }
    }

    /// The chunk, in what [`WitnessChunk::context`] gives.
    pub fn input<'a>(&'a self, context: &'a ChunkContext) -> ChunkInput<'a> {
        ChunkInput {
            context,
            presence: self.presence,
            transactions: &self.transactions,
            transactions_in_time: &self.transactions_in_time,
            incoming_receipts: &self.incoming_receipts,
            validator_accounts_update: self.validator_accounts_update.as_ref(),
            congestion: &self.congestion,
            bandwidth_requests: &self.bandwidth_requests,
        }
    }
}

impl Claim {
    /// What a chunk came to.
    ///
    /// # Errors
    /// When sums overflow, which they do in no chunk that can be.
    pub fn of<P>(result: &ApplyResult<P>) -> Result<Claim, Fault> {
        const OVERFLOW: Fault = Fault::Overflow { what: "what a chunk burnt" };
        let (mut gas_burnt, mut balance_burnt) = (Gas::ZERO, Balance::ZERO);
        for ExecutionOutcomeWithId { outcome, .. } in &result.outcomes {
            gas_burnt = gas_burnt.checked_add(outcome.gas_burnt).ok_or(OVERFLOW)?;
            balance_burnt = balance_burnt.checked_add(outcome.tokens_burnt).ok_or(OVERFLOW)?;
        }
        let outcomes: Vec<_> =
            result.outcomes.iter().map(ExecutionOutcomeWithId::to_hashes).collect();
        let receipts = borsh::to_vec(&result.outgoing_receipts)
            .map_err(|_| Fault::Overflow { what: "the receipts that a chunk sends" })?;
        Ok(Claim {
            state_root: result.state_root,
            outcome_root: outcome_tree(&outcomes).root(),
            outgoing_receipts_hash: CryptoHash::of(&receipts),
            gas_burnt,
            balance_burnt,
            validator_proposals: result.validator_proposals.clone(),
            congestion_info: result.congestion_info,
            bandwidth_requests: result.bandwidth_requests.clone(),
        })
    }

    /// The first thing in which two differ.
    fn difference(&self, other: &Claim) -> Option<&'static str> {
        let same = [
            ("the root of the new state", self.state_root == other.state_root),
            ("the root of outcomes", self.outcome_root == other.outcome_root),
            (
                "the hash of outgoing receipts",
                self.outgoing_receipts_hash == other.outgoing_receipts_hash,
            ),
            ("burnt gas", self.gas_burnt == other.gas_burnt),
            ("burnt tokens", self.balance_burnt == other.balance_burnt),
            ("proposed stakes", self.validator_proposals == other.validator_proposals),
            ("congestion", self.congestion_info == other.congestion_info),
            ("requested bandwidth", self.bandwidth_requests == other.bandwidth_requests),
        ];
        same.into_iter().find(|(_, is_same)| !is_same).map(|(what, _)| what)
    }
}

#[cfg(test)]
mod tests;
