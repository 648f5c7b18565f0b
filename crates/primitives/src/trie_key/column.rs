//! Columns: the first byte of a key, which says what kind of thing it names.
//!
//! The numbers are the protocol's. 8 and 21 are not columns: delayed receipts share one with their
//! indices, and nonces of gas keys one with access keys.

/// What keys with the same first byte name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Column {
    /// Accounts.
    Account = 0,
    /// Contracts of accounts.
    ContractCode = 1,
    /// Access keys, and nonces of gas keys.
    AccessKey = 2,
    /// Results that arrived early.
    ReceivedData = 3,
    /// Which receipt waits for a result.
    PostponedReceiptId = 4,
    /// How many results a receipt waits for.
    PendingDataCount = 5,
    /// Receipts that wait for results.
    PostponedReceipt = 6,
    /// Receipts that wait for gas, and their indices.
    DelayedReceipts = 7,
    /// What contracts have stored.
    ContractData = 9,
    /// Indices of timeouts of yields.
    PromiseYieldIndices = 10,
    /// Timeouts of yields.
    PromiseYieldTimeout = 11,
    /// Receipts that wait to be resumed.
    PromiseYieldReceipt = 12,
    /// Indices of receipts that wait for room in other shards.
    BufferedReceiptIndices = 13,
    /// Receipts that wait for room in other shards.
    BufferedReceipt = 14,
    /// How much each shard may send to each.
    BandwidthSchedulerState = 15,
    /// Sums over groups of buffered receipts.
    BufferedReceiptGroupsQueueData = 16,
    /// Groups of buffered receipts.
    BufferedReceiptGroupsQueueItem = 17,
    /// Global contracts.
    GlobalContractCode = 18,
    /// How often global contracts have been deployed.
    GlobalContractNonce = 19,
    /// How far yields have come.
    PromiseYieldStatus = 20,
    /// From contracts' names of yields to the protocol's.
    YieldIdToDataId = 22,
    /// From the protocol's names of yields to contracts'.
    DataIdToYieldId = 23,
}

impl Column {
    /// All columns, in the order of keys.
    pub const ALL: [Column; 22] = [
        Column::Account,
        Column::ContractCode,
        Column::AccessKey,
        Column::ReceivedData,
        Column::PostponedReceiptId,
        Column::PendingDataCount,
        Column::PostponedReceipt,
        Column::DelayedReceipts,
        Column::ContractData,
        Column::PromiseYieldIndices,
        Column::PromiseYieldTimeout,
        Column::PromiseYieldReceipt,
        Column::BufferedReceiptIndices,
        Column::BufferedReceipt,
        Column::BandwidthSchedulerState,
        Column::BufferedReceiptGroupsQueueData,
        Column::BufferedReceiptGroupsQueueItem,
        Column::GlobalContractCode,
        Column::GlobalContractNonce,
        Column::PromiseYieldStatus,
        Column::YieldIdToDataId,
        Column::DataIdToYieldId,
    ];

    /// The column with this number, if there is one.
    pub fn of(byte: u8) -> Option<Column> {
        Column::ALL.into_iter().find(|column| *column as u8 == byte)
    }
}
