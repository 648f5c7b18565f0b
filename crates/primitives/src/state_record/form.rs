//! What records say of a state and what they leave out, by kind of key.

use crate::TrieKey;

/// How much a state written as records says of what stands under a key.
///
/// Whoever writes a whole state as records looks at this for every key that has no record: what is
/// [`Implied`](RecordForm::Implied) can be passed over, what is [`Absent`](RecordForm::Absent) must
/// be refused or reported, because a state read from the records will not have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordForm {
    /// A record says all of it: key and value can be written again byte for byte.
    Whole,
    /// A record says which receipt waits, but not its place in the queue, which it gets anew after
    /// the record before it, nor what it counts as for congestion.
    Requeued,
    /// No record, but records of receipts and results say it: which receipt waits for which
    /// result, for how many, and how long the queue of delayed receipts is.
    Implied,
    /// No record says it: yields, receipts that wait for other shards, bandwidth, global contracts.
    Absent,
}

impl RecordForm {
    /// What records say of what stands under `key`.
    pub const fn of(key: &TrieKey) -> RecordForm {
        match key {
            TrieKey::Account { .. }
            | TrieKey::ContractCode { .. }
            | TrieKey::AccessKey { .. }
            | TrieKey::GasKeyNonce { .. }
            | TrieKey::ReceivedData { .. }
            | TrieKey::PostponedReceipt { .. }
            | TrieKey::ContractData { .. } => RecordForm::Whole,
            TrieKey::DelayedReceipt { .. } => RecordForm::Requeued,
            TrieKey::PostponedReceiptId { .. }
            | TrieKey::PendingDataCount { .. }
            | TrieKey::DelayedReceiptIndices => RecordForm::Implied,
            TrieKey::PromiseYieldIndices
            | TrieKey::PromiseYieldTimeout { .. }
            | TrieKey::PromiseYieldReceipt { .. }
            | TrieKey::BufferedReceiptIndices
            | TrieKey::BufferedReceipt { .. }
            | TrieKey::BandwidthSchedulerState
            | TrieKey::BufferedReceiptGroupsQueueData { .. }
            | TrieKey::BufferedReceiptGroupsQueueItem { .. }
            | TrieKey::GlobalContractCode { .. }
            | TrieKey::GlobalContractNonce { .. }
            | TrieKey::PromiseYieldStatus { .. }
            | TrieKey::YieldIdToDataId { .. }
            | TrieKey::DataIdToYieldId { .. } => RecordForm::Absent,
        }
    }
}
