//! BLS12-381 by blst, the C library that the protocol's own definition of these functions uses.
//!
//! Its functions take points that are on the curve, which is what [`Group::decode`] makes sure of,
//! and lengths and pointers that are made here. They do not check either, so all `unsafe` code of
//! the crate is in this file, and each block is one call.
#![allow(unsafe_code, reason = "blst has no safe functions for points outside of the group")]

use super::group::{Group, Pairing, Sign};
use blst::*;
use std::ptr;

/// Bytes of an element of Fp.
const FP: usize = 48;

/// Flag of a compressed point, in the first byte.
const COMPRESSED: u8 = 0x80;

/// The curve over Fp.
pub(super) struct G1;

/// The curve over Fp2.
pub(super) struct G2;

/// The pairing of the two.
pub(super) struct Pairs;

/// Implements [`Group`] with the functions of blst for one of the two curves.
macro_rules! group {
    (
        $group:ident, $coordinate:expr, $affine:ident, $jacobian:ident, $read:ident,
        $deserialize:ident, $uncompress:ident, $serialize:ident, $in_group:ident, $negate:ident,
        $add:ident, $to_affine:ident, $scratch:ident, $multiexp:ident, $map:ident, $is_inf:ident
    ) => {
        impl Group for $group {
            const COORDINATE: usize = $coordinate;
            type Point = $affine;
            type Sum = $jacobian;

            fn decode(bytes: &[u8]) -> Option<$affine> {
                let bytes: &[u8; 2 * $coordinate] = bytes.try_into().ok()?;
                if bytes.first()? & COMPRESSED != 0 {
                    return None;
                }
                let mut point = $affine::default();
                // SAFETY: `bytes` has the length of an uncompressed point.
                let result = unsafe { $deserialize(&mut point, bytes.as_ptr()) };
                is_on_curve(result).then_some(point)
            }

            fn decompress(bytes: &[u8]) -> Option<$affine> {
                let bytes: &[u8; $coordinate] = bytes.try_into().ok()?;
                if bytes.first()? & COMPRESSED == 0 {
                    return None;
                }
                let mut point = $affine::default();
                // SAFETY: `bytes` has the length of a compressed point.
                let result = unsafe { $uncompress(&mut point, bytes.as_ptr()) };
                is_on_curve(result).then_some(point)
            }

            fn encode(point: &$affine, to: &mut Vec<u8>) {
                let mut bytes = [0; 2 * $coordinate];
                // SAFETY: `bytes` has the length of an uncompressed point.
                unsafe { $serialize(bytes.as_mut_ptr(), point) };
                to.extend_from_slice(&bytes);
            }

            fn is_in_group(point: &$affine) -> bool {
                // SAFETY: the point is on the curve.
                unsafe { $in_group(point) }
            }

            fn zero() -> $jacobian {
                $jacobian::default()
            }

            fn add(sum: &mut $jacobian, point: &$affine, sign: Sign) {
                let mut point = *point;
                // SAFETY: `y` is a reduced element; blst takes the same one in and out.
                unsafe { $negate(&mut point.y, &point.y, sign == Sign::Minus) };
                let before = *sum;
                // SAFETY: both are points of the curve; equal and infinite ones are allowed.
                unsafe { $add(sum, &before, &point) };
            }

            fn finish(sum: $jacobian) -> $affine {
                let mut point = $affine::default();
                // SAFETY: the sum is a point of the curve.
                unsafe { $to_affine(&mut point, &sum) };
                point
            }

            fn multiexp(points: &[$affine], scalars: &[[u8; 32]]) -> $affine {
                // SAFETY: the point is on the curve.
                let is_finite = |point: &$affine| unsafe { !$is_inf(point) };
                let (points, scalars): (Vec<$affine>, Vec<[u8; 32]>) =
                    points.iter().zip(scalars).filter(|(point, _)| is_finite(point)).unzip();
                let mut sum = $jacobian::default();
                if let (Some(first_point), Some(first_scalar)) = (points.first(), scalars.first()) {
                    // SAFETY: a function of the number alone.
                    let scratch = unsafe { $scratch(points.len()) };
                    let mut scratch = vec![0; scratch.div_ceil(size_of::<limb_t>())];
                    // A null after the first pointer says that the rest follow in memory.
                    let point_list = [ptr::from_ref(first_point), ptr::null()];
                    let scalar_list = [first_scalar.as_ptr(), ptr::null()];
                    // SAFETY: both lists have `points.len()` elements, the scalars 32 bytes each,
                    // and the scratch space has the size asked for.
                    unsafe {
                        $multiexp(
                            &mut sum,
                            point_list.as_ptr(),
                            points.len(),
                            scalar_list.as_ptr(),
                            256,
                            scratch.as_mut_ptr(),
                        );
                    }
                }
                Self::finish(sum)
            }

            fn map_to_group(element: &[u8]) -> Option<$affine> {
                let element = $read(element)?;
                let mut sum = $jacobian::default();
                // SAFETY: the element is reduced; a null stands for no second element.
                unsafe { $map(&mut sum, &element, ptr::null()) };
                Some(Self::finish(sum))
            }
        }
    };
}

