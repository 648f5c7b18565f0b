//! wasmer with its single-pass compiler: native code in linear time.
//!
//! A store lives for one call, because wasmer frees instances only with their store. Host functions
//! run natively inside the call; they reach the call's state, the instance's memory and its gas
//! through pointers, which is the reason for the unsafe code here.

#![allow(unsafe_code, reason = "wasmer's host functions cannot hold references")]

mod frameless;

use self::frameless::Frameless;
use super::imports::{self, HostCall, Import};
use super::session::{Interrupted, RawEnd, Session};
use super::{Call, Ended, Engine, LoadedModule};
use crate::prepare::{
    Compilation, GAS_EXPORT, GasPassing, MEMORY_EXPORT, Prepared, STACK_EXPORT, START_EXPORT,
};
use std::cell::Cell;
use std::fmt;
use std::num::NonZero;
use std::ptr::NonNull;
use std::slice;
use std::sync::{Arc, OnceLock};
use std::thread;
use torr_vm_logic::error::{Fault, WasmTrap};
use torr_vm_logic::function::WasmType;
use torr_vm_logic::memory::GuestMemory;
use wasmer::sys::vm::{LinearMemory, VMExtern, VMGlobalDefinition, VMMemoryDefinition};
use wasmer::sys::{EngineBuilder, Features, Singlepass};
use wasmer::{
    AsStoreMut, Extern, Function, FunctionType, Instance, InstantiationError, Module, RuntimeError,
    Store, Type, Value,
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
    fn gas_passing(&self, _: Compilation) -> GasPassing {
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
        let running =
            Running { session: NonNull::from(&mut *session).cast(), places: Cell::new(None) };
        let pointer = RunningPointer(NonNull::from(&running));
        let functions = self.imports.iter().map(|import| function(&mut store, pointer, import));
        let functions: Vec<Extern> = functions.map(Extern::Function).collect();
        let instance = match Instance::new_by_index(&mut store, &self.module, &functions) {
            Ok(instance) => instance,
            Err(error) => return Ok(Ended::Trapped(instantiation_trap(error)?)),
        };
        let places = Places::of(&instance, &mut store)?;
        places.gas.set(budget);
        places.stack.set(i64::try_from(call.max_stack_height).unwrap_or(i64::MAX));
        running.places.set(Some(places));
        let mut raw = RawEnd::Returned;
        let names = call.has_start.then_some(START_EXPORT).into_iter().chain([call.export]);
        for name in names {
            raw = run(&instance, name, &mut store)?;
            if !matches!(raw, RawEnd::Returned) {
                break;
            }
        }
        let (gas_left, stack_left) = (places.gas.get(), places.stack.get());
        drop(store);
        session.finish(raw, gas_left, stack_left)
    }
}

/// Where the instance of a call has what the host needs: in memory that is the store's as long as it
/// exists. The way through wasmer's handles takes longer than a short host function.
#[derive(Clone, Copy)]
struct Places {
    memory: NonNull<VMMemoryDefinition>,
    gas: IntegerGlobal,
    stack: IntegerGlobal,
}

/// A global of 64 bits, for as long as its store exists and while no Wasm code runs.
#[derive(Clone, Copy)]
struct IntegerGlobal(NonNull<VMGlobalDefinition>);

impl IntegerGlobal {
    #[inline]
    fn get(self) -> i64 {
        // SAFETY: `Places` do not leave the thread of their call, which uses them while it has the
        // store and not while Wasm code runs; every bit pattern is an integer.
        unsafe { self.0.as_ref().val.i64 }
    }

    #[inline]
    fn set(mut self, value: i64) {
        // SAFETY: as in `get`.
        unsafe { self.0.as_mut() }.val.i64 = value;
    }
}

