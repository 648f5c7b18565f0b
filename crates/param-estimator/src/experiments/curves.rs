//! Curves that proofs are made with: alt_bn128 and BLS12-381.
//!
//! The number of items is what grows. Whether the points of many items are the same or all different, and
//! which numbers they are multiplied by, is searched for: algorithms for many items sort them.

use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Parameter, Work};
use crate::price::Price;
use crate::work::calls::{Calls, Setting};
use crate::work::contract::{Script, Step};
use sha2::{Digest, Sha512};
use torr_crypto::{alt_bn128, bls12381};
use torr_parameters::ExtCost;

/// Where items are, which is not aligned.
const PLACE: u32 = 1_031;

/// A function of many items.
struct Function {
    name: &'static str,
    /// Whether it writes to a register.
    writes: bool,
    finds: [ExtCost; 2],
    /// Numbers of items.
    counts: &'static [u64],
    item: Item,
}

/// Makes an item of its number, with one of [`SCALARS`].
type Item = fn(u64, u64) -> Result<Vec<u8>, EstimatorError>;

/// Numbers to multiply by: none that are special, the largest, one bit.
const SCALARS: [u64; 3] = [0, 1, 2];

const FEW: &[u64] = &[1, 8, 60];
const MANY: &[u64] = &[1, 8, 64, 500];

const FUNCTIONS: &[Function] = &[
    Function {
        name: "alt_bn128_g1_sum",
        writes: true,
        finds: [ExtCost::AltBn128G1SumBase, ExtCost::AltBn128G1SumElement],
        counts: MANY,
        item: |number, _| Ok([&[(number % 2) as u8][..], &bn_point(number)?].concat()),
    },
    Function {
        name: "alt_bn128_g1_multiexp",
        writes: true,
        finds: [ExtCost::AltBn128G1MultiexpBase, ExtCost::AltBn128G1MultiexpElement],
        counts: FEW,
        item: |number, kind| Ok([&bn_point(number)?[..], &bn_scalar(number, kind)].concat()),
    },
    Function {
        name: "alt_bn128_pairing_check",
        writes: false,
        finds: [ExtCost::AltBn128PairingCheckBase, ExtCost::AltBn128PairingCheckElement],
        counts: &[1, 4, 16],
        item: |number, _| Ok([&bn_point(number)?[..], &bn_second()].concat()),
    },
    Function {
        name: "bls12381_p1_sum",
        writes: true,
        finds: [ExtCost::Bls12381P1SumBase, ExtCost::Bls12381P1SumElement],
        counts: MANY,
        item: |number, _| Ok([&[(number % 2) as u8][..], &first(number)?].concat()),
    },
    Function {
        name: "bls12381_p2_sum",
        writes: true,
        finds: [ExtCost::Bls12381P2SumBase, ExtCost::Bls12381P2SumElement],
        counts: MANY,
        item: |number, _| Ok([&[(number % 2) as u8][..], &second(number)?].concat()),
    },
    Function {
        name: "bls12381_g1_multiexp",
        writes: true,
        finds: [ExtCost::Bls12381G1MultiexpBase, ExtCost::Bls12381G1MultiexpElement],
        counts: FEW,
        item: |number, kind| Ok([first(number)?, scalar(number, kind).to_vec()].concat()),
    },
    Function {
        name: "bls12381_g2_multiexp",
        writes: true,
        finds: [ExtCost::Bls12381G2MultiexpBase, ExtCost::Bls12381G2MultiexpElement],
        counts: FEW,
        item: |number, kind| Ok([second(number)?, scalar(number, kind).to_vec()].concat()),
    },
    Function {
        name: "bls12381_map_fp_to_g1",
        writes: true,
        finds: [ExtCost::Bls12381MapFpToG1Base, ExtCost::Bls12381MapFpToG1Element],
        counts: FEW,
        item: |number, _| Ok(field(number, 0).to_vec()),
    },
    Function {
        name: "bls12381_map_fp2_to_g2",
        writes: true,
        finds: [ExtCost::Bls12381MapFp2ToG2Base, ExtCost::Bls12381MapFp2ToG2Element],
        counts: FEW,
        item: |number, _| Ok([field(number, 0), field(number, 1)].concat()),
    },
    Function {
        name: "bls12381_pairing_check",
        writes: false,
        finds: [ExtCost::Bls12381PairingBase, ExtCost::Bls12381PairingElement],
        counts: &[1, 4, 16],
        item: |number, _| Ok([first(number)?, second(number)?].concat()),
    },
    Function {
        name: "bls12381_p1_decompress",
        writes: true,
        finds: [ExtCost::Bls12381P1DecompressBase, ExtCost::Bls12381P1DecompressElement],
        counts: MANY,
        item: |number, _| Ok(compressed(first(number)?)),
    },
    Function {
        name: "bls12381_p2_decompress",
        writes: true,
        finds: [ExtCost::Bls12381P2DecompressBase, ExtCost::Bls12381P2DecompressElement],
        counts: FEW,
        item: |number, _| Ok(compressed(second(number)?)),
    },
];

/// Experiments on curves.
pub(super) fn all() -> Vec<Experiment> {
    FUNCTIONS.iter().map(experiment).collect()
}

