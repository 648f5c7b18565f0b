//! What things should cost: measures every priced operation on this machine, fits the cost model, and
//! writes a table of parameters that the crates load.
//!
//! The model, and each method, are explained in `docs/parameters.md`.

#![deny(unsafe_code)]
#![expect(clippy::float_arithmetic, reason = "measured times are floats; no protocol value is")]

pub mod charges;
pub mod document;
pub mod error;
pub mod estimate;
pub mod experiment;
pub mod experiments;
mod figure;
pub mod measure;
pub mod outputs;
pub mod price;
pub mod program;
pub mod run;
pub mod work;
