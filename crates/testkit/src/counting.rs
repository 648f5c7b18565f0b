//! An engine that counts how often it is asked to compile, to see what a cache spares it.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use torr_vm_logic::error::Fault;
use torr_vm_runner::EngineKind;
use torr_vm_runner::engine::{Engine, LoadedModule};
use torr_vm_runner::prepare::{Compilation, GasPassing, Prepared};

/// An engine of some kind, with a count.
pub struct CountingEngine {
    engine: Arc<dyn Engine>,
    compilations: AtomicUsize,
}

impl CountingEngine {
    /// A new engine of this kind that has compiled nothing.
    pub fn new(kind: EngineKind) -> Arc<CountingEngine> {
        let engine = kind.build().unwrap_or_else(|fault| panic!("{fault}"));
        Arc::new(CountingEngine { engine, compilations: AtomicUsize::new(0) })
    }

    /// How many modules it was asked to compile.
    pub fn compilations(&self) -> usize {
        self.compilations.load(Ordering::SeqCst)
    }
}

impl Engine for CountingEngine {
    fn id(&self) -> String {
        self.engine.id()
    }

    fn gas_passing(&self, best_compilation: Compilation) -> GasPassing {
        self.engine.gas_passing(best_compilation)
    }

    fn compile(&self, module: &Prepared) -> Result<Vec<u8>, Fault> {
        self.compilations.fetch_add(1, Ordering::SeqCst);
        self.engine.compile(module)
    }

    fn load(&self, artifact: &[u8]) -> Result<Arc<dyn LoadedModule>, Fault> {
        self.engine.load(artifact)
    }

    fn load_file(&self, file: File, len: u64) -> Result<Arc<dyn LoadedModule>, Fault> {
        self.engine.load_file(file, len)
    }
}
