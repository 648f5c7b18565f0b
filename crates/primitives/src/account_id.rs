//! Names of accounts.
//!
//! An [`AccountId`] always holds a valid name: every way of making one checks it, so code that is
//! given one need not. A valid name has 2 to 64 bytes of `a`–`z`, `0`–`9` and the separators `-`,
//! `_` and `.`; it neither begins nor ends with a separator and has no two side by side. Defined
//! by the protocol's "Account" document (DataStructures/Account) and NEP-518, NEP-616.

mod implicit;

pub use implicit::AccountType;

use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The name that receipts made by the protocol itself carry as their sender.
const SYSTEM: &str = "system";

/// The name of an account. Cheap to clone; ordered by bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Arc<str>);

/// Why a text is not the name of an account. The first offence from the left is reported, the
/// length before all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountIdError {
    /// Fewer than [`AccountId::MIN_LEN`] bytes.
    #[error("an account id has at least 2 bytes, not {len}")]
    TooShort {
        /// Length of the text in bytes.
        len: usize,
    },
    /// More than [`AccountId::MAX_LEN`] bytes.
    #[error("an account id has at most 64 bytes, not {len}")]
    TooLong {
        /// Length of the text in bytes.
        len: usize,
    },
    /// A separator at an end, or after another separator.
    #[error("separator at byte {index} does not stand between two letters or digits")]
    RedundantSeparator {
        /// Position of the separator in bytes.
        index: usize,
    },
    /// Something other than a small letter, a digit or a separator.
    #[error("byte {index} is not one of a-z, 0-9, `-`, `_`, `.`")]
    InvalidChar {
        /// Position of the first byte of the character.
        index: usize,
    },
}

impl AccountId {
    /// Length of the shortest valid name, in bytes.
    pub const MIN_LEN: usize = 2;
    /// Length of the longest valid name, in bytes.
    pub const MAX_LEN: usize = 64;

    /// Checks a text without keeping it.
    ///
    /// # Errors
    /// The first reason why `text` is not a valid name.
    pub const fn validate(text: &str) -> Result<(), AccountIdError> {
        Self::validate_bytes(text.as_bytes())
    }

    const fn validate_bytes(bytes: &[u8]) -> Result<(), AccountIdError> {
        let len = bytes.len();
        if len < Self::MIN_LEN {
            return Err(AccountIdError::TooShort { len });
        }
        if len > Self::MAX_LEN {
            return Err(AccountIdError::TooLong { len });
        }
        let mut index = 0;
        // A separator is as wrong at the beginning as after another one.
        let mut after_separator = true;
        while index < len {
            match bytes[index] {
                b'a'..=b'z' | b'0'..=b'9' => after_separator = false,
                b'-' | b'_' | b'.' if after_separator => {
                    return Err(AccountIdError::RedundantSeparator { index });
                }
                b'-' | b'_' | b'.' => after_separator = true,
                _ => return Err(AccountIdError::InvalidChar { index }),
            }
            index += 1;
        }
        if after_separator {
            return Err(AccountIdError::RedundantSeparator { index: len - 1 });
        }
        Ok(())
    }

    /// The account that sends the protocol's own receipts. No one owns it.
    pub fn system() -> AccountId {
        AccountId(Arc::from(SYSTEM))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as bytes, all of them ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Length in bytes, [`Self::MIN_LEN`] to [`Self::MAX_LEN`].
    #[expect(clippy::len_without_is_empty, reason = "a name is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What the shape of the name says about how the account comes to be.
    pub fn account_type(&self) -> AccountType {
        AccountType::of(&self.0)
    }

    /// Whether this is [`AccountId::system`].
    pub fn is_system(&self) -> bool {
        self.as_str() == SYSTEM
    }

    /// Whether the name has no parent. The system account does not count as top-level.
    pub fn is_top_level(&self) -> bool {
        !self.is_system() && !self.0.contains('.')
    }

    /// What follows the first dot. Not necessarily a valid name: the parent of `a.b` is `b`,
    /// which is too short to exist.
    pub fn parent(&self) -> Option<&str> {
        self.0.split_once('.').map(|(_, parent)| parent)
    }

    /// Whether this is a direct sub-account of `parent`, which alone may create it.
    pub fn is_sub_account_of(&self, parent: &AccountId) -> bool {
        self.parent() == Some(parent.as_str())
    }

    /// Takes a text that the caller has made valid by construction.
    fn from_valid(text: String) -> AccountId {
        debug_assert_eq!(Self::validate(&text), Ok(()));
        AccountId(Arc::from(text))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AsRef<str> for AccountId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<AccountId, AccountIdError> {
        Self::validate(text)?;
        Ok(AccountId(Arc::from(text)))
    }
}

impl TryFrom<&str> for AccountId {
    type Error = AccountIdError;

    fn try_from(text: &str) -> Result<AccountId, AccountIdError> {
        text.parse()
    }
}

impl TryFrom<String> for AccountId {
    type Error = AccountIdError;

    fn try_from(text: String) -> Result<AccountId, AccountIdError> {
        text.parse()
    }
}

impl TryFrom<&[u8]> for AccountId {
    type Error = AccountIdError;

    /// Takes a name as keys of the state hold it: its bytes and nothing else.
    fn try_from(bytes: &[u8]) -> Result<AccountId, AccountIdError> {
        Self::validate_bytes(bytes)?;
        let text = std::str::from_utf8(bytes).expect("a valid name is ASCII");
        Ok(AccountId(Arc::from(text)))
    }
}

impl From<AccountId> for String {
    fn from(account_id: AccountId) -> String {
        account_id.as_str().to_owned()
    }
}

impl BorshSerialize for AccountId {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        BorshSerialize::serialize(self.as_str(), writer)
    }
}

impl BorshDeserialize for AccountId {
    /// Reads at most [`AccountId::MAX_LEN`] bytes after the length, whatever the length claims.
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<AccountId> {
        let len = u32::deserialize_reader(reader)? as usize;
        let mut buffer = [0; AccountId::MAX_LEN];
        let bytes =
            buffer.get_mut(..len).ok_or_else(|| invalid(AccountIdError::TooLong { len }))?;
        reader.read_exact(bytes)?;
        std::str::from_utf8(bytes).map_err(invalid)?.parse().map_err(invalid)
    }
}

/// An error of decoding.
fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(|error| {
            de::Error::custom(format_args!("`{text}` is not an account id: {error}"))
        })
    }
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
