//! Operands at the edges of their types, where instructions have their special cases.

#![expect(clippy::float_arithmetic, reason = "operands are made of the host's floats")]

use std::collections::BTreeSet;
use wasm_encoder::ValType;

/// All edges of a type, by their bits: for loops, which are short however many there are.
pub(crate) fn all(ty: ValType) -> Vec<u64> {
    match ty {
        ValType::I32 => integers(32),
        ValType::I64 => integers(64),
        float => many(float),
    }
}

/// Those of which pairs are tried.
pub(crate) fn many(ty: ValType) -> Vec<u64> {
    match ty {
        ValType::I32 => many_integers(32),
        ValType::I64 => many_integers(64),
        ValType::F32 => floats_32(),
        ValType::F64 => floats_64(),
        other => panic!("{other:?} is no number"),
    }
}

/// The sharpest of them: for code that is written out for each.
pub(crate) fn few(ty: ValType) -> Vec<u64> {
    match ty {
        ValType::I32 => few_integers(32),
        ValType::I64 => few_integers(64),
        ValType::F32 => few_floats(&F32),
        ValType::F64 => few_floats(&F64),
        other => panic!("{other:?} is no number"),
    }
}

/// The very sharpest, for code that is long and written out for each.
pub(crate) fn fewest(ty: ValType) -> Vec<u64> {
    match ty {
        ValType::I32 => fewest_integers(32),
        ValType::I64 => fewest_integers(64),
        ValType::F32 => fewest_floats(&F32),
        ValType::F64 => fewest_floats(&F64),
        other => panic!("{other:?} is no number"),
    }
}

/// Every bit alone, with its neighbours, of both signs; numbers that floats round; and others.
fn integers(width: u32) -> Vec<u64> {
    let powers = (0..width).map(|bit| 1_u64 << bit);
    let near = powers.flat_map(|power| [power.wrapping_sub(1), power, power.wrapping_add(1)]);
    // Halfway between two floats, and beside it.
    let ties = [24, 25, 53, 54, 63]
        .into_iter()
        .flat_map(|bit| [23, 24, 52, 53].map(|below| (1_u64 << bit) | (1 << bit) >> below));
    let ties = ties.flat_map(|tie| [tie - 1, tie, tie + 1]);
    let all = near.chain(ties).chain(OTHERS).flat_map(|value| [value, value.wrapping_neg()]);
    unique(all.map(|value| value & (u64::MAX >> (64 - width))))
}

/// Every bit alone, and what is near the ends of bytes, of both signs; and others.
fn many_integers(width: u32) -> Vec<u64> {
    let powers = (0..width).map(|bit| 1_u64 << bit);
    let ends = [8, 16, 32, 64].into_iter().filter(|bits| *bits <= width);
    let ends = ends.flat_map(|bits| {
        let sign = 1_u64 << (bits - 1);
        [
            sign - 1,
            sign + 1,
            sign.wrapping_mul(2).wrapping_sub(1),
            sign.wrapping_mul(2).wrapping_add(1),
        ]
    });
    let all = powers.chain(ends).chain([0, 3, 5, 7, 10, 33, 65, 100]).chain(OTHERS);
    let all = all.flat_map(|value| [value, value.wrapping_neg()]);
    unique(all.map(|value| value & (u64::MAX >> (64 - width))))
}

const OTHERS: [u64; 8] = [
    0xaaaa_aaaa_aaaa_aaaa,
    0x5555_5555_5555_5555,
    0x0123_4567_89ab_cdef,
    0x8080_8080_8080_8080,
    0x7f7f_7f7f_7f7f_7f7f,
    0x9e37_79b9_7f4a_7c15,
    0xd1b5_4a32_d192_ed03,
    0xffff_ffff_0000_0000,
];

fn few_integers(width: u32) -> Vec<u64> {
    let low = [0, 1, 2, 3, 7, 10];
    let edges = [8, 16, 31, 32, 63, 64].into_iter().filter(|bits| *bits <= width);
    let edges = edges.flat_map(|bits| {
        let sign = 1_u64 << (bits - 1);
        [sign - 1, sign, sign + 1, sign.wrapping_mul(2)]
    });
    // Amounts by which to shift.
    let amounts = [u64::from(width) - 1, u64::from(width), u64::from(width) + 1];
    let negative = [1_u64, 2, 3, 7, 128, 129, 0x8001].map(u64::wrapping_neg);
    let all =
        low.into_iter().chain(edges).chain(amounts).chain(negative).chain([OTHERS[0], OTHERS[5]]);
    unique(all.map(|value| value & (u64::MAX >> (64 - width))))
}

fn fewest_integers(width: u32) -> Vec<u64> {
    let sign = 1_u64 << (width - 1);
    let all = [0, 1, 2, 100, sign - 1, sign, sign + 1, u64::MAX, u64::MAX - 1, OTHERS[5]];
    unique(all.into_iter().map(|value| value & (u64::MAX >> (64 - width))))
}

fn unique(values: impl Iterator<Item = u64>) -> Vec<u64> {
    values.collect::<BTreeSet<u64>>().into_iter().collect()
}

