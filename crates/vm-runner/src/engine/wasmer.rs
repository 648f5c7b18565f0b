//! wasmer with its single-pass compiler: native code in linear time.
//!
//! The instance that a call leaves is cleaned and waits for the next call of its module. The unsafe code
//! here and in the modules below is for what wasmer does not offer otherwise: loading artifacts without
//! compiling, host functions with references, instances that serve again.

#![allow(unsafe_code, reason = "wasmer's host functions cannot hold references")]

mod frameless;
mod host;
mod image;
mod instance;
mod pages;

use self::frameless::Frameless;
use self::host::InstanceMemory;
use self::image::Image;
use self::instance::{Finished, LiveInstance};
use super::idle::Idle;
use super::imports::{self, Import};
use super::session::Session;
use super::{Call, Ended, Engine, LoadedModule};
use crate::prepare::{Compilation, GasPassing, Prepared};
use std::fmt;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use torr_vm_logic::error::{Fault, WasmTrap};
use wasmer::sys::{EngineBuilder, Features, Singlepass};
use wasmer::{InstantiationError, Module, RuntimeError, Store};
use wasmer_types::TrapCode;

/// Native stack of a call, in bytes. The instrumentation counts at least 64 bytes a call and at
/// least half of what a value takes in a native frame, up to 256 KiB; host functions run on the
/// caller's stack.
const STACK_BYTES: usize = 8 << 20;

/// Instances that wait for a call at most. Each reserves 6 GiB of address space, of which there are
/// 128 TiB, and keeps a part of its memory.
const MOST_IDLE: usize = 64;

/// A module shorter than this, in bytes, is compiled by one thread: starting more takes longer.
const SHORT_MODULE: usize = 1 << 16;

/// The engine.
///
/// wasmer's own engine keeps the code of all its modules until it goes, and is locked while it
/// compiles. So every compilation and every loaded module has one to itself.
pub(super) struct WasmerEngine {
    id: String,
    modules: AtomicU64,
    idle: Arc<Idle<LiveInstance>>,
}

impl WasmerEngine {
    pub(super) fn new() -> WasmerEngine {
        static STACK_SIZE: OnceLock<()> = OnceLock::new();
        STACK_SIZE.get_or_init(|| wasmer::sys::vm::set_stack_size(STACK_BYTES));
        // The identifier names compiler, settings, target and features of the processor.
        WasmerEngine {
            id: format!("wasmer 7.4.2 {}", compiler(0).deterministic_id()),
            modules: AtomicU64::default(),
            idle: Arc::new(Idle::new(MOST_IDLE)),
        }
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
        Ok(Arc::new(WasmerModule {
            number: self.modules.fetch_add(1, Ordering::Relaxed),
            engine,
            imports: imports.collect::<Result<_, _>>()?,
            module,
            image: OnceLock::new(),
            idle: Arc::clone(&self.idle),
        }))
    }
}

struct WasmerModule {
    /// Tells it from others.
    number: u64,
    engine: wasmer::Engine,
    module: Module,
    /// The host functions that the module imports, in its order.
    imports: Vec<&'static Import>,
    image: OnceLock<Option<Arc<Image>>>,
    idle: Arc<Idle<LiveInstance>>,
}

impl WasmerModule {
    /// What the memory of a new instance has, which is this; `None` if instances serve one call only.
    fn image(&self, memory: &InstanceMemory) -> Option<Arc<Image>> {
        self.image.get_or_init(|| Image::new(&self.module, memory).map(Arc::new)).clone()
    }
}

impl LoadedModule for WasmerModule {
    fn call(&self, call: &Call<'_>, session: &mut Session<'_, '_>) -> Result<Ended, Fault> {
        let mut instance = match self.idle.take(|instance| instance.module == self.number) {
            Some(instance) => instance,
            None => match LiveInstance::new(self)? {
                Ok(instance) => instance,
                Err(trap) => return Ok(Ended::Trapped(trap)),
            },
        };
        let Finished { raw, gas_left, stack_left } = instance.call(call, session)?;
        if instance.clean() {
            self.idle.put(instance);
        }
        session.finish(raw, gas_left, stack_left)
    }
}

impl Drop for WasmerModule {
    fn drop(&mut self) {
        self.idle.discard(|instance| instance.module == self.number);
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

#[cfg(test)]
mod tests {
    use super::{LiveInstance, WasmerEngine};
    use crate::Code;
    use crate::artifact::prepare_for;
    use crate::engine::{Call, Engine, LoadedModule, Session};
    use crate::prepare::{Charging, export_name};
    use std::sync::Arc;
    use torr_testkit::world;
    use torr_vm_logic::host::HostState;

    /// Ends in every way.
    const MENDABLE: &str = r#"(module
        (memory 1) (data (i32.const 0) "data") (global (mut i32) (i32.const 1))
        (table 4 funcref)
        (func (export "return") (drop (memory.grow (i32.const 1))))
        (func (export "trap") unreachable)
        (func (export "exhaust") (loop (br 0))))"#;

    fn load(engine: &WasmerEngine, text: &str) -> Arc<dyn LoadedModule> {
        let code = Code::new(wat::parse_str(text).expect("valid text"));
        let prepared = prepare_for(engine, &code, &world::config().vm, Charging::Exact);
        let artifact = engine.compile(&prepared.expect("valid")).expect("no fault");
        engine.load(&artifact).expect("its own artifact")
    }

    fn call(module: &Arc<dyn LoadedModule>, method: &str) {
        let (config, context, mut chain) = (world::config(), world::context(), world::chain());
        let host = HostState::new(&mut chain, &context, config.vm.clone(), config.fees.clone());
        let mut host = host.expect("a sound context");
        let max_stack_height = config.vm.limits.max_stack_height;
        let call = Call { export: &export_name(method), has_start: false, max_stack_height };
        let mut session = Session::new(&mut host, Charging::Exact);
        module.call(&call, &mut session).expect("no fault");
    }

    fn waiting(engine: &WasmerEngine) -> Vec<LiveInstance> {
        std::iter::from_fn(|| engine.idle.take(|_| true)).collect()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_instance_serves_calls_of_its_module_however_they_end() {
        let engine = WasmerEngine::new();
        let [first, second] = [0, 1].map(|_| load(&engine, MENDABLE));
        for method in ["return", "trap", "exhaust", "return"] {
            call(&first, method);
            call(&second, method);
        }
        let waiting: Vec<u64> = waiting(&engine).iter().map(|instance| instance.module).collect();
        assert_eq!(waiting, [1, 0]);
    }

    #[test]
    fn an_instance_goes_that_cannot_be_as_it_was() {
        let engine = WasmerEngine::new();
        for text in [
            r#"(module (memory 1) (data $passive "data") (func (export "m") (data.drop $passive)))"#,
            r#"(module (memory 1) (table 1 9 funcref) (func (export "m")
                (drop (table.grow (ref.null func) (i32.const 1)))))"#,
            // The data are too far apart to be kept.
            r#"(module (memory 9) (data (i32.const 0) "a") (data (i32.const 0x50000) "z")
                (func (export "m")))"#,
            r#"(module (memory 1) (table 5000 funcref) (func (export "m")))"#,
        ] {
            call(&load(&engine, text), "m");
            assert_eq!(waiting(&engine).len(), 0, "{text}");
        }
    }

    #[test]
    fn instances_go_with_their_module() {
        let engine = WasmerEngine::new();
        let module = load(&engine, MENDABLE);
        call(&module, "return");
        drop(module);
        assert_eq!(waiting(&engine).len(), 0);
    }
}
