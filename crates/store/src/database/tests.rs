//! Columns and ranges.

use super::{Column, KeyRange};
use std::ops::Bound;

#[test]
fn columns_keep_their_names() {
    let names = Column::ALL.map(Column::name);
    assert_eq!(names, ["meta", "nodes", "flat", "roots", "deltas", "blocks"]);
}

#[test]
fn a_prefix_ends_before_the_next_one() {
    let end = |prefix: &[u8]| KeyRange::prefix(prefix).end;
    assert_eq!(end(b""), Bound::Unbounded);
    assert_eq!(end(b"a"), Bound::Excluded(b"b".as_slice().into()));
    assert_eq!(end(b"a\xff\xff"), Bound::Excluded(b"b".as_slice().into()));
    assert_eq!(end(b"\xfe\x00\xff"), Bound::Excluded(b"\xfe\x01".as_slice().into()));
    assert_eq!(end(b"\xff\xff"), Bound::Unbounded);
}

#[test]
fn empty_ranges_are_known() {
    assert!(!KeyRange::ALL.is_empty());
    assert!(!KeyRange::new("a"..="a").is_empty());
    assert!(!KeyRange::new("a"..).is_empty());
    assert!(KeyRange::new("a".."a").is_empty());
    assert!(KeyRange::new("b"..="a").is_empty());
    assert!(KeyRange::new::<&str>((Bound::Excluded("a"), Bound::Included("a"))).is_empty());
}
