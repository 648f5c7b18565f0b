//! Runs a method of a contract: compile or find the artifact, charge for loading, resolve the
//! method, call it, settle the outcome.
//!
//! The order of these steps is the protocol's, and so is what each failure leaves behind; vectors in
//! `conformance/vm/module_*.json` pin it.

use crate::artifact::{Artifact, Compiled};
use crate::cache::{CacheConfig, CacheError, Caches, Stored};
use crate::code::Code;
use crate::engine::{Call, Ended, Engine, EngineKind, LoadedModule, Session};
use crate::optimiser::{Job, Optimiser};
use crate::policy::Policy;
use crate::prepare::{self, Charging, MethodKind, export_name};
use crate::ready::{Optimised, Ready, ReadyModule};
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

/// Runs contracts, with a cache of what was compiled. Serves any number of threads.
pub struct Runner {
    engine: Arc<dyn Engine>,
    engine_id: String,
    policy: Policy,
    optimiser: Option<Optimiser>,
    caches: Arc<Caches>,
    /// Keys of the configurations seen last; a configuration is long to hash and rarely changes.
    config_keys: Mutex<Vec<(Arc<VmConfig>, [u8; 32])>>,
}

/// A runner cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The folder of the disk cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The machine does not give an engine what it needs.
    #[error(transparent)]
    Engine(#[from] Fault),
}

/// How many configurations a runner remembers the keys of: the protocol versions of an upgrade and
/// some to spare.
const REMEMBERED_CONFIGS: usize = 8;

impl Runner {
    /// A runner with an engine of this kind and nothing else.
    ///
    /// # Errors
    /// When the folder of the disk cache or the engine cannot be used.
    pub fn new(kind: EngineKind, cache: CacheConfig) -> Result<Runner, RunnerError> {
        Runner::with_policy(kind.build()?, Policy::default(), cache)
    }

