//! What an engine is: compiles prepared modules, loads what it compiled, calls methods.
//!
//! Metering, limits and NaN canonicalisation are in the prepared module, so every engine gives the
//! same outcome to the last gas unit. **Invariant:** an engine adds no rule of its own; its traps map
//! to the protocol's in one `match` without a wildcard.

#[cfg(any(
    all(feature = "wasmtime", any(feature = "wasmer", feature = "wasmi")),
    all(feature = "wasmer", feature = "wasmi"),
))]
mod guarded;
#[cfg(any(feature = "wasmer", feature = "wasmi"))]
mod idle;
mod imports;
mod journal;
mod session;
#[cfg(feature = "wasmer")]
mod wasmer;
#[cfg(feature = "wasmi")]
mod wasmi;
#[cfg(feature = "wasmtime")]
mod wasmtime;

pub use session::{Interrupted, RawEnd, Session};

use crate::prepare::{Compilation, GasPassing, Prepared};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use torr_vm_logic::error::{Fault, Stop, WasmTrap};

/// A compiler and executor of prepared modules.
pub trait Engine: Send + Sync {
    /// Everything about the engine that changes an artifact: its name and version, settings, the
    /// processor's features. Part of an artifact's address in the cache.
    fn id(&self) -> String;

    /// How the modules that the engine compiles are to pass gas to host functions: what it calls
    /// fastest. The answer may depend on what may be done with a module.
    fn gas_passing(&self, best_compilation: Compilation) -> GasPassing;

    /// Compiles a module to bytes that [`Engine::load`] of an engine with the same id accepts. Time
    /// and size are linear in the size of the module.
    ///
    /// # Errors
    /// When the engine refuses a module that preparation accepted, which is a bug of either.
    fn compile(&self, module: &Prepared) -> Result<Vec<u8>, Fault>;

    /// Makes an artifact ready to be called.
    ///
    /// `artifact` is trusted: it must come from [`Engine::compile`] of an engine with the same id,
    /// through a store that nobody else can write and that checks what it returns.
    ///
    /// # Errors
    /// When the bytes are no artifact of this engine.
    fn load(&self, artifact: &[u8]) -> Result<Arc<dyn LoadedModule>, Fault>;

    /// Makes the artifact ready to be called that is the first `len` bytes of `file`. An engine that
    /// can map the file may do so: it must not be changed as long as the module lives.
    ///
    /// # Errors
    /// As [`Engine::load`], and when the file cannot be read.
    fn load_file(&self, file: File, len: u64) -> Result<Arc<dyn LoadedModule>, Fault> {
        let mut artifact = Vec::new();
        file.take(len).read_to_end(&mut artifact).map_err(|error| Fault::Engine {
            message: format!("cannot read an artifact: {error}"),
        })?;
        self.load(&artifact)
    }
}

/// A compiled module in memory, for any number of calls on any thread.
pub trait LoadedModule: Send + Sync {
    /// Calls the exported function `export`, after the module's start function if it has one, in an
    /// instance that no call has used. Host calls go to `session`, and so does the end of the call.
    ///
    /// # Errors
    /// When the node cannot continue.
    fn call(&self, call: &Call<'_>, session: &mut Session<'_, '_>) -> Result<Ended, Fault>;
}

/// What is called in a loaded module.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Name of the exported function, as the prepared module has it.
    pub export: &'a str,
    /// Whether the module has a start function.
    pub has_start: bool,
    /// Stack budget in bytes, as the instrumentation counts them.
    pub max_stack_height: u64,
}

/// How a call ended.
#[derive(Debug)]
pub enum Ended {
    /// The method returned.
    Returned,
    /// The code trapped.
    Trapped(WasmTrap),
    /// A host function ended the call, or gas or stack ran out.
    Stopped(Stop),
    /// On fast charges, in a way that exact charges have to tell.
    Inexact,
}

