//! The functions of BLS12-381, once for both curves and for both implementations.
//!
//! What must not differ between implementations is here: which items are read, in which order,
//! which of them are refused, and what an empty input gives. Lengths have been checked by the
//! caller; an incomplete last item would be left out.

use super::{NotInGroupFix, PairingCheck};

/// Bytes of a scalar.
const SCALAR: usize = 32;

/// One of the two curves, with the prime-order group on it.
pub(super) trait Group {
    /// Bytes of a coordinate, and of a compressed point.
    const COORDINATE: usize;
    /// A point of the curve, not necessarily of the group.
    type Point: Copy;
    /// A sum of points under way.
    type Sum;

    /// Reads a point of two coordinates; none if it is not one of the curve, or has a flag other
    /// than that of infinity, or coordinates that are not reduced.
    fn decode(bytes: &[u8]) -> Option<Self::Point>;

    /// Reads a compressed point, under the same conditions; its flag must be set.
    fn decompress(bytes: &[u8]) -> Option<Self::Point>;

    /// Appends the two coordinates of a point, or the encoding of infinity.
    fn encode(point: &Self::Point, to: &mut Vec<u8>);

    /// Whether the point is in the group, as infinity is.
    fn is_in_group(point: &Self::Point) -> bool;

    /// The sum of no points.
    fn zero() -> Self::Sum;

    /// Adds a point, or subtracts it.
    fn add(sum: &mut Self::Sum, point: &Self::Point, sign: Sign);

    /// The sum as a point.
    fn finish(sum: Self::Sum) -> Self::Point;

    /// The sum of points of the group, each times a little-endian number.
    fn multiexp(points: &[Self::Point], scalars: &[[u8; SCALAR]]) -> Self::Point;

    /// The point of the group that a field element maps to; none if it is not reduced.
    fn map_to_group(element: &[u8]) -> Option<Self::Point>;
}

/// Two curves with a pairing.
pub(super) trait Pairing {
    /// Where first points are.
    type G1: Group;
    /// Where second points are.
    type G2: Group;

    /// Whether the product of the pairings of points of the groups is one.
    fn product_is_one(pairs: &[PairOf<Self>]) -> bool;
}

/// A point of each of the two groups.
pub(super) type PairOf<P> =
    (<<P as Pairing>::G1 as Group>::Point, <<P as Pairing>::G2 as Group>::Point);

/// Whether a point is added or subtracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
}

/// See [`super::p1_sum`].
pub(super) fn sum<G: Group>(data: &[u8], fix: NotInGroupFix) -> Option<Vec<u8>> {
    let mut sum = G::zero();
    for item in data.chunks_exact(uncompressed::<G>().saturating_add(1)) {
        let (sign, encoded) = item.split_first()?;
        let point = G::decode(encoded).filter(|_| is_accepted::<G>(encoded, fix))?;
        let sign = match sign {
            0 => Sign::Plus,
            1 => Sign::Minus,
            _ => return None,
        };
        G::add(&mut sum, &point, sign);
    }
    Some(encoded::<G>(&G::finish(sum)))
}

/// See [`super::g1_multiexp`].
pub(super) fn multiexp<G: Group>(data: &[u8]) -> Option<Vec<u8>> {
    let (mut points, mut scalars) = (Vec::new(), Vec::new());
    for item in data.chunks_exact(uncompressed::<G>().saturating_add(SCALAR)) {
        let (encoded, scalar) = item.split_last_chunk::<SCALAR>()?;
        points.push(G::decode(encoded).filter(G::is_in_group)?);
        scalars.push(*scalar);
    }
    Some(encoded::<G>(&G::multiexp(&points, &scalars)))
}

/// See [`super::map_fp_to_g1`].
pub(super) fn map_to_group<G: Group>(data: &[u8]) -> Option<Vec<u8>> {
    each_item::<G>(data, G::map_to_group)
}

/// See [`super::p1_decompress`].
pub(super) fn decompress<G: Group>(data: &[u8], fix: NotInGroupFix) -> Option<Vec<u8>> {
    each_item::<G>(data, |item| G::decompress(item).filter(|_| is_accepted::<G>(item, fix)))
}

/// See [`super::pairing_check`].
pub(super) fn pairing_check<P: Pairing>(data: &[u8]) -> PairingCheck {
    match pairs::<P>(data) {
        None => PairingCheck::NotPoints,
        Some(pairs) if P::product_is_one(&pairs) => PairingCheck::One,
        Some(_) => PairingCheck::NotOne,
    }
}

/// The pairs of points of the two groups in `data`.
fn pairs<P: Pairing>(data: &[u8]) -> Option<Vec<PairOf<P>>> {
    let first = uncompressed::<P::G1>();
    data.chunks_exact(first.saturating_add(uncompressed::<P::G2>()))
        .map(|item| {
            let (first, second) = item.split_at_checked(first)?;
            let first = P::G1::decode(first).filter(P::G1::is_in_group)?;
            let second = P::G2::decode(second).filter(P::G2::is_in_group)?;
            Some((first, second))
        })
        .collect()
}

/// Makes a point of each coordinate or compressed point, and encodes them all.
fn each_item<G: Group>(data: &[u8], point: impl Fn(&[u8]) -> Option<G::Point>) -> Option<Vec<u8>> {
    let mut all = Vec::with_capacity(data.len().saturating_mul(2));
    for item in data.chunks_exact(G::COORDINATE) {
        G::encode(&point(item)?, &mut all);
    }
    Some(all)
}

fn encoded<G: Group>(point: &G::Point) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(uncompressed::<G>());
    G::encode(point, &mut bytes);
    bytes
}

/// Bytes of a point of two coordinates.
fn uncompressed<G: Group>() -> usize {
    G::COORDINATE.saturating_mul(2)
}

/// Whether a point of the curve, with this encoding, may be used: `x = 0` only with the fix.
fn is_accepted<G: Group>(encoding: &[u8], fix: NotInGroupFix) -> bool {
    /// The flag of infinity, and the bits that are not flags.
    const NOT_ZERO: u8 = 0b0101_1111;
    fix == NotInGroupFix::On
        || match encoding.split_first() {
            Some((flags, rest)) => {
                flags & NOT_ZERO != 0
                    || rest.iter().take(G::COORDINATE.saturating_sub(1)).any(|byte| *byte != 0)
            }
            None => false,
        }
}
