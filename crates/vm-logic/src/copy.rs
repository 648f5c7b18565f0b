//! Copying values that may be long.
//!
//! C libraries leave copies of more than some 2 KiB to one instruction of the processor, `rep movsb` on
//! x86-64. AMD's Zen 3, among others, copies byte by byte then if the destination is up to 32 bytes behind
//! the source, as seen within pages of memory: 1.6 GB/s in place of 35. Contracts choose where their bytes
//! are, and some copies cost them far less than that. In pieces that are too short for the instruction they
//! are as fast as with it, wherever the bytes are.

/// Bytes of a piece. From 1 KiB on, calls of copying cost nothing that can be measured; glibc takes the
/// instruction from 2112 bytes on, or from more where vectors are longer than 32 bytes.
const PIECE: usize = 2_048;

/// A copy.
pub fn to_vec(bytes: &[u8]) -> Vec<u8> {
    let mut copy = Vec::with_capacity(bytes.len());
    append(&mut copy, bytes);
    copy
}

/// Copies to the end of others.
pub fn append(to: &mut Vec<u8>, bytes: &[u8]) {
    to.reserve(bytes.len());
    bytes.chunks(PIECE).for_each(|piece| to.extend_from_slice(piece));
}

/// Copies to another place, as much as there is and has room.
#[inline]
pub fn to_slice(to: &mut [u8], bytes: &[u8]) {
    let len = to.len().min(bytes.len());
    let (to, bytes) = (to.get_mut(..len), bytes.get(..len));
    let (Some(to), Some(bytes)) = (to, bytes) else { return };
    to.chunks_mut(PIECE).zip(bytes.chunks(PIECE)).for_each(|(to, from)| to.copy_from_slice(from));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_the_same() {
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
            assert_eq!(to_vec(&bytes), bytes);
            let mut appended = vec![0xff];
            append(&mut appended, &bytes);
            assert_eq!((appended[0], &appended[1..]), (0xff, &bytes[..]));
            let mut longer = vec![0xff; len + 2];
            to_slice(&mut longer[1..=len], &bytes);
            assert_eq!((&longer[1..=len], longer[0], longer[len + 1]), (&bytes[..], 0xff, 0xff));
        }
    }

    #[test]
    fn nothing_is_written_beyond_what_there_is() {
        let mut place = [0; 4];
        to_slice(&mut place, &[1; 3]);
        assert_eq!(place, [1, 1, 1, 0]);
        to_slice(&mut place[..2], &[2; 9]);
        assert_eq!(place, [2, 2, 1, 0]);
    }
}
