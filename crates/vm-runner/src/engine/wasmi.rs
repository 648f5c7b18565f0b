//! The interpreter: slow, small, and the same on every platform.
//!
//! Host functions are not called from inside the interpreter. A call of an import suspends the
//! execution, the host function runs outside with the whole state at hand, and the execution is
//! resumed with its result. So the store holds no reference to the call's state, and this file needs
//! no unsafe code.

mod adapt;
mod large_frame;
mod select;
mod workspace;

use self::adapt::{MEMORY_IMPORT, adapt};
use self::workspace::{Generation, Workspace, Workspaces};
use super::imports::{self, Import};
use super::session::{Interrupted, RawEnd, Session};
use super::{Call, Ended, Engine, LoadedModule};
use crate::prepare::{Compilation, GAS_EXPORT, GasPassing, Prepared, STACK_EXPORT, START_EXPORT};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use torr_vm_logic::error::{Fault, WasmTrap};
use torr_vm_logic::function::{Specification, WasmType};
use wasmi::errors::{ErrorKind, InstantiationError};
use wasmi::{
    Error, ExternType, FuncType, Global, Instance, Linker, Memory, MemoryType, Module,
    ResumableCall, Store, TrapCode, Val, ValType,
};

/// The engine.
pub(super) struct WasmiEngine {
    generation: Mutex<Generation>,
    workspaces: Arc<Workspaces>,
}

impl WasmiEngine {
    pub(super) fn new() -> WasmiEngine {
        WasmiEngine {
            generation: Mutex::new(Generation::new()),
            workspaces: Arc::new(Workspaces::new()),
        }
    }
}

impl Engine for WasmiEngine {
    fn id(&self) -> String {
        "wasmi 2.0, memory imported, select guarded".to_owned()
    }

    /// An import suspends the code, and its global is as near as a parameter.
    fn gas_passing(&self, _: Compilation) -> GasPassing {
        GasPassing::InGlobal
    }

    /// The artifact is a module still, adapted to this engine; functions are translated when
    /// they are first called.
    fn compile(&self, module: &Prepared) -> Result<Vec<u8>, Fault> {
        adapt(&module.wasm)
    }

    fn load(&self, artifact: &[u8]) -> Result<Arc<dyn LoadedModule>, Fault> {
        let engine = self.generation.lock().unwrap_or_else(PoisonError::into_inner).admit();
        let module = Module::new(&engine, artifact).map_err(engine_fault)?;
        let memory = module.imports().find_map(|import| match import.ty() {
            ExternType::Memory(ty) => Some(*ty),
            _ => None,
        });
        let memory = memory.ok_or(Fault::Bug { what: "an artifact imports its memory" })?;
        Ok(Arc::new(WasmiModule { module, memory, workspaces: Arc::clone(&self.workspaces) }))
    }
}

struct WasmiModule {
    module: Module,
    memory: MemoryType,
    workspaces: Arc<Workspaces>,
}

impl LoadedModule for WasmiModule {
    fn call(&self, call: &Call<'_>, session: &mut Session<'_, '_>) -> Result<Ended, Fault> {
        let mut workspace = self.workspaces.lend(self.module.engine(), self.memory)?;
        let ended = self.call_in(&mut workspace, call, session);
        self.workspaces.take_back(workspace);
        ended
    }
}

impl WasmiModule {
    fn call_in(
        &self,
        Workspace { store, memory, .. }: &mut Workspace,
        call: &Call<'_>,
        session: &mut Session<'_, '_>,
    ) -> Result<Ended, Fault> {
        let instance = match instantiate(&self.module, store, *memory) {
            Ok(instance) => instance,
            Err(error) => return Ok(Ended::Trapped(instantiation_trap(&error)?)),
        };
        let exports = Exports::find(&instance, store, *memory)?;
        let mut running = Running { store, exports, session };
        running.seed(call.max_stack_height)?;
        let mut raw = RawEnd::Returned;
        let names = call.has_start.then_some(START_EXPORT).into_iter().chain([call.export]);
        for name in names {
            raw = running.run(&instance, name)?;
            if !matches!(raw, RawEnd::Returned) {
                break;
            }
        }
        let (gas_left, stack_left) = (running.gas_left()?, running.stack_left()?);
        session.finish(raw, gas_left, stack_left)
    }
}

