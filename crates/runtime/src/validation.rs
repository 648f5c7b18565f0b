//! Which lists of actions and which receipts are refused, by looking at them alone.
//!
//! What is checked, in which order and with which error is the protocol's ("Transaction validation",
//! RuntimeSpec/Transactions; limits are parameters). A transaction is checked when it comes in, a
//! receipt when it is made and again where it arrives.
//!
//! **Invariant:** a receipt that was accepted when it was made stays acceptable. A rule that is stricter
//! than the one before holds for [new](ReceiptOrigin::New) receipts only, since others may have been
//! on their way when it began.
//!
//! Account ids are not checked again: an [`AccountId`](torr_primitives::AccountId) is always valid.

mod action;
mod actions;
mod post_quantum;
mod receipt;
mod state_init;

pub use actions::validate_actions;
pub use receipt::validate_receipt;

pub(crate) use post_quantum::{has_post_quantum_keys, is_post_quantum};

use crate::feature::Feature;
use torr_parameters::{Limits, RuntimeConfig};
use torr_primitives::ProtocolVersion;
use torr_primitives::error::ActionsValidationError;

/// When a receipt was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptOrigin {
    /// Just now, under this protocol version.
    New,
    /// Before, perhaps under an earlier protocol version.
    Existing,
}

/// What a list of actions is held against.
#[derive(Clone, Copy)]
struct Rules<'a> {
    config: &'a RuntimeConfig,
    version: ProtocolVersion,
    origin: ReceiptOrigin,
}

impl<'a> Rules<'a> {
    fn limits(&self) -> &'a Limits {
        &self.config.vm.limits
    }

    fn has(&self, feature: Feature) -> bool {
        feature.is_enabled(self.version)
    }

    /// Whether what is made now has to keep `feature`.
    fn requires(&self, feature: Feature) -> bool {
        self.origin == ReceiptOrigin::New && self.has(feature)
    }

    /// Refuses what came with `feature`, which errors call `name`, in versions that do not have it.
    fn demand(&self, feature: Feature, name: &str) -> Result<(), ActionsValidationError> {
        if self.has(feature) { Ok(()) } else { Err(self.unsupported(name)) }
    }

    fn unsupported(&self, name: &str) -> ActionsValidationError {
        ActionsValidationError::UnsupportedProtocolFeature {
            protocol_feature: name.to_owned(),
            version: self.version,
        }
    }
}

#[cfg(test)]
mod tests;
