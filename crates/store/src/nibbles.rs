//! Keys as paths through the trie: a byte of the key is two nibbles, the high one first.
//!
//! In memory a nibble takes a byte, so that parts of paths are slices. In nodes they are packed, behind
//! a nibble of flags: 2 for the path of a leaf, 1 for an odd number of nibbles. If the number is even,
//! a zero follows the flags (protocol specification, "Data structures: trie").

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
        let &first = packed.first()?;
        let end = if first & LEAF == 0 { PathEnd::Extension } else { PathEnd::Leaf };
        let is_odd = first & ODD != 0;
        let is_canonical = first & !(LEAF | ODD | 15) == 0 && (is_odd || first & 15 == 0);
        is_canonical.then(|| (packed_nibbles(packed).collect(), end))
    }
}

impl FromIterator<u8> for Nibbles {
    /// The path of these nibbles. What is above 15 in them is dropped.
    fn from_iter<I: IntoIterator<Item = u8>>(nibbles: I) -> Nibbles {
        Nibbles(nibbles.into_iter().map(|nibble| nibble & 15).collect())
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

/// The nibbles of a path that is packed as it should be.
pub(crate) fn packed_nibbles(packed: &[u8]) -> impl Iterator<Item = u8> {
    let first = packed.first().copied().unwrap_or_default();
    let odd = (first & ODD != 0).then_some(first & 15);
    let pairs = packed.get(1..).unwrap_or_default();
    odd.into_iter().chain(pairs.iter().flat_map(|byte| [byte >> 4, byte & 15]))
}

/// How many nibbles a packed path begins with like another, and how many it has.
pub(crate) fn packed_common_len(packed: &[u8], other: &[u8]) -> (usize, usize) {
    let alike = packed_nibbles(packed).zip(other).take_while(|(one, other)| one == *other);
    (alike.count(), packed_nibbles(packed).count())
}

/// Length in bytes of a packed path of so many nibbles.
pub(crate) fn packed_len(nibbles: usize) -> usize {
    nibbles / 2 + 1
}

/// The nibbles of a key behind the first `depth` of them.
pub(crate) fn nibbles_behind(key: &[u8], depth: usize) -> impl Iterator<Item = u8> {
    let bytes = key.get(depth / 2..).unwrap_or_default();
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).skip(depth % 2)
}

/// The key of a whole path; `None` if it ends in the middle of a byte.
pub(crate) fn key_of(path: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = path.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// How many nibbles two paths begin with alike.
pub(crate) fn common_len(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::{Nibbles, PathEnd, key_of, nibbles_behind, pack, packed_len};
    use proptest::prelude::*;

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
        fn a_key_is_that_of_its_path(key: Vec<u8>) {
            let path = Nibbles::of_key(&key);
            prop_assert_eq!(key_of(path.as_slice()), Some(key));
            prop_assert_eq!(key_of(path.as_slice().get(1..).unwrap_or(&[0])), None);
        }

        #[test]
        fn behind_some_nibbles_of_a_key_is_the_rest_of_its_path(key: Vec<u8>) {
            let path = Nibbles::of_key(&key);
            for depth in 0..path.as_slice().len() + 2 {
                let rest = path.as_slice().get(depth..).unwrap_or_default();
                prop_assert!(nibbles_behind(&key, depth).eq(rest.iter().copied()), "{}", depth);
            }
        }
    }
}
