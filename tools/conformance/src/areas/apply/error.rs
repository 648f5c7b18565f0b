//! How the files write that a chunk is not applied.

use serde_json::{Value, json};
use torr_primitives::Balance;
use torr_primitives::error::StorageError;
use torr_runtime::{ApplyError, ValidatorUpdateError};

/// Thousandths of a NEAR in yoctoNEAR.
const MILLINEAR: u128 = 1_000_000_000_000_000_000_000;

/// The error as the files have it; one that they know nothing of has its text.
pub(super) fn error_json(error: &ApplyError) -> Value {
    match error {
        ApplyError::InvalidReceipt(error) => json!({ "ReceiptValidationError": error }),
        ApplyError::ValidatorUpdate(error) => match text(error) {
            Some(text) => {
                json!({ "StorageError": StorageError::StorageInconsistentState(text) })
            }
            None => json!({ "Other": error.to_string() }),
        },
        error => json!({ "Other": error.to_string() }),
    }
}

/// What the reference says of stakes that cannot be settled.
fn text(error: &ValidatorUpdateError) -> Option<String> {
    Some(match error {
        ValidatorUpdateError::StakeNotLocked { locked, stake, .. } => format!(
            "FATAL: staking invariant does not hold. Account stake {} is less than maximum of \
             stakes {} in the past three epochs",
            in_near(*locked),
            in_near(*stake)
        ),
        ValidatorUpdateError::UnknownValidator { account_id, stake } => {
            format!("Account {account_id} with max of stakes {} is not found", in_near(*stake))
        }
        ValidatorUpdateError::UnknownTreasury { account_id } => {
            format!("Protocol treasury account {account_id} is not found")
        }
        ValidatorUpdateError::NoTreasuryReward { .. } | ValidatorUpdateError::Overflow { .. } => {
            return None;
        }
    })
}

/// Tokens in NEAR, rounded up: three decimals below 1 NEAR, two above.
fn in_near(balance: Balance) -> String {
    let yoctonear = balance.as_yoctonear();
    match yoctonear {
        0 => "0 NEAR".to_owned(),
        1..MILLINEAR => "<0.001 NEAR".to_owned(),
        _ if yoctonear <= 999 * MILLINEAR => {
            format!("0.{:03} NEAR", yoctonear.div_ceil(MILLINEAR))
        }
        _ => {
            let hundredths = yoctonear.div_ceil(10 * MILLINEAR);
            format!("{}.{:02} NEAR", hundredths / 100, hundredths % 100)
        }
    }
}
