//! wasmer with its single-pass compiler: native code in linear time.
//!
//! A store lives for one call, because wasmer frees instances only with their store. Host functions
//! run natively inside the call; they reach the call's state through a pointer in the store's
//! environment, which is the reason for the unsafe code here.

#![allow(unsafe_code, reason = "wasmer's environment of host functions cannot hold a reference")]

mod frameless;

use self::frameless::Frameless;
use super::imports::{self, HostCall, Import};
use super::session::{HostReturn, Interruption, RawEnd, Session};
use super::{Call, Ended, Engine, LoadedModule};
use crate::prepare::{GAS_EXPORT, GasPassing, MEMORY_EXPORT, Prepared, STACK_EXPORT, START_EXPORT};
use std::fmt;
use std::num::NonZero;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};
use std::thread;
use torr_vm_logic::error::{Fault, WasmTrap};
use torr_vm_logic::function::WasmType;
use wasmer::sys::{EngineBuilder, Features, Singlepass};
use wasmer::{
    AsStoreMut, Exports, Extern, Function, FunctionEnv, FunctionEnvMut, FunctionType, Global,
    Instance, InstantiationError, Memory, Module, RuntimeError, Store, Type, Value,
};
use wasmer_types::TrapCode;

/// Native stack of a call, in bytes. The instrumentation counts at least 64 bytes a call and at
/// least half of what a value takes in a native frame, up to 256 KiB; host functions run on the
/// caller's stack.
const STACK_BYTES: usize = 8 << 20;

/// A module shorter than this, in bytes, is compiled by one thread: starting more takes longer.
const SHORT_MODULE: usize = 1 << 16;

/// The engine.
///
/// wasmer's own engine keeps the code of all its modules until it goes, and is locked while it
/// compiles. So every compilation and every loaded module has one to itself.
pub(super) struct WasmerEngine {
    id: String,
}

impl WasmerEngine {
    pub(super) fn new() -> WasmerEngine {
        static STACK_SIZE: OnceLock<()> = OnceLock::new();
        STACK_SIZE.get_or_init(|| wasmer::sys::vm::set_stack_size(STACK_BYTES));
        // The identifier names compiler, settings, target and features of the processor.
        WasmerEngine { id: format!("wasmer 7.4.2 {}", compiler(0).deterministic_id()) }
    }
}

/// An engine that compiles a module of `len` bytes.
fn compiler(len: usize) -> wasmer::Engine {
    let mut features = Features::none();
    features.bulk_memory(true).reference_types(true);
    let mut singlepass = Singlepass::default();
    if len < SHORT_MODULE {
        singlepass.num_threads(NonZero::<usize>::MIN);
    }
    EngineBuilder::new(Frameless(singlepass)).set_features(Some(features)).engine().into()
}

/// Puts wasmer's handlers of signals in place, which it does itself when a store is first made.
pub(super) fn install_handlers() {
    drop(Store::new(wasmer::Engine::from(EngineBuilder::headless().engine())));
}

fn compile(wasm: &[u8]) -> Result<Vec<u8>, Fault> {
    let module = Module::new(&compiler(wasm.len()), wasm).map_err(engine_fault)?;
    Ok(module.serialize().map_err(engine_fault)?.to_vec())
}

impl Engine for WasmerEngine {
    fn id(&self) -> String {
        self.id.clone()
    }

    /// The compiler takes imports of one result at most.
    fn gas_passing(&self, _: bool) -> GasPassing {
        GasPassing::InGlobal
    }

    fn compile(&self, module: &Prepared) -> Result<Vec<u8>, Fault> {
        // On a thread of its own: the compiler waits for a rayon pool, and if the caller were a
        // worker of another pool, it would meanwhile take up other work, which may want this very
        // artifact.
        let result = thread::scope(|scope| scope.spawn(|| compile(&module.wasm)).join());
        result.map_err(|_| Fault::Engine { message: "wasmer: the compiler panicked".to_owned() })?
    }

