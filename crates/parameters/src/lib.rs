//! What things cost and how big they may be: the parameters of each protocol version.
//!
//! Costs, limits and switches are data. `data/84.yaml` has all of them as of version 84, with unit
//! and meaning; `data/85.yaml` and so on have the changes since. Code reads them as a
//! [`RuntimeConfig`], and nothing in it is a default: a table that lacks a parameter, or has one
//! that nothing reads, is refused.
//!
//! ```
//! use torr_parameters::{ExtCost, Parameters, Table, RuntimeConfig};
//!
//! let config = Parameters::builtin(86)?;
//! assert_eq!(config.vm.ext_costs[ExtCost::Sha256Byte].gas.as_gas(), 24_117_351);
//!
//! // A chain of its own starts from a table that ships and changes what it needs to.
//! let table = Table::builtin(86)?
//!     .with_changes("my-chain.yaml", "max_number_logs: { old: 100, new: 500 }")?;
//! assert_eq!(RuntimeConfig::try_from(&table)?.vm.limits.max_number_logs, 500);
//! # Ok::<(), torr_parameters::ParametersError>(())
//! ```

#![forbid(unsafe_code)]

mod check;
pub mod config;
pub mod cost;
mod cost_names;
pub mod error;
pub mod fees;
mod limits;
mod ratio;
mod reader;
pub mod table;
mod value;
mod versions;
mod view;
mod vm_config;
mod yaml;

pub use config::{
    AccountCreationConfig, BandwidthSchedulerConfig, CongestionControlConfig, FeesConfig,
    RuntimeConfig, StorageUsageConfig, WitnessConfig,
};
pub use cost::{ActionFees, Cost, ExtCosts, Fee, Locality};
pub use cost_names::{ActionCost, ExtCost};
pub use error::{ParameterProblem, ParametersError, SyntaxProblem};
pub use limits::Limits;
pub use ratio::{Ratio, RatioError};
pub use table::{Difference, Entry, Table};
pub use value::{Unit, Value};
pub use versions::{LATEST_VERSION, Parameters, SUPPORTED_VERSIONS};
pub use vm_config::{VmConfig, VmKind};
pub use yaml::MAX_TABLE_BYTES;
