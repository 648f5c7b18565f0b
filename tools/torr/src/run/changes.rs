//! What a call changed in storage.

use crate::bytes::BytesReport;
use serde::Serialize;
use std::collections::BTreeMap;

type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

/// How an entry changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeKind {
    /// It was not there before.
    Added,
    /// It had another value.
    Changed,
    /// It is no longer there.
    Removed,
}

/// An entry of storage that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// How it changed.
    pub(crate) kind: ChangeKind,
    /// The entry's key.
    pub(crate) key: BytesReport,
    /// Its value before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) old: Option<BytesReport>,
    /// Its value now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) new: Option<BytesReport>,
}

/// The entries in which `after` differs from `before`, by key.
pub(crate) fn changes(before: &Storage, after: &Storage) -> Vec<Change> {
    let removed = before.keys().filter(|key| !after.contains_key(*key));
    let mut keys: Vec<&Vec<u8>> = after.keys().chain(removed).collect();
    keys.sort_unstable();
    keys.into_iter().filter_map(|key| change(key, before.get(key), after.get(key))).collect()
}

fn change(key: &[u8], old: Option<&Vec<u8>>, new: Option<&Vec<u8>>) -> Option<Change> {
    let kind = match (old, new) {
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Removed,
        (Some(old), Some(new)) if old != new => ChangeKind::Changed,
        _ => return None,
    };
    let report = |bytes: &Vec<u8>| BytesReport::new(bytes);
    Some(Change { kind, key: BytesReport::new(key), old: old.map(report), new: new.map(report) })
}

#[cfg(test)]
mod tests {
    use super::{ChangeKind, Storage, changes};

    #[test]
    fn only_differences_are_listed_in_order_of_keys() {
        let storage = |entries: &[(&str, &str)]| -> Storage {
            entries
                .iter()
                .map(|(key, value)| (key.as_bytes().into(), value.as_bytes().into()))
                .collect()
        };
        let before = storage(&[("a", "1"), ("b", "1"), ("d", "1")]);
        let after = storage(&[("a", "1"), ("b", "2"), ("c", "1")]);
        let found: Vec<_> = changes(&before, &after)
            .into_iter()
            .map(|change| (change.kind, change.key.preview(9)))
            .collect();
        let expected = [
            (ChangeKind::Changed, "b".to_owned()),
            (ChangeKind::Added, "c".to_owned()),
            (ChangeKind::Removed, "d".to_owned()),
        ];
        assert_eq!(found, expected);
        assert!(changes(&after, &after).is_empty());
    }
}
