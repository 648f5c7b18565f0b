//! Preparation by examples: what is written, what is refused, what limits count.

mod any_bytes;
#[cfg(feature = "wasmi")]
mod execution;
mod limits;
mod refusals;
mod written;

use super::{Charging, Prepared, Rejection, prepare};
use std::sync::Arc;
use torr_parameters::{LATEST_VERSION, Parameters, RuntimeConfig, VmConfig};

/// The rules of the latest version.
fn config() -> VmConfig {
    let config: Arc<RuntimeConfig> = Parameters::builtin(LATEST_VERSION).unwrap();
    VmConfig::clone(&config.vm)
}

fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

fn prepare_text(text: &str) -> Result<Prepared, Rejection> {
    prepare(&wasm(text), &config(), Charging::Exact)
}