    /// A runner with the given engine and policy.
    ///
    /// # Errors
    /// When the folder of the disk cache cannot be used, or threads to optimise on cannot be started.
    pub fn with_policy(
        engine: Arc<dyn Engine>,
        policy: Policy,
        cache: CacheConfig,
    ) -> Result<Runner, RunnerError> {
        let caches = Arc::new(Caches::open(cache)?);
        let start = |settings| Optimiser::start(settings, Arc::clone(&caches));
        Ok(Runner {
            engine_id: engine.id(),
            engine,
            optimiser: policy.optimise.clone().map(start).transpose()?,
            policy,
            caches,
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
        self.ready(code, &Arc::new(config.clone()), self.policy.charging).map(drop)
    }

    /// Waits until no contract is being optimised. For measurements; calls need not wait.
    pub fn wait_for_optimiser(&self) {
        if let Some(optimiser) = &self.optimiser {
            optimiser.wait();
        }
    }

    /// Whether calls of `code` run on the better code of [`Policy::optimise`].
    ///
    /// # Errors
    /// As [`Runner::precompile`].
    pub fn is_optimised(&self, code: &Code, config: &Arc<VmConfig>) -> Result<bool, Fault> {
        let ready = self.ready(code, config, self.policy.charging)?;
        Ok(ready.result.as_ref().is_ok_and(ReadyModule::is_optimised))
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
        let ready = self.ready(code, &config, self.policy.charging)?;
        let end = self.call(&ready, code, method, &mut host, &config)?;
        let report = Report { audit: host.gas.audit().cloned().unwrap_or_default() };
        let outcome = match end {
            End::Finished(error) => host.finish(error),
            End::NothingHappened(error) => Outcome::nothing_happened(error),
        };
        self.consider(&ready, code, &config, &outcome);
        Ok((outcome, report))
    }

    /// The steps of a call, in the protocol's order.
    fn call(
        &self,
        ready: &Ready,
        code: &Code,
        method: &str,
        host: &mut HostState<'_>,
        config: &Arc<VmConfig>,
    ) -> Result<End, Fault> {
        let module = match enter(ready, method, host, config)? {
            Entered::Module(module) => module,
            Entered::Ended(end) => return Ok(end),
        };
        let call = Call {
            export: &export_name(method),
            has_start: module.compiled.has_start,
            max_stack_height: config.limits.max_stack_height,
        };
        let loaded = match module.best() {
            Ok(loaded) => loaded,
            Err(error) => return End::failed(error.clone()),
        };
        let mut session = Session::new(host, self.policy.charging);
        let mut ended = loaded.call(&call, &mut session)?;
        if matches!(ended, Ended::Inexact) {
            session.rewind();
            ended = self.exact(code, config)?.call(&call, &mut session)?;
        }
        Ok(End::Finished(match ended {
            Ended::Returned => None,
            Ended::Trapped(trap) => Some(ContractError::WasmTrap(trap)),
            Ended::Stopped(Stop::Contract(error)) => Some(error.into()),
            Ended::Stopped(Stop::Fault(fault)) => return Err(fault),
            Ended::Inexact => return Err(Fault::Bug { what: "exact charges tell every end" }),
        }))
    }

    /// The module of `code` with exact charges, which was found to run with fast ones.
    fn exact(&self, code: &Code, config: &Arc<VmConfig>) -> Result<Arc<dyn LoadedModule>, Fault> {
        let ready = self.ready(code, config, Charging::Exact)?;
        let module = ready.result.as_ref().ok().and_then(|module| module.best().ok());
        module.cloned().ok_or(Fault::Bug { what: "charges do not decide whether code can run" })
    }

    /// The module of `code`, from memory, from disk or compiled now.
    fn ready(
        &self,
        code: &Code,
        config: &Arc<VmConfig>,
        charging: Charging,
    ) -> Result<Arc<Ready>, Fault> {
        let config_key = self.config_key(config);
        let key = artifact_key(code, &config_key, charging, &self.engine_id);
        self.caches.memory.get_or_insert(key, || {
            let optimise =
                self.policy.optimise.as_ref().filter(|_| charging == self.policy.charging);
            if let Some(optimise) = optimise {
                let key = artifact_key(code, &config_key, charging, &optimise.engine.id());
                if let Some((artifact, stored)) = self.caches.stored(&key) {
                    return load(artifact, Module::Stored(stored), &*optimise.engine, Tier::Best);
                }
            }
            let (artifact, module) = match self.caches.stored(&key) {
                Some((artifact, stored)) => (artifact, Module::Stored(stored)),
                None => {
                    let (artifact, module) =
                        Artifact::compile(code, config, charging, &*self.engine)?;
                    self.caches.store(&key, &artifact, &module);
                    (artifact, Module::Compiled(module))
                }
            };
            load(artifact, module, &*self.engine, Tier::First)
        })
    }

    /// Hands a contract over to be optimised when it is due.
    fn consider(&self, ready: &Arc<Ready>, code: &Code, config: &Arc<VmConfig>, call: &Outcome) {
        let (Some(optimiser), Some(settings)) = (&self.optimiser, &self.policy.optimise) else {
            return;
        };
        let Ok(module) = &ready.result else { return };
        if !module.is_due(call.profile.wasm(), settings.after_calls, settings.after_gas) {
            return;
        }
        let (charging, config_key) = (self.policy.charging, self.config_key(config));
        let job = Job {
            ready: Arc::downgrade(ready),
            code: code.clone(),
            config: Arc::clone(config),
            charging,
            first_key: artifact_key(code, &config_key, charging, &self.engine_id),
            key: artifact_key(code, &config_key, charging, &settings.engine.id()),
        };
        if !optimiser.hand_over(job) {
            module.try_later();
        }
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
        f.debug_struct("Runner")
            .field("engine", &self.engine_id)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
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

/// Whether a call got as far as to the contract's code.
enum Entered<'r> {
    Module(&'r ReadyModule),
    Ended(End),
}

impl Entered<'_> {
    fn failed<'r>(error: impl Into<ContractError>) -> Result<Entered<'r>, Fault> {
        Ok(Entered::Ended(End::Finished(Some(error.into()))))
    }
}

/// The steps of a call before the contract's code runs, in the protocol's order.
fn enter<'r>(
    ready: &'r Ready,
    method: &str,
    host: &mut HostState<'_>,
    config: &VmConfig,
) -> Result<Entered<'r>, Fault> {
    if method.is_empty() {
        let error = MethodResolveError::MethodEmptyName;
        return Entered::failed(ContractError::MethodResolveError(error));
    }
    let charge_first = config.fix_contract_loading_cost;
    if charge_first && !pay_loading(host, ready.code_len)? {
        return Entered::failed(HostError::GasExceeded);
    }
    let module = match &ready.result {
        Ok(module) => module,
        Err(error) => return Entered::failed(error.clone()),
    };
    if !charge_first && !pay_loading(host, ready.code_len)? {
        return Entered::failed(HostError::GasExceeded);
    }
    match &module.loaded {
        Ok(_) => {}
        Err(ContractError::LoadingError { msg }) if !config.fix_contract_loading_error => {
            return Err(Fault::Engine { message: msg.clone() });
        }
        Err(error) => return Entered::failed(error.clone()),
    }
    if let Err(error) = resolve(&module.compiled, method) {
        let error = ContractError::MethodResolveError(error);
        return match charge_first {
            true => Entered::failed(error),
            false => Ok(Entered::Ended(End::NothingHappened(error))),
        };
    }
    Ok(Entered::Module(module))
}

/// What an engine compiled, before it is loaded.
enum Module {
    Compiled(Vec<u8>),
    Stored(Stored),
}

/// Which code of a contract it is.
#[derive(PartialEq, Eq)]
enum Tier {
    First,
    Best,
}

/// Loads what `engine` compiled.
fn load(
    artifact: Artifact,
    module: Module,
    engine: &dyn Engine,
    tier: Tier,
) -> Result<Arc<Ready>, Fault> {
    let Artifact { code_len, result } = artifact;
    let compiled = match result {
        Ok(compiled) => compiled,
        Err(error) => {
            let result = Err(ContractError::CompilationError(error));
            return Ok(Arc::new(Ready { code_len, result, module_size: 0 }));
        }
    };
    let module_size = match &module {
        Module::Compiled(bytes) => bytes.len() as u64,
        Module::Stored(stored) => stored.module_len,
    };
    let loaded = match (&compiled.loading_error, &compiled.link_error) {
        (Some(msg), _) => Err(ContractError::LoadingError { msg: msg.clone() }),
        (None, Some(msg)) => Err(ContractError::LinkError { msg: msg.clone() }),
        (None, None) => Ok(match module {
            Module::Compiled(bytes) => engine.load(&bytes)?,
            Module::Stored(Stored { file, module_len, .. }) => {
                engine.load_file(file, module_len)?
            }
        }),
    };
    let module = ReadyModule::new(compiled, loaded);
    if let (Tier::Best, Ok(loaded)) = (tier, &module.loaded) {
        module.optimise(Optimised { module: Arc::clone(loaded), more_bytes: 0 });
    }
    Ok(Arc::new(Ready { code_len, result: Ok(module), module_size }))
}

/// Where an artifact is kept: under everything that changes it.
fn artifact_key(
    code: &Code,
    config_key: &[u8; 32],
    charging: Charging,
    engine_id: &str,
) -> CryptoHash {
    let mut bytes = Vec::with_capacity(96 + engine_id.len());
    bytes.extend_from_slice(code.hash().as_bytes());
    bytes.extend_from_slice(config_key);
    bytes.extend_from_slice(&prepare::FORM.to_le_bytes());
    bytes.extend_from_slice(charging.name().as_bytes());
    bytes.extend_from_slice(engine_id.as_bytes());
    CryptoHash::of(&bytes)
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
