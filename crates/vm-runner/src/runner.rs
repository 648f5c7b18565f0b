//! Runs a method of a contract: compile or find the artifact, charge for loading, resolve the
//! method, call it, settle the outcome.
//!
//! The order of these steps is the protocol's, and so is what each failure leaves behind; vectors in
//! `conformance/vm/module_*.json` pin it.

use crate::artifact::{Artifact, Compiled};
use crate::cache::{CacheConfig, CacheError, Caches};
use crate::code::Code;
use crate::engine::{Call, Ended, Engine, EngineKind, LoadedModule};
use crate::prepare::{MethodKind, export_name};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use torr_crypto::hash::CryptoHash;
use torr_parameters::{RuntimeConfig, VmConfig};
use torr_vm_logic::context::Context;
use torr_vm_logic::error::{ContractError, Fault, HostError, MethodResolveError, Stop};
use torr_vm_logic::external::External;
use torr_vm_logic::gas::CostAudit;
use torr_vm_logic::host::HostState;
use torr_vm_logic::outcome::Outcome;

/// Runs contracts on one engine, with a cache of what it compiled. Serves any number of threads.
pub struct Runner {
    engine: Arc<dyn Engine>,
    engine_id: String,
    caches: Caches,
    /// Keys of the configurations seen last; a configuration is long to hash and rarely changes.
    config_keys: Mutex<Vec<(Arc<VmConfig>, [u8; 32])>>,
}

/// A module that is ready to be called, or why its code is rejected.
pub(crate) struct Ready {
    pub(crate) code_len: u64,
    pub(crate) result: Result<ReadyModule, ContractError>,
    /// Size of the compiled module in bytes, for the bounds of the cache.
    pub(crate) size: u64,
}

/// A loaded module, with what is known of it. Why it cannot run is reported after the loading fee.
pub(crate) struct ReadyModule {
    compiled: Compiled,
    loaded: Result<Arc<dyn LoadedModule>, ContractError>,
}

/// How many configurations a runner remembers the keys of: the protocol versions of an upgrade and
/// some to spare.
const REMEMBERED_CONFIGS: usize = 8;

impl Runner {
    /// A runner with an engine of this kind.
    ///
    /// # Errors
    /// When the folder of the disk cache cannot be used.
    pub fn new(kind: EngineKind, cache: CacheConfig) -> Result<Runner, CacheError> {
        Runner::with_engine(kind.build(), cache)
    }

    /// A runner with the given engine.
    ///
    /// # Errors
    /// When the folder of the disk cache cannot be used.
    pub fn with_engine(engine: Arc<dyn Engine>, cache: CacheConfig) -> Result<Runner, CacheError> {
        Ok(Runner {
            engine_id: engine.id(),
            engine,
            caches: Caches::open(cache)?,
            config_keys: Mutex::default(),
        })
    }

    /// Runs `method` of `code`.
    ///
    /// What the contract did to `external` before it failed stays there: when the outcome has an
    /// error, the caller takes it back.
    ///
    /// # Errors
    /// When the node cannot continue. A contract that fails, whatever its bytes, is an outcome.
    pub fn run(
        &self,
        code: &Code,
        method: &str,
        external: &mut dyn External,
        context: &Context,
        config: &RuntimeConfig,
    ) -> Result<Outcome, Fault> {
        let host = self.host(external, context, config)?;
        Ok(self.run_on(host, code, method)?.0)
    }

    /// Runs `method` of `code` and records which host function charged which cost.
    ///
    /// # Errors
    /// As [`Runner::run`].
    pub fn run_audited(
        &self,
        code: &Code,
        method: &str,
        external: &mut dyn External,
        context: &Context,
        config: &RuntimeConfig,
    ) -> Result<(Outcome, CostAudit), Fault> {
        let mut host = self.host(external, context, config)?;
        host.gas.start_audit();
        let (outcome, report) = self.run_on(host, code, method)?;
        Ok((outcome, report.audit))
    }

    /// Compiles `code` unless it is in the cache.
    ///
    /// # Errors
    /// When the engine or the cache fails; rejected code is no error.
    pub fn precompile(&self, code: &Code, config: &VmConfig) -> Result<(), Fault> {
        self.ready(code, &Arc::new(config.clone())).map(drop)
    }

