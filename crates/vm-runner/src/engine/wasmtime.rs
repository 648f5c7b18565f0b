//! wasmtime with Cranelift: code that was optimised, compiled slowly.
//!
//! Instances live in pools: their memory is reserved when the engine is made, and after a call what it
//! touched is given back and appears as zeros and data segments again, so making an instance is
//! cheap. Host functions are linked once for the engine. They reach the call's session through a
//! pointer in the store, which is the reason for the unsafe code here.

#![allow(unsafe_code, reason = "wasmtime's store cannot hold a reference to the call")]

mod places;

use self::places::Places;
use super::imports::{self, HostCall, Import};
use super::session::{Interrupted, RawEnd, Session};
use super::{Call, Ended, Engine, LoadedModule};
use crate::prepare::{
    Compilation, GAS_EXPORT, GasPassing, MEMORY_EXPORT, Prepared, STACK_EXPORT, START_EXPORT,
};
use std::fmt;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::Arc;
use torr_vm_logic::error::{Fault, WasmTrap};
use torr_vm_logic::function::WasmType;
use torr_vm_logic::memory::GuestMemory;
use wasmtime::{
    Caller, Config, Enabled, FuncType, Global, Instance, InstanceAllocationStrategy, InstancePre,
    Linker, Memory, Module, ModuleExport, OptLevel, PoolingAllocationConfig, RegallocAlgorithm,
    Store, Trap, Val, ValRaw, ValType, WasmFeatures,
};

/// Native stack that Wasm code may take, in bytes. The instrumentation counts at least half of what
/// a value takes in a native frame, up to 256 KiB.
const WASM_STACK_BYTES: usize = 1 << 20;

/// Stack that has to be there when a call begins, for Wasm code and host functions; if there is less,
/// the call gets a stack of its own.
const CALL_STACK_BYTES: usize = WASM_STACK_BYTES + (1 << 19);

/// Size of such a stack.
const OWN_STACK_BYTES: usize = 4 << 20;

/// Calls that can be under way at once; more of them wait. Each reserves 4 GiB of address space, of
/// which there are 128 TiB.
const MOST_INSTANCES: u32 = 1_000;

/// Memory of an instance in bytes, the most that any parameters allow.
const MOST_MEMORY: usize = 128 << 20;

/// Memory that is cleared by writing zeros, in bytes; what is beyond goes back to the system, which
/// is slower for few pages and faster for many.
const KEPT_MEMORY: usize = 64 << 10;

/// Elements of a table that a module declares at most.
const MOST_TABLE_ELEMENTS: usize = 1 << 20;

/// Tables that a module declares at most.
const MOST_TABLES: u32 = 100;

/// Bytes of an instance's own data: globals, imports, references to functions.
const MOST_INSTANCE_BYTES: usize = 64 << 20;

/// Longest function, in bytes, that is optimised. Optimising takes more than linear time for one.
const LONGEST_OPTIMISED: usize = 128 << 10;

/// More parameters than any host function has.
const MOST_PARAMETERS: usize = 16;

/// The engine.
pub(super) struct WasmtimeEngine {
    engine: wasmtime::Engine,
    /// Compiles in linear time, for modules with a function that is too long to be optimised.
    plain: wasmtime::Engine,
    linker: Linker<CallData>,
    id: String,
    places: Arc<Places>,
}

impl WasmtimeEngine {
    pub(super) fn new() -> Result<WasmtimeEngine, Fault> {
        let engine = wasmtime::Engine::new(&pooling()).map_err(engine_fault)?;
        let plain = wasmtime::Engine::new(&plain()).map_err(engine_fault)?;
        let linker = linker(&engine)?;
        // Of a type without a stable text; equal for equal versions, settings and processors.
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let id = format!("wasmtime 48 cranelift {:016x}", hasher.finish());
        let places = Arc::new(Places::new(MOST_INSTANCES));
        Ok(WasmtimeEngine { engine, plain, linker, id, places })
    }

