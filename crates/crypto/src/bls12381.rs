//! BLS12-381 as contracts use it: sums, multi-exponentiations, maps to the curve, decompression
//! and the pairing check, over packed items (NEP-488).
//!
//! Points are in the encoding of Zcash: coordinates big-endian, of an extension field element the
//! second part first, three flags in the highest bits of the first byte. Two kinds of refusal are
//! kept apart: an input whose length is not a whole number of items is an error and ends the
//! contract; items that are no points give `None`, which the contract sees as a return value of 1.
//!
//! The functions are written once over the trait `group::Group`. `native` implements it with the
//! C library blst, `portable` (on wasm32) in pure Rust; tests hold both to the same answers.

mod group;
#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(any(test, target_family = "wasm"))]
mod portable;

#[cfg(not(target_family = "wasm"))]
use native::{G1, G2, Pairs};
#[cfg(target_family = "wasm")]
use portable::{G1, G2, Pairs};

/// Whether [`p1_sum`] and [`p1_decompress`] take the two points of the curve with `x = 0`.
///
/// They are on the curve but not in the group, and a protocol version made the functions, which
/// ask for the curve only, accept them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInGroupFix {
    /// The two points are refused.
    Off,
    /// The two points are points like any other.
    On,
}

/// An input that is not a whole number of items. The text is part of outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Incorrect input length for {function}: {length} is not divisible by {item}")]
pub struct InvalidInput {
    /// Name in the text.
    pub function: &'static str,
    /// Bytes given.
    pub length: usize,
    /// Bytes of an item.
    pub item: usize,
}

/// What [`pairing_check`] found; as a number, what the contract gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum PairingCheck {
    /// The product of the pairings is one.
    One = 0,
    /// An item is not a pair of points of the two groups.
    NotPoints = 1,
    /// The product of the pairings is not one.
    NotOne = 2,
}

/// Adds points of the curve over Fp. An item is a sign, 0 or 1, and a point of 96 bytes.
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 97.
pub fn p1_sum(data: &[u8], fix: NotInGroupFix) -> Result<Option<Vec<u8>>, InvalidInput> {
    check_length("bls12381_p1_sum", data, 97)?;
    Ok(group::sum::<G1>(data, fix))
}

/// Adds points of the curve over Fp2. An item is a sign, 0 or 1, and a point of 192 bytes.
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 193.
pub fn p2_sum(data: &[u8], fix: NotInGroupFix) -> Result<Option<Vec<u8>>, InvalidInput> {
    check_length("bls12381_p2_sum", data, 193)?;
    Ok(group::sum::<G2>(data, fix))
}

/// Adds multiples of points of G1. An item is a point of 96 bytes and a number of 32,
/// little-endian.
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 128.
pub fn g1_multiexp(data: &[u8]) -> Result<Option<Vec<u8>>, InvalidInput> {
    check_length("bls12381_p1_multiexp", data, 128)?;
    Ok(group::multiexp::<G1>(data))
}

/// Adds multiples of points of G2. An item is a point of 192 bytes and a number of 32,
/// little-endian.
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 224.
pub fn g2_multiexp(data: &[u8]) -> Result<Option<Vec<u8>>, InvalidInput> {
    check_length("bls12381_p2_multiexp", data, 224)?;
    Ok(group::multiexp::<G2>(data))
}

/// Maps elements of Fp, 48 bytes each, to points of G1 (RFC 9380, without hashing).
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 48.
pub fn map_fp_to_g1(data: &[u8]) -> Result<Option<Vec<u8>>, InvalidInput> {
    check_length("bls12381_map_fp_to_g1", data, 48)?;
    Ok(group::map_to_group::<G1>(data))
}

/// Maps elements of Fp2, 96 bytes each, to points of G2 (RFC 9380, without hashing).
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 96.
pub fn map_fp2_to_g2(data: &[u8]) -> Result<Option<Vec<u8>>, InvalidInput> {
    check_length("bls12381_map_fp2_to_g2", data, 96)?;
    Ok(group::map_to_group::<G2>(data))
}

/// Writes out compressed points of the curve over Fp, 48 bytes each.
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 48.
pub fn p1_decompress(data: &[u8], fix: NotInGroupFix) -> Result<Option<Vec<u8>>, InvalidInput> {
    check_length("bls12381_p1_decompress", data, 48)?;
    Ok(group::decompress::<G1>(data, fix))
}

/// Writes out compressed points of the curve over Fp2, 96 bytes each.
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 96.
pub fn p2_decompress(data: &[u8], fix: NotInGroupFix) -> Result<Option<Vec<u8>>, InvalidInput> {
    check_length("bls12381_p2_decompress", data, 96)?;
    Ok(group::decompress::<G2>(data, fix))
}

/// Multiplies the pairings of items, each a point of G1 in 96 bytes and one of G2 in 192.
///
/// # Errors
/// [`InvalidInput`] if the length is not a multiple of 288.
pub fn pairing_check(data: &[u8]) -> Result<PairingCheck, InvalidInput> {
    check_length("bls12381_pairing_check", data, 288)?;
    Ok(group::pairing_check::<Pairs>(data))
}

fn check_length(function: &'static str, data: &[u8], item: usize) -> Result<(), InvalidInput> {
    match data.len().is_multiple_of(item) {
        true => Ok(()),
        false => Err(InvalidInput { function, length: data.len(), item }),
    }
}

#[cfg(test)]
mod tests;
