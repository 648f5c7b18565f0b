//! What experiments are made with: the base table, its configuration without limits, what runs
//! contracts, and states.

use crate::document::MetricKind;
use crate::error::EstimatorError;
use crate::price::Price;
use crate::work::states::States;
use std::cell::{Ref, RefCell};
use std::fmt;
use std::sync::Arc;
use torr_parameters::{Cost, RuntimeConfig, Table};
use torr_primitives::{Gas, ProtocolVersion};
use torr_runtime::Threads;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// More than anything may use, and still below what a call may begin with.
const NO_LIMIT: u64 = 1 << 61;

/// What experiments are made with.
pub struct Scene {
    /// The base table.
    pub table: Table,
    /// Its configuration, but that calls may use any amount of gas and make any number of things.
    pub config: Arc<RuntimeConfig>,
    /// The same, but that what is free costs one unit of gas: so a gas profile says how often everything
    /// was charged.
    pub counting: Arc<RuntimeConfig>,
    /// The table of [`Scene::counting`].
    pub counting_table: Table,
    /// The rules that chunks are applied by.
    pub protocol_version: ProtocolVersion,
    /// The engine that runs contracts.
    pub engine: EngineKind,
    /// What runs contracts: a new one for each case, so that no case finds what another has left.
    runner: RefCell<Runner>,
    /// The one thread that applies chunks.
    pub threads: Threads,
    /// How much is done.
    pub scale: Scale,
    /// The states.
    pub states: States,
}

/// How much an experiment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Gas for which a lap repeats what it does, about.
    pub gas_of_lap: u64,
    /// Receipts or transactions of a chunk that is measured.
    pub chunk_len: usize,
    /// Whether the run is a quick one.
    pub quick: bool,
}

impl Scale {
    /// The scale for a metric.
    pub fn of(metric: MetricKind, quick: bool) -> Scale {
        // Counting instructions takes some fifty times as long, and once is enough.
        match metric {
            MetricKind::Time => Scale {
                gas_of_lap: 3_000_000_000_000,
                chunk_len: if quick { 50 } else { 200 },
                quick,
            },
            MetricKind::Instructions => Scale { gas_of_lap: 300_000_000_000, chunk_len: 50, quick },
        }
    }
}

impl Scene {
    /// A scene with a base table.
    ///
    /// # Errors
    /// When the table makes no configuration, or contracts cannot be run.
    pub fn new(
        table: Table,
        protocol_version: ProtocolVersion,
        engine: EngineKind,
        scale: Scale,
        states: States,
    ) -> Result<Scene, EstimatorError> {
        let config = Arc::new(without_limits(RuntimeConfig::try_from(&table)?));
        let counting_table = nothing_free(&table)?;
        let counting = Arc::new(without_limits(RuntimeConfig::try_from(&counting_table)?));
        let runner = RefCell::new(Runner::new(engine, CacheConfig::default())?);
        let threads = Threads::new(std::num::NonZeroUsize::MIN)?;
        Ok(Scene {
            table,
            config,
            counting,
            counting_table,
            protocol_version,
            engine,
            runner,
            threads,
            scale,
            states,
        })
    }

    /// What runs contracts.
    pub fn runner(&self) -> Ref<'_, Runner> {
        self.runner.borrow()
    }

    /// Begins another case, with a runner that has compiled nothing yet.
    ///
    /// # Errors
    /// When the machine does not give the engine what it needs.
    pub fn renew(&self) -> Result<(), EstimatorError> {
        let runner = Runner::new(self.engine, CacheConfig::default())?;
        drop(self.runner.replace(runner));
        Ok(())
    }
}

#[cfg(test)]
impl Scene {
    /// A scene for tests: the latest table, and little state.
    pub(crate) fn for_tests(scale: Scale) -> Scene {
        use crate::work::states::{DatabaseKind, StateSettings};
        let database = DatabaseKind::Embedded;
        let states = States::new(StateSettings { size: 100_000, database, folder: None });
        let version = torr_parameters::LATEST_VERSION;
        let table = Table::builtin(version).unwrap();
        Scene::new(table, version, EngineKind::Wasmer, scale, states).unwrap()
    }
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene").field("scale", &self.scale).finish_non_exhaustive()
    }
}

/// A configuration under which what is measured can be repeated as often as it takes. The limits that
/// bound the size of one thing stay, since the worst cases are at them.
fn without_limits(mut config: RuntimeConfig) -> RuntimeConfig {
    let vm = Arc::make_mut(&mut config.vm);
    vm.limits.max_gas_burnt = Gas::from_gas(NO_LIMIT);
    vm.limits.max_total_prepaid_gas = Gas::from_gas(NO_LIMIT);
    vm.limits.max_number_logs = NO_LIMIT;
    vm.limits.max_total_log_length = NO_LIMIT;
    vm.limits.max_promises_per_function_call_action = NO_LIMIT;
    vm.limits.max_number_input_data_dependencies = NO_LIMIT;
    vm.limits.max_actions_per_receipt = NO_LIMIT;
    vm.limits.max_deploy_actions_per_receipt = NO_LIMIT;
    vm.limits.per_receipt_storage_proof_size_limit = usize::MAX as _;
    config.max_gas_burnt_view = Gas::from_gas(NO_LIMIT);
    config.witness.main_storage_proof_size_soft_limit = u64::MAX;
    // What is sent goes out: else most of it would be put into buffers of the state.
    config.bandwidth_scheduler.max_shard_bandwidth = NO_LIMIT;
    config.bandwidth_scheduler.max_base_bandwidth = NO_LIMIT;
    config
}

/// The table with a price of one unit wherever something is free.
fn nothing_free(table: &Table) -> Result<Table, EstimatorError> {
    let mut counting = table.clone();
    for price in Price::all(table) {
        let Cost { gas, compute } = price.amount(table)?;
        let amount = Cost { gas: gas.max(Gas::from_gas(1)), compute: compute.max(1) };
        price.set(&mut counting, amount)?;
    }
    Ok(counting)
}
