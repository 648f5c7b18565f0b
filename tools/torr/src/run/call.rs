//! One call: its circumstances out of arguments and state, and what it leaves behind.
//!
//! The account is as the protocol would have it: a new one counts the bytes of its record and its
//! code, one from a state file keeps its usage when its code is replaced.

use super::arguments::RunArguments;
use super::observer::StoppedIn;
use super::state_file::{AccountState, PendingYield, State};
use crate::error::CliError;
use crate::files;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;
use torr_parameters::{Limits, RuntimeConfig};
use torr_primitives::{AccountContract, AccountId, Balance, Gas};
use torr_vm_logic::context::{CallMode, Context};
use torr_vm_logic::effects::Effect;
use torr_vm_logic::error::Fault;
use torr_vm_logic::outcome::Outcome;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::{Code, Runner};

/// Why the protocol would not let a call happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// The text given as JSON is none.
    #[error("--args is not JSON: {0}; other bytes go into --args-base64 or --args-file")]
    Json(#[source] serde_json::Error),
    /// The text given as base64 is none.
    #[error("--args-base64 is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// Arguments beyond the protocol's limit.
    #[error("arguments of {length} bytes are longer than the {limit} that a call may have")]
    ArgumentsTooLong {
        /// Their length.
        length: u64,
        /// The most allowed.
        limit: u64,
    },
    /// A method's name beyond the protocol's limit.
    #[error("a method's name of {length} bytes is longer than the {limit} that one may have")]
    MethodTooLong {
        /// Its length.
        length: u64,
        /// The most allowed.
        limit: u64,
    },
    /// More gas than the protocol's limit.
    #[error("{gas} gas is more than the {limit} that may be attached")]
    TooMuchGas {
        /// The gas.
        gas: Gas,
        /// The most allowed.
        limit: Gas,
    },
    /// No gas.
    #[error("a call needs gas; attach some, for example --gas 300Tgas")]
    NoGas,
    /// A deposit for a call that cannot take one.
    #[error("a view call takes no deposit; leave out --deposit or --view")]
    DepositInView,
    /// The account's figures contradict each other.
    #[error(
        "account {account_id} uses {storage_usage} bytes of storage by the state file, which is \
         less than its contract's {contract_bytes}; correct the file or remove it"
    )]
    StorageUsage {
        /// The account.
        account_id: AccountId,
        /// Its storage usage.
        storage_usage: u64,
        /// Bytes of its contract's code in that.
        contract_bytes: u64,
    },
    /// The account's storage usage cannot be expressed.
    #[error("account {account_id} uses more storage than can be counted; correct the state file")]
    StorageOverflow {
        /// The account.
        account_id: AccountId,
    },
}

/// Balance of an account that is not in the state file: 100 NEAR.
const BALANCE: Balance = Balance::from_yoctonear(100 * 10u128.pow(24));

/// Gas attached to a call unless said otherwise: 300 Tgas.
const GAS: Gas = Gas::from_gas(300 * 10u64.pow(12));

/// The key that signs unless another is given.
const SIGNER_KEY: PublicKey = PublicKey::Ed25519([0; 32]);

/// A call that can be carried out.
pub(crate) struct Call {
    /// The contract's code.
    pub(crate) code: Code,
    /// The method.
    pub(crate) method: String,
    /// What holds during the call.
    pub(crate) config: Arc<RuntimeConfig>,
    /// Who calls whom with what.
    pub(crate) context: Context,
    /// The account before the call.
    pub(crate) account: AccountState,
    chain: SimulatedChain,
}

/// What a call left behind.
pub(crate) struct Ended {
    /// Its outcome.
    pub(crate) outcome: Outcome,
    /// The host function that it stopped in, unless it stopped in the contract's own code.
    pub(crate) host_function: Option<&'static str>,
    /// The chain as the call left it, to be thrown away when it failed.
    chain: SimulatedChain,
}

impl Call {
    /// The call that `arguments` describe, on `state`.
    pub(crate) fn new(
        arguments: &RunArguments,
        code: Code,
        config: Arc<RuntimeConfig>,
        state: &State,
    ) -> Result<Call, CliError> {
        let account = account_before(arguments, &code, &config, state)?;
        let context = context(arguments, &code, &config, &account)?;
        check_method(&arguments.method, &config.vm.limits)?;
        let chain = chain(arguments, state.yields_created, &account);
        Ok(Call { code, method: arguments.method.clone(), config, context, account, chain })
    }

    /// Carries it out. The state that it was made of is not touched.
    pub(crate) fn run(&self, runner: &Runner, stopped_in: &StoppedIn) -> Result<Ended, Fault> {
        let mut chain = self.chain.clone();
        let outcome =
            runner.run(&self.code, &self.method, &mut chain, &self.context, &self.config)?;
        Ok(Ended { outcome, host_function: stopped_in.host_function(), chain })
    }
}

impl Ended {
    /// The contract's storage after the call.
    pub(crate) fn storage(&self) -> &BTreeMap<Vec<u8>, Vec<u8>> {
        &self.chain.storage
    }

    /// Whether anything of the call stays.
    pub(crate) fn changes_state(&self, call: &Call) -> bool {
        self.outcome.error.is_none() && !call.context.is_view()
    }

    /// Puts what stays of the call into `state`.
    pub(crate) fn apply(self, call: &Call, state: &mut State) {
        let account = AccountState {
            balance: self.outcome.balance,
            storage_usage: self.outcome.storage_usage,
            contract_bytes: call.account.contract_bytes,
            yields: self.pending_yields(),
            storage: self.chain.storage,
        };
        state.yields_created = self.chain.yields;
        state.accounts.insert(call.context.current_account_id.clone(), account);
    }