/// How a float type keeps its parts.
struct Format {
    width: u32,
    mantissa: u32,
    bits: fn(f64) -> u64,
}

const F32: Format =
    Format { width: 32, mantissa: 23, bits: |value| u64::from((value as f32).to_bits()) };
const F64: Format = Format { width: 64, mantissa: 52, bits: f64::to_bits };

impl Format {
    fn infinity(&self) -> u64 {
        (1 << (self.width - 1)) - (1 << self.mantissa)
    }

    /// Quiet and signalling, with the least and the greatest payload.
    fn nans(&self) -> [u64; 6] {
        let quiet = 1_u64 << (self.mantissa - 1);
        let payloads = [quiet, quiet | 1, 2 * quiet - 1, 1, quiet - 1, quiet | quiet >> 1];
        payloads.map(|payload| self.infinity() | payload)
    }

    /// The least and greatest of normal and subnormal numbers.
    fn ends(&self) -> [u64; 7] {
        let normal = 1_u64 << self.mantissa;
        [0, 1, 2, normal - 1, normal, normal + 1, self.infinity() - 1]
    }

    /// `value` and its neighbours.
    fn near(&self, value: f64) -> [u64; 3] {
        let bits = (self.bits)(value);
        [bits - 1, bits, bits + 1]
    }

    fn both_signs(&self, values: impl Iterator<Item = u64>) -> Vec<u64> {
        unique(values.flat_map(|bits| [bits, bits | 1 << (self.width - 1)]))
    }
}

/// Where conversions to integers end, where halves and ones stop being there, and where squares do.
fn bounds() -> impl Iterator<Item = f64> {
    [7, 8, 15, 16, 22, 23, 24, 31, 32, 51, 52, 53, 62, 63, 64]
        .into_iter()
        .map(|bits| 2_f64.powi(bits))
}

fn floats_32() -> Vec<u64> {
    let near = bounds().chain([0.5, 1.0]).flat_map(|value| F32.near(value));
    let plain = [1.5, 2.0, 2.5, 3.0, 3.5, 4.5, 0.1, 1.0 / 3.0, 65_535.5, 1e10, 1e-10, 1e38, 1e-38];
    let plain = plain.into_iter().map(F32.bits);
    let special = F32.ends().into_iter().chain([F32.infinity()]).chain(F32.nans());
    F32.both_signs(near.chain(plain).chain(special))
}

fn floats_64() -> Vec<u64> {
    let near = bounds().chain([0.5, 1.0]).flat_map(|value| F64.near(value));
    // Beside the bounds of 32 bits there are fractions, which are cut off before it is compared.
    let beside = [31, 32].into_iter().flat_map(|bits| {
        [-1.5, -1.0, -0.9, -0.5, 0.5, 0.9, 1.0, 1.5].map(|more| 2_f64.powi(bits) + more)
    });
    // Where numbers of 32 bits end, begin to be subnormal, and round to even.
    let narrow = [
        f64::from(f32::MAX),
        f64::from(f32::MIN_POSITIVE),
        2_f64.powi(-149),
        2_f64.powi(-150),
        2_f64.powi(128) - 2_f64.powi(103),
        1.0 + 2_f64.powi(-24),
        1.0 + 3.0 * 2_f64.powi(-24),
    ];
    let narrow = narrow.into_iter().flat_map(|value| F64.near(value));
    let plain = [1.5, 2.0, 2.5, 3.0, 3.5, 4.5, 0.1, 1.0 / 3.0, 1e10, 1e-10, 1e300, 1e-300, 1e-310];
    let plain = plain.into_iter().chain(beside).map(F64.bits);
    let special = F64.ends().into_iter().chain([F64.infinity()]).chain(F64.nans());
    // NaNs of 32 bits as they are promoted.
    let promoted = F32.nans().into_iter().map(|bits| F64.infinity() | (bits & 0x7f_ffff) << 29);
    F64.both_signs(near.chain(plain).chain(special).chain(narrow).chain(promoted))
}

fn few_floats(format: &Format) -> Vec<u64> {
    let bounds = [2_f64.powi(31), 2_f64.powi(32), 2_f64.powi(63), 2_f64.powi(64)];
    let below = bounds.into_iter().map(|bound| (format.bits)(bound) - 1);
    let plain = [0.5, 1.0, 1.5, 2.5, 1.0 / 3.0].into_iter().chain(bounds).map(format.bits);
    let [zero, least, .., greatest] = format.ends();
    let special = [zero, least, 1 << format.mantissa, greatest, format.infinity()];
    let nans = format.nans().into_iter().take(4);
    format.both_signs(plain.chain(below).chain(special).chain(nans))
}

fn fewest_floats(format: &Format) -> Vec<u64> {
    let sign = 1 << (format.width - 1);
    let [quiet, _, full, signalling, ..] = format.nans();
    let [_, least, .., greatest] = format.ends();
    let one = (format.bits)(1.0);
    let infinity = format.infinity();
    let all = [0, sign, one, sign | one, infinity, sign | infinity, least, sign | greatest];
    unique(all.into_iter().chain([quiet, sign | quiet, signalling, sign | full]))
}
