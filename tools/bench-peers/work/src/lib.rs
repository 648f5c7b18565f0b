//! What peers are asked to do, and what is measured of them while they do it.
//!
//! It knows no peer: each program brings its own, behind the trait [`peer::Peer`].

#![forbid(unsafe_code)]

pub mod contracts;
pub mod error;
pub mod figures;
pub mod measure;
pub mod peer;
pub mod survey;
pub mod task;