    fn ready(&self, module: Module) -> Result<Arc<dyn LoadedModule>, Fault> {
        let export = |name| {
            let what = "a prepared module exports its memory, gas and stack";
            module.get_export_index(name).ok_or(Fault::Bug { what })
        };
        let exports = ExportIndices {
            memory: export(MEMORY_EXPORT)?,
            gas: export(GAS_EXPORT)?,
            stack: export(STACK_EXPORT)?,
        };
        let instance = self.linker.instantiate_pre(&module).map_err(engine_fault)?;
        Ok(Arc::new(WasmtimeModule { instance, exports, places: Arc::clone(&self.places) }))
    }
}

/// Puts wasmtime's handlers of signals in place, which it does itself when an engine is first made.
pub(super) fn install_handlers() -> Result<(), Fault> {
    wasmtime::Engine::new(&plain()).map(drop).map_err(engine_fault)
}

/// Settings of the engine that makes instances.
fn pooling() -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(MOST_INSTANCES)
        .total_memories(MOST_INSTANCES)
        .total_tables(MOST_INSTANCES)
        .max_memory_size(MOST_MEMORY)
        .max_core_instance_size(MOST_INSTANCE_BYTES)
        .max_tables_per_module(MOST_TABLES)
        .table_elements(MOST_TABLE_ELEMENTS)
        .linear_memory_keep_resident(KEPT_MEMORY)
        .table_keep_resident(KEPT_MEMORY)
        .pagemap_scan(Enabled::Auto);
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Settings of the compiler that takes linear time for a function. What it makes runs on the other
/// engine, which wasmtime verifies.
fn plain() -> Config {
    let mut config = config();
    config
        .allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .cranelift_opt_level(OptLevel::None)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    config
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .max_wasm_stack(WASM_STACK_BYTES)
        // Wasm frames are never unwound by tables, and registered ones slow down who walks their list.
        .native_unwind_info(false)
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(
            WasmFeatures::WASM1
                | WasmFeatures::SIGN_EXTENSION
                | WasmFeatures::SATURATING_FLOAT_TO_INT
                | WasmFeatures::MULTI_VALUE
                | WasmFeatures::REFERENCE_TYPES
                | WasmFeatures::BULK_MEMORY,
            true,
        );
    config
}

impl Engine for WasmtimeEngine {
    fn id(&self) -> String {
        self.id.clone()
    }

    /// Reaching the gas global from outside takes longer than a host call.
    fn gas_passing(&self, _: Compilation) -> GasPassing {
        GasPassing::AsParameter
    }

    fn compile(&self, module: &Prepared) -> Result<Vec<u8>, Fault> {
        let is_long = module.longest_function > LONGEST_OPTIMISED;
        let engine = if is_long { &self.plain } else { &self.engine };
        engine.precompile_module(&module.wasm).map_err(engine_fault)
    }

    fn load(&self, artifact: &[u8]) -> Result<Arc<dyn LoadedModule>, Fault> {
        // SAFETY: the bytes come from `compile` of an engine with the same id, as `Engine::load`
        // demands of its caller; the cache upholds it by checking what it reads.
        self.ready(unsafe { Module::deserialize(&self.engine, artifact) }.map_err(engine_fault)?)
    }

    /// Maps the file; what is behind the artifact is no part of what its header describes.
    fn load_file(&self, file: File, _: u64) -> Result<Arc<dyn LoadedModule>, Fault> {
        // SAFETY: as in `load`; and `Engine::load_file` demands that the file does not change.
        let module = unsafe { Module::deserialize_open_file(&self.engine, file) };
        self.ready(module.map_err(engine_fault)?)
    }
}

struct WasmtimeModule {
    instance: InstancePre<CallData>,
    exports: ExportIndices,
    places: Arc<Places>,
}

/// Where in a module the exports are that the host needs.
struct ExportIndices {
    memory: ModuleExport,
    gas: ModuleExport,
    stack: ModuleExport,
}