/// What the host needs of an instance.
struct Exports {
    memory: Memory,
    gas: Global,
    stack: Global,
}

impl Exports {
    fn find(instance: &Instance, store: &Store<()>, memory: Memory) -> Result<Exports, Fault> {
        let gas = instance.get_global(store, GAS_EXPORT);
        let stack = instance.get_global(store, STACK_EXPORT);
        match (gas, stack) {
            (Some(gas), Some(stack)) => Ok(Exports { memory, gas, stack }),
            _ => Err(Fault::Bug { what: "a prepared module exports its gas and stack" }),
        }
    }
}

/// A call under way.
struct Running<'s, 'h, 'a> {
    store: &'s mut Store<()>,
    exports: Exports,
    session: &'s mut Session<'h, 'a>,
}

impl Running<'_, '_, '_> {
    fn seed(&mut self, max_stack_height: u64) -> Result<(), Fault> {
        let stack = i64::try_from(max_stack_height).unwrap_or(i64::MAX);
        let Exports { gas, stack: stack_global, .. } = self.exports;
        set(gas, &mut *self.store, self.session.budget())?;
        set(stack_global, &mut *self.store, stack)
    }

    fn gas_left(&self) -> Result<i64, Fault> {
        integer(self.exports.gas, &*self.store)
    }

    fn stack_left(&self) -> Result<i64, Fault> {
        integer(self.exports.stack, &*self.store)
    }

    /// Runs an export to its end, with the host calls in between.
    fn run(&mut self, instance: &Instance, name: &str) -> Result<RawEnd, Fault> {
        let function = instance
            .get_func(&*self.store, name)
            .ok_or(Fault::Bug { what: "a prepared module exports the functions it lists" })?;
        let mut step = function.call_resumable(&mut *self.store, &[], &mut []);
        loop {
            let suspended = match step {
                Ok(ResumableCall::Finished) => return Ok(RawEnd::Returned),
                Ok(ResumableCall::HostTrap(suspended)) => suspended,
                Ok(ResumableCall::OutOfFuel(_)) => {
                    return Err(Fault::Bug { what: "fuel is not used" });
                }
                Err(error) => return self.ended(error),
            };
            let Some(import) = suspended.host_error().downcast_ref::<ImportCalled>() else {
                return Err(engine_fault(suspended.into_host_error()));
            };
            let import = import.clone();
            let Ok(result) = self.host_call(&import)? else { return Ok(RawEnd::Interrupted) };
            step = suspended.resume(&mut *self.store, result.as_slice(), &mut []);
        }
    }

    /// How a call ended that was not suspended.
    fn ended(&mut self, error: Error) -> Result<RawEnd, Fault> {
        // An import that is itself the called function fails at once, without being suspended.
        if let Some(import) = error.downcast_ref::<ImportCalled>().cloned() {
            return Ok(match self.host_call(&import)? {
                Ok(_) => RawEnd::Returned,
                Err(Interrupted) => RawEnd::Interrupted,
            });
        }
        Ok(RawEnd::Trapped(trap(&error)?))
    }

    /// Runs a host function on the state as the suspended code left it.
    fn host_call(
        &mut self,
        called: &ImportCalled,
    ) -> Result<Result<Option<Val>, Interrupted>, Fault> {
        let left = self.gas_left()?;
        let memory = &mut self.exports.memory.data_mut(&mut *self.store);
        let bits = match (called.import.call)(self.session, left, memory, &called.parameters) {
            Ok(bits) => bits,
            Err(interrupted) => return Ok(Err(interrupted)),
        };
        set(self.exports.gas, &mut *self.store, self.session.budget())?;
        Ok(Ok(called.import.specification.result.map(|ty| match ty {
            WasmType::I32 => Val::I32(bits as i32),
            WasmType::I64 => Val::I64(bits as i64),
        })))
    }
}