    fn load(&self, artifact: &[u8]) -> Result<Arc<dyn LoadedModule>, Fault> {
        let engine: wasmer::Engine = EngineBuilder::headless().engine().into();
        // SAFETY: the bytes come from `compile` of an engine with the same id, as `Engine::load`
        // demands of its caller; the cache upholds it by checking what it reads.
        let module = unsafe { Module::deserialize(&engine, artifact) }.map_err(engine_fault)?;
        let imports = module.imports().map(|import| imports::find(import.name()));
        let imports = imports.collect::<Result<_, _>>()?;
        Ok(Arc::new(WasmerModule { engine, module, imports }))
    }
}

struct WasmerModule {
    engine: wasmer::Engine,
    module: Module,
    /// The host functions that the module imports, in its order.
    imports: Vec<&'static Import>,
}

impl LoadedModule for WasmerModule {
    fn call(&self, call: &Call<'_>, session: &mut Session<'_, '_>) -> Result<Ended, Fault> {
        let budget = session.budget();
        let mut store = Store::new(self.engine.clone());
        let pointer = SessionPointer::new(session);
        let environment = Environment { session: pointer, exports: None };
        let environment = FunctionEnv::new(&mut store, environment);
        let functions =
            self.imports.iter().map(|import| function(&mut store, &environment, import));
        let functions: Vec<Extern> = functions.map(Extern::Function).collect();
        let instance = match Instance::new_by_index(&mut store, &self.module, &functions) {
            Ok(instance) => instance,
            Err(error) => return Ok(Ended::Trapped(instantiation_trap(error)?)),
        };
        let globals = Globals::find(&instance.exports)?;
        globals.seed(&mut store, budget, call.max_stack_height)?;
        environment.as_mut(&mut store).exports = Some(globals.clone());
        let mut raw = RawEnd::Returned;
        let names = call.has_start.then_some(START_EXPORT).into_iter().chain([call.export]);
        for name in names {
            raw = run(&instance, name, &mut store)?;
            if !matches!(raw, RawEnd::Returned) {
                break;
            }
        }
        let (gas_left, stack_left) =
            (integer(&globals.gas, &mut store)?, integer(&globals.stack, &mut store)?);
        drop(store);
        session.finish(raw, gas_left, stack_left)
    }
}

/// What the host needs of an instance.
#[derive(Clone)]
struct Globals {
    memory: Memory,
    gas: Global,
    stack: Global,
}

impl Globals {
    fn find(exports: &Exports) -> Result<Globals, Fault> {
        let memory = exports.get_memory(MEMORY_EXPORT);
        let gas = exports.get_global(GAS_EXPORT);
        let stack = exports.get_global(STACK_EXPORT);
        match (memory, gas, stack) {
            (Ok(memory), Ok(gas), Ok(stack)) => {
                Ok(Globals { memory: memory.clone(), gas: gas.clone(), stack: stack.clone() })
            }
            _ => Err(Fault::Bug { what: "a prepared module exports its memory, gas and stack" }),
        }
    }

    fn seed(&self, store: &mut Store, gas: i64, max_stack_height: u64) -> Result<(), Fault> {
        let stack = i64::try_from(max_stack_height).unwrap_or(i64::MAX);
        self.gas.set(store, Value::I64(gas)).map_err(engine_fault)?;
        self.stack.set(store, Value::I64(stack)).map_err(engine_fault)
    }
}

fn run(instance: &Instance, name: &str, store: &mut Store) -> Result<RawEnd, Fault> {
    let function = instance
        .exports
        .get_typed_function::<(), ()>(store, name)
        .map_err(|_| Fault::Bug { what: "a prepared module exports the functions it lists" })?;
    match function.call(store) {
        Ok(()) => Ok(RawEnd::Returned),
        Err(error) => ended(error),
    }
}

