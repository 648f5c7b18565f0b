//! The contracts that peers run, in a folder that the parent program has filled.

use crate::error::Failure;
use crate::task::{Contract, LOOP};
use std::path::Path;
use std::sync::Arc;

/// The example token.
const TOKEN: &[u8] = include_bytes!("../../../../examples/contracts/prebuilt/fungible-token.wasm");
/// Name of the contract of the NEAR protocol in its folder.
pub const NEAR_KERNELS: &str = "near.wasm";
/// Name of the contract of CosmWasm.
pub const COSMWASM_KERNELS: &str = "cosmwasm.wasm";

/// The contracts' code.
#[derive(Clone, Debug)]
pub struct Contracts {
    near_kernels: Arc<[u8]>,
    cosmwasm_kernels: Option<Arc<[u8]>>,
    loops: Arc<[u8]>,
}

impl Contracts {
    /// Reads what is in `folder`.
    ///
    /// # Errors
    /// When a contract is missing that Torr runs.
    pub fn read(folder: &Path) -> Result<Contracts, Failure> {
        let file = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map(Arc::from).map_err(Failure::io(path.display().to_string()))
        };
        Ok(Contracts {
            near_kernels: file(NEAR_KERNELS)?,
            cosmwasm_kernels: file(COSMWASM_KERNELS).ok(),
            loops: wat::parse_str(loops()).map(Arc::from).map_err(Failure::peer)?,
        })
    }

    /// A contract of the NEAR protocol.
    pub fn near(&self, contract: Contract) -> Arc<[u8]> {
        match contract {
            Contract::Kernels => Arc::clone(&self.near_kernels),
            Contract::Token => Arc::from(TOKEN),
            Contract::Loops => Arc::clone(&self.loops),
        }
    }

    /// The kernels as a contract of CosmWasm, if they could be built.
    pub fn cosmwasm(&self) -> Option<Arc<[u8]>> {
        self.cosmwasm_kernels.clone()
    }
}

/// Loops of equal form, one with the cheapest host call in it.
fn loops() -> String {
    let method = |name: &str, body: &str| {
        format!(
            r#"(func (export "{name}") (local $i i32)
                (loop $again
                    {body}
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if $again (i32.lt_u (local.get $i) (i32.const {LOOP})))))"#
        )
    };
    format!(
        r#"(module (import "env" "block_index" (func $host (result i64))) {} {})"#,
        method("empty_loop", ""),
        method("host_loop", "(drop (call $host))"),
    )
}