group!(
    G1,
    FP,
    blst_p1_affine,
    blst_p1,
    read_fp,
    blst_p1_deserialize,
    blst_p1_uncompress,
    blst_p1_affine_serialize,
    blst_p1_affine_in_g1,
    blst_fp_cneg,
    blst_p1_add_or_double_affine,
    blst_p1_to_affine,
    blst_p1s_mult_pippenger_scratch_sizeof,
    blst_p1s_mult_pippenger,
    blst_map_to_g1,
    blst_p1_affine_is_inf
);

group!(
    G2,
    2 * FP,
    blst_p2_affine,
    blst_p2,
    read_fp2,
    blst_p2_deserialize,
    blst_p2_uncompress,
    blst_p2_affine_serialize,
    blst_p2_affine_in_g2,
    blst_fp2_cneg,
    blst_p2_add_or_double_affine,
    blst_p2_to_affine,
    blst_p2s_mult_pippenger_scratch_sizeof,
    blst_p2s_mult_pippenger,
    blst_map_to_g2,
    blst_p2_affine_is_inf
);

impl Pairing for Pairs {
    type G1 = G1;
    type G2 = G2;

    fn product_is_one(pairs: &[(blst_p1_affine, blst_p2_affine)]) -> bool {
        // The pairing with infinity is one; blst's loop over several pairs wants finite points.
        // SAFETY: the points are on the curves.
        let is_finite = |(first, second): &&(blst_p1_affine, blst_p2_affine)| unsafe {
            !blst_p1_affine_is_inf(first) && !blst_p2_affine_is_inf(second)
        };
        let (firsts, seconds): (Vec<_>, Vec<_>) = pairs.iter().filter(is_finite).copied().unzip();
        let (Some(first), Some(second)) = (firsts.first(), seconds.first()) else {
            return true;
        };
        // A null after the first pointer says that the rest follow in memory.
        let first_list = [ptr::from_ref(first), ptr::null()];
        let second_list = [ptr::from_ref(second), ptr::null()];
        let mut product = blst_fp12::default();
        // SAFETY: both lists have `firsts.len()` points, at least one, of the two groups.
        unsafe {
            blst_miller_loop_n(
                &mut product,
                second_list.as_ptr(),
                first_list.as_ptr(),
                firsts.len(),
            );
        }
        let product = product.final_exp();
        // SAFETY: an element that blst made.
        unsafe { blst_fp12_is_one(&product) }
    }
}

/// Whether blst found a point of the curve; those with `x = 0` it reports as not in the group.
fn is_on_curve(result: BLST_ERROR) -> bool {
    matches!(result, BLST_ERROR::BLST_SUCCESS | BLST_ERROR::BLST_POINT_NOT_IN_GROUP)
}

/// Reads a reduced element of Fp.
fn read_fp(bytes: &[u8]) -> Option<blst_fp> {
    let bytes: &[u8; FP] = bytes.try_into().ok()?;
    let mut element = blst_fp::default();
    // SAFETY: `bytes` has the length of an element.
    unsafe { blst_fp_from_bendian(&mut element, bytes.as_ptr()) };
    // blst reduces; an element that was reduced before comes back as it was.
    let mut back = [0; FP];
    // SAFETY: `back` has the length of an element.
    unsafe { blst_bendian_from_fp(back.as_mut_ptr(), &element) };
    (back == *bytes).then_some(element)
}

/// Reads a reduced element of Fp2, the second part first.
fn read_fp2(bytes: &[u8]) -> Option<blst_fp2> {
    let (second, first) = bytes.split_at_checked(FP)?;
    Some(blst_fp2 { fp: [read_fp(first)?, read_fp(second)?] })
}
