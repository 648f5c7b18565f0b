//! Why the state changed: what was being done when it did.

use serde::{Deserialize, Serialize};
use torr_crypto::hash::CryptoHash;

/// What was being done when a value of the state changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateChangeCause {
    /// A transaction was charged; its hash.
    TransactionProcessing(CryptoHash),
    /// A receipt took the results that it had waited for; its id.
    ActionReceiptProcessingStarted(CryptoHash),
    /// The account of a called contract got its share of the fees; id of the receipt.
    ActionReceiptGasReward(CryptoHash),
    /// A receipt was executed; its id.
    ReceiptProcessing(CryptoHash),
    /// A receipt, or a result that one waits for, was put by; its id.
    PostponedReceipt(CryptoHash),
    /// The queues of receipts were brought up to date at the end of a chunk.
    UpdatedDelayedReceipts,
    /// Stakes and rewards of validators were settled at the beginning of an epoch.
    ValidatorAccountsUpdate,
    /// The bandwidth scheduler ran.
    BandwidthSchedulerStateUpdate,
}
