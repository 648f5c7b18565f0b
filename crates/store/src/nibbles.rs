//! Keys as paths through the trie: a byte of the key is two nibbles, the high one first.
//!
//! In memory a nibble takes a byte, so that parts of paths are slices. In nodes they are packed, behind
//! a nibble of flags: 2 for the path of a leaf, 1 for an odd number of nibbles. If the number is even,
//! a zero follows the flags (protocol specification, "Data structures: trie").

use crate::database::KeyRange;
use std::ops::Bound;

/// Flag of a path that ends in a value.
const LEAF: u8 = 0x20;
/// Flag of a path of an odd number of nibbles.
const ODD: u8 = 0x10;

/// Nibbles, each below 16.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nibbles(Vec<u8>);

/// What is at the end of a packed path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEnd {
    /// A value: the path is of a leaf.
    Leaf,
    /// Another node: the path is of an extension.
    Extension,
}

impl Nibbles {
    /// The path of these nibbles, one a byte; `None` if one is above 15.
    pub fn new(nibbles: Vec<u8>) -> Option<Nibbles> {
        nibbles.iter().all(|nibble| *nibble < 16).then_some(Nibbles(nibbles))
    }

    /// The path of a key.
    pub fn of_key(key: &[u8]) -> Nibbles {
        Nibbles(key.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect())
    }

    /// The path of two parts.
    pub(crate) fn of_parts(first: &[u8], second: &[u8]) -> Nibbles {
        Nibbles([first, second].concat())
    }

    /// The path that is a part of one.
    pub(crate) fn of_slice(part: &[u8]) -> Nibbles {
        Nibbles(part.to_vec())
    }

    /// The nibbles, one a byte.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// Unpacks a path; `None` if it is not packed as it should be.
    pub fn unpack(packed: &[u8]) -> Option<(Nibbles, PathEnd)> {
        let (path, end) = PackedPath::new(packed)?;
        Some((path.nibbles().collect(), end))
    }
}

impl FromIterator<u8> for Nibbles {
    /// The path of these nibbles. What is above 15 in them is dropped.
    fn from_iter<I: IntoIterator<Item = u8>>(nibbles: I) -> Nibbles {
        Nibbles(nibbles.into_iter().map(|nibble| nibble & 15).collect())
    }
}

/// What is left of a key on the way through a trie.
#[derive(Clone, Copy, Debug)]
pub struct KeyPath<'k> {
    key: &'k [u8],
    /// Nibbles that are behind.
    behind: usize,
}

impl<'k> KeyPath<'k> {
    /// All of a key.
    pub fn new(key: &'k [u8]) -> KeyPath<'k> {
        KeyPath { key, behind: 0 }
    }

    /// The next nibble.
    pub fn first(self) -> Option<u8> {
        self.nibble(self.behind)
    }

    /// What is left after so many more nibbles; nothing, if there are not so many.
    pub fn after(self, nibbles: usize) -> KeyPath<'k> {
        let behind = self.behind.saturating_add(nibbles).min(self.key.len().saturating_mul(2));
        KeyPath { behind, ..self }
    }

    /// Whether these nibbles are all that is left.
    pub fn is(self, path: PackedPath<'_>) -> bool {
        self.behind.saturating_add(path.len()) == self.key.len().saturating_mul(2)
            && self.starts_with(path)
    }

    /// Whether what is left begins with these nibbles. Where they stand in bytes as those of the key
    /// do, as at every leaf, bytes are compared.
    pub fn starts_with(self, path: PackedPath<'_>) -> bool {
        let (odd, pairs) = path.parts();
        let mut at = self.behind;
        if let Some(odd) = odd {
            if self.nibble(at) != Some(odd) {
                return false;
            }
            at += 1;
        }
        if at.is_multiple_of(2) {
            return self.key.get(at / 2..).is_some_and(|rest| rest.starts_with(pairs));
        }
        let mut nibbles = (at..).map(|at| self.nibble(at));
        pairs
            .iter()
            .flat_map(|pair| [pair >> 4, pair & 15])
            .all(|nibble| nibbles.next().flatten() == Some(nibble))
    }

    fn nibble(self, at: usize) -> Option<u8> {
        let byte = self.key.get(at / 2)?;
        Some(if at.is_multiple_of(2) { byte >> 4 } else { byte & 15 })
    }
}

/// A path as nodes have it: packed as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedPath<'b>(&'b [u8]);

impl<'b> PackedPath<'b> {
    /// The path that is packed so, with what is at its end; `None` if it is not packed as it should be.
    pub fn new(packed: &'b [u8]) -> Option<(PackedPath<'b>, PathEnd)> {
        let &first = packed.first()?;
        let end = if first & LEAF == 0 { PathEnd::Extension } else { PathEnd::Leaf };
        let is_odd = first & ODD != 0;
        let is_canonical = first & !(LEAF | ODD | 15) == 0 && (is_odd || first & 15 == 0);
        is_canonical.then_some((PackedPath(packed), end))
    }

    /// How many nibbles it has.
    pub fn len(self) -> usize {
        let (odd, pairs) = self.parts();
        pairs.len() * 2 + usize::from(odd.is_some())
    }