impl LoadedModule for WasmtimeModule {
    fn call(&self, call: &Call<'_>, session: &mut Session<'_, '_>) -> Result<Ended, Fault> {
        let _place = self.places.take();
        stacker::maybe_grow(CALL_STACK_BYTES, OWN_STACK_BYTES, || self.call_here(call, session))
    }
}

impl WasmtimeModule {
    fn call_here(&self, call: &Call<'_>, session: &mut Session<'_, '_>) -> Result<Ended, Fault> {
        let budget = session.budget();
        let data = CallData { session: SessionPointer::new(session), exports: None };
        let mut store = Store::new(self.instance.module().engine(), data);
        let instance = match self.instance.instantiate(&mut store) {
            Ok(instance) => instance,
            Err(error) => return Ok(Ended::Trapped(instantiation_trap(&error)?)),
        };
        let exports = self.exports.of(&instance, &mut store)?;
        set(exports.gas, &mut store, budget)?;
        let stack = i64::try_from(call.max_stack_height).unwrap_or(i64::MAX);
        set(exports.stack, &mut store, stack)?;
        store.data_mut().exports = Some(exports);
        let mut raw = RawEnd::Returned;
        let names = call.has_start.then_some(START_EXPORT).into_iter().chain([call.export]);
        for name in names {
            raw = run(&instance, name, &mut store)?;
            if !matches!(raw, RawEnd::Returned) {
                break;
            }
        }
        let gas_left = integer(exports.gas, &mut store)?;
        let stack_left = integer(exports.stack, &mut store)?;
        drop(store);
        session.finish(raw, gas_left, stack_left)
    }
}

impl ExportIndices {
    fn of(&self, instance: &Instance, store: &mut Store<CallData>) -> Result<Exports, Fault> {
        let mut find = |index| instance.get_module_export(&mut *store, index);
        let memory = find(&self.memory).and_then(wasmtime::Extern::into_memory);
        let gas = find(&self.gas).and_then(wasmtime::Extern::into_global);
        let stack = find(&self.stack).and_then(wasmtime::Extern::into_global);
        match (memory, gas, stack) {
            (Some(memory), Some(gas), Some(stack)) => Ok(Exports { memory, gas, stack }),
            _ => Err(Fault::Bug { what: "an instance has what its module exports" }),
        }
    }
}

/// What the host needs of an instance.
#[derive(Clone, Copy)]
struct Exports {
    memory: Memory,
    gas: Global,
    stack: Global,
}

/// What host functions find in the store.
struct CallData {
    session: SessionPointer,
    /// Set after instantiation; nothing calls a host function before.
    exports: Option<Exports>,
}

/// The call's session, for host functions. wasmtime wants its store's data to be `'static`.
#[derive(Clone, Copy)]
struct SessionPointer(NonNull<Session<'static, 'static>>);

impl SessionPointer {
    fn new(session: &mut Session<'_, '_>) -> SessionPointer {
        SessionPointer(NonNull::from(session).cast())
    }

    /// The session, for one host call.
    ///
    /// # Safety
    /// The call of the session is running a host function, which has no other reference to it.
    #[inline]
    unsafe fn get<'s>(mut self) -> &'s mut Session<'static, 'static> {
        // SAFETY: `WasmtimeModule::call_here` holds the only other reference for as long as the store
        // exists and does not use it while Wasm code runs; the caller promises the rest.
        unsafe { self.0.as_mut() }
    }
}

/// The memory of the instance that called a host function. It is looked up only when there is an
/// access, since that takes longer than a short host function.
struct InstanceMemory<'c, 'd> {
    memory: Memory,
    caller: &'c mut Caller<'d, CallData>,
}

impl GuestMemory for InstanceMemory<'_, '_> {
    #[inline]
    fn read(&self, ptr: u64, len: u64) -> Option<&[u8]> {
        self.memory.data(&*self.caller).read(ptr, len)
    }

    #[inline]
    fn write(&mut self, ptr: u64, bytes: &[u8]) -> Option<()> {
        self.memory.data_mut(&mut *self.caller).write(ptr, bytes)
    }
}