    /// The promises that still wait to be resumed.
    fn pending_yields(&self) -> Vec<PendingYield> {
        let is_resumed = |of: &CryptoHash| {
            self.outcome.effects.iter().any(|effect| {
                matches!(effect, Effect::YieldResume { data_id, resolved: true, .. } if data_id == of)
            })
        };
        let name = |of: &CryptoHash| {
            let names = &self.chain.pending_yield_ids;
            names.iter().find(|(_, data_id)| *data_id == of).map(|(yield_id, _)| *yield_id)
        };
        let pending = self.chain.pending_yields.iter().filter(|data_id| !is_resumed(data_id));
        pending.map(|data_id| PendingYield { data_id: *data_id, yield_id: name(data_id) }).collect()
    }
}

fn account_before(
    arguments: &RunArguments,
    code: &Code,
    config: &RuntimeConfig,
    state: &State,
) -> Result<AccountState, InputError> {
    let account_id = &arguments.call.account;
    let code_bytes = code.bytes().len() as u64;
    let mut account = match state.accounts.get(account_id) {
        Some(account) => account.clone(),
        None => AccountState {
            balance: BALANCE,
            storage_usage: config.fees.storage_usage.num_bytes_account,
            ..AccountState::default()
        },
    };
    let without_code =
        account.storage_usage.checked_sub(account.contract_bytes).ok_or_else(|| {
            InputError::StorageUsage {
                account_id: account_id.clone(),
                storage_usage: account.storage_usage,
                contract_bytes: account.contract_bytes,
            }
        })?;
    account.storage_usage = without_code
        .checked_add(code_bytes)
        .ok_or_else(|| InputError::StorageOverflow { account_id: account_id.clone() })?;
    account.contract_bytes = code_bytes;
    account.balance = arguments.call.balance.unwrap_or(account.balance);
    Ok(account)
}

fn context(
    arguments: &RunArguments,
    code: &Code,
    config: &RuntimeConfig,
    account: &AccountState,
) -> Result<Context, CliError> {
    let RunArguments { call, block, .. } = arguments;
    let (signer_account_id, predecessor_account_id) = call.signer_and_predecessor();
    let (mode, prepaid_gas) = gas(arguments, config)?;
    let signer_key = call.signer_key.as_ref().unwrap_or(&SIGNER_KEY);
    Ok(Context {
        current_account_id: call.account.clone(),
        signer_account_id,
        signer_account_pk: borsh::to_vec(signer_key)
            .map_err(|source| Fault::External(Box::new(source)))?,
        refund_to_account_id: predecessor_account_id.clone(),
        predecessor_account_id,
        input: input(arguments, &config.vm.limits)?.into(),
        promise_results: call.promise_result.clone().into(),
        block_height: block.block_height,
        block_timestamp: block.timestamp,
        epoch_height: block.epoch_height,
        account_balance: account.balance,
        account_locked_balance: Balance::ZERO,
        storage_usage: account.storage_usage,
        account_contract: AccountContract::Local(code.hash()),
        attached_deposit: call.deposit,
        prepaid_gas,
        random_seed: block.random_seed.unwrap_or_default().0.to_vec(),
        mode,
        output_data_receivers: Vec::new(),
    })
}

/// How the call may act, and the gas that it has.
fn gas(arguments: &RunArguments, config: &RuntimeConfig) -> Result<(CallMode, Gas), InputError> {
    let call = &arguments.call;
    if call.gas == Some(Gas::ZERO) {
        return Err(InputError::NoGas);
    }
    if call.view {
        if call.deposit != Balance::ZERO {
            return Err(InputError::DepositInView);
        }
        let gas = call.gas.unwrap_or(config.max_gas_burnt_view);
        return Ok((CallMode::View { max_gas_burnt: gas }, gas));
    }
    let limit = config.vm.limits.max_total_prepaid_gas;
    let gas = call.gas.unwrap_or(GAS.min(limit));
    if gas > limit {
        return Err(InputError::TooMuchGas { gas, limit });
    }
    Ok((CallMode::Change, gas))
}

fn input(arguments: &RunArguments, limits: &Limits) -> Result<Vec<u8>, CliError> {
    let limit = limits.max_arguments_length;
    let input = &arguments.input;
    let bytes = if let Some(json) = &input.args {
        serde_json::from_str::<IgnoredAny>(json).map_err(InputError::Json)?;
        json.clone().into_bytes()
    } else if let Some(base64) = &input.args_base64 {
        STANDARD.decode(base64).map_err(InputError::Base64)?
    } else if let Some(path) = &input.args_file {
        files::read(path, "the arguments of a call", limit)?
    } else {
        Vec::new()
    };
    let length = bytes.len() as u64;
    if length > limit {
        return Err(InputError::ArgumentsTooLong { length, limit }.into());
    }
    Ok(bytes)
}

fn check_method(method: &str, limits: &Limits) -> Result<(), InputError> {
    let (length, limit) = (method.len() as u64, limits.max_length_method_name);
    if length > limit { Err(InputError::MethodTooLong { length, limit }) } else { Ok(()) }
}

fn chain(arguments: &RunArguments, yields_created: u64, account: &AccountState) -> SimulatedChain {
    let yields = &account.yields;
    SimulatedChain {
        chain_id: arguments.block.chain_id.clone(),
        storage: account.storage.clone(),
        trie_nodes_touched: arguments.block.trie_nodes,
        pending_yields: yields.iter().map(|pending| pending.data_id).collect(),
        pending_yield_ids: yields
            .iter()
            .filter_map(|pending| Some((pending.yield_id?, pending.data_id)))
            .collect(),
        yields: yields_created,
        ..SimulatedChain::default()
    }
}
