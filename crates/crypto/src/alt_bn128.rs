//! alt_bn128 (BN254) as contracts use it: sums, multi-exponentiation and the pairing check of the
//! curve of Ethereum's EIP-196 and EIP-197, over packed items.
//!
//! Numbers are little-endian, of an extension field element the real part first, and must be
//! reduced; two zeros are the point at infinity. The first item that is malformed decides the
//! error, and its text is part of outcomes.

use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{BigInt, PrimeField, Zero};

/// Bytes of a number.
const NUMBER: usize = 32;
/// Bytes of a point of G1: two coordinates.
const G1: usize = 2 * NUMBER;
/// Bytes of a point of G2: two coordinates of two parts.
const G2: usize = 4 * NUMBER;

/// Input that is not a list of items. The text is part of outcomes: it shows the malformed part as
/// a list of bytes in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInput {
    /// The length is not a whole number of items.
    #[error("slice of size {length} cannot be precisely split into chunks of size {item}")]
    Length {
        /// Bytes given.
        length: usize,
        /// Bytes of an item.
        item: usize,
    },
    /// A sign is neither 0 nor 1.
    #[error("invalid bool: [{0:X}]")]
    Bool(u8),
    /// A coordinate, or a part of one, is not less than the order of the field.
    #[error("invalid fq: {0:X?}")]
    Fq(Vec<u8>),
    /// A scalar is not less than the order of the group.
    #[error("invalid fr: {0:X?}")]
    Fr(Vec<u8>),
    /// The point is not on the curve.
    #[error("invalid g1: {0:X?}")]
    G1(Vec<u8>),
    /// The point is not on the curve over the extension field, or not in the group.
    #[error("invalid g2: {0:X?}")]
    G2(Vec<u8>),
}

/// The items of an input. How long they are follows from the function they are for.
///
/// # Errors
/// [`InvalidInput::Length`] if the last item is incomplete.
pub fn items<const N: usize>(data: &[u8]) -> Result<&[[u8; N]], InvalidInput> {
    match data.as_chunks() {
        (items, []) => Ok(items),
        _ => Err(InvalidInput::Length { length: data.len(), item: N }),
    }
}

/// Adds multiples of points. An item is a point of G1 and a scalar; the result is a point of G1.
///
/// # Errors
/// [`InvalidInput`] for the first item that is not of that form.
pub fn g1_multiexp(items: &[[u8; G1 + NUMBER]]) -> Result<[u8; G1], InvalidInput> {
    let mut points = Vec::with_capacity(items.len());
    let mut scalars = Vec::with_capacity(items.len());
    for item in items {
        let (point, scalar) = item.split_at(G1);
        points.push(decode_g1(point)?);
        scalars.push(decode_fr(scalar)?);
    }
    Ok(encode_g1(G1Projective::msm_unchecked(&points, &scalars).into_affine()))
}

/// Adds and subtracts points. An item is a sign, 0 or 1, and a point of G1; so is the result.
///
/// # Errors
/// [`InvalidInput`] for the first item that is not of that form.
pub fn g1_sum(items: &[[u8; 1 + G1]]) -> Result<[u8; G1], InvalidInput> {
    let mut sum = G1Projective::zero();
    for [sign, point @ ..] in items {
        match sign {
            0 => sum += decode_g1(point)?,
            1 => sum -= decode_g1(point)?,
            _ => return Err(InvalidInput::Bool(*sign)),
        }
    }
    Ok(encode_g1(sum.into_affine()))
}

/// Whether the product of pairings is one. An item is a point of G1 and a point of G2.
///
/// # Errors
/// [`InvalidInput`] for the first item that is not of that form.
pub fn pairing_check(items: &[[u8; G1 + G2]]) -> Result<bool, InvalidInput> {
    let mut firsts = Vec::with_capacity(items.len());
    let mut seconds = Vec::with_capacity(items.len());
    for item in items {
        let (first, second) = item.split_at(G1);
        firsts.push(decode_g1(first)?);
        seconds.push(decode_g2(second)?);
    }
    Ok(Bn254::multi_pairing(firsts, seconds).is_zero())
}

fn decode_g1(bytes: &[u8]) -> Result<G1Affine, InvalidInput> {
    let (x, y) = bytes.split_at(NUMBER);
    let (x, y) = (decode_fq(x)?, decode_fq(y)?);
    if x.is_zero() && y.is_zero() {
        return Ok(G1Affine::identity());
    }
    // Every point of this curve is in the group.
    let point = G1Affine::new_unchecked(x, y);
    match point.is_on_curve() {
        true => Ok(point),
        false => Err(InvalidInput::G1(bytes.to_vec())),
    }
}

fn encode_g1(point: G1Affine) -> [u8; G1] {
    let mut bytes = [0; G1];
    if let Some((x, y)) = point.xy() {
        let limbs = [x.into_bigint().0, y.into_bigint().0].concat();
        for (to, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(limbs) {
            *to = limb.to_le_bytes();
        }
    }
    bytes
}

fn decode_g2(bytes: &[u8]) -> Result<G2Affine, InvalidInput> {
    let (x, y) = bytes.split_at(2 * NUMBER);
    let (x, y) = (decode_fq2(x)?, decode_fq2(y)?);
    if x.is_zero() && y.is_zero() {
        return Ok(G2Affine::identity());
    }
    let point = G2Affine::new_unchecked(x, y);
    match point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        true => Ok(point),
        false => Err(InvalidInput::G2(bytes.to_vec())),
    }
}

fn decode_fq2(bytes: &[u8]) -> Result<Fq2, InvalidInput> {
    let (real, imaginary) = bytes.split_at(NUMBER);
    Ok(Fq2::new(decode_fq(real)?, decode_fq(imaginary)?))
}

fn decode_fq(bytes: &[u8]) -> Result<Fq, InvalidInput> {
    Fq::from_bigint(number(bytes)).ok_or_else(|| InvalidInput::Fq(bytes.to_vec()))
}

fn decode_fr(bytes: &[u8]) -> Result<Fr, InvalidInput> {
    Fr::from_bigint(number(bytes)).ok_or_else(|| InvalidInput::Fr(bytes.to_vec()))
}

/// The little-endian number that the first 32 bytes are.
fn number(bytes: &[u8]) -> BigInt<4> {
    let mut limbs = [0; 4];
    for (limb, word) in limbs.iter_mut().zip(bytes.as_chunks().0) {
        *limb = u64::from_le_bytes(*word);
    }
    BigInt::new(limbs)
}

#[cfg(test)]
mod tests;