fn experiment(function: &'static Function) -> Experiment {
    let is_product = function.name.ends_with("multiexp");
    let case = |count: &u64| {
        let count = *count;
        let different = Parameter { name: "different points", values: vec![1, 0] };
        let scalars = if is_product { &SCALARS[..] } else { &SCALARS[..1] };
        let scalars = Parameter { name: "scalars", values: scalars.to_vec() };
        // One item is what it is.
        let parameters =
            if count > 1 && is_product { vec![different, scalars] } else { Vec::new() };
        Case::searched(function.name, count, parameters, move |scene, values| {
            let different = values.first() != Some(&0);
            let kind = values.get(1).copied().unwrap_or(0);
            let script = script(function, count, different, kind)?;
            let work: Box<dyn Work + '_> =
                Box::new(Calls::new(scene, &script, &Setting::default())?);
            Ok(work)
        })
    };
    Experiment {
        name: function.name,
        about: "Computes with points of a curve that are valid, as many as some hundred Tgas pay for.",
        finds: function.finds.map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: function.counts.iter().map(case).collect(),
    }
}

fn script(
    function: &Function,
    count: u64,
    different: bool,
    kind: u64,
) -> Result<Script, EstimatorError> {
    let mut items = Vec::new();
    for number in 0..count {
        items.extend((function.item)(if different { number } else { 0 }, kind)?);
    }
    let mut arguments = vec![items.len() as u64, PLACE.into()];
    if function.writes {
        arguments.push(0);
    }
    Ok(Script::repeating(vec![Step::call(function.name, &arguments)])
        .with_pages(4)
        .with_data(PLACE, items))
}

/// Bytes that look random, of a number.
fn noise(number: u64, part: u8) -> [u8; 64] {
    let mut hasher = Sha512::new();
    hasher.update(number.to_le_bytes());
    hasher.update([part]);
    hasher.finalize().into()
}

/// A number to multiply by, little-endian.
fn scalar(number: u64, kind: u64) -> [u8; 32] {
    match kind {
        1 => [0xff; 32],
        2 => {
            let mut one_bit = [0; 32];
            if let Some(byte) = one_bit.last_mut() {
                *byte = 0x10;
            }
            one_bit
        }
        _ => {
            let mut bytes = [0; 32];
            bytes.iter_mut().zip(noise(number, 9)).for_each(|(to, from)| *to = from);
            bytes
        }
    }
}

/// The same below the order of alt_bn128.
fn bn_scalar(number: u64, kind: u64) -> [u8; 32] {
    let mut scalar = scalar(number, kind);
    if let Some(highest) = scalar.last_mut() {
        *highest = (*highest).min(0x2f);
    }
    scalar
}

/// A point of the first group of alt_bn128: a multiple of its generator.
fn bn_point(number: u64) -> Result<[u8; 64], EstimatorError> {
    let mut item = [0; 96];
    let (point, factor) = item.split_at_mut(64);
    for (place, value) in [(0, 1), (32, 2)] {
        if let Some(byte) = point.get_mut(place) {
            *byte = value;
        }
    }
    factor.iter_mut().zip(bn_scalar(number, 0)).for_each(|(to, from)| *to = from);
    alt_bn128::g1_multiexp(&[item]).map_err(|error| EstimatorError::of_work(error.to_string()))
}

/// The generator of the second group of alt_bn128 (EIP-197): real and imaginary part of both coordinates,
/// most significant digit first.
const BN_SECOND: [[u64; 4]; 4] = [
    [0x1800_deef_121f_1e76, 0x426a_0066_5e5c_4479, 0x6743_22d4_f75e_dadd, 0x46de_bd5c_d992_f6ed],
    [0x198e_9393_920d_483a, 0x7260_bfb7_31fb_5d25, 0xf1aa_4933_35a9_e712, 0x97e4_85b7_aef3_12c2],
    [0x12c8_5ea5_db8c_6deb, 0x4aab_7180_8dcb_408f, 0xe3d1_e769_0c43_d37b, 0x4ce6_cc01_66fa_7daa],
    [0x0906_89d0_585f_f075, 0xec9e_99ad_690c_3395, 0xbc4b_3133_70b3_8ef3, 0x55ac_dadc_d122_975b],
];

fn bn_second() -> Vec<u8> {
    let digits = BN_SECOND.iter().flat_map(|number| number.iter().rev());
    digits.flat_map(|digit| digit.to_le_bytes()).collect()
}

/// An element of the field of BLS12-381, below its modulus.
fn field(number: u64, part: u8) -> [u8; 48] {
    let mut element = [0; 48];
    element.iter_mut().zip(noise(number, part)).for_each(|(to, from)| *to = from);
    if let Some(highest) = element.first_mut() {
        *highest %= 0x1a;
    }
    element
}

/// A point of the first group of BLS12-381.
fn first(number: u64) -> Result<Vec<u8>, EstimatorError> {
    mapped(bls12381::map_fp_to_g1(&field(number, 0)))
}

/// A point of the second group of BLS12-381.
fn second(number: u64) -> Result<Vec<u8>, EstimatorError> {
    mapped(bls12381::map_fp2_to_g2(&[field(number, 0), field(number, 1)].concat()))
}

fn mapped(
    point: Result<Option<Vec<u8>>, bls12381::InvalidInput>,
) -> Result<Vec<u8>, EstimatorError> {
    let point = point.map_err(|error| EstimatorError::of_work(error.to_string()))?;
    point.ok_or_else(|| EstimatorError::of_work("no element of the field"))
}

/// A point that has the first coordinate of this one, compressed: either sign is of one.
fn compressed(point: Vec<u8>) -> Vec<u8> {
    let mut compressed: Vec<u8> = point.iter().copied().take(point.len() / 2).collect();
    if let Some(flags) = compressed.first_mut() {
        *flags |= 0x80;
    }
    compressed
}
