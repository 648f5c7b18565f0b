//! What a contract can do: the host functions, over the [`external::External`] trait.
//!
//! A call has a [`context::Context`] (inputs), a [`host::HostState`] (registers, gas, logs,
//! promises so far) and ends in an [`outcome::Outcome`] (results). Engines link the functions with
//! [`visit_host_functions`]; nothing here knows an engine.
//!
//! **Invariant:** everything a host function does is a function of the context, the parameters, the
//! guest's memory and what `External` answers.

#![forbid(unsafe_code)]

pub mod context;
pub mod copy;
pub mod effects;
pub mod error;
pub mod external;
pub mod function;
pub mod functions;
pub mod gas;
pub mod host;
pub mod memory;
pub mod outcome;
pub mod profile;
mod promise;
pub mod registers;
pub mod simulated;

pub use functions::visit_host_functions;
