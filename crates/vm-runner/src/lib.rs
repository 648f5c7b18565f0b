//! How Wasm runs: prepare, compile, cache, execute.
//!
//! [`runner::Runner`] is the way in. [`mod@prepare`] makes any contract a module whose metering and
//! limits are its own; an [`engine::Engine`] compiles and calls such modules; [`cache`] keeps what
//! was compiled. `examples/run_contract.rs` shows a whole call.
//!
//! Engines are features: `wasmer`, native code by a single-pass compiler; `wasmtime`, native code by an
//! optimising one; and `wasmi`, an interpreter, the only one that builds for wasm32. A [`Policy`] says
//! which contracts are worth optimising.
//!
//! **Invariant:** all engines give the same outcome for the same call, because nothing that the
//! protocol can observe is left to an engine.

#![deny(unsafe_code)]

#[cfg(not(any(feature = "wasmer", feature = "wasmi", feature = "wasmtime")))]
compile_error!("nothing runs Wasm: choose one or more of the features wasmer, wasmtime and wasmi");

pub mod artifact;
pub mod cache;
pub mod code;
pub mod engine;
mod optimiser;
pub mod policy;
pub mod prepare;
mod ready;
pub mod runner;

pub use cache::CacheConfig;
pub use code::Code;
pub use engine::EngineKind;
pub use policy::{Optimise, Policy};
pub use prepare::Charging;
pub use runner::Runner;
