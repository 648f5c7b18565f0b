//! CosmWasm's virtual machine: wasmer's single-pass compiler, metered by a middleware.
//!
//! It runs contracts of its own kind only, so it has the kernels and nothing else. Its cache on disk
//! can be opened by unsafe code only, which this tool has none of.

use bench_work::contracts::Contracts;
use bench_work::error::Failure;
use bench_work::peer::{Compilation, Peer};
use bench_work::task::{Contract, Task};
use cosmwasm_std::{ContractResult, Response};
use cosmwasm_vm::internals::{Logger, check_wasm, compile_module, instance_from_module};
use cosmwasm_vm::testing::{mock_backend, mock_env, mock_info};
use cosmwasm_vm::{Size, WasmLimits, call_execute_raw};
use std::collections::HashSet;
use std::sync::Arc;
use wasmer::{Engine, Module, Store};

/// Gas for a call, in its own unit.
const GAS: u64 = 1_000_000_000_000_000;
/// Memory that an instance may have: as much as one of the NEAR protocol begins with.
const MEMORY: Size = Size::mebi(64);
/// Locals that a function, and all functions together, may have.
const LOCALS: usize = 100_000;

/// The kernels, compiled.
pub(crate) struct CosmWasm {
    code: Arc<[u8]>,
    module: Module,
    engine: Engine,
    /// What every call says of the world.
    env: Vec<u8>,
    info: Vec<u8>,
}

impl CosmWasm {
    /// Compiles the kernels.
    ///
    /// # Errors
    /// When there are none, or when they are refused.
    pub(crate) fn open(contracts: &Contracts) -> Result<CosmWasm, Failure> {
        let code = contracts
            .cosmwasm()
            .ok_or_else(|| Failure::Contract("it could not be built".to_owned()))?;
        let (module, engine) = compile(&code)?;
        Ok(CosmWasm {
            code,
            module,
            engine,
            env: cosmwasm_vm::to_vec(&mock_env()).map_err(Failure::peer)?,
            info: cosmwasm_vm::to_vec(&mock_info("alice", &[])).map_err(Failure::peer)?,
        })
    }
}

impl Peer for CosmWasm {
    fn about(&self) -> String {
        "cosmwasm-vm 3.0: wasmer 5.0.6 single-pass, its own gas".to_owned()
    }

    fn takes(&self, task: Task) -> bool {
        task.contract() == Contract::Kernels
    }

    fn call(&self, task: Task) -> Result<Vec<u8>, Failure> {
        let message = message(task).ok_or_else(|| Failure::NotTaken(task.to_string()))?;
        let store = Store::new(self.engine.clone());
        let backend = mock_backend(&[]);
        let mut instance =
            instance_from_module(store, &self.module, backend, GAS, None).map_err(Failure::peer)?;
        let result = call_execute_raw(&mut instance, &self.env, &self.info, message.as_bytes())
            .map_err(Failure::peer)?;
        let response: ContractResult<Response> = serde_json::from_slice(&result)?;
        let response = response.into_result().map_err(Failure::Contract)?;
        Ok(response.data.map(Vec::from).unwrap_or_default())
    }

    fn compilation(&self, contract: Contract) -> Option<Compilation<'_>> {
        if contract != Contract::Kernels {
            return None;
        }
        Some(Compilation::new(self.code.len(), || {
            let (module, _) = compile(&self.code)?;
            let artifact = module.serialize().map_err(Failure::peer)?;
            Ok(Some(artifact.len() as u64))
        }))
    }

    fn restarted(&self) -> Result<Option<Box<dyn Peer + '_>>, Failure> {
        Ok(None)
    }
}

/// Checks and compiles, as storing a contract does.
fn compile(code: &[u8]) -> Result<(Module, Engine), Failure> {
    // The signature kernel has more locals than contracts have by default.
    let mut limits = WasmLimits::default();
    limits.max_function_locals = Some(LOCALS);
    limits.max_total_function_locals = Some(LOCALS);
    // What cosmwasm-std asks for unasked.
    let capabilities = HashSet::from(["iterator".to_owned()]);
    check_wasm(code, &capabilities, &limits, Logger::Off).map_err(Failure::peer)?;
    compile_module(code, Some(MEMORY)).map_err(Failure::peer)
}

/// The message that asks the contract for a task; `None` when it does not have it.
fn message(task: Task) -> Option<String> {
    match task {
        Task::Kernel { number, size } => {
            Some(format!(r#"{{"run":{{"kernel":{number},"size":{size}}}}}"#))
        }
        Task::Nothing => Some(r#"{"nothing":{}}"#.to_owned()),
        Task::TokenSource | Task::EmptyLoop | Task::HostLoop => None,
    }
}
