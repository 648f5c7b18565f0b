//! A compiling engine with another behind it, for modules that would take the first too long.
//!
//! A node must take any contract that the protocol accepts, in time that its length bounds. What
//! [`Prepared::best_compilation`] does not allow is left to the other engine. Engines give the same
//! outcome, so nobody can tell. The last byte of an artifact says whose it is.

use super::{Engine, LoadedModule};
use crate::prepare::{Compilation, GasPassing, Prepared};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use torr_vm_logic::error::Fault;

/// Ends artifacts of the first engine.
const FIRST: u8 = 1;
/// Ends artifacts of the other.
const FALLBACK: u8 = 0;

/// The two engines as one.
pub(super) struct GuardedEngine<E, F> {
    pub(super) engine: E,
    /// What it does with a module.
    pub(super) compilation: Compilation,
    /// Does less.
    pub(super) fallback: F,
}

impl<E: Engine, F: Engine> GuardedEngine<E, F> {
    /// The end of artifacts of modules with which so much may be done.
    fn tag(&self, best_compilation: Compilation) -> u8 {
        if best_compilation >= self.compilation { FIRST } else { FALLBACK }
    }

    /// The engine whose artifacts end like this.
    fn of(&self, tag: u8) -> Result<&dyn Engine, Fault> {
        match tag {
            FIRST => Ok(&self.engine),
            FALLBACK => Ok(&self.fallback),
            _ => Err(Fault::Engine { message: "an artifact of no engine".to_owned() }),
        }
    }
}

impl<E: Engine, F: Engine> Engine for GuardedEngine<E, F> {
    fn id(&self) -> String {
        format!("{}, else {}", self.engine.id(), self.fallback.id())
    }

    fn gas_passing(&self, best_compilation: Compilation) -> GasPassing {
        match self.tag(best_compilation) {
            FIRST => self.engine.gas_passing(best_compilation),
            _ => self.fallback.gas_passing(best_compilation),
        }
    }

    fn compile(&self, module: &Prepared) -> Result<Vec<u8>, Fault> {
        let tag = self.tag(module.best_compilation);
        let mut artifact = self.of(tag)?.compile(module)?;
        artifact.push(tag);
        Ok(artifact)
    }

    fn load(&self, artifact: &[u8]) -> Result<Arc<dyn LoadedModule>, Fault> {
        let (&tag, artifact) = artifact
            .split_last()
            .ok_or_else(|| Fault::Engine { message: "an empty artifact".to_owned() })?;
        self.of(tag)?.load(artifact)
    }

    fn load_file(&self, mut file: File, len: u64) -> Result<Arc<dyn LoadedModule>, Fault> {
        let len = len.saturating_sub(1);
        let mut tag = [0];
        file.seek(SeekFrom::Start(len))
            .and_then(|_| file.read_exact(&mut tag))
            .and_then(|()| file.rewind())
            .map_err(|error| Fault::Engine {
                message: format!("cannot read an artifact: {error}"),
            })?;
        self.of(tag[0])?.load_file(file, len)
    }
}
