//! The two implementations side by side, and what they must agree on.

use super::group::{Group, decompress, map_to_group, multiexp, sum};
use super::*;
use proptest::prelude::*;

/// The order of Fp, big-endian.
const P: &str = "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";

/// Elements of Fp that map to a point of the kernel of the isogeny to G1, and so to infinity.
const MAPPED_TO_INFINITY: [&str; 4] = [
    "1377c0192d99508a317127abf17c64205c7aad448380027efb47ae73ea231dbd6ecd3f2841b63d309c35bb8fd13e48f0",
    "0a2605e5991fcf3e63728a7a1468d79bacaa5f23f3816aadcd38efdd330c6d4f5bbf450f92156e0e23e16e3252bcd042",
    "146850b3bdc2495ed73bb803dfaa951a88abff0acb5c7aeac52b48f3c808e87ce3885b98ce916e17caef21a6cbc6b598",
    "0ec1d2551f80abe70136a7f42e52133ebddf9b619a88147ae422a98e57581f2b0961dc019c74599f12a1b5513649a2e8",
];

/// The encoding of infinity.
fn infinity(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    bytes[0] = 0x40;
    bytes
}

#[test]
fn lengths() {
    let error = p1_sum(&[0; 96], NotInGroupFix::On).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Incorrect input length for bls12381_p1_sum: 96 is not divisible by 97"
    );
    assert_eq!(g2_multiexp(&[0; 225]).unwrap_err().function, "bls12381_p2_multiexp");
    assert_eq!(pairing_check(&[0; 287]).unwrap_err().item, 288);
}

#[test]
fn no_items() {
    assert_eq!(p1_sum(&[], NotInGroupFix::Off), Ok(Some(infinity(96))));
    assert_eq!(p2_sum(&[], NotInGroupFix::Off), Ok(Some(infinity(192))));
    assert_eq!(g1_multiexp(&[]), Ok(Some(infinity(96))));
    assert_eq!(g2_multiexp(&[]), Ok(Some(infinity(192))));
    assert_eq!(map_fp_to_g1(&[]), Ok(Some(vec![])));
    assert_eq!(p2_decompress(&[], NotInGroupFix::Off), Ok(Some(vec![])));
    assert_eq!(pairing_check(&[]), Ok(PairingCheck::One));
    assert_eq!(group::pairing_check::<portable::Pairs>(&[]), PairingCheck::One);
}

/// (0, 2) is on the curve and not in the group: only with the fix is it a point.
#[test]
fn points_with_zero_x() {
    let mut point = vec![0; 96];
    point[95] = 2;
    let mut compressed = vec![0; 48];
    compressed[0] = 0x80;
    let item = [&[0], point.as_slice()].concat();
    for (fix, expected) in [(NotInGroupFix::Off, None), (NotInGroupFix::On, Some(point.clone()))] {
        assert_eq!(sum::<G1>(&item, fix), expected);
        assert_eq!(sum::<portable::G1>(&item, fix), expected);
        assert_eq!(decompress::<G1>(&compressed, fix), expected);
        assert_eq!(decompress::<portable::G1>(&compressed, fix), expected);
        let at_infinity = [&[1], infinity(96).as_slice()].concat();
        assert_eq!(sum::<G1>(&at_infinity, fix), Some(infinity(96)));
        assert_eq!(sum::<portable::G1>(&at_infinity, fix), Some(infinity(96)));
    }
    let multiexp_item = [point.as_slice(), &[1; 32]].concat();
    assert_eq!(multiexp::<G1>(&multiexp_item), None);
    assert_eq!(multiexp::<portable::G1>(&multiexp_item), None);
}

#[test]
fn elements_mapped_to_infinity() {
    for element in MAPPED_TO_INFINITY.map(|text| hex::decode(text).unwrap()) {
        assert_eq!(map_to_group::<G1>(&element), Some(infinity(96)));
        assert_eq!(map_to_group::<portable::G1>(&element), Some(infinity(96)));
    }
}

/// e(aP, bQ) e(-abP, Q) is one, whatever stands beside at infinity; without a factor it is not.
#[test]
fn pairing_is_bilinear() {
    let point = |a: u8| {
        let p = map_fp_to_g1(&[0; 48]).unwrap().unwrap();
        g1_multiexp(&[p.as_slice(), &scalar(a)].concat()).unwrap().unwrap()
    };
    let negated = |p: &[u8]| p1_sum(&[&[1], p].concat(), NotInGroupFix::Off).unwrap().unwrap();
    let q = map_fp2_to_g2(&[0; 96]).unwrap().unwrap();
    let five_q = g2_multiexp(&[q.as_slice(), &scalar(5)].concat()).unwrap().unwrap();

    let good = [point(3), five_q.clone(), negated(&point(15)), q.clone()].concat();
    let with_infinity = [infinity(96), q.clone(), good.clone(), point(1), infinity(192)].concat();
    let bad = [point(3), five_q, negated(&point(14)), q.clone()].concat();
    let swapped = [good.clone(), point(3), vec![0; 192]].concat();
    for (data, expected) in [
        (good, PairingCheck::One),
        (with_infinity, PairingCheck::One),
        (bad, PairingCheck::NotOne),
        (swapped, PairingCheck::NotPoints),
    ] {
        assert_eq!(pairing_check(&data), Ok(expected));
        assert_eq!(group::pairing_check::<portable::Pairs>(&data), expected);
    }
}

/// A little-endian scalar.
fn scalar(value: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = value;
    bytes
}