/// The suspension of an execution for the call of an import.
#[derive(Clone)]
struct ImportCalled {
    import: &'static Import,
    parameters: Vec<u64>,
}

impl fmt::Debug for ImportCalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call of {}", self.import.specification.name)
    }
}

impl fmt::Display for ImportCalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl wasmi::errors::HostError for ImportCalled {}

/// Makes an instance whose imports suspend.
fn instantiate(module: &Module, store: &mut Store<()>, memory: Memory) -> Result<Instance, Error> {
    let mut linker = Linker::new(module.engine());
    linker.allow_shadowing(true);
    linker.define(MEMORY_IMPORT.0, MEMORY_IMPORT.1, memory)?;
    for import in module.imports() {
        let ExternType::Func(_) = import.ty() else { continue };
        // What is not found is missed when the instance is made.
        let Ok(found) = imports::find(import.name()) else { continue };
        let ty = function_type(&found.specification);
        linker.func_new(import.module(), import.name(), ty, move |_, parameters, _| {
            let parameters = parameters.iter().map(bits).collect();
            Err(Error::host(ImportCalled { import: found, parameters }))
        })?;
    }
    linker.instantiate_and_start(store, module)
}

fn function_type(specification: &Specification) -> FuncType {
    let value_type = |ty| match ty {
        WasmType::I32 => ValType::I32,
        WasmType::I64 => ValType::I64,
    };
    FuncType::new(
        specification.parameters.iter().map(|&(_, ty)| value_type(ty)),
        specification.result.map(value_type),
    )
}

fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(*value as u32),
        Val::I64(value) => *value as u64,
        _ => 0,
    }
}

fn set(global: Global, store: &mut Store<()>, value: i64) -> Result<(), Fault> {
    global
        .set(store, Val::I64(value))
        .map_err(|_| Fault::Bug { what: "the metering globals are mutable and 64 bits wide" })
}

fn integer(global: Global, store: &Store<()>) -> Result<i64, Fault> {
    match global.get(store) {
        Val::I64(value) => Ok(value),
        _ => Err(Fault::Bug { what: "the metering globals are 64 bits wide" }),
    }
}

/// Segments that reach beyond the memory or the table end the call like an access beyond the memory.
fn instantiation_trap(error: &Error) -> Result<WasmTrap, Fault> {
    match (error.as_trap_code(), error.kind()) {
        (Some(TrapCode::MemoryOutOfBounds | TrapCode::TableOutOfBounds), _)
        | (_, ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. })) => {
            Ok(WasmTrap::MemoryOutOfBounds)
        }
        _ => Err(engine_fault(error)),
    }
}

fn trap(error: &Error) -> Result<WasmTrap, Fault> {
    let Some(code) = error.as_trap_code() else { return Err(engine_fault(error)) };
    Ok(match code {
        TrapCode::UnreachableCodeReached => WasmTrap::Unreachable,
        // The protocol does not tell accesses beyond a table from those beyond the memory.
        TrapCode::MemoryOutOfBounds | TrapCode::TableOutOfBounds => WasmTrap::MemoryOutOfBounds,
        TrapCode::IndirectCallToNull => WasmTrap::IndirectCallToNull,
        TrapCode::IntegerDivisionByZero
        | TrapCode::IntegerOverflow
        | TrapCode::BadConversionToInteger => WasmTrap::IllegalArithmetic,
        TrapCode::BadSignature => WasmTrap::IncorrectCallIndirectSignature,
        TrapCode::StackOverflow
        | TrapCode::OutOfFuel
        | TrapCode::GrowthOperationLimited
        | TrapCode::OutOfSystemMemory => return Err(engine_fault(error)),
    })
}

fn engine_fault(error: impl fmt::Display) -> Fault {
    Fault::Engine { message: format!("wasmi: {error}") }
}
