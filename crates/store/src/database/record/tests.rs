//! Stored bytes, whole and damaged.

use super::super::changes::Counted;
use super::super::{Column, DatabaseError};
use super::{checksum, decode, encode};

fn counted(count: u64, value: &[u8]) -> Counted {
    Counted { count, value: value.into() }
}

#[test]
fn what_is_stored_comes_back() {
    for value in [&b""[..], b"value"] {
        let stored = counted(u64::MAX, value);
        let bytes = encode(Column::Nodes, b"key", &stored);
        assert_eq!(decode(Column::Nodes, b"key", &bytes).expect("it is whole"), stored);
        let bytes = encode(Column::Flat, b"key", &counted(1, value));
        assert_eq!(bytes.len(), value.len() + 8);
        assert_eq!(decode(Column::Flat, b"key", &bytes).expect("it is whole"), counted(1, value));
    }
}

fn assert_damaged(column: Column, key: &[u8], bytes: &[u8]) {
    match decode(column, key, bytes) {
        Err(DatabaseError::DamagedEntry { column: of, key: found, .. }) => {
            assert_eq!((of, &*found), (column, key));
        }
        other => panic!("it is {other:?}"),
    }
}

#[test]
fn every_changed_bit_is_noticed() {
    let bytes = encode(Column::Nodes, b"key", &counted(3, b"value"));
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_damaged(Column::Nodes, b"key", &changed);
    }
    for len in 0..bytes.len() {
        assert_damaged(Column::Nodes, b"key", &bytes[..len]);
        assert_damaged(Column::Nodes, b"key", &bytes[bytes.len() - len..]);
    }
}

#[test]
fn a_value_belongs_to_its_key_and_column() {
    let bytes = encode(Column::Flat, b"key", &counted(1, b"value of some length"));
    assert_damaged(Column::Flat, b"kez", &bytes);
    assert_damaged(Column::Roots, b"key", &bytes);
    assert_damaged(Column::Nodes, b"key", &bytes);
}

#[test]
fn counts_that_nobody_writes_are_damage() {
    for content in [&[0; 8][..], b"short"] {
        let mut bytes = content.to_vec();
        bytes.extend_from_slice(&checksum(Column::Nodes, b"key", content));
        assert_damaged(Column::Nodes, b"key", &bytes);
    }
}
