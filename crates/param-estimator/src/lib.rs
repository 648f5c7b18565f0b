//! What things should cost: measures every priced operation on this machine, fits the cost model, and
//! writes a table of parameters that the crates load.
//!
//! The model, and each method, are explained in `docs/parameters.md`.

#![forbid(unsafe_code)]
#![expect(clippy::float_arithmetic, reason = "measured times are floats; no protocol value is")]

pub mod charges;
pub mod document;
pub mod error;
pub mod experiment;
pub mod price;
pub mod scene;