fn run(instance: &Instance, name: &str, store: &mut Store<CallData>) -> Result<RawEnd, Fault> {
    let function = instance
        .get_typed_func::<(), ()>(&mut *store, name)
        .map_err(|_| Fault::Bug { what: "a prepared module exports the functions it lists" })?;
    match function.call(store, ()) {
        Ok(()) => Ok(RawEnd::Returned),
        Err(error) => ended(error),
    }
}

fn ended(error: wasmtime::Error) -> Result<RawEnd, Fault> {
    match error.downcast::<Interrupted>() {
        Ok(Interrupted) => Ok(RawEnd::Interrupted),
        Err(error) => Ok(RawEnd::Trapped(trap(&error)?)),
    }
}

/// Runs a host function in the session of the call under way, with what is left of the gas. Gives the
/// returned integer, and what goes on to be the gas.
#[inline]
fn host_call(
    caller: &mut Caller<'_, CallData>,
    call: HostCall,
    left: i64,
    parameters: &[u64],
) -> Result<(u64, i64), Interrupted> {
    let memory = exports(caller)?.memory;
    // SAFETY: a host function is running, and this is the reference that it gets.
    let session = unsafe { caller.data().session.get() };
    let bits = call(session, left, &mut InstanceMemory { memory, caller }, parameters)?;
    Ok((bits, session.budget()))
}

/// [`host_call`] of a function that finds the gas in the gas global.
#[cold]
fn plain_host_call(
    caller: &mut Caller<'_, CallData>,
    call: HostCall,
    parameters: &[u64],
) -> Result<(u64, i64), Interrupted> {
    let gas = exports(caller)?.gas;
    let left = integer(gas, &mut *caller).map_err(|fault| fail(caller, fault))?;
    let (bits, budget) = host_call(caller, call, left, parameters)?;
    set(gas, &mut *caller, budget).map_err(|fault| fail(caller, fault))?;
    Ok((bits, budget))
}

#[inline]
fn exports(caller: &Caller<'_, CallData>) -> Result<Exports, Interrupted> {
    const MISSING: Fault = Fault::Bug { what: "instantiation calls no host function" };
    caller.data().exports.ok_or_else(|| fail(caller, MISSING))
}

#[cold]
fn fail(caller: &Caller<'_, CallData>, fault: Fault) -> Interrupted {
    // SAFETY: a host function is running, and there is no reference outside of `host_call`.
    unsafe { caller.data().session.get() }.fail(fault)
}

// SAFETY: the pointer is used only by host functions that run inside `WasmtimeModule::call_here`, on
// the thread that called it; the store that holds it never leaves that function.
unsafe impl Send for SessionPointer {}

/// All host functions of all versions; which of them a module may import is settled before.
fn linker(engine: &wasmtime::Engine) -> Result<Linker<CallData>, Fault> {
    let mut linker = Linker::new(engine);
    for import in imports::all() {
        for passing in [GasPassing::InGlobal, GasPassing::AsParameter] {
            define(&mut linker, import, passing).map_err(engine_fault)?;
        }
    }
    Ok(linker)
}