    /// Whether it has no nibbles.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The nibbles, one a byte.
    pub fn nibbles(self) -> impl Iterator<Item = u8> + use<'b> {
        let (odd, pairs) = self.parts();
        odd.into_iter().chain(pairs.iter().flat_map(|byte| [byte >> 4, byte & 15]))
    }

    /// The nibble that is alone in a byte, and the others.
    fn parts(self) -> (Option<u8>, &'b [u8]) {
        match self.0.split_first() {
            Some((first, pairs)) => ((first & ODD != 0).then_some(first & 15), pairs),
            None => (None, &[]),
        }
    }
}

/// Packs a path, behind what is in `packed` already.
pub(crate) fn pack(path: &[u8], end: PathEnd, packed: &mut Vec<u8>) {
    let leaf = if end == PathEnd::Leaf { LEAF } else { 0 };
    let pairs = match path.split_first() {
        Some((&odd, pairs)) if path.len() % 2 == 1 => {
            packed.push(leaf | ODD | odd);
            pairs
        }
        _ => {
            packed.push(leaf);
            path
        }
    };
    packed.extend(pairs.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, n| byte << 4 | n)));
}

/// Length in bytes of a packed path of so many nibbles.
pub(crate) fn packed_len(nibbles: usize) -> usize {
    nibbles / 2 + 1
}

/// The key of a whole path; `None` if it ends in the middle of a byte.
pub(crate) fn key_of(path: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = path.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// The keys whose paths begin with these nibbles.
pub(crate) fn packed_range(path: &[u8]) -> KeyRange {
    let (pairs, odd) = path.as_chunks::<2>();
    let mut start: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    let &[odd] = odd else { return KeyRange::prefix(&start) };
    let mut end = start.clone();
    start.push(odd << 4);
    match odd {
        15 => KeyRange { start: Bound::Included(start.into()), end: KeyRange::prefix(&end).end },
        odd => {
            end.push((odd + 1) << 4);
            KeyRange::new(start..end)
        }
    }
}

/// How many nibbles two paths begin with alike.
pub(crate) fn common_len(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::{KeyPath, Nibbles, PackedPath, PathEnd, key_of, pack, packed_len, packed_range};
    use proptest::prelude::*;

    fn path() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(0..16_u8, 0..8)
    }

    #[test]
    fn flags_tell_the_kind_and_whether_the_number_is_odd() {
        for (path, end, expected) in [
            (&[][..], PathEnd::Extension, &[0x00][..]),
            (&[], PathEnd::Leaf, &[0x20]),
            (&[7], PathEnd::Extension, &[0x17]),
            (&[7], PathEnd::Leaf, &[0x37]),
            (&[1, 2], PathEnd::Leaf, &[0x20, 0x12]),
            (&[1, 2, 3], PathEnd::Extension, &[0x11, 0x23]),
        ] {
            let mut packed = Vec::new();
            pack(path, end, &mut packed);
            assert_eq!(packed, expected);
        }
    }

    #[test]
    fn other_flags_and_a_padding_that_is_not_zero_are_refused() {
        for packed in [&[][..], &[0x40], &[0x80], &[0x01], &[0x2f, 0x12]] {
            assert_eq!(Nibbles::unpack(packed), None, "{packed:?}");
        }
    }

    proptest! {
        #[test]
        fn what_unpacks_packs_to_the_same_bytes(bytes: Vec<u8>) {
            if let Some((path, end)) = Nibbles::unpack(&bytes) {
                let mut packed = Vec::new();
                pack(path.as_slice(), end, &mut packed);
                prop_assert_eq!(&packed, &bytes);
                prop_assert_eq!(packed.len(), packed_len(path.as_slice().len()));
            }
        }

        #[test]
        fn a_range_has_the_keys_whose_paths_begin_so(key: Vec<u8>, path in path(), cut: usize) {
            for path in [&path[..], Nibbles::of_key(&key).as_slice()] {
                let path = &path[..path.len().min(cut)];
                let begins_so = Nibbles::of_key(&key).as_slice().starts_with(path);
                prop_assert_eq!(packed_range(path).contains(&key), begins_so);
            }
        }

        #[test]
        fn a_key_goes_along_a_path_if_its_nibbles_do(
            key: Vec<u8>, behind in 0..6_usize, len in 0..9_usize, other in path(),
        ) {
            let nibbles = Nibbles::of_key(&key);
            let rest = nibbles.as_slice().get(behind..).unwrap_or_default();
            for path in [&rest[..len.min(rest.len())], rest, &other] {
                let mut packed = Vec::new();
                pack(path, PathEnd::Leaf, &mut packed);
                let (packed, _) = PackedPath::new(&packed).expect("it was packed");
                let left = KeyPath::new(&key).after(behind);
                prop_assert_eq!(left.starts_with(packed), rest.starts_with(path));
                prop_assert_eq!(left.is(packed), rest == path);
                prop_assert_eq!(left.first(), rest.first().copied());
            }
        }

        #[test]
        fn a_key_is_that_of_its_path(key: Vec<u8>) {
            let path = Nibbles::of_key(&key);
            prop_assert_eq!(key_of(path.as_slice()), Some(key));
            prop_assert_eq!(key_of(path.as_slice().get(1..).unwrap_or(&[0])), None);
        }
    }
}