/// Bytes of a coordinate of `length`: any, or next to zero or to the order of Fp.
fn coordinate(length: usize) -> impl Strategy<Value = Vec<u8>> {
    let near = |value: Vec<u8>| {
        (Just(value), prop::sample::select(vec![-2i8, -1, 0, 1, 2])).prop_map(|(mut bytes, by)| {
            if let Some(last) = bytes.last_mut() {
                *last = last.wrapping_add_signed(by);
            }
            bytes
        })
    };
    let part = prop_oneof![
        6 => prop::collection::vec(any::<u8>(), 48).prop_map(|mut bytes| {
            bytes[0] %= 0x1b;
            bytes
        }),
        1 => near(vec![0; 48]),
        1 => near(hex::decode(P).unwrap()),
        1 => prop::sample::select(MAPPED_TO_INFINITY.to_vec())
            .prop_map(|text| hex::decode(text).unwrap()),
    ];
    prop::collection::vec(part, length / 48).prop_map(|parts| parts.concat())
}

/// Encodings of points: of the curve, of the group, at infinity, and with bits flipped.
fn points<G: Group>() -> impl Strategy<Value = Vec<u8>> {
    let of_curve = (coordinate(G::COORDINATE), any::<bool>()).prop_map(|(mut x, larger)| {
        // Reduced, and the next x that is one of a point.
        x.iter_mut().step_by(48).for_each(|first| *first &= 0x0f);
        x[0] |= if larger { 0xa0 } else { 0x80 };
        (0..=255)
            .find_map(|last| {
                *x.last_mut().unwrap() = last;
                decompress::<G>(&x, NotInGroupFix::On)
            })
            .unwrap()
    });
    let of_group = coordinate(G::COORDINATE).prop_map(|mut element| {
        element.iter_mut().step_by(48).for_each(|first| *first &= 0x0f);
        map_to_group::<G>(&element).unwrap()
    });
    let length = 2 * G::COORDINATE;
    let point = prop_oneof![
        3 => of_curve,
        6 => of_group,
        1 => Just(infinity(length)),
        1 => coordinate(length),
    ];
    (point, prop::option::weighted(0.1, 0..8 * length)).prop_map(|(mut bytes, flip)| {
        if let Some(flip) = flip {
            bytes[flip / 8] ^= 0x80 >> (flip % 8);
        }
        bytes
    })
}

/// Scalars: any, small, and next to the ends of the range.
fn scalars() -> impl Strategy<Value = [u8; 32]> {
    prop_oneof![any::<[u8; 32]>(), any::<u8>().prop_map(scalar), Just([0xff; 32]), Just([0; 32])]
}

fn fixes() -> impl Strategy<Value = NotInGroupFix> {
    prop_oneof![Just(NotInGroupFix::Off), Just(NotInGroupFix::On)]
}

/// Items made of a part and of a point, some of them twice in a row.
fn items<G: Group, T: Clone + std::fmt::Debug>(
    with: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<(T, Vec<u8>)>> {
    let item = (with, points::<G>(), prop::bool::weighted(0.2));
    prop::collection::vec(item, 0..6).prop_map(|items| {
        items
            .into_iter()
            .flat_map(|(with, point, twice)| vec![(with, point); 1 + usize::from(twice)])
            .collect()
    })
}

fn check_sum<A: Group, B: Group>(items: &[(u8, Vec<u8>)], fix: NotInGroupFix) {
    let data: Vec<u8> =
        items.iter().flat_map(|(sign, point)| [&[*sign], point.as_slice()].concat()).collect();
    assert_eq!(sum::<A>(&data, fix), sum::<B>(&data, fix));
}

fn check_multiexp<A: Group, B: Group>(items: &[([u8; 32], Vec<u8>)]) {
    let data: Vec<u8> =
        items.iter().flat_map(|(scalar, point)| [point.as_slice(), scalar].concat()).collect();
    assert_eq!(multiexp::<A>(&data), multiexp::<B>(&data));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sums_agree(
        first in items::<G1, u8>(0..=2u8),
        second in items::<G2, u8>(0..=1u8),
        fix in fixes(),
    ) {
        check_sum::<G1, portable::G1>(&first, fix);
        check_sum::<G2, portable::G2>(&second, fix);
    }

    #[test]
    fn multiexps_agree(
        first in items::<G1, [u8; 32]>(scalars()),
        second in items::<G2, [u8; 32]>(scalars()),
    ) {
        check_multiexp::<G1, portable::G1>(&first);
        check_multiexp::<G2, portable::G2>(&second);
        // Each point alone as well, since one outside of the group refuses the whole.
        first.iter().for_each(|item| check_multiexp::<G1, portable::G1>(std::slice::from_ref(item)));
    }

    #[test]
    fn maps_agree(element in coordinate(96)) {
        prop_assert_eq!(map_to_group::<G1>(&element), map_to_group::<portable::G1>(&element));
        prop_assert_eq!(map_to_group::<G2>(&element), map_to_group::<portable::G2>(&element));
    }

    #[test]
    fn decompressions_agree(mut x in coordinate(96), flags in 0u8..8, fix in fixes()) {
        for flags in [flags, 4, 5] {
            x[0] = x[0] & 0x1f | flags << 5;
            x[48] &= 0x1f;
            prop_assert_eq!(decompress::<G2>(&x, fix), decompress::<portable::G2>(&x, fix));
            prop_assert_eq!(decompress::<G1>(&x[..48], fix), decompress::<portable::G1>(&x[..48], fix));
        }
    }

    #[test]
    fn pairings_agree(pairs in prop::collection::vec((points::<G1>(), points::<G2>()), 0..3)) {
        let data: Vec<u8> = pairs.into_iter().flat_map(|(first, second)| [first, second].concat()).collect();
        prop_assert_eq!(
            group::pairing_check::<Pairs>(&data),
            group::pairing_check::<portable::Pairs>(&data)
        );
    }
}
