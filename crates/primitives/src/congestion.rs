//! What a shard has to do, as the header of its chunk tells all others (NEP-539).
//!
//! The gas of the receipts that wait, and the bytes of all that are stored. Other shards hold back what
//! they send by it. Amounts are sums over the state: what is added when a receipt is stored is removed
//! when that receipt leaves.
//!
//! **Invariant:** no amount wraps. One that would means that the state and the congestion information are
//! not of the same chunk.

use crate::{Gas, ShardId};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a shard has to do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub enum CongestionInfo {
    /// The first form.
    V1(CongestionInfoV1),
}

/// The first form of [`CongestionInfo`].
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
pub struct CongestionInfoV1 {
    /// Gas of all delayed receipts.
    pub delayed_receipts_gas: u128,
    /// Gas of all receipts that wait for room in other shards.
    pub buffered_receipts_gas: u128,
    /// Size of all stored receipts, in bytes.
    pub receipt_bytes: u64,
    /// The one shard that may send receipts when this one is fully congested.
    pub allowed_shard: u16,
}

/// What all shards have to do, as a block tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BlockCongestionInfo {
    /// Every shard that has had a chunk.
    pub shards: BTreeMap<ShardId, ExtendedCongestionInfo>,
}

/// What a shard has to do as of its last chunk, and how long ago that was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ExtendedCongestionInfo {
    /// As of the last chunk.
    pub congestion_info: CongestionInfo,
    /// Blocks without a chunk of the shard since.
    pub missed_chunks_count: u64,
}

/// One of the amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CongestionAmount {
    /// [`CongestionInfoV1::delayed_receipts_gas`].
    DelayedReceiptsGas,
    /// [`CongestionInfoV1::buffered_receipts_gas`].
    BufferedReceiptsGas,
    /// [`CongestionInfoV1::receipt_bytes`].
    ReceiptBytes,
}

/// An amount would wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CongestionError {
    /// More would be added than can be expressed.
    #[error(
        "{amount} would overflow: start from the congestion info of the chunk that the state is of"
    )]
    Overflow {
        /// Which amount.
        amount: CongestionAmount,
    },
    /// More would be removed than there is.
    #[error(
        "more leaves the state than {amount} has: start from the congestion info of the chunk that \
         the state is of"
    )]
    Underflow {
        /// Which amount.
        amount: CongestionAmount,
    },
}

impl CongestionInfo {
    /// Gas of all delayed receipts.
    pub const fn delayed_receipts_gas(&self) -> u128 {
        let CongestionInfo::V1(info) = self;
        info.delayed_receipts_gas
    }

    /// Gas of all receipts that wait for room in other shards.
    pub const fn buffered_receipts_gas(&self) -> u128 {
        let CongestionInfo::V1(info) = self;
        info.buffered_receipts_gas
    }

    /// Size of all stored receipts, in bytes.
    pub const fn receipt_bytes(&self) -> u64 {
        let CongestionInfo::V1(info) = self;
        info.receipt_bytes
    }

    /// The one shard that may send receipts when this one is fully congested.
    pub const fn allowed_shard(&self) -> u16 {
        let CongestionInfo::V1(info) = self;
        info.allowed_shard
    }

    /// Says which shard may send receipts when this one is fully congested.
    pub const fn set_allowed_shard(&mut self, shard: u16) {
        let CongestionInfo::V1(info) = self;
        info.allowed_shard = shard;
    }

    /// Counts delayed receipts of this much gas.
    ///
    /// # Errors
    /// When the amount overflows.
    pub fn add_delayed_receipts_gas(&mut self, gas: Gas) -> Result<(), CongestionError> {
        let CongestionInfo::V1(info) = self;
        add_gas(&mut info.delayed_receipts_gas, gas, CongestionAmount::DelayedReceiptsGas)
    }

    /// Delayed receipts of this much gas are no longer there.
    ///
    /// # Errors
    /// When there was less.
    pub fn remove_delayed_receipts_gas(&mut self, gas: Gas) -> Result<(), CongestionError> {
        let CongestionInfo::V1(info) = self;
        remove_gas(&mut info.delayed_receipts_gas, gas, CongestionAmount::DelayedReceiptsGas)
    }

    /// Counts buffered receipts of this much gas.
    ///
    /// # Errors
    /// When the amount overflows.
    pub fn add_buffered_receipts_gas(&mut self, gas: Gas) -> Result<(), CongestionError> {
        let CongestionInfo::V1(info) = self;
        add_gas(&mut info.buffered_receipts_gas, gas, CongestionAmount::BufferedReceiptsGas)
    }

    /// Buffered receipts of this much gas are no longer there.
    ///
    /// # Errors
    /// When there was less.
    pub fn remove_buffered_receipts_gas(&mut self, gas: Gas) -> Result<(), CongestionError> {
        let CongestionInfo::V1(info) = self;
        remove_gas(&mut info.buffered_receipts_gas, gas, CongestionAmount::BufferedReceiptsGas)
    }

