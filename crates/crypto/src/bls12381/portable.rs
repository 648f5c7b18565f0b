//! BLS12-381 in pure Rust, for targets where C does not build; and the referee of `native`.

use super::group::{Group, Pairing, Sign};
use ark_bls12_381::{Bls12_381, Fq, Fq2, g1, g2};
use ark_ec::hashing::curve_maps::wb::{WBConfig, WBMap};
use ark_ec::hashing::map_to_curve_hasher::MapToCurve;
use ark_ec::pairing::Pairing as _;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{BigInt, PrimeField, Zero};
use std::marker::PhantomData;

/// Flag of a compressed point, in the first byte.
const COMPRESSED: u8 = 0x80;
/// Flag of infinity.
const INFINITY: u8 = 0x40;
/// Flag of the larger `y`, in a compressed point.
const LARGER: u8 = 0x20;

/// The curve over Fp.
pub(super) type G1 = On<g1::Config>;

/// The curve over Fp2.
pub(super) type G2 = On<g2::Config>;

/// The pairing of the two.
pub(super) struct Pairs;

/// One of the two curves.
pub(super) struct On<C>(PhantomData<C>);

impl<C> Group for On<C>
where
    C: SWCurveConfig<BaseField: Coordinate> + WBConfig,
{
    const COORDINATE: usize = C::BaseField::BYTES;
    type Point = Affine<C>;
    type Sum = Projective<C>;

    fn decode(bytes: &[u8]) -> Option<Affine<C>> {
        let (flags, rest) = bytes.split_first()?;
        match flags & (COMPRESSED | INFINITY | LARGER) {
            0 => {
                let (x, y) = bytes.split_at_checked(Self::COORDINATE)?;
                let point = Affine::new_unchecked(Coordinate::read(x)?, Coordinate::read(y)?);
                // Two zeros stand for infinity in memory, but not in the encoding.
                (!point.is_zero() && point.is_on_curve()).then_some(point)
            }
            _ if *flags == INFINITY && is_zero(rest) => Some(Affine::identity()),
            _ => None,
        }
    }

    fn decompress(bytes: &[u8]) -> Option<Affine<C>> {
        let (flags, rest) = bytes.split_first()?;
        if flags & COMPRESSED == 0 {
            return None;
        }
        if flags & INFINITY != 0 {
            let is_infinity = *flags == COMPRESSED | INFINITY && is_zero(rest);
            return is_infinity.then(Affine::identity);
        }
        let x = [&[flags & !(COMPRESSED | LARGER)], rest].concat();
        Affine::get_point_from_x_unchecked(Coordinate::read(&x)?, flags & LARGER != 0)
    }

    fn encode(point: &Affine<C>, to: &mut Vec<u8>) {
        match point.xy() {
            Some((x, y)) => {
                x.write(to);
                y.write(to);
            }
            None => {
                to.push(INFINITY);
                to.extend((1..Self::COORDINATE.saturating_mul(2)).map(|_| 0));
            }
        }
    }

    fn is_in_group(point: &Affine<C>) -> bool {
        point.is_in_correct_subgroup_assuming_on_curve()
    }

    fn zero() -> Projective<C> {
        Projective::zero()
    }

    fn add(sum: &mut Projective<C>, point: &Affine<C>, sign: Sign) {
        match sign {
            Sign::Plus => *sum += point,
            Sign::Minus => *sum -= point,
        }
    }

    fn finish(sum: Projective<C>) -> Affine<C> {
        sum.into_affine()
    }

    fn multiexp(points: &[Affine<C>], scalars: &[[u8; 32]]) -> Affine<C> {
        let scalars: Vec<C::ScalarField> =
            scalars.iter().map(|scalar| PrimeField::from_le_bytes_mod_order(scalar)).collect();
        Projective::msm_unchecked(points, &scalars).into_affine()
    }

    fn map_to_group(element: &[u8]) -> Option<Affine<C>> {
        let point = WBMap::<C>::map_to_curve(Coordinate::read(element)?).ok()?;
        // Where a denominator of the isogeny is zero the point is infinity (RFC 9380, section
        // 6.6.3); the map leaves zeros there, which stand for infinity in memory.
        Some(point.clear_cofactor())
    }
}

impl Pairing for Pairs {
    type G1 = G1;
    type G2 = G2;

    fn product_is_one(pairs: &[(Affine<g1::Config>, Affine<g2::Config>)]) -> bool {
        let (firsts, seconds): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
        Bls12_381::multi_pairing(firsts, seconds).is_zero()
    }
}

/// An element of one of the two fields, in bytes.
pub(super) trait Coordinate: Sized {
    /// Bytes of an element.
    const BYTES: usize;

    /// Reads a reduced element.
    fn read(bytes: &[u8]) -> Option<Self>;

    /// Appends the bytes of an element.
    fn write(&self, to: &mut Vec<u8>);
}

impl Coordinate for Fq {
    const BYTES: usize = 48;

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut limbs = [0; 6];
        let (words, []) = bytes.as_chunks::<8>() else { return None };
        if words.len() != limbs.len() {
            return None;
        }
        for (limb, word) in limbs.iter_mut().rev().zip(words) {
            *limb = u64::from_be_bytes(*word);
        }
        Self::from_bigint(BigInt::new(limbs))
    }

    fn write(&self, to: &mut Vec<u8>) {
        for limb in self.into_bigint().0.iter().rev() {
            to.extend_from_slice(&limb.to_be_bytes());
        }
    }
}

impl Coordinate for Fq2 {
    const BYTES: usize = 2 * Fq::BYTES;

    fn read(bytes: &[u8]) -> Option<Self> {
        let (second, first) = bytes.split_at_checked(Fq::BYTES)?;
        Some(Self::new(Fq::read(first)?, Fq::read(second)?))
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.c1.write(to);
        self.c0.write(to);
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
