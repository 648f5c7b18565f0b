//! Generators, oracles and fixtures, for tests, fuzz targets and benchmarks; never for production.
//!
//! [`program`] and [`module`] make contracts from arbitrary bytes, [`mutation`] damages real ones, [`bomb`]
//! makes what compilers are worst at. [`world`] gives contracts a chain to run on, [`referee`] runs them on
//! every engine and insists on one answer, [`soak`] puts both native engines under stress in one process.
//! [`round_trip`] insists on one encoding of each value, [`counting`] shows what a cache spares an engine.
//! [`trie`](mod@trie) compares tries with maps, and makes nodes that no update would make;
//! [`state_history`] does so with versions of a state in a database, [`state_files`] makes files of states.

#![forbid(unsafe_code)]

pub mod bomb;
pub mod chain;
pub mod contracts;
pub mod counting;
pub mod module;
pub mod mutation;
pub mod probe;
pub mod program;
pub mod referee;
pub mod round_trip;
pub mod soak;
pub mod state_files;
pub mod state_history;
pub mod trie;
pub mod world;
