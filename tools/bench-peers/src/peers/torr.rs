//! Torr, once for each engine.

use bench_work::contracts::Contracts;
use bench_work::error::Failure;
use bench_work::peer::{Compilation, GAS, Peer};
use bench_work::task::{Contract, Task};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use torr_parameters::{LATEST_VERSION, Parameters, RuntimeConfig, VmConfig};
use torr_primitives::{AccountContract, AccountId, Balance, Gas};
use torr_vm_logic::context::{CallMode, Context};
use torr_vm_logic::outcome::{Outcome, ReturnData};
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::artifact::Artifact;
use torr_vm_runner::engine::Engine;
use torr_vm_runner::{CacheConfig, Code, EngineKind, Policy, Runner};

/// A way to run Torr that has a column of its own in the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    engine: EngineKind,
    /// Whether instructions cost nothing, so that none is metered: what is left is not metering's.
    is_free: bool,
}

/// All of them.
pub(super) fn columns() -> impl Iterator<Item = Column> {
    let metered = EngineKind::ALL.iter().map(|&engine| Column { engine, is_free: false });
    let compilers = [EngineKind::Wasmer, EngineKind::Wasmtime];
    metered.chain(compilers.map(|engine| Column { engine, is_free: true }))
}

impl Column {
    /// The peer's name.
    pub(super) fn name(self) -> String {
        let manner = if self.is_free { "unmetered" } else { "torr" };
        format!("{manner} {}", self.engine.name())
    }

    /// The runner of this column. **This is the only place that makes one.**
    fn runner(self, engine: &Arc<dyn Engine>, folder: &Path) -> Result<Runner, Failure> {
        let cache = CacheConfig { folder: Some(folder.join("torr")), ..CacheConfig::default() };
        Runner::with_policy(Arc::clone(engine), self.policy(), cache).map_err(Failure::peer)
    }

    /// How the column's calls are charged, and whether contracts are compiled again.
    fn policy(self) -> Policy {
        Policy::default()
    }
}

/// A runner with a folder on disk, and what it is called with.
pub(super) struct Torr {
    column: Column,
    engine: Arc<dyn Engine>,
    runner: Runner,
    folder: Arc<TempDir>,
    codes: Arc<Codes>,
    config: Arc<RuntimeConfig>,
    context: Context,
}

struct Codes {
    kernels: Code,
    token: Code,
    loops: Code,
}

impl Torr {
    /// A runner with an empty folder.
    ///
    /// # Errors
    /// When the folder or the parameters cannot be used.
    pub(super) fn open(column: Column, contracts: &Contracts) -> Result<Torr, Failure> {
        let folder = tempfile::tempdir().map_err(Failure::io("a temporary folder"))?;
        let engine = column.engine.build().map_err(Failure::peer)?;
        let code = |contract| Code::new(contracts.near(contract));
        Ok(Torr {
            column,
            runner: column.runner(&engine, folder.path())?,
            engine,
            folder: Arc::new(folder),
            codes: Arc::new(Codes {
                kernels: code(Contract::Kernels),
                token: code(Contract::Token),
                loops: code(Contract::Loops),
            }),
            config: config(column.is_free)?,
            context: context()?,
        })
    }

    fn code(&self, contract: Contract) -> &Code {
        match contract {
            Contract::Kernels => &self.codes.kernels,
            Contract::Token => &self.codes.token,
            Contract::Loops => &self.codes.loops,
        }
    }
}

impl Peer for Torr {
    fn about(&self) -> String {
        if self.column.is_free {
            return format!("torr {}, where instructions cost nothing", self.column.engine.name());
        }
        format!("Torr {}, engine {}", env!("CARGO_PKG_VERSION"), self.engine.id())
    }

    fn takes(&self, task: Task) -> bool {
        !self.column.is_free || matches!(task, Task::Kernel { .. })
    }

    fn call(&self, task: Task) -> Result<Vec<u8>, Failure> {
        let context = Context { input: Arc::from(task.arguments()), ..self.context.clone() };
        let code = self.code(task.contract());
        let mut chain = SimulatedChain::default();
        let outcome = self.runner.run(code, task.method(), &mut chain, &context, &self.config);
        returned(outcome.map_err(Failure::peer)?)
    }

    fn compilation(&self, contract: Contract) -> Option<Compilation<'_>> {
        if self.column.is_free {
            return None;
        }
        let code = self.code(contract);
        Some(Compilation::new(code.bytes().len(), move || {
            let charging = self.column.policy().charging;
            let compiled = Artifact::compile(code, &self.config.vm, charging, &*self.engine);
            let (artifact, module) = compiled.map_err(Failure::peer)?;
            artifact.result.map_err(Failure::peer)?;
            Ok(Some(module.len() as u64))
        }))
    }

    fn has_instances(&self) -> bool {
        !self.column.is_free
    }

    fn restarted(&self) -> Result<Option<Box<dyn Peer + '_>>, Failure> {
        Ok(Some(Box::new(Torr {
            column: self.column,
            engine: Arc::clone(&self.engine),
            runner: self.column.runner(&self.engine, self.folder.path())?,
            folder: Arc::clone(&self.folder),
            codes: Arc::clone(&self.codes),
            config: Arc::clone(&self.config),
            context: self.context.clone(),
        })))
    }
}

fn returned(outcome: Outcome) -> Result<Vec<u8>, Failure> {
    match (outcome.error, outcome.return_data) {
        (Some(error), _) => Err(Failure::Contract(error.to_string())),
        (None, ReturnData::Value(value)) => Ok(value),
        (None, ReturnData::None | ReturnData::Receipt(_)) => Ok(Vec::new()),
    }
}

/// The latest parameters, with more gas, and with free instructions if they are to be free.
fn config(is_free: bool) -> Result<Arc<RuntimeConfig>, Failure> {
    let config = Parameters::builtin(LATEST_VERSION).map_err(Failure::peer)?;
    let mut vm = VmConfig::clone(&config.vm);
    vm.limits.max_gas_burnt = Gas::from_gas(GAS);
    if is_free {
        vm.regular_op_cost = 0;
        vm.linear_op_base_cost = 0;
        vm.linear_op_unit_cost = 0;
    }
    Ok(Arc::new(RuntimeConfig { vm: Arc::new(vm), ..RuntimeConfig::clone(&config) }))
}

/// A plain call, still without arguments.
fn context() -> Result<Context, Failure> {
    let account = |id: &str| id.parse::<AccountId>().map_err(Failure::peer);
    Ok(Context {
        current_account_id: account("contract.near")?,
        signer_account_id: account("alice.near")?,
        // An ed25519 key: its kind and 32 bytes.
        signer_account_pk: vec![0; 33],
        predecessor_account_id: account("alice.near")?,
        refund_to_account_id: account("alice.near")?,
        input: Arc::from([]),
        promise_results: Arc::from([]),
        block_height: 100_000_000,
        block_timestamp: 1_700_000_000_000_000_000,
        epoch_height: 2_000,
        account_balance: Balance::from_yoctonear(10_u128.pow(25)),
        account_locked_balance: Balance::ZERO,
        storage_usage: 100_000,
        account_contract: AccountContract::None,
        attached_deposit: Balance::ZERO,
        prepaid_gas: Gas::from_gas(GAS),
        random_seed: vec![0; 32],
        mode: CallMode::Change,
        output_data_receivers: Vec::new(),
    })
}
