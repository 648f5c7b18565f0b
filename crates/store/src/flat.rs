//! State as plain keys and values, beside the trie: reading a key takes one access.

use crate::node::ValueRef;
use borsh::{BorshDeserialize, BorshSerialize};

/// Longest value, in bytes, that stands with its key. The protocol takes it into account when it charges
/// for reading (`INLINE_DISK_VALUE_THRESHOLD` of the reference implementation).
pub const LONGEST_INLINED: usize = 4000;

/// What stands under a key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum FlatValue {
    /// Where a long value is found: with the trie's nodes, under its hash.
    Ref(ValueRef),
    /// A short value.
    Inlined(Vec<u8>),
}

impl FlatValue {
    /// Of a value; `None` if it is too long to be stored at all.
    pub fn of(value: &[u8]) -> Option<FlatValue> {
        if value.len() <= LONGEST_INLINED {
            Some(FlatValue::Inlined(value.to_vec()))
        } else {
            ValueRef::of(value).map(FlatValue::Ref)
        }
    }
}
