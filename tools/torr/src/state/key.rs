//! Keys of the state as people write them.

use crate::bytes::{NotationError, from_notation, notation};
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::trie_key::Column;
use torr_primitives::{AccountId, AccountIdError, TrieKey};

/// The kinds of keys that have a name.
const ACCOUNT: &str = "account";
const CODE: &str = "code";
const DATA: &str = "data";
const ACCESS_KEY: &str = "key";

/// Why a text is no key.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum KeyError {
    /// It is neither a name nor digits.
    #[error(
        "`{text}` is no key; write hexadecimal digits, account:ID, code:ID, data:ID:KEY or \
         key:ID:PUBLICKEY"
    )]
    Form {
        /// The text.
        text: String,
    },
    /// The account is none.
    #[error("{text:?} is no account id: {source}")]
    Account {
        /// The text.
        text: String,
        /// Why.
        source: AccountIdError,
    },
    /// The public key is none.
    #[error(
        "`{text}` is no public key; write for example ed25519:6E8sCci9badyRkXb3JoRpBj5p8C6Tw41ELDZoiihKEtp"
    )]
    PublicKey {
        /// The text.
        text: String,
    },
    /// The key of a contract's data is none.
    #[error("the key of the contract's data: {0}")]
    Data(#[from] NotationError),
    /// Something is left out.
    #[error("`{text}` is only the beginning of a key; {missing} is missing")]
    Unfinished {
        /// The text.
        text: String,
        /// What.
        missing: &'static str,
    },
}

/// The bytes of a key.
pub(super) fn parse_key(text: &str) -> Result<Key, KeyError> {
    let Some((kind, rest)) = text.split_once(':') else { return parse_digits(text).map(Key) };
    let unfinished = |missing| KeyError::Unfinished { text: text.to_owned(), missing };
    let key = match kind {
        ACCOUNT => TrieKey::Account { account_id: parse_account(rest)? },
        CODE => TrieKey::ContractCode { account_id: parse_account(rest)? },
        DATA => {
            let parts = rest.split_once(':');
            let (account, key) = parts.ok_or_else(|| unfinished("`:` and the contract's key"))?;
            TrieKey::ContractData { account_id: parse_account(account)?, key: from_notation(key)? }
        }
        ACCESS_KEY => {
            let parts = rest.split_once(':');
            let (account, key) = parts.ok_or_else(|| unfinished("`:` and the public key"))?;
            let public_key: PublicKeyHandle =
                key.parse().map_err(|_| KeyError::PublicKey { text: key.to_owned() })?;
            TrieKey::AccessKey { account_id: parse_account(account)?, public_key }
        }
        _ => return Err(KeyError::Form { text: text.to_owned() }),
    };
    Ok(Key(key.to_bytes()))
}

/// What keys begin with: a key, or a name that is not finished. `account:` and `code:` go with the
/// beginning of an account id; `data:ID` and `key:ID` with all that the account has, `data:ID:` also with
/// the beginning of a contract's key.
pub(super) fn parse_prefix(text: &str) -> Result<Key, KeyError> {
    let begins = |column: Column, rest: &str| Key([&[column as u8], rest.as_bytes()].concat());
    Ok(match text.split_once(':') {
        Some((ACCOUNT, rest)) => begins(Column::Account, rest),
        Some((CODE, rest)) => begins(Column::ContractCode, rest),
        Some((DATA, "")) => begins(Column::ContractData, ""),
        Some((ACCESS_KEY, "")) => begins(Column::AccessKey, ""),
        Some((DATA, rest)) => {
            let (account, key) = rest.split_once(':').unwrap_or((rest, ""));
            let account_id = parse_account(account)?;
            Key(TrieKey::contract_data_prefix(&account_id, &from_notation(key)?))
        }
        Some((ACCESS_KEY, account)) if !account.contains(':') => {
            Key(TrieKey::access_keys_prefix(&parse_account(account)?))
        }
        _ => parse_key(text)?,
    })
}

/// The bytes of a key, or what keys begin with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub(super) Vec<u8>);

fn parse_digits(text: &str) -> Result<Vec<u8>, KeyError> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode(digits).map_err(|_| KeyError::Form { text: text.to_owned() })
}

fn parse_account(text: &str) -> Result<AccountId, KeyError> {
    text.parse().map_err(|source| KeyError::Account { text: text.to_owned(), source })
}

/// The name of a key, if keys like it have one; it is read as the same key.
pub(super) fn name_of(key: &TrieKey) -> Option<String> {
    match key {
        TrieKey::Account { account_id } => Some(format!("{ACCOUNT}:{account_id}")),
        TrieKey::ContractCode { account_id } => Some(format!("{CODE}:{account_id}")),
        TrieKey::ContractData { account_id, key } => {
            Some(format!("{DATA}:{account_id}:{}", notation(key)))
        }
        TrieKey::AccessKey { account_id, public_key } => {
            Some(format!("{ACCESS_KEY}:{account_id}:{public_key}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyError, name_of, parse_key, parse_prefix};
    use torr_primitives::TrieKey;

    #[test]
    fn names_are_read_as_the_keys_that_they_are_of() {
        for text in [
            "account:alice.near",
            "code:a.near",
            "data:alice.near:STATE",
            "data:alice.near:",
            "data:alice.near:a:b",
            "data:alice.near:0x00ff",
            "key:alice.near:ed25519:6E8sCci9badyRkXb3JoRpBj5p8C6Tw41ELDZoiihKEtp",
        ] {
            let key = parse_key(text).unwrap();
            let parsed = TrieKey::parse(&key.0).unwrap();
            assert_eq!(name_of(&parsed).as_deref(), Some(text));
            assert_eq!(parse_key(&hex::encode(&key.0)).as_ref(), Ok(&key));
            assert_eq!(parse_key(&format!("0x{}", hex::encode(&key.0))), Ok(key));
        }
        assert_eq!(name_of(&TrieKey::DelayedReceiptIndices), None);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["accounts:a", "zz", "0", "alice.near", ":", "x:y:z"] {
            assert!(matches!(parse_key(text), Err(KeyError::Form { .. })), "{text}");
            assert!(matches!(parse_prefix(text), Err(KeyError::Form { .. })), "{text}");
        }
        for text in ["account:", "account:Alice", "data:A:k", "code:a..b", "data::k"] {
            assert!(matches!(parse_key(text), Err(KeyError::Account { .. })), "{text}");
        }
        for text in ["data:a.near", "key:a.near"] {
            assert!(matches!(parse_key(text), Err(KeyError::Unfinished { .. })), "{text}");
        }
        assert!(matches!(parse_key("data:a.near:0xz"), Err(KeyError::Data(_))));
        assert!(matches!(parse_key("key:a.near:ed25519:1"), Err(KeyError::PublicKey { .. })));
    }

    #[test]
    fn a_prefix_may_end_anywhere() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("09", b"\x09"),
            ("account:", b"\0"),
            ("account:al", b"\0al"),
            ("code:a", b"\x01a"),
            ("data:", b"\x09"),
            ("data:al", b"\x09al,"),
            ("data:al:", b"\x09al,"),
            ("data:al:ST", b"\x09al,ST"),
            ("key:", b"\x02"),
            ("key:al", b"\x02al\x02"),
        ] {
            assert_eq!(parse_prefix(text).map(|prefix| prefix.0), Ok(bytes.to_vec()), "{text}");
        }
        let key = "key:al:ed25519:6E8sCci9badyRkXb3JoRpBj5p8C6Tw41ELDZoiihKEtp";
        assert_eq!(parse_prefix(key), parse_key(key));
    }
}
