//! An optimising engine with a plain one behind it, for modules that would take the first too long.
//!
//! A node that has an optimising engine only must take any contract all the same, in time that its
//! length bounds. What [`Prepared::suits_optimising`] denies is compiled by the plain engine. Engines give
//! the same outcome, so nobody can tell. The last byte of an artifact says whose it is.

use super::{Engine, LoadedModule};
use crate::prepare::{GasPassing, Prepared};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use torr_vm_logic::error::Fault;

/// Ends artifacts of the optimising engine.
const OPTIMISED: u8 = 1;
/// Ends artifacts of the plain engine.
const PLAIN: u8 = 0;

/// The two engines as one.
pub(super) struct GuardedEngine<O, P> {
    pub(super) optimising: O,
    pub(super) plain: P,
}

impl<O: Engine, P: Engine> GuardedEngine<O, P> {
    /// The engine whose artifacts end like this.
    fn of(&self, tag: u8) -> Result<&dyn Engine, Fault> {
        match tag {
            OPTIMISED => Ok(&self.optimising),
            PLAIN => Ok(&self.plain),
            _ => Err(Fault::Engine { message: "an artifact of no engine".to_owned() }),
        }
    }
}

impl<O: Engine, P: Engine> Engine for GuardedEngine<O, P> {
    fn id(&self) -> String {
        format!("{}, else {}", self.optimising.id(), self.plain.id())
    }

    fn gas_passing(&self, suits_optimising: bool) -> GasPassing {
        match suits_optimising {
            true => self.optimising.gas_passing(true),
            false => self.plain.gas_passing(false),
        }
    }

    fn compile(&self, module: &Prepared) -> Result<Vec<u8>, Fault> {
        let tag = if module.suits_optimising { OPTIMISED } else { PLAIN };
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
