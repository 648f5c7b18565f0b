//! The tables that ship with the crate: one file per protocol version.
//!
//! The list of versions is the list of files in `data/`. The first is a complete table, each later
//! one holds the changes since the version before. A version without changes has a file that says
//! so, because a version that is not listed is not supported.

use crate::config::RuntimeConfig;
use crate::error::ParametersError;
use crate::table::Table;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use torr_primitives::ProtocolVersion;

/// Lists the files of `data/`, by version.
macro_rules! data_files {
    ($first:literal, $($later:literal),*) => {
        /// Name and text of the complete table.
        const FIRST: File = file!($first);
        /// The changes, in order of versions.
        const LATER: &[File] = &[$(file!($later)),*];
        /// Protocol versions that there are tables for, in order.
        pub const SUPPORTED_VERSIONS: &[ProtocolVersion] = &[$first, $($later),*];
    };
}

macro_rules! file {
    ($version:literal) => {
        File {
            version: $version,
            name: concat!(stringify!($version), ".yaml"),
            text: include_str!(concat!("../data/", stringify!($version), ".yaml")),
        }
    };
}

struct File {
    version: ProtocolVersion,
    name: &'static str,
    text: &'static str,
}

data_files!(84, 85, 86, 87, 88);

/// The last protocol version that there is a table for.
pub const LATEST_VERSION: ProtocolVersion = *SUPPORTED_VERSIONS.last().expect("a first version");

impl Table {
    /// The table of a protocol version.
    ///
    /// # Errors
    /// [`ParametersError::UnsupportedVersion`]; any other error is a mistake in the files that
    /// ship, which the tests of this crate exclude.
    pub fn builtin(version: ProtocolVersion) -> Result<Table, ParametersError> {
        if !SUPPORTED_VERSIONS.contains(&version) {
            return Err(unsupported(version));
        }
        let mut table = Table::from_named_yaml(FIRST.name, FIRST.text)?;
        for changes in LATER.iter().filter(|file| file.version <= version) {
            table = table.with_changes(changes.name, changes.text)?;
        }
        Ok(table)
    }
}

/// The configurations of the protocol versions that ship.
#[derive(Clone, Copy, Debug)]
pub struct Parameters;

impl Parameters {
    /// The configuration of a protocol version. Tables are read once per process.
    ///
    /// # Errors
    /// As [`Table::builtin`].
    pub fn builtin(version: ProtocolVersion) -> Result<Arc<RuntimeConfig>, ParametersError> {
        static CONFIGS: LazyLock<
            Result<BTreeMap<ProtocolVersion, Arc<RuntimeConfig>>, ParametersError>,
        > = LazyLock::new(|| {
            SUPPORTED_VERSIONS
                .iter()
                .map(|version| {
                    let config = RuntimeConfig::try_from(&Table::builtin(*version)?)?;
                    Ok((*version, Arc::new(config)))
                })
                .collect()
        });
        let configs = CONFIGS.as_ref().map_err(Clone::clone)?;
        configs.get(&version).cloned().ok_or_else(|| unsupported(version))
    }
}

fn unsupported(version: ProtocolVersion) -> ParametersError {
    let last = LATER.last().map_or(FIRST.version, |file| file.version);
    ParametersError::UnsupportedVersion { version, first: FIRST.version, last }
}
