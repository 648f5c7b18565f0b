//! Groups of buffered receipts that follow each other, with their size and gas.
//!
//! A shard asks for bandwidth by what waits in its buffers (NEP-584). So that it need not read every
//! receipt for that, receipts count in groups: the state has a queue of groups beside each queue of
//! receipts. A receipt that goes to the end of the buffer counts in the last group unless that becomes
//! too large; one that leaves from the front is taken off the first.

use super::QueueIndices;
use crate::Gas;
use borsh::{BorshDeserialize, BorshSerialize};

/// A group of buffered receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ReceiptGroup {
    /// The first form.
    V0(ReceiptGroupV0),
}

/// The first form of [`ReceiptGroup`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceiptGroupV0 {
    /// Size of all its receipts, in bytes.
    pub size: u64,
    /// Gas of all its receipts.
    pub gas: u128,
}

/// Which groups there are, and what they come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ReceiptGroupsQueueData {
    /// The first form.
    V0(ReceiptGroupsQueueDataV0),
}

/// The first form of [`ReceiptGroupsQueueData`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceiptGroupsQueueDataV0 {
    /// Which groups there are.
    pub indices: QueueIndices,
    /// Size of all their receipts, in bytes.
    pub total_size: u64,
    /// Gas of all their receipts.
    pub total_gas: u128,
    /// Number of all their receipts.
    pub total_receipts_num: u64,
}

/// How large groups become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptGroupsConfig {
    /// Most bytes of a group of several receipts.
    pub size_upper_bound: u64,
    /// Most gas of a group of several receipts.
    pub gas_upper_bound: Gas,
}

/// Groups do not add up to the receipts that they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "groups of buffered receipts do not add up to the receipts: the state is damaged; restore it"
)]
pub struct ReceiptGroupsError;

impl ReceiptGroup {
    /// A group of one receipt of `size` bytes.
    pub const fn of_receipt(size: u64, gas: Gas) -> ReceiptGroup {
        // No `From` in a constant function; the number only grows.
        ReceiptGroup::V0(ReceiptGroupV0 { size, gas: gas.as_gas() as u128 })
    }

    /// Size of all its receipts, in bytes.
    pub const fn size(&self) -> u64 {
        let ReceiptGroup::V0(group) = self;
        group.size
    }

    /// Gas of all its receipts.
    pub const fn gas(&self) -> u128 {
        let ReceiptGroup::V0(group) = self;
        group.gas
    }

    /// The group with one receipt of `size` bytes more; `None` if that would be too much, so that the
    /// receipt begins a group of its own.
    pub fn with_receipt(
        &self,
        size: u64,
        gas: Gas,
        config: &ReceiptGroupsConfig,
    ) -> Option<ReceiptGroup> {
        let size = self.size().checked_add(size)?;
        let gas = self.gas().checked_add(gas.as_gas().into())?;
        let fits =
            size <= config.size_upper_bound && gas <= u128::from(config.gas_upper_bound.as_gas());
        fits.then_some(ReceiptGroup::V0(ReceiptGroupV0 { size, gas }))
    }

    /// The group without a receipt of `size` bytes; `None` if it was the last one. No receipt has no
    /// size.
    ///
    /// # Errors
    /// When the group has less than that, or gas without a receipt.
    pub fn without_receipt(
        &self,
        size: u64,
        gas: Gas,
    ) -> Result<Option<ReceiptGroup>, ReceiptGroupsError> {
        let size = self.size().checked_sub(size).ok_or(ReceiptGroupsError)?;
        let gas = self.gas().checked_sub(gas.as_gas().into()).ok_or(ReceiptGroupsError)?;
        match (size, gas) {
            (0, 0) => Ok(None),
            (0, _) => Err(ReceiptGroupsError),
            _ => Ok(Some(ReceiptGroup::V0(ReceiptGroupV0 { size, gas }))),
        }
    }
}

impl ReceiptGroupsQueueData {
    /// Which groups there are.
    pub const fn indices(&self) -> QueueIndices {
        let ReceiptGroupsQueueData::V0(data) = self;
        data.indices
    }

    /// Which groups there are, to be changed.
    pub const fn indices_mut(&mut self) -> &mut QueueIndices {
        let ReceiptGroupsQueueData::V0(data) = self;
        &mut data.indices
    }

    /// Size of all receipts, in bytes.
    pub const fn total_size(&self) -> u64 {
        let ReceiptGroupsQueueData::V0(data) = self;
        data.total_size
    }

    /// Gas of all receipts.
    pub const fn total_gas(&self) -> u128 {
        let ReceiptGroupsQueueData::V0(data) = self;
        data.total_gas
    }

    /// Number of all receipts.
    pub const fn total_receipts_num(&self) -> u64 {
        let ReceiptGroupsQueueData::V0(data) = self;
        data.total_receipts_num
    }

