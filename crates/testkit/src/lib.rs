//! Generators, oracles and fixtures, for tests, fuzz targets and benchmarks; never for production.
//!
//! [`program`] and [`module`] make contracts from arbitrary bytes, [`world`] gives them a chain to
//! run on, [`referee`] runs them on every engine and insists on one answer.

#![forbid(unsafe_code)]

pub mod module;
pub mod program;
pub mod referee;
pub mod world;
