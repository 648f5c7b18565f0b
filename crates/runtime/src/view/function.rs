//! What a function of a contract says without changing anything.

use super::{StateView, ViewError};
use crate::context::ChunkContext;
use crate::contract::Contract;
use crate::error::Fault;
use crate::external::External;
use crate::state::StateUpdate;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;
use torr_primitives::error::FunctionCallError;
use torr_primitives::receipt::id::random_seed_of_action;
use torr_primitives::{Account, AccountId, Balance, Gas};
use torr_store::source::SharedNodeSource;
use torr_vm_logic::context::{CallMode, Context};
use torr_vm_logic::error::{CompilationError, ContractError};
use torr_vm_logic::outcome::{Outcome, ReturnData};
use torr_vm_runner::Runner;

/// Which function to call.
#[derive(Clone, Copy, Debug)]
pub struct FunctionQuery<'q> {
    /// Whose contract.
    pub account_id: &'q AccountId,
    /// The function.
    pub method_name: &'q str,
    /// What it is given.
    pub args: &'q [u8],
    /// Gas that it may burn; `None`: as much as the configuration says
    /// ([`RuntimeConfig::max_gas_burnt_view`](torr_parameters::RuntimeConfig::max_gas_burnt_view)).
    pub max_gas_burnt: Option<Gas>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionView {
    /// What it returned; nothing is empty.
    pub result: Result<Vec<u8>, FunctionCallError>,
    /// Texts that were logged, also by a call that failed.
    pub logs: Vec<String>,
    /// Gas burnt.
    pub gas_burnt: Gas,
}

impl<S> StateView<'_, S>
where
    S: SharedNodeSource,
{
    /// Calls a function of a contract, which may change nothing.
    ///
    /// The contract is told of the chain what `chunk` says; its price of gas, its limit and its
    /// randomness play no part, as the randomness of a view is the state's root. A contract that fails
    /// is an answer.
    ///
    /// # Errors
    /// [`ViewError::AccountDoesNotExist`]; [`ViewError::Fault`] when the node cannot answer.
    pub fn call_function(
        &self,
        query: &FunctionQuery<'_>,
        chunk: &ChunkContext,
        runner: &Runner,
    ) -> Result<FunctionView, ViewError> {
        let account = self.account(query.account_id)?;
        let context = context(query, chunk, &account, self.trie.root())?;
        let outcome =
            self.with_update(|state| run(query, &context, chunk, runner, &account, state))?;
        let result = match outcome.error {
            Some(error) => Err(error.in_outcome()),
            None => Ok(match outcome.return_data {
                ReturnData::Value(value) => value,
                ReturnData::None | ReturnData::Receipt(_) => Vec::new(),
            }),
        };
        Ok(FunctionView { result, logs: outcome.logs, gas_burnt: outcome.gas_burnt })
    }
}

/// What stands for the name of the action, which there is not.
const NO_ACTION: CryptoHash = CryptoHash([0; 32]);

fn run(
    query: &FunctionQuery<'_>,
    context: &Context,
    chunk: &ChunkContext,
    runner: &Runner,
    account: &Account,
    state: &mut StateUpdate<'_>,
) -> Result<Outcome, Fault> {
    let account_id = query.account_id;
    let contract = Contract::of(account_id, account, &chunk.epoch.chain_id, state)?;
    let code = contract.map_or(Ok(None), |contract| contract.code(chunk, state))?;
    let Some(code) = code else {
        let account_id = account_id.clone();
        let error = CompilationError::CodeDoesNotExist { account_id };
        return Ok(Outcome::nothing_happened(ContractError::CompilationError(error)));
    };
    External::new(account_id, NO_ACTION, chunk, state).run(
        runner,
        &code,
        query.method_name,
        context,
    )
}

/// What the contract is told.
fn context(
    query: &FunctionQuery<'_>,
    chunk: &ChunkContext,
    account: &Account,
    root: CryptoHash,
) -> Result<Context, Fault> {
    let account_id = query.account_id;
    let max_gas_burnt = query.max_gas_burnt.unwrap_or(chunk.config.max_gas_burnt_view);
    // Nobody signed; contracts cannot ask.
    let signer_account_pk = borsh::to_vec(&PublicKey::Ed25519([0; 32]))
        .map_err(|_| Fault::Bug { what: "memory takes any public key" })?;
    Ok(Context {
        current_account_id: account_id.clone(),
        signer_account_id: account_id.clone(),
        signer_account_pk,
        predecessor_account_id: account_id.clone(),
        refund_to_account_id: account_id.clone(),
        input: query.args.into(),
        promise_results: Arc::new([]),
        block_height: chunk.block.height,
        block_timestamp: chunk.block.timestamp,
        epoch_height: chunk.epoch.epoch_height,
        account_balance: account.amount(),
        account_locked_balance: account.locked(),
        storage_usage: account.storage_usage(),
        account_contract: account.contract(),
        attached_deposit: Balance::ZERO,
        prepaid_gas: max_gas_burnt,
        random_seed: random_seed_of_action(&NO_ACTION, &root).to_vec(),
        mode: CallMode::View { max_gas_burnt },
        output_data_receivers: Vec::new(),
    })
}
