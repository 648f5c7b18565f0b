//! State files: what is written is what is read, and nothing else is taken for one.

use super::{AccountState, PendingYield, State, load, parse, save};
use std::collections::BTreeMap;
use std::path::Path;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{Balance, YieldId};

fn example() -> State {
    let account = AccountState {
        balance: Balance::MAX,
        storage_usage: 182,
        contract_bytes: 7,
        yields: vec![PendingYield {
            data_id: CryptoHash([1; 32]),
            yield_id: Some(YieldId([2; 32])),
        }],
        storage: BTreeMap::from([
            (b"STATE".to_vec(), b"\0\xff".to_vec()),
            (Vec::new(), b"0x".to_vec()),
        ]),
    };
    let mut state = State::default();
    state.yields_created = 1;
    state.accounts.insert("a.near".parse().unwrap(), account);
    state
}

#[test]
fn a_saved_state_is_loaded_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    assert_eq!(load(&path).unwrap(), State::default());
    save(&path, &example()).unwrap();
    assert_eq!(load(&path).unwrap(), example());
    save(&path, &State::default()).unwrap();
    assert_eq!(load(&path).unwrap(), State::default());
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing else is left behind");
}

#[test]
fn the_format_is_stable() {
    expect_test::expect![[r#"
        {
          "format": "torr-state-1",
          "yields_created": 1,
          "accounts": {
            "a.near": {
              "balance": "340282366920938463463374607431768211455",
              "storage_usage": 182,
              "contract_bytes": 7,
              "yields": [
                {
                  "data_id": "4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi",
                  "yield_id": "8qbHbw2BbbTHBW1sbeqakYXVKRQM8Ne7pLK7m6CVfeR"
                }
              ],
              "storage": {
                "": "0x3078",
                "STATE": "0x00ff"
              }
            }
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&example()).unwrap());
}

#[test]
fn corrupt_files_are_refused_with_line_and_field() {
    let account = |fields: &str| {
        format!(
            "{{\"format\": \"torr-state-1\", \"yields_created\": 0, \"accounts\": {{\n\"a.near\": \
             {{{fields}}}}}}}"
        )
    };
    let entries = |entries: &str| {
        account(&format!(
            "\"balance\": \"0\", \"storage_usage\": 0, \"contract_bytes\": 0,\n\"storage\": \
             {{{entries}}}"
        ))
    };
    let cases = [
        String::new(),
        "[".repeat(10_000),
        "{\"format\": \"torr-state-2\"}".to_owned(),
        account("\"balance\": -1"),
        account("\"colour\": 1"),
        entries("\"0xabc\": \"\""),
        entries("\"k\": 1"),
        entries("\"k\": \"\u{e4}\""),
        entries("\"k\": \"\", \"0x6b\": \"\""),
        entries("") + "x",
        "{\"format\": \"torr-state-1\", \"yields_created\": 0, \"accounts\": {\"A\": {}}}"
            .to_owned(),
    ];
    let messages: Vec<String> = cases
        .iter()
        .map(|text| parse(Path::new("s.json"), text.as_bytes()).unwrap_err().to_string())
        .map(|message| {
            message.replace("; correct it, or remove the file to begin with an empty state", "")
        })
        .collect();
    expect_test::expect![[r#"
        s.json: EOF while parsing a value at line 1 column 0
        s.json: expected value at line 1 column 2
        s.json: format: unknown variant `torr-state-2`, expected `torr-state-1` at line 1 column 25
        s.json: accounts.a.near.balance: invalid type: integer `-1`, expected a string at line 2 column 24
        s.json: accounts.a.near.colour: unknown field `colour`, expected one of `balance`, `storage_usage`, `contract_bytes`, `yields`, `storage` at line 2 column 19
        s.json: accounts.a.near.storage: after 0x there must be pairs of hexadecimal digits: Odd number of digits at line 3 column 24
        s.json: accounts.a.near.storage.k: invalid type: integer `1`, expected a string at line 3 column 18
        s.json: accounts.a.near.storage: 'ä' is not printable ASCII; write the bytes as 0x and hexadecimal digits at line 3 column 22
        s.json: accounts.a.near.storage: key "0x6b" stands twice at line 3 column 32
        s.json: trailing characters at line 3 column 17
        s.json: accounts.A: `A` is not an account id: an account id has at least 2 bytes, not 1 at line 1 column 64"#]].assert_eq(&messages.join("\n"));
}