/// Defines a host function over bits as compiled code passes them.
fn define(
    linker: &mut Linker<CallData>,
    import: &'static Import,
    passing: GasPassing,
) -> Result<(), wasmtime::Error> {
    let value_type = |ty| match ty {
        WasmType::I32 => ValType::I32,
        WasmType::I64 => ValType::I64,
    };
    let &Import { specification, call } = import;
    let parameters = specification.parameters;
    let gas = || gas_types(passing).iter().map(|&ty| value_type(ty));
    let types = parameters.iter().map(|&(_, ty)| value_type(ty)).chain(gas());
    let results = specification.result.map(value_type).into_iter().chain(gas());
    let ty = FuncType::new(linker.engine(), types, results);
    let function = move |mut caller: Caller<'_, CallData>, values: &mut [MaybeUninit<ValRaw>]| {
        let mut bits = [0; MOST_PARAMETERS];
        for ((bits, value), (_, ty)) in bits.iter_mut().zip(&*values).zip(parameters) {
            // SAFETY: there is a value for each parameter of `ty`, and there are as many in `ty`.
            let value = unsafe { value.assume_init_ref() };
            *bits = match ty {
                WasmType::I32 => u64::from(value.get_u32()),
                WasmType::I64 => value.get_u64(),
            };
        }
        let bits = bits.get(..parameters.len()).unwrap_or_default();
        let (bits, budget) = match (passing, values.get(parameters.len())) {
            (GasPassing::AsParameter, Some(left)) => {
                // SAFETY: `ty` has this parameter behind the function's own.
                let left = unsafe { left.assume_init_ref() }.get_i64();
                host_call(&mut caller, call, left, bits)?
            }
            _ => plain_host_call(&mut caller, call, bits)?,
        };
        let mut places = values.iter_mut();
        let mut put = |value| {
            if let Some(place) = places.next() {
                place.write(value);
            }
        };
        match specification.result {
            Some(WasmType::I32) => put(ValRaw::u32(bits as u32)),
            Some(WasmType::I64) => put(ValRaw::u64(bits)),
            None => {}
        }
        if passing == GasPassing::AsParameter {
            put(ValRaw::i64(budget));
        }
        Ok(())
    };
    // SAFETY: wasmtime passes values of the types in `ty`, which are read as such, and takes results
    // of its types, which is what is written; all are numbers.
    unsafe { linker.func_new_unchecked(passing.module(), specification.name, ty, function) }?;
    Ok(())
}

/// Types that are behind a function's own parameters, and behind its results.
fn gas_types(passing: GasPassing) -> &'static [WasmType] {
    match passing {
        GasPassing::InGlobal => &[],
        GasPassing::AsParameter => &[WasmType::I64],
    }
}

fn set(global: Global, store: impl wasmtime::AsContextMut, value: i64) -> Result<(), Fault> {
    global
        .set(store, Val::I64(value))
        .map_err(|_| Fault::Bug { what: "the metering globals are mutable and 64 bits wide" })
}

fn integer(global: Global, store: impl wasmtime::AsContextMut) -> Result<i64, Fault> {
    match global.get(store) {
        Val::I64(value) => Ok(value),
        _ => Err(Fault::Bug { what: "the metering globals are 64 bits wide" }),
    }
}

/// Segments that reach beyond the memory or the table end the call like an access beyond the memory.
fn instantiation_trap(error: &wasmtime::Error) -> Result<WasmTrap, Fault> {
    match error.downcast_ref::<Trap>() {
        Some(Trap::MemoryOutOfBounds | Trap::TableOutOfBounds) => Ok(WasmTrap::MemoryOutOfBounds),
        _ => Err(engine_fault(error)),
    }
}

fn trap(error: &wasmtime::Error) -> Result<WasmTrap, Fault> {
    let Some(code) = error.downcast_ref::<Trap>() else { return Err(engine_fault(error)) };
    Ok(match code {
        Trap::UnreachableCodeReached => WasmTrap::Unreachable,
        // The protocol does not tell accesses beyond a table from those beyond the memory.
        Trap::MemoryOutOfBounds | Trap::HeapMisaligned | Trap::TableOutOfBounds => {
            WasmTrap::MemoryOutOfBounds
        }
        Trap::IndirectCallToNull => WasmTrap::IndirectCallToNull,
        Trap::BadSignature => WasmTrap::IncorrectCallIndirectSignature,
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
            WasmTrap::IllegalArithmetic
        }
        // Of features that are off, and of native stack that runs out before the counted one. The
        // enumeration is open, so there is no exhaustive match; what is new is no contract's trap.
        _ => return Err(engine_fault(error)),
    })
}

fn engine_fault(error: impl fmt::Display) -> Fault {
    Fault::Engine { message: format!("wasmtime: {error:#}") }
}
