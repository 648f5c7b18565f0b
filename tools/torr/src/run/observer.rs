//! An engine around another one, which notes the host function that a call stopped in. The outcome
//! does not tell, since the protocol does not care; a developer does.

use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use torr_vm_logic::error::Fault;
use torr_vm_runner::EngineKind;
use torr_vm_runner::engine::{Call, Ended, Engine, LoadedModule, Session};
use torr_vm_runner::prepare::{Compilation, GasPassing, Prepared};

/// Where the last call stopped.
#[derive(Clone, Debug, Default)]
pub(super) struct StoppedIn(Arc<Mutex<Option<&'static str>>>);

impl StoppedIn {
    /// The host function, unless the call ended in the contract's own code.
    pub(super) fn host_function(&self) -> Option<&'static str> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, function: Option<&'static str>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = function;
    }
}

/// An engine of the given kind, and where its last call stopped.
pub(super) fn observed(kind: EngineKind) -> Result<(Arc<dyn Engine>, StoppedIn), Fault> {
    let stopped_in = StoppedIn::default();
    let engine = Observer { engine: kind.build()?, stopped_in: stopped_in.clone() };
    Ok((Arc::new(engine), stopped_in))
}

struct Observer {
    engine: Arc<dyn Engine>,
    stopped_in: StoppedIn,
}

struct ObservedModule {
    module: Arc<dyn LoadedModule>,
    stopped_in: StoppedIn,
}

impl Engine for Observer {
    fn id(&self) -> String {
        self.engine.id()
    }

    fn gas_passing(&self, best_compilation: Compilation) -> GasPassing {
        self.engine.gas_passing(best_compilation)
    }

    fn compile(&self, module: &Prepared) -> Result<Vec<u8>, Fault> {
        self.engine.compile(module)
    }

    fn load(&self, artifact: &[u8]) -> Result<Arc<dyn LoadedModule>, Fault> {
        Ok(self.observe(self.engine.load(artifact)?))
    }

    fn load_file(&self, file: File, len: u64) -> Result<Arc<dyn LoadedModule>, Fault> {
        Ok(self.observe(self.engine.load_file(file, len)?))
    }
}

impl Observer {
    fn observe(&self, module: Arc<dyn LoadedModule>) -> Arc<dyn LoadedModule> {
        Arc::new(ObservedModule { module, stopped_in: self.stopped_in.clone() })
    }
}

impl LoadedModule for ObservedModule {
    fn call(&self, call: &Call<'_>, session: &mut Session<'_, '_>) -> Result<Ended, Fault> {
        let ended = self.module.call(call, session);
        self.stopped_in.note(session.current_function());
        ended
    }
}