fn ended(error: RuntimeError) -> Result<RawEnd, Fault> {
    match error.downcast::<CallInterrupted>() {
        Ok(CallInterrupted(interruption)) => Ok(RawEnd::Interrupted(interruption)),
        Err(error) => Ok(RawEnd::Trapped(trap(error)?)),
    }
}

/// The call's session, for host functions. Wasmer wants an environment that is `'static` and `Send`.
struct SessionPointer(NonNull<Session<'static, 'static>>);

impl SessionPointer {
    fn new(session: &mut Session<'_, '_>) -> SessionPointer {
        SessionPointer(NonNull::from(session).cast())
    }
}

// SAFETY: the pointer is used only by host functions that run inside `LoadedModule::call`, on the
// thread that called it; the store that holds it never leaves that function.
unsafe impl Send for SessionPointer {}

/// What host functions find in the store.
struct Environment {
    session: SessionPointer,
    /// Set after instantiation; nothing calls a host function before.
    exports: Option<Globals>,
}

/// Runs a host function in the session of the call under way.
fn host_call(
    mut environment: FunctionEnvMut<'_, Environment>,
    call: HostCall,
    parameters: &[u64],
) -> Result<Option<u64>, CallInterrupted> {
    let (environment, mut store) = environment.data_and_store_mut();
    let Some(exports) = &environment.exports else {
        return Err(Fault::Bug { what: "instantiation calls no host function" }.into());
    };
    // SAFETY: `LoadedModule::call` holds the only reference to the session for as long as the store
    // exists and does not use it while Wasm code runs; host functions do not nest.
    let session = unsafe { environment.session.0.as_mut() };
    let left = integer(&exports.gas, &mut store)?;
    let view = exports.memory.view(&store);
    // SAFETY: no Wasm code runs and nothing grows the memory while the host function does, and no
    // other slice of the memory exists.
    let memory = unsafe { view.data_unchecked_mut() };
    let HostReturn { budget, bits } = call(session, left, memory, parameters)?;
    exports.gas.set(&mut store, Value::I64(budget)).map_err(engine_fault)?;
    Ok(bits)
}

/// An interruption on its way through Wasm frames.
#[derive(Debug, thiserror::Error)]
#[error("a host function ended the call")]
struct CallInterrupted(Interruption);

impl<T: Into<Interruption>> From<T> for CallInterrupted {
    fn from(interruption: T) -> CallInterrupted {
        CallInterrupted(interruption.into())
    }
}

/// A host function as wasmer calls it: typed when all its parameters are 64 bits wide, which all but
/// one are.
fn function(
    store: &mut Store,
    env: &FunctionEnv<Environment>,
    import: &'static Import,
) -> Function {
    let &Import { specification, call } = import;
    macro_rules! typed {
        ($($name:ident)*) => {
            match specification.result {
                None => Function::new_typed_with_env(store, env, move |env: FunctionEnvMut<'_, Environment>, $($name: u64),*| {
                    host_call(env, call, &[$($name),*]).map(|_| ())
                }),
                Some(WasmType::I64) => Function::new_typed_with_env(store, env, move |env: FunctionEnvMut<'_, Environment>, $($name: u64),*| {
                    host_call(env, call, &[$($name),*]).map(|bits| bits.unwrap_or_default())
                }),
                Some(WasmType::I32) => Function::new_typed_with_env(store, env, move |env: FunctionEnvMut<'_, Environment>, $($name: u64),*| {
                    host_call(env, call, &[$($name),*]).map(|bits| bits.unwrap_or_default() as u32)
                }),
            }
        };
    }
    let parameters = specification.parameters;
    let all_wide = parameters.iter().all(|&(_, ty)| ty == WasmType::I64);
    match parameters.len() {
        0 => typed!(),
        1 if all_wide => typed!(a),
        2 if all_wide => typed!(a b),
        3 if all_wide => typed!(a b c),
        4 if all_wide => typed!(a b c d),
        5 if all_wide => typed!(a b c d e),
        6 if all_wide => typed!(a b c d e f),
        7 if all_wide => typed!(a b c d e f g),
        8 if all_wide => typed!(a b c d e f g h),
        9 if all_wide => typed!(a b c d e f g h i),
        _ => untyped(store, env, import),
    }
}