impl Places {
    fn of(instance: &Instance, store: &mut Store) -> Result<Places, Fault> {
        let objects = store.objects_mut().as_sys();
        let find = |name| {
            let found = instance.exports.get_extern(name)?;
            Some(found.to_vm_extern().unwrap_sys())
        };
        let global = |name| match find(name)? {
            VMExtern::Global(global) => Some(IntegerGlobal(global.get(objects).vmglobal())),
            _ => None,
        };
        let memory = match find(MEMORY_EXPORT) {
            Some(VMExtern::Memory(memory)) => Some(memory.get(objects).vmmemory()),
            _ => None,
        };
        match (memory, global(GAS_EXPORT), global(STACK_EXPORT)) {
            (Some(memory), Some(gas), Some(stack)) => Ok(Places { memory, gas, stack }),
            _ => Err(Fault::Bug { what: "a prepared module exports its memory, gas and stack" }),
        }
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
    match error.downcast::<Interrupted>() {
        Ok(Interrupted) => Ok(RawEnd::Interrupted),
        Err(error) => Ok(RawEnd::Trapped(trap(error)?)),
    }
}

/// What the host functions of a call share.
struct Running {
    /// The call's session.
    session: NonNull<Session<'static, 'static>>,
    /// Set after instantiation; nothing calls a host function before.
    places: Cell<Option<Places>>,
}

/// Whose host function it is. Wasmer wants functions that are `'static`, `Send` and `Sync`.
#[derive(Clone, Copy)]
struct RunningPointer(NonNull<Running>);

// SAFETY: the pointer is used only by host functions that run inside `LoadedModule::call`, on the
// thread that called it; the store that has them never leaves that function.
unsafe impl Send for RunningPointer {}
// SAFETY: as above.
unsafe impl Sync for RunningPointer {}

/// Runs a host function in the session of the call under way.
fn host_call(
    running: RunningPointer,
    call: HostCall,
    parameters: &[u64],
) -> Result<u64, Interrupted> {
    // SAFETY: host functions run while `LoadedModule::call` does, which has it on its stack.
    let Running { session, places } = unsafe { running.0.as_ref() };
    // SAFETY: `LoadedModule::call` holds the only reference to the session for as long as the store
    // exists and does not use it while Wasm code runs; host functions do not nest.
    let session = unsafe { &mut *session.as_ptr() };
    let Some(Places { memory, gas, .. }) = places.get() else {
        return Err(session.fail(Fault::Bug { what: "instantiation calls no host function" }));
    };
    let bits = call(session, gas.get(), &mut InstanceMemory(memory), parameters)?;
    gas.set(session.budget());
    Ok(bits)
}

/// The memory of the instance that called a host function.
struct InstanceMemory(NonNull<VMMemoryDefinition>);

impl GuestMemory for InstanceMemory {
    #[inline]
    fn read(&self, ptr: u64, len: u64) -> Option<&[u8]> {
        // SAFETY: that is the memory, which no Wasm code writes, grows or frees while the host function
        // runs; who has the returned bytes cannot write either, because `write` wants `self` alone.
        let bytes = unsafe {
            let VMMemoryDefinition { base, current_length } = *self.0.as_ref();
            slice::from_raw_parts(base, current_length)
        };
        bytes.read(ptr, len)
    }

    #[inline]
    fn write(&mut self, ptr: u64, bytes: &[u8]) -> Option<()> {
        // SAFETY: as in `read`; `bytes` are not in the memory, since bytes of it borrow `self`.
        let memory = unsafe {
            let VMMemoryDefinition { base, current_length } = *self.0.as_ref();
            slice::from_raw_parts_mut(base, current_length)
        };
        memory.write(ptr, bytes)
    }
}

/// A host function as wasmer calls it: typed when all its parameters are 64 bits wide, which all but
/// one are.
fn function(store: &mut Store, running: RunningPointer, import: &'static Import) -> Function {
    let &Import { specification, call } = import;
    macro_rules! typed {
        ($($name:ident)*) => {
            match specification.result {
                None => Function::new_typed(store, move |$($name: u64),*| {
                    host_call(running, call, &[$($name),*]).map(|_| ())
                }),
                Some(WasmType::I64) => Function::new_typed(store, move |$($name: u64),*| {
                    host_call(running, call, &[$($name),*])
                }),
                Some(WasmType::I32) => Function::new_typed(store, move |$($name: u64),*| {
                    host_call(running, call, &[$($name),*]).map(|bits| bits as u32)
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
        _ => untyped(store, running, import),
    }
}

/// A host function with any parameters, at the price of a vector per call.
fn untyped(store: &mut Store, running: RunningPointer, import: &'static Import) -> Function {
    let &Import { specification, call } = import;
    let value_type = |ty| match ty {
        WasmType::I32 => Type::I32,
        WasmType::I64 => Type::I64,
    };
    let parameters = specification.parameters.iter().map(|&(_, ty)| value_type(ty));
    let results = specification.result.map(value_type);
    let ty =
        FunctionType::new(parameters.collect::<Vec<_>>(), results.into_iter().collect::<Vec<_>>());
    Function::new(store, ty, move |values: &[Value]| {
        let bits: Vec<u64> = values.iter().map(bits).collect();
        let bits = host_call(running, call, &bits)
            .map_err(|interrupted| RuntimeError::user(interrupted.into()))?;
        Ok(match specification.result {
            Some(WasmType::I32) => vec![Value::I32(bits as i32)],
            Some(WasmType::I64) => vec![Value::I64(bits as i64)],
            None => Vec::new(),
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
