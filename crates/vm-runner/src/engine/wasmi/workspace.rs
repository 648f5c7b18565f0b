//! Where calls run: a store with a memory that calls take over from one another.
//!
//! wasmi fills the memory of every new instance, 64 MiB, with zeros, on pages that the system has to
//! find first. So prepared modules import their memory here, and a workspace lends the same one to
//! call after call, cleared in between. A store never forgets an instance and an engine never
//! forgets a module; both are replaced after a number of uses. What waits for the next call is
//! bounded for all engines together.

use crate::engine::idle::Idle;
use torr_vm_logic::error::Fault;
use wasmi::{Config, Engine, Memory, MemoryType, Store};

/// Calls after which a store is thrown away with its instances.
const CALLS_PER_STORE: usize = 256;
/// Modules after which an engine takes no more; it goes when the last of them does.
const MODULES_PER_ENGINE: usize = 256;
/// Most stores that wait for a call; more only run at once.
const IDLE_STORES: usize = 8;

/// Deepest nesting of Wasm calls and highest stack in bytes, both beyond what the instrumentation
/// lets a contract reach: it counts at least 64 bytes a call, and at least half of what a value takes
/// here.
const MAX_RECURSION_DEPTH: usize = 1 << 20;
const MAX_STACK_BYTES: usize = 1 << 28;

/// The engine of wasmi that takes new modules.
pub(super) struct Generation {
    engine: Engine,
    modules: usize,
}

impl Generation {
    pub(super) fn new() -> Generation {
        let mut config = Config::default();
        config.set_max_recursion_depth(MAX_RECURSION_DEPTH);
        config.set_max_stack_height(MAX_STACK_BYTES);
        Generation { engine: Engine::new(&config), modules: 0 }
    }

    /// The engine for one more module.
    pub(super) fn admit(&mut self) -> Engine {
        if self.modules == MODULES_PER_ENGINE {
            *self = Generation::new();
        }
        self.modules += 1;
        self.engine.clone()
    }
}

/// A store and its memory.
pub(super) struct Workspace {
    pub(super) store: Store<()>,
    pub(super) memory: Memory,
    calls: usize,
}

/// The workspaces that wait for calls, of all generations.
pub(super) struct Workspaces {
    idle: Idle<Workspace>,
}

impl Workspaces {
    pub(super) fn new() -> Workspaces {
        Workspaces { idle: Idle::new(IDLE_STORES) }
    }

    /// A store of `engine` with a memory of type `ty`, all zeros.
    pub(super) fn lend(&self, engine: &Engine, ty: MemoryType) -> Result<Workspace, Fault> {
        let suits = |Workspace { store, memory, .. }: &Workspace| {
            Engine::same(store.engine(), engine) && memory.ty(store) == ty
        };
        if let Some(workspace) = self.idle.take(suits) {
            return Ok(workspace);
        }
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, ty).map_err(super::engine_fault)?;
        Ok(Workspace { store, memory, calls: 0 })
    }

    /// Takes a workspace back after a call.
    pub(super) fn take_back(&self, mut workspace: Workspace) {
        workspace.calls += 1;
        let Workspace { store, memory, calls } = &mut workspace;
        // A memory cannot shrink.
        let has_grown = memory.size(&*store) != memory.ty(&*store).minimum();
        if has_grown || *calls >= CALLS_PER_STORE {
            return;
        }
        memory.data_mut(store).fill(0);
        self.idle.put(workspace);
    }
}

#[cfg(test)]
mod tests {
    use super::{Generation, IDLE_STORES, MODULES_PER_ENGINE, Workspaces};
    use wasmi::{Engine, MemoryType};

    #[test]
    fn an_engine_takes_so_many_modules() {
        let mut generation = Generation::new();
        let first = generation.admit();
        for _ in 1..MODULES_PER_ENGINE {
            assert!(Engine::same(&first, &generation.admit()));
        }
        assert!(!Engine::same(&first, &generation.admit()));
    }

    #[test]
    fn a_few_workspaces_wait_however_many_engines_there_are() {
        let (workspaces, ty) = (Workspaces::new(), MemoryType::new(1, None));
        let engines: Vec<_> = (0..=IDLE_STORES).map(|_| Generation::new().admit()).collect();
        for engine in &engines {
            workspaces.take_back(workspaces.lend(engine, ty).expect("memory"));
        }
        let calls = |engine| workspaces.lend(engine, ty).expect("memory").calls;
        assert_eq!(calls(&engines[0]), 0, "it had to go for the others");
        assert_eq!(calls(&engines[1]), 1);
        assert_eq!(calls(&engines[1]), 0, "it is lent once");
        assert_eq!(calls(&engines[IDLE_STORES]), 1);
    }
}
