//! Account ids at random, and at the borders of what is valid.

use super::{AccountId, AccountIdError, AccountType};
use borsh::BorshDeserialize;
use proptest::prelude::*;

#[test]
fn the_first_offence_is_reported() {
    use AccountIdError::{InvalidChar, RedundantSeparator, TooLong, TooShort};
    let cases = [
        ("", TooShort { len: 0 }),
        ("A", TooShort { len: 1 }),
        ("A__\u{192}.", InvalidChar { index: 0 }),
        ("a__\u{192}.", RedundantSeparator { index: 2 }),
        ("a\u{192}.", InvalidChar { index: 1 }),
        ("near.", RedundantSeparator { index: 4 }),
        (".near", RedundantSeparator { index: 0 }),
        (&"a".repeat(65), TooLong { len: 65 }),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<AccountId>(), Err(error), "{text:?}");
    }
}

#[test]
fn a_long_length_is_refused_before_its_bytes_are_read() {
    let error = AccountId::deserialize_reader(&mut [255, 255, 255, 255].as_slice()).unwrap_err();
    assert_eq!(error.to_string(), "an account id has at most 64 bytes, not 4294967295");
}

proptest! {
    #[test]
    fn bytes_that_decode_encode_the_same(bytes: Vec<u8>) {
        if let Ok(account_id) = AccountId::try_from_slice(&bytes) {
            prop_assert_eq!(borsh::to_vec(&account_id).unwrap(), bytes);
        }
    }

    #[test]
    fn valid_names_have_no_redundant_separator(text in "[a-c._-]{0,9}|.{0,9}") {
        let words = |text: &str| {
            text.split(['.', '_', '-']).all(|word| {
                !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            })
        };
        prop_assert_eq!(AccountId::validate(&text).is_ok(), text.len() >= 2 && words(&text));
    }

    #[test]
    fn bytes_are_names_when_their_text_is(bytes in "[a-c._-]{0,9}|.{0,9}", cut: prop::sample::Index) {
        // Cut anywhere, in the middle of a character too.
        let bytes = &bytes.as_bytes()[..cut.index(bytes.len() + 1)];
        let of_text = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<AccountId>().ok());
        prop_assert_eq!(AccountId::try_from(bytes).ok(), of_text);
    }

    #[test]
    fn names_survive_borsh_and_json(name in "([a-z0-9][-_.]?){1,31}[a-z0-9]") {
        let account_id: AccountId = name.parse().unwrap();
        let bytes = borsh::to_vec(&account_id).unwrap();
        prop_assert_eq!(&AccountId::try_from_slice(&bytes).unwrap(), &account_id);
        let json = serde_json::to_string(&account_id).unwrap();
        prop_assert_eq!(serde_json::from_str::<AccountId>(&json).unwrap(), account_id);
    }
}

#[test]
fn only_derivable_names_have_a_type() {
    use AccountType::{EthImplicit, Named, NearDeterministic, NearImplicit, Universal};
    let zeros = |len| "0".repeat(len);
    let cases = [
        (zeros(64), NearImplicit),
        (zeros(63), Named),
        (format!("0x{}", zeros(40)), EthImplicit),
        (format!("0s{}", zeros(40)), NearDeterministic),
        (format!("0s{}g", zeros(39)), Named),
        (format!("0s{}", zeros(52)), Named),
        (format!("0u{}", zeros(52)), Universal),
        (format!("0u{}g", zeros(51)), Universal),
        (format!("0u{}1", zeros(51)), Named),
        (format!("0u{}z", zeros(51)), Named),
        (format!("0uu{}", zeros(51)), Named),
        (format!("0u{}", zeros(51)), Named),
        (format!("0u{}", zeros(53)), Named),
        (format!("0u{}.near", zeros(52)), Named),
    ];
    for (name, account_type) in cases {
        let account_id: AccountId = name.parse().unwrap();
        assert_eq!(account_id.account_type(), account_type, "{name}");
        assert_eq!(account_type.is_implicit(), account_type != Named);
    }
}

#[test]
fn digests_give_names_of_their_type() {
    let digest: [u8; 32] = std::array::from_fn(|i| i as u8);
    let cases = [
        (
            AccountId::of_ed25519_key(&digest),
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ),
        (AccountId::of_deterministic_digest(&digest), "0s0c0d0e0f101112131415161718191a1b1c1d1e1f"),
        (
            AccountId::of_universal_digest(&digest),
            "0u000g40r40m30e209185gr38e1w8124gk2gahc5rr34d1p70x3rfg",
        ),
    ];
    for (account_id, name) in cases {
        assert_eq!(account_id.as_str(), name);
    }
}
