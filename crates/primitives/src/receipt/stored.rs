//! Receipts that wait in the state, with what they count as for congestion (NEP-539).
//!
//! States of all ages are read, so three forms are: the plain receipt, and two with metadata. The
//! latter begin with two bytes 255, which no plain receipt does: it begins with the length of an
//! account id.

use super::Receipt;
use crate::Gas;
use borsh::{BorshDeserialize, BorshSerialize, io};
use std::io::Read as _;

/// What a receipt with metadata begins with.
const MARK: [u8; 2] = [255, 255];

/// A receipt as it stands in the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredReceipt {
    /// As it was sent, from before there was metadata.
    Plain(Receipt),
    /// From before groups of buffered receipts were counted.
    V0(ReceiptWithMetadata),
    /// Counted among the groups of buffered receipts.
    V1(ReceiptWithMetadata),
}

/// A receipt, and what it counted as when it was stored.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceiptWithMetadata {
    /// The receipt.
    pub receipt: Receipt,
    /// Gas it counts as.
    pub congestion_gas: Gas,
    /// Size it counts as, in bytes.
    pub congestion_size: u64,
}

impl StoredReceipt {
    /// The receipt.
    pub fn into_receipt(self) -> Receipt {
        match self {
            StoredReceipt::Plain(receipt) => receipt,
            StoredReceipt::V0(stored) | StoredReceipt::V1(stored) => stored.receipt,
        }
    }
}

impl BorshSerialize for StoredReceipt {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        match self {
            StoredReceipt::Plain(receipt) => receipt.serialize(writer),
            StoredReceipt::V0(stored) => (MARK, 0_u8, stored).serialize(writer),
            StoredReceipt::V1(stored) => (MARK, 1_u8, stored).serialize(writer),
        }
    }
}

impl BorshDeserialize for StoredReceipt {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<StoredReceipt> {
        let start = <[u8; 2]>::deserialize_reader(reader)?;
        if start != MARK {
            let mut whole = start.as_slice().chain(reader);
            return Receipt::deserialize_reader(&mut whole).map(StoredReceipt::Plain);
        }
        match u8::deserialize_reader(reader)? {
            0 => ReceiptWithMetadata::deserialize_reader(reader).map(StoredReceipt::V0),
            1 => ReceiptWithMetadata::deserialize_reader(reader).map(StoredReceipt::V1),
            version => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("stored receipts have no version {version}"),
            )),
        }
    }
}