    /// Counts stored receipts of this many bytes.
    ///
    /// # Errors
    /// When the amount overflows.
    pub fn add_receipt_bytes(&mut self, bytes: u64) -> Result<(), CongestionError> {
        let CongestionInfo::V1(info) = self;
        let sum = info.receipt_bytes.checked_add(bytes);
        let amount = CongestionAmount::ReceiptBytes;
        info.receipt_bytes = sum.ok_or(CongestionError::Overflow { amount })?;
        Ok(())
    }

    /// Stored receipts of this many bytes are no longer there.
    ///
    /// # Errors
    /// When there was less.
    pub fn remove_receipt_bytes(&mut self, bytes: u64) -> Result<(), CongestionError> {
        let CongestionInfo::V1(info) = self;
        let rest = info.receipt_bytes.checked_sub(bytes);
        let amount = CongestionAmount::ReceiptBytes;
        info.receipt_bytes = rest.ok_or(CongestionError::Underflow { amount })?;
        Ok(())
    }
}

impl Default for CongestionInfo {
    fn default() -> CongestionInfo {
        CongestionInfo::V1(CongestionInfoV1::default())
    }
}

impl fmt::Display for CongestionAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CongestionAmount::DelayedReceiptsGas => "the gas of delayed receipts",
            CongestionAmount::BufferedReceiptsGas => "the gas of buffered receipts",
            CongestionAmount::ReceiptBytes => "the size of stored receipts",
        })
    }
}

fn add_gas(total: &mut u128, gas: Gas, amount: CongestionAmount) -> Result<(), CongestionError> {
    let sum = total.checked_add(gas.as_gas().into());
    *total = sum.ok_or(CongestionError::Overflow { amount })?;
    Ok(())
}

fn remove_gas(total: &mut u128, gas: Gas, amount: CongestionAmount) -> Result<(), CongestionError> {
    let rest = total.checked_sub(gas.as_gas().into());
    *total = rest.ok_or(CongestionError::Underflow { amount })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CongestionAmount, CongestionError, CongestionInfo, CongestionInfoV1};
    use crate::Gas;

    #[test]
    fn what_is_added_can_be_removed() {
        let mut info = CongestionInfo::default();
        let gas = Gas::from_gas(7);
        info.add_delayed_receipts_gas(gas).unwrap();
        info.add_buffered_receipts_gas(Gas::MAX).unwrap();
        info.add_buffered_receipts_gas(gas).unwrap();
        info.add_receipt_bytes(9).unwrap();
        assert_eq!(
            info,
            CongestionInfo::V1(CongestionInfoV1 {
                delayed_receipts_gas: 7,
                buffered_receipts_gas: u128::from(u64::MAX) + 7,
                receipt_bytes: 9,
                allowed_shard: 0,
            })
        );
        info.remove_delayed_receipts_gas(gas).unwrap();
        info.remove_buffered_receipts_gas(Gas::MAX).unwrap();
        info.remove_buffered_receipts_gas(gas).unwrap();
        info.remove_receipt_bytes(9).unwrap();
        assert_eq!(info, CongestionInfo::default());
    }

    #[test]
    fn amounts_do_not_wrap_and_stay_as_they_were() {
        let full = CongestionInfo::V1(CongestionInfoV1 {
            delayed_receipts_gas: u128::MAX,
            buffered_receipts_gas: u128::MAX,
            receipt_bytes: u64::MAX,
            allowed_shard: 3,
        });
        let one = Gas::from_gas(1);
        let (mut above, mut below) = (full, CongestionInfo::default());
        for (amount, added, removed) in [
            (
                CongestionAmount::DelayedReceiptsGas,
                above.add_delayed_receipts_gas(one),
                below.remove_delayed_receipts_gas(one),
            ),
            (
                CongestionAmount::BufferedReceiptsGas,
                above.add_buffered_receipts_gas(one),
                below.remove_buffered_receipts_gas(one),
            ),
            (
                CongestionAmount::ReceiptBytes,
                above.add_receipt_bytes(1),
                below.remove_receipt_bytes(1),
            ),
        ] {
            assert_eq!(added, Err(CongestionError::Overflow { amount }));
            assert_eq!(removed, Err(CongestionError::Underflow { amount }));
        }
        assert_eq!((above, below), (full, CongestionInfo::default()));
    }

    #[test]
    fn json_has_every_digit() {
        let info = CongestionInfo::V1(CongestionInfoV1 {
            delayed_receipts_gas: u128::MAX,
            ..CongestionInfoV1::default()
        });
        let text = serde_json::to_string(&info).unwrap();
        assert!(text.contains(&format!("\"delayed_receipts_gas\":{}", u128::MAX)), "{text}");
        assert_eq!(serde_json::from_str::<CongestionInfo>(&text).unwrap(), info);
    }
}
