//! Group laws, refusals with their texts, and that any bytes are answered.

use super::*;
use ark_ec::PrimeGroup;
use proptest::prelude::*;

/// `k` times the generator of G1, encoded.
fn g1(k: u64) -> [u8; G1] {
    encode_g1((G1Projective::generator() * Fr::from(k)).into_affine())
}

/// `k` times the generator of G2, encoded.
fn g2(k: u64) -> [u8; G2] {
    let (x, y) = (G2Affine::generator() * Fr::from(k)).into_affine().xy().unwrap();
    let numbers = [x.c0, x.c1, y.c0, y.c1].map(|part| part.into_bigint().0);
    let bytes: Vec<u8> = numbers.concat().iter().flat_map(|limb| limb.to_le_bytes()).collect();
    bytes.try_into().unwrap()
}

fn scalar(k: u64) -> [u8; NUMBER] {
    let mut bytes = [0; NUMBER];
    bytes[..8].copy_from_slice(&k.to_le_bytes());
    bytes
}

/// Joins parts to an item.
fn item<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    parts.concat().try_into().unwrap()
}

/// The order of the field, little-endian.
fn order() -> [u8; NUMBER] {
    let bytes: Vec<u8> = Fq::MODULUS.0.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    bytes.try_into().unwrap()
}

#[test]
fn no_items() {
    assert_eq!(g1_multiexp(&[]), Ok([0; G1]));
    assert_eq!(g1_sum(&[]), Ok([0; G1]));
    assert_eq!(pairing_check(&[]), Ok(true));
}

#[test]
fn sums_and_multiples() {
    let sum = g1_sum(&[item(&[&[0], &g1(5)]), item(&[&[1], &g1(3)]), item(&[&[0], &[0; G1]])]);
    assert_eq!(sum, Ok(g1(2)));
    let nothing = g1_sum(&[item(&[&[0], &g1(5)]), item(&[&[1], &g1(5)])]);
    assert_eq!(nothing, Ok([0; G1]));
    let multiples = [
        item(&[&g1(5), &scalar(7)]),
        item(&[&g1(5), &scalar(0)]),
        item(&[&[0; G1], &scalar(9)]),
        item(&[&g1(1), &scalar(1)]),
    ];
    assert_eq!(g1_multiexp(&multiples), Ok(g1(36)));
}

#[test]
fn pairings() {
    let minus = |k| g1_sum(&[item(&[&[1], &g1(k)])]).unwrap();
    let at_infinity = [item(&[&[0; G1], &g2(2)]), item(&[&g1(2), &[0; G2]])];
    let good = [item(&[&g1(6), &g2(7)]), item(&[&minus(42), &g2(1)])];
    let bad = [item(&[&g1(6), &g2(7)]), item(&[&minus(41), &g2(1)])];
    assert_eq!(pairing_check(&good), Ok(true));
    assert_eq!(pairing_check(&[good, at_infinity].concat()), Ok(true));
    assert_eq!(pairing_check(&bad), Ok(false));
}

#[test]
fn refusals() {
    let length = items::<65>(&[0; 64]).unwrap_err();
    assert_eq!(
        length.to_string(),
        "slice of size 64 cannot be precisely split into chunks of size 65"
    );

    let sign = g1_sum(&[item(&[&[2], &[0xff; G1]])]).unwrap_err();
    assert_eq!(sign.to_string(), "invalid bool: [2]");

    let coordinate = g1_sum(&[item(&[&[0], &scalar(1), &order()])]).unwrap_err();
    assert_eq!(
        coordinate.to_string(),
        "invalid fq: [47, FD, 7C, D8, 16, 8C, 20, 3C, 8D, CA, 71, 68, 91, 6A, 81, 97, 5D, 58, 81, \
         81, B6, 45, 50, B8, 29, A0, 31, E1, 72, 4E, 64, 30]"
    );

    let scalar_error = g1_multiexp(&[item(&[&g1(1), &[0xff; NUMBER]])]).unwrap_err();
    assert_eq!(scalar_error, InvalidInput::Fr(vec![0xff; NUMBER]));

    let off_curve: [u8; G1] = item(&[&scalar(1), &scalar(1)]);
    let point = g1_multiexp(&[item(&[&off_curve, &[0xff; NUMBER]])]).unwrap_err();
    assert_eq!(point, InvalidInput::G1(off_curve.to_vec()));

    let second = item::<G2>(&[&scalar(1), &scalar(0), &scalar(1), &scalar(0)]);
    let point = pairing_check(&[item(&[&g1(1), &second])]).unwrap_err();
    assert_eq!(point, InvalidInput::G2(second.to_vec()));
}

/// A point of the curve over the extension field that is not in the group is refused.
#[test]
fn outside_of_the_second_group() {
    let point = (1u64..)
        .find_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true))
        .filter(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    let numbers = [point.x.c0, point.x.c1, point.y.c0, point.y.c1].map(|part| part.into_bigint().0);
    let bytes: Vec<u8> = numbers.concat().iter().flat_map(|limb| limb.to_le_bytes()).collect();
    let refusal = pairing_check(&[item(&[&g1(1), &bytes])]).unwrap_err();
    assert_eq!(refusal, InvalidInput::G2(bytes));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The order of the items does not matter, nor how a multiple is made.
    #[test]
    fn multiples_are_repeated_sums(points in prop::collection::vec((1u64.., 0u8..6), 0..6)) {
        let products: Vec<[u8; 96]> =
            points.iter().map(|(k, times)| item(&[&g1(*k), &scalar(u64::from(*times))])).collect();
        let summands: Vec<[u8; 65]> = points
            .iter()
            .rev()
            .flat_map(|(k, times)| vec![item(&[&[0], &g1(*k)]); usize::from(*times)])
            .collect();
        prop_assert_eq!(g1_multiexp(&products), g1_sum(&summands));
    }

    #[test]
    fn any_bytes_are_answered(data in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = items(&data).and_then(g1_multiexp);
        let _ = items(&data).and_then(g1_sum);
        let _ = items(&data).and_then(pairing_check);
    }
}
