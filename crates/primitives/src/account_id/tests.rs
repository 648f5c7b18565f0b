use super::{AccountId, AccountIdError};
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
    fn names_survive_borsh_and_json(name in "([a-z0-9][-_.]?){1,31}[a-z0-9]") {
        let account_id: AccountId = name.parse().unwrap();
        let bytes = borsh::to_vec(&account_id).unwrap();
        prop_assert_eq!(&AccountId::try_from_slice(&bytes).unwrap(), &account_id);
        let json = serde_json::to_string(&account_id).unwrap();
        prop_assert_eq!(serde_json::from_str::<AccountId>(&json).unwrap(), account_id);
    }
}