    fn host<'a>(
        &self,
        external: &'a mut dyn External,
        context: &'a Context,
        config: &RuntimeConfig,
    ) -> Result<HostState<'a>, Fault> {
        HostState::new(external, context, Arc::clone(&config.vm), Arc::clone(&config.fees))
    }

    fn run_on(
        &self,
        mut host: HostState<'_>,
        code: &Code,
        method: &str,
    ) -> Result<(Outcome, Report), Fault> {
        let config = Arc::clone(host.config());
        let ready = self.ready(code, &config)?;
        let end = call(&ready, method, &mut host, &config)?;
        let report = Report { audit: host.gas.audit().cloned().unwrap_or_default() };
        let outcome = match end {
            End::Finished(error) => host.finish(error),
            End::NothingHappened(error) => Outcome::nothing_happened(error),
        };
        Ok((outcome, report))
    }

    /// The module of `code`, from memory, from disk or compiled now.
    fn ready(&self, code: &Code, config: &Arc<VmConfig>) -> Result<Arc<Ready>, Fault> {
        let key = self.key(code, config);
        self.caches.memory.get_or_insert(key, || {
            let artifact = match self.caches.stored(&key) {
                Some(artifact) => artifact,
                None => {
                    let artifact = Artifact::compile(code, config, &*self.engine)?;
                    self.caches.store(&key, &artifact);
                    artifact
                }
            };
            self.load(artifact).map(Arc::new)
        })
    }

    fn load(&self, artifact: Artifact) -> Result<Ready, Fault> {
        let Artifact { code_len, result } = artifact;
        let mut compiled = match result {
            Ok(compiled) => compiled,
            Err(error) => {
                let result = Err(ContractError::CompilationError(error));
                return Ok(Ready { code_len, result, size: 0 });
            }
        };
        let module = std::mem::take(&mut compiled.module);
        let loaded = match (&compiled.loading_error, &compiled.link_error) {
            (Some(msg), _) => Err(ContractError::LoadingError { msg: msg.clone() }),
            (None, Some(msg)) => Err(ContractError::LinkError { msg: msg.clone() }),
            (None, None) => Ok(self.engine.load(&module)?),
        };
        let size = module.len() as u64;
        Ok(Ready { code_len, result: Ok(ReadyModule { compiled, loaded }), size })
    }

    /// Where an artifact is kept: under everything that changes it.
    fn key(&self, code: &Code, config: &Arc<VmConfig>) -> CryptoHash {
        let mut bytes = Vec::with_capacity(64 + self.engine_id.len());
        bytes.extend_from_slice(code.hash().as_bytes());
        bytes.extend_from_slice(&self.config_key(config));
        bytes.extend_from_slice(self.engine_id.as_bytes());
        CryptoHash::of(&bytes)
    }

    fn config_key(&self, config: &Arc<VmConfig>) -> [u8; 32] {
        let mut keys = self.config_keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = keys.iter().find(|(known, _)| Arc::ptr_eq(known, config)) {
            return *key;
        }
        let key = config.artifact_key();
        if keys.len() >= REMEMBERED_CONFIGS {
            keys.remove(0);
        }
        keys.push((Arc::clone(config), key));
        key
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("engine", &self.engine_id).finish_non_exhaustive()
    }
}

/// What observers of a run have to say.
struct Report {
    audit: CostAudit,
}

/// How a run ended, for the outcome.
enum End {
    /// With the state as it is.
    Finished(Option<ContractError>),
    /// As if it had never begun: an all-zero outcome.
    NothingHappened(ContractError),
}

impl End {
    fn failed(error: impl Into<ContractError>) -> Result<End, Fault> {
        Ok(End::Finished(Some(error.into())))
    }
}

/// The steps of a call, in the protocol's order.
fn call(
    ready: &Ready,
    method: &str,
    host: &mut HostState<'_>,
    config: &VmConfig,
) -> Result<End, Fault> {
    if method.is_empty() {
        return End::failed(ContractError::MethodResolveError(MethodResolveError::MethodEmptyName));
    }
    let charge_first = config.fix_contract_loading_cost;
    if charge_first && !pay_loading(host, ready.code_len)? {
        return End::failed(HostError::GasExceeded);
    }
    let module = match &ready.result {
        Ok(module) => module,
        Err(error) => return End::failed(error.clone()),
    };
    if !charge_first && !pay_loading(host, ready.code_len)? {
        return End::failed(HostError::GasExceeded);
    }
    let loaded = match &module.loaded {
        Ok(loaded) => loaded,
        Err(ContractError::LoadingError { msg }) if !config.fix_contract_loading_error => {
            return Err(Fault::Engine { message: msg.clone() });
        }
        Err(error) => return End::failed(error.clone()),
    };
    if let Err(error) = resolve(&module.compiled, method) {
        let error = ContractError::MethodResolveError(error);
        return Ok(match charge_first {
            true => End::Finished(Some(error)),
            false => End::NothingHappened(error),
        });
    }
    let call = Call {
        export: &export_name(method),
        has_start: module.compiled.has_start,
        max_stack_height: config.limits.max_stack_height,
    };
    Ok(End::Finished(match loaded.call(&call, host)? {
        Ended::Returned => None,
        Ended::Trapped(trap) => Some(ContractError::WasmTrap(trap)),
        Ended::Stopped(Stop::Contract(error)) => Some(error.into()),
        Ended::Stopped(Stop::Fault(fault)) => return Err(fault),
    }))
}

/// Charges for loading the contract. Being short of it is always `GasExceeded`.
fn pay_loading(host: &mut HostState<'_>, code_len: u64) -> Result<bool, Fault> {
    match host.gas.pay_contract_loading(code_len) {
        Ok(()) => Ok(true),
        Err(Stop::Contract(_)) => Ok(false),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

fn resolve(compiled: &Compiled, method: &str) -> Result<(), MethodResolveError> {
    match compiled.methods.get(method) {
        None => Err(MethodResolveError::MethodNotFound),
        Some(MethodKind::Other) => Err(MethodResolveError::MethodInvalidSignature),
        Some(MethodKind::Method) => Ok(()),
    }
}
