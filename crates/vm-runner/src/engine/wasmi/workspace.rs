//! Where calls run: a store with a memory that calls take over from one another.
//!
//! wasmi fills the memory of every new instance, 64 MiB, with zeros, on pages that the system has to
//! find first. So prepared modules import their memory here, and a workspace lends the same one to
//! call after call, cleared in between. A store never forgets an instance and an engine never
//! forgets a module; both are replaced after a number of uses.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use torr_vm_logic::error::Fault;
use wasmi::{Config, Memory, MemoryType, Store};

/// Calls after which a store is thrown away with its instances.
const CALLS_PER_STORE: usize = 256;
/// Modules after which an engine takes no more; it goes when the last of them does.
const MODULES_PER_ENGINE: usize = 256;
/// Most stores that wait for a call; more only run at once.
const IDLE_STORES: usize = 16;

/// Deepest nesting of Wasm calls and highest stack in bytes, both beyond what the instrumentation
/// lets a contract reach: it counts at least 64 bytes a call, and at least half of what a value takes
/// here.
const MAX_RECURSION_DEPTH: usize = 1 << 20;
const MAX_STACK_BYTES: usize = 1 << 28;

/// An engine of wasmi, and the stores of its calls.
pub(super) struct Generation {
    pub(super) engine: wasmi::Engine,
    modules: AtomicUsize,
    idle: Mutex<Vec<Workspace>>,
}

/// A store and its memory.
pub(super) struct Workspace {
    pub(super) store: Store<()>,
    pub(super) memory: Memory,
    calls: usize,
}

impl Generation {
    pub(super) fn new() -> Arc<Generation> {
        let mut config = Config::default();
        config.set_max_recursion_depth(MAX_RECURSION_DEPTH);
        config.set_max_stack_height(MAX_STACK_BYTES);
        let engine = wasmi::Engine::new(&config);
        Arc::new(Generation { engine, modules: AtomicUsize::new(0), idle: Mutex::default() })
    }

    /// Counts a module in; false when it belongs into a new generation.
    pub(super) fn admit(&self) -> bool {
        self.modules.fetch_add(1, Ordering::Relaxed) < MODULES_PER_ENGINE
    }

    /// A store with a memory of type `ty`, all zeros.
    pub(super) fn workspace(&self, ty: MemoryType) -> Result<Workspace, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(workspace) = idle.filter(|idle| idle.memory.ty(&idle.store) == ty) {
            return Ok(workspace);
        }
        let mut store = Store::new(&self.engine, ());
        let memory = Memory::new(&mut store, ty).map_err(super::engine_fault)?;
        Ok(Workspace { store, memory, calls: 0 })
    }

    /// Takes a workspace back after a call.
    pub(super) fn put_back(&self, mut workspace: Workspace) {
        workspace.calls += 1;
        let Workspace { store, memory, calls } = &mut workspace;
        // A memory cannot shrink.
        let has_grown = memory.size(&*store) != memory.ty(&*store).minimum();
        if has_grown || *calls >= CALLS_PER_STORE {
            return;
        }
        memory.data_mut(store).fill(0);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_STORES {
            idle.push(workspace);
        }
    }
}
