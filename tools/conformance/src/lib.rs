//! Runs conformance vectors against the crates and says which cases differ, field by field.
//!
//! A vector file names its format; [`areas`] is the table of formats and what runs them. A case is
//! rebuilt from its inputs by our crates, and the whole of what they give is compared with the whole
//! of what the case expects, so a field that one side has and the other has not is a difference.
//!
//! **Invariant:** nothing passes that was not run. A format, a kind or a field that this tool does
//! not know makes the case fail.

#![forbid(unsafe_code)]

pub mod areas;
pub mod case;
pub mod checksums;
pub mod command;
pub mod difference;
mod encoding;
pub mod parallel;
mod report;
pub mod shipped;
pub mod store;
pub mod suite;
pub mod vector_file;