    /// Counts one receipt of `size` bytes more.
    ///
    /// # Errors
    /// When a total overflows.
    pub fn add_receipt(&mut self, size: u64, gas: Gas) -> Result<(), ReceiptGroupsError> {
        let total = |indices| {
            Some(ReceiptGroupsQueueDataV0 {
                indices,
                total_size: self.total_size().checked_add(size)?,
                total_gas: self.total_gas().checked_add(gas.as_gas().into())?,
                total_receipts_num: self.total_receipts_num().checked_add(1)?,
            })
        };
        *self = ReceiptGroupsQueueData::V0(total(self.indices()).ok_or(ReceiptGroupsError)?);
        Ok(())
    }

    /// Counts one receipt of `size` bytes less.
    ///
    /// # Errors
    /// When there was less than that.
    pub fn remove_receipt(&mut self, size: u64, gas: Gas) -> Result<(), ReceiptGroupsError> {
        let rest = |indices| {
            Some(ReceiptGroupsQueueDataV0 {
                indices,
                total_size: self.total_size().checked_sub(size)?,
                total_gas: self.total_gas().checked_sub(gas.as_gas().into())?,
                total_receipts_num: self.total_receipts_num().checked_sub(1)?,
            })
        };
        *self = ReceiptGroupsQueueData::V0(rest(self.indices()).ok_or(ReceiptGroupsError)?);
        Ok(())
    }
}

impl Default for ReceiptGroupsQueueData {
    /// No groups.
    fn default() -> ReceiptGroupsQueueData {
        ReceiptGroupsQueueData::V0(ReceiptGroupsQueueDataV0::default())
    }
}

impl Default for ReceiptGroupsConfig {
    /// The protocol's bounds, for which it has no parameters: 100 000 bytes, and any gas that one receipt
    /// could have.
    fn default() -> ReceiptGroupsConfig {
        ReceiptGroupsConfig { size_upper_bound: 100_000, gas_upper_bound: Gas::MAX }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ReceiptGroup, ReceiptGroupV0, ReceiptGroupsConfig, ReceiptGroupsError,
        ReceiptGroupsQueueData,
    };
    use crate::Gas;

    fn group(size: u64, gas: u128) -> ReceiptGroup {
        ReceiptGroup::V0(ReceiptGroupV0 { size, gas })
    }

    #[test]
    fn a_group_takes_receipts_up_to_its_bounds() {
        let config =
            ReceiptGroupsConfig { size_upper_bound: 10, gas_upper_bound: Gas::from_gas(5) };
        // A receipt alone may be larger than any group.
        assert_eq!(ReceiptGroup::of_receipt(99, Gas::MAX), group(99, u64::MAX.into()));
        for (size, gas, expected) in
            [(6, 4, Some(group(10, 5))), (7, 0, None), (0, 5, None), (u64::MAX, 0, None)]
        {
            assert_eq!(group(4, 1).with_receipt(size, Gas::from_gas(gas), &config), expected);
        }
    }

    #[test]
    fn a_group_without_its_last_receipt_is_gone() {
        for (size, gas, expected) in [
            (4, 2, Ok(None)),
            (3, 2, Ok(Some(group(1, 0)))),
            (4, 1, Err(ReceiptGroupsError)),
            (5, 2, Err(ReceiptGroupsError)),
            (3, 3, Err(ReceiptGroupsError)),
        ] {
            assert_eq!(group(4, 2).without_receipt(size, Gas::from_gas(gas)), expected);
        }
    }

    #[test]
    fn totals_follow_the_receipts() {
        let mut data = ReceiptGroupsQueueData::default();
        data.indices_mut().next_available_index = 3;
        data.add_receipt(5, Gas::MAX).unwrap();
        data.add_receipt(6, Gas::MAX).unwrap();
        assert_eq!((data.total_size(), data.total_receipts_num()), (11, 2));
        assert_eq!(data.total_gas(), u128::from(u64::MAX) * 2);
        let before = data;
        assert_eq!(data.add_receipt(u64::MAX, Gas::ZERO), Err(ReceiptGroupsError));
        assert_eq!(data.remove_receipt(12, Gas::ZERO), Err(ReceiptGroupsError));
        assert_eq!(data, before);
        data.remove_receipt(5, Gas::MAX).unwrap();
        data.remove_receipt(6, Gas::MAX).unwrap();
        assert_eq!((data.total_size(), data.total_gas(), data.total_receipts_num()), (0, 0, 0));
        assert_eq!(data.indices().len(), 3);
    }

    #[test]
    fn borsh_names_the_form_first() {
        let bytes = borsh::to_vec(&group(1, 2)).unwrap();
        assert_eq!(
            hex::encode(&bytes),
            format!("00{}{}", "0100000000000000", "02".to_owned() + &"00".repeat(15))
        );
        let mut data = ReceiptGroupsQueueData::default();
        data.indices_mut().next_available_index = 1;
        data.add_receipt(1, Gas::from_gas(2)).unwrap();
        let expected = [
            "00",
            "0000000000000000",
            "0100000000000000",
            "0100000000000000",
            "02000000000000000000000000000000",
            "0100000000000000",
        ];
        assert_eq!(hex::encode(borsh::to_vec(&data).unwrap()), expected.concat());
    }
}