/// The engines that this build has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EngineKind {
    /// wasmer with its single-pass compiler: native code, compiled in linear time.
    #[cfg(feature = "wasmer")]
    Wasmer,
    /// wasmtime with its optimising compiler, Cranelift: the fastest code, slow to compile.
    #[cfg(feature = "wasmtime")]
    Wasmtime,
    /// wasmi, an interpreter: the referee, and the engine on wasm32.
    #[cfg(feature = "wasmi")]
    Wasmi,
}

impl EngineKind {
    /// All of them; the default is the first.
    pub const ALL: &'static [EngineKind] = &[
        #[cfg(feature = "wasmer")]
        EngineKind::Wasmer,
        #[cfg(feature = "wasmtime")]
        EngineKind::Wasmtime,
        #[cfg(feature = "wasmi")]
        EngineKind::Wasmi,
    ];

    /// The name that [`EngineKind::from_str`] reads.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "wasmer")]
            EngineKind::Wasmer => "wasmer",
            #[cfg(feature = "wasmtime")]
            EngineKind::Wasmtime => "wasmtime",
            #[cfg(feature = "wasmi")]
            EngineKind::Wasmi => "wasmi",
        }
    }

    /// A new engine of this kind.
    ///
    /// # Errors
    /// When the machine does not give the engine what it needs, such as address space.
    pub fn build(self) -> Result<Arc<dyn Engine>, Fault> {
        install_handlers()?;
        Ok(match self {
            #[cfg(feature = "wasmer")]
            EngineKind::Wasmer => Arc::new(wasmer_guarded()),
            #[cfg(feature = "wasmtime")]
            EngineKind::Wasmtime => Arc::new(wasmtime_guarded()?),
            #[cfg(feature = "wasmi")]
            EngineKind::Wasmi => Arc::new(wasmi::WasmiEngine::new()),
        })
    }
}

/// Puts the handlers of signals of all engines in place, before any of them runs code.
///
/// An engine that does it later does not know, for a moment, whose signals it has to pass on; a trap
/// of the other engine in that moment would end the process.
fn install_handlers() -> Result<(), Fault> {
    static ARE_INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut are_installed = ARE_INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*are_installed {
        #[cfg(feature = "wasmer")]
        wasmer::install_handlers();
        #[cfg(feature = "wasmtime")]
        wasmtime::install_handlers()?;
        *are_installed = true;
    }
    Ok(())
}

/// wasmer, with an interpreter for what it would compile too slowly.
#[cfg(feature = "wasmer")]
fn wasmer_guarded() -> impl Engine {
    let engine = wasmer::WasmerEngine::new();
    #[cfg(feature = "wasmi")]
    let engine = guarded::GuardedEngine {
        engine,
        compilation: Compilation::SinglePass,
        fallback: wasmi::WasmiEngine::new(),
    };
    engine
}

/// wasmtime, with another engine for what it would compile too slowly.
#[cfg(feature = "wasmtime")]
fn wasmtime_guarded() -> Result<impl Engine, Fault> {
    let engine = wasmtime::WasmtimeEngine::new()?;
    #[cfg(feature = "wasmer")]
    let engine = guarded::GuardedEngine {
        engine,
        compilation: Compilation::Optimised,
        fallback: wasmer_guarded(),
    };
    #[cfg(all(feature = "wasmi", not(feature = "wasmer")))]
    let engine = guarded::GuardedEngine {
        engine,
        compilation: Compilation::Optimised,
        fallback: wasmi::WasmiEngine::new(),
    };
    Ok(engine)
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no engine of that name in this build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no engine `{name}`; choose one of: {}", names().join(", "))]
pub struct UnknownEngine {
    /// The name.
    pub name: String,
}

fn names() -> Vec<&'static str> {
    EngineKind::ALL.iter().map(|kind| kind.name()).collect()
}

impl FromStr for EngineKind {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<EngineKind, UnknownEngine> {
        EngineKind::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownEngine { name: name.to_owned() })
    }
}
