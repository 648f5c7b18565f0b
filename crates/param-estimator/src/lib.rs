//! What things should cost: measures every priced operation on this machine, fits the cost model, and
//! writes a table of parameters that the crates load.
//!
//! The model, and each method, are explained in `docs/parameters.md`.

#![deny(unsafe_code)]
#![expect(clippy::float_arithmetic, reason = "measured times are floats; no protocol value is")]

pub mod callgrind;
pub mod calls;
pub mod charges;
pub mod check;
pub mod chunks;
pub mod cli;
pub mod compare;
pub mod contract;
pub mod document;
pub mod error;
pub mod estimate;
pub mod experiment;
pub mod experiments;
mod figure;
pub mod fit;
pub mod journal;
mod machine;
pub mod measure;
pub mod metric;
pub mod outputs;
pub mod price;
pub mod program;
pub mod progress;
pub mod report;
pub mod requests;
pub mod run;
pub mod scene;
pub mod search;
pub mod states;
pub mod statistics;
pub mod terminal;
pub mod verdict;