/// A host function with any parameters, at the price of a vector per call.
fn untyped(store: &mut Store, env: &FunctionEnv<Environment>, import: &'static Import) -> Function {
    let &Import { specification, call } = import;
    let value_type = |ty| match ty {
        WasmType::I32 => Type::I32,
        WasmType::I64 => Type::I64,
    };
    let parameters = specification.parameters.iter().map(|&(_, ty)| value_type(ty));
    let results = specification.result.map(value_type);
    let ty =
        FunctionType::new(parameters.collect::<Vec<_>>(), results.into_iter().collect::<Vec<_>>());
    Function::new_with_env(store, env, ty, move |env, values: &[Value]| {
        let bits: Vec<u64> = values.iter().map(bits).collect();
        let result =
            host_call(env, call, &bits).map_err(|stopped| RuntimeError::user(stopped.into()))?;
        Ok(match (specification.result, result) {
            (Some(WasmType::I32), Some(bits)) => vec![Value::I32(bits as i32)],
            (Some(WasmType::I64), Some(bits)) => vec![Value::I64(bits as i64)],
            _ => Vec::new(),
        })
    })
}

fn bits(value: &Value) -> u64 {
    match value {
        Value::I32(value) => u64::from(*value as u32),
        Value::I64(value) => *value as u64,
        _ => 0,
    }
}

fn integer(global: &Global, store: &mut impl AsStoreMut) -> Result<i64, Fault> {
    match global.get(store) {
        Value::I64(value) => Ok(value),
        _ => Err(Fault::Bug { what: "the metering globals are 64 bits wide" }),
    }
}

/// Segments that reach beyond the memory or the table end the call like an access beyond the memory.
fn instantiation_trap(error: InstantiationError) -> Result<WasmTrap, Fault> {
    match error {
        InstantiationError::Start(error) => match error.clone().to_trap() {
            Some(TrapCode::HeapAccessOutOfBounds | TrapCode::TableAccessOutOfBounds) => {
                Ok(WasmTrap::MemoryOutOfBounds)
            }
            _ => Err(engine_fault(error)),
        },
        error => Err(engine_fault(error)),
    }
}

fn trap(error: RuntimeError) -> Result<WasmTrap, Fault> {
    let Some(code) = error.clone().to_trap() else { return Err(engine_fault(error)) };
    Ok(match code {
        TrapCode::UnreachableCodeReached => WasmTrap::Unreachable,
        // The protocol does not tell accesses beyond a table from those beyond the memory.
        TrapCode::HeapAccessOutOfBounds
        | TrapCode::HeapMisaligned
        | TrapCode::TableAccessOutOfBounds => WasmTrap::MemoryOutOfBounds,
        TrapCode::IndirectCallToNull => WasmTrap::IndirectCallToNull,
        TrapCode::BadSignature => WasmTrap::IncorrectCallIndirectSignature,
        TrapCode::IntegerOverflow
        | TrapCode::IntegerDivisionByZero
        | TrapCode::BadConversionToInteger => WasmTrap::IllegalArithmetic,
        TrapCode::UnalignedAtomic => WasmTrap::MisalignedAtomicAccess,
        TrapCode::StackOverflow
        | TrapCode::UncaughtException
        | TrapCode::UninitializedExnRef
        | TrapCode::YieldOutsideAsyncContext
        | TrapCode::HostInterrupt
        | TrapCode::ReadonlyTableModified => return Err(engine_fault(error)),
    })
}

fn engine_fault(error: impl fmt::Display) -> Fault {
    Fault::Engine { message: format!("wasmer: {error}") }
}
