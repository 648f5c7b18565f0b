//! What a database on disk stores under a key: the value, its count if the column has counts, and a
//! checksum over column, key, value and count, which covers what the engine does not check when it
//! reads.

use super::changes::Counted;
use super::{Bytes, Column, DatabaseError};
use twox_hash::xxhash3_128::Hasher;

/// Length of the checksum, in bytes: half of a hash of 128 bits.
const CHECKSUM_LEN: usize = 8;

/// Length of a count, in bytes.
const COUNT_LEN: usize = 8;

/// The bytes to store.
pub(super) fn encode(column: Column, key: &[u8], counted: &Counted) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(counted.value.len() + COUNT_LEN + CHECKSUM_LEN);
    bytes.extend_from_slice(&counted.value);
    if column.is_counted() {
        bytes.extend_from_slice(&counted.count.to_le_bytes());
    }
    let checksum = checksum(column, key, &bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// What was stored as `bytes`.
pub(super) fn decode(column: Column, key: &[u8], bytes: &[u8]) -> Result<Counted, DatabaseError> {
    let damaged = |found| DatabaseError::DamagedEntry { column, key: key.into(), found };
    let (content, stored) =
        bytes.split_last_chunk::<CHECKSUM_LEN>().ok_or_else(|| damaged("it is too short"))?;
    if checksum(column, key, content) != *stored {
        return Err(damaged("its checksum is another"));
    }
    if !column.is_counted() {
        return Ok(Counted { count: 1, value: Bytes::from(content) });
    }
    let (value, count) =
        content.split_last_chunk::<COUNT_LEN>().ok_or_else(|| damaged("it has no count"))?;
    match u64::from_le_bytes(*count) {
        0 => Err(damaged("its count is zero")),
        count => Ok(Counted { count, value: Bytes::from(value) }),
    }
}

/// Of the content, seeded with what it belongs to. Hashes of whole slices take a third of the time
/// of one that is fed part by part.
fn checksum(column: Column, key: &[u8], content: &[u8]) -> [u8; CHECKSUM_LEN] {
    let of_column = half(Hasher::oneshot(column.name().as_bytes()));
    let of_key = half(Hasher::oneshot_with_seed(of_column, key));
    half(Hasher::oneshot_with_seed(of_key, content)).to_le_bytes()
}

/// The lower half of a hash.
fn half(hash: u128) -> u64 {
    (hash & u128::from(u64::MAX)) as u64
}

#[cfg(test)]
mod tests;
