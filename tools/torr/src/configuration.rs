//! Which parameters a command works with: those of a protocol version or of a file.

use crate::error::CliError;
use crate::files;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use torr_parameters::{
    LATEST_VERSION, MAX_TABLE_BYTES, Parameters, RuntimeConfig, SUPPORTED_VERSIONS, Table,
};
use torr_primitives::ProtocolVersion;

/// The arguments that choose the parameters.
#[derive(Args)]
pub(crate) struct ConfigurationArguments {
    /// Protocol version whose costs, limits and features hold [default: the latest]
    #[arg(long, value_name = "VERSION", help_heading = "Protocol")]
    protocol_version: Option<ProtocolVersion>,
    /// Take costs, limits and features from a table instead (YAML, as `torr params --yaml` prints)
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "protocol_version",
        help_heading = "Protocol"
    )]
    params: Option<PathBuf>,
}

impl ConfigurationArguments {
    /// The version that was asked for; `None`: the parameters are a file's.
    pub(crate) fn version(&self) -> Option<ProtocolVersion> {
        match self.params {
            Some(_) => None,
            None => Some(self.protocol_version.unwrap_or(LATEST_VERSION)),
        }
    }

    /// What the chosen parameters are called in a text.
    pub(crate) fn name(&self) -> String {
        match (&self.params, self.protocol_version) {
            (Some(path), _) => path.display().to_string(),
            (None, version) => format!("protocol version {}", version.unwrap_or(LATEST_VERSION)),
        }
    }

    /// The parameters, as a table.
    pub(crate) fn table(&self) -> Result<Table, CliError> {
        match &self.params {
            None => Ok(Table::builtin(self.protocol_version.unwrap_or(LATEST_VERSION))?),
            Some(path) => {
                let text = files::read_text(path, "a table of parameters", MAX_TABLE_BYTES as u64)?;
                Ok(Table::from_named_yaml(&path.display().to_string(), &text)?)
            }
        }
    }

    /// The parameters, as code reads them.
    pub(crate) fn config(&self) -> Result<Arc<RuntimeConfig>, CliError> {
        match self.version() {
            Some(version) => Ok(Parameters::builtin(version)?),
            None => Ok(Arc::new(RuntimeConfig::try_from(&self.table()?)?)),
        }
    }
}

/// The first supported version for which `holds`, if any.
pub(crate) fn first_version(holds: impl Fn(&RuntimeConfig) -> bool) -> Option<ProtocolVersion> {
    let holds_at = |version: &ProtocolVersion| {
        Parameters::builtin(*version).is_ok_and(|config| holds(&config))
    };
    SUPPORTED_VERSIONS.iter().copied().find(holds_at)
}
