//! Universal state inits: a contract, its first data and the first keys of an account.
//!
//! They travel as the bytes their author wrote, since the account is named after those bytes:
//! nothing is ever encoded again. Since protocol feature "canonical universal state init" only
//! one encoding of each state is accepted ([`DecodeMode::Strict`]), so that it has one name.
//!
//! The encoding is the borsh of: version (one byte, 0), optional [`GlobalContractIdentifier`],
//! map of data, set of keys in the form the state stores. In the one accepted encoding the keys of
//! the map and of the set strictly ascend; borsh leaves no other choice.
//!
//! The bytes come from contracts: reading them never panics, does not recurse, and needs memory
//! in proportion to their length, whatever they claim.

use super::reader::Reader;
use crate::base64_json;
use crate::{AccountId, GlobalContractIdentifier};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use torr_crypto::hash::{CryptoHash, sha3_256};
use torr_crypto::key::PublicKeyHandle;

/// A universal state init as its author encoded it, not known to be one.
///
/// As part of an action it is borsh bytes with a length; the account id hashes the bytes alone.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawStateInit(#[serde(with = "base64_json")] pub Vec<u8>);

impl AsRef<[u8]> for RawStateInit {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Which encodings of a state are accepted; the protocol version says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeMode {
    /// Every well-formed one. Of data with equal keys the last counts.
    Lenient,
    /// Only the one whose keys strictly ascend.
    Strict,
}

/// Why bytes are not accepted as a universal state init.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateInitError {
    /// They are not the borsh of one, or something follows it.
    #[error("the bytes are not a universal state init")]
    Malformed,
    /// They are, but keys are out of order or repeated.
    #[error("the keys of the universal state init are not in strictly ascending order")]
    NonCanonical,
}

impl StateInitError {
    /// What the host function that derives account ids returns to a contract; success is 0.
    pub const fn exit_status(self) -> u64 {
        match self {
            StateInitError::Malformed => 1,
            StateInitError::NonCanonical => 2,
        }
    }
}

/// What the fee of a universal state init depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UniversalStateInitCounts {
    /// Length of the encoding, in bytes.
    pub num_bytes: u64,
    /// Number of entries of data.
    pub num_entries: u64,
    /// Number of access keys.
    pub num_keys: u64,
}

/// What a universal account (`0u…`) begins with, read from an encoding and borrowing from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniversalStateInit<'a> {
    /// The contract the account runs, if any.
    pub code: Option<GlobalContractIdentifier>,
    /// The contract's data, by key.
    pub data: BTreeMap<&'a [u8], &'a [u8]>,
    /// Keys with full access, as the state names them.
    pub access_keys: BTreeSet<PublicKeyHandle>,
}

/// Checks that `bytes` are accepted as a universal state init. Limits on what it holds are not
/// part of this.
///
/// # Errors
/// See [`StateInitError`].
pub fn check(bytes: &[u8], mode: DecodeMode) -> Result<(), StateInitError> {
    UniversalStateInit::decode(bytes, mode).map(|_| ())
}

/// The account that begins with the state that `bytes` encode: `0u` and their SHA3-256 in base
/// 32. The bytes are not checked; without a state in them the account can never begin.
pub fn universal_account_id(bytes: &[u8]) -> AccountId {
    AccountId::of_universal_digest(&sha3_256(bytes))
}

/// What an existing action is charged for. The same in all protocol versions, so that gas bought
/// under one can be refunded under another; malformed bytes count as no entries and no keys.
pub fn counts(bytes: &[u8]) -> UniversalStateInitCounts {
    match UniversalStateInit::decode(bytes, DecodeMode::Lenient) {
        Ok(state_init) => state_init.counts(bytes),
        Err(_) => UniversalStateInitCounts { num_bytes: len(bytes), ..Default::default() },
    }
}

/// What a contract is charged for passing `bytes` on, before they are known to be accepted.
///
/// In strict mode bytes that will be refused count as many entries and keys as could fit: they
/// cost as much to read as if they had held them.
pub fn send_counts(bytes: &[u8], mode: DecodeMode) -> UniversalStateInitCounts {
    match mode {
        DecodeMode::Lenient => counts(bytes),
        DecodeMode::Strict => match UniversalStateInit::decode(bytes, mode) {
            Ok(state_init) => state_init.counts(bytes),
            Err(_) => largest_counts(bytes),
        },
    }
}

impl<'a> UniversalStateInit<'a> {
    /// Reads an encoding.
    ///
    /// # Errors
    /// See [`StateInitError`]; malformed bytes are that, whatever their order.
    pub fn decode(
        bytes: &'a [u8],
        mode: DecodeMode,
    ) -> Result<UniversalStateInit<'a>, StateInitError> {
        let mut decoder = Decoder { reader: Reader::new(bytes), keys_ascend: true };
        let state_init = decoder.state_init().ok_or(StateInitError::Malformed)?;
        match mode {
            DecodeMode::Strict if !decoder.keys_ascend => Err(StateInitError::NonCanonical),
            DecodeMode::Strict | DecodeMode::Lenient => Ok(state_init),
        }
    }

    fn counts(&self, bytes: &[u8]) -> UniversalStateInitCounts {
        UniversalStateInitCounts {
            num_bytes: len(bytes),
            num_entries: self.data.len() as u64,
            num_keys: self.access_keys.len() as u64,
        }
    }
}

/// The byte of the first and so far only version.
const VERSION_1: u8 = 0;

/// Reads a state init; every method gives `None` for what is not well-formed.
struct Decoder<'a> {
    reader: Reader<'a>,
    /// Whether each key so far was greater than the one before it.
    keys_ascend: bool,
}

impl<'a> Decoder<'a> {
    fn state_init(&mut self) -> Option<UniversalStateInit<'a>> {
        if self.reader.u8()? != VERSION_1 {
            return None;
        }
        let code = match self.reader.u8()? {
            0 => None,
            1 => Some(self.contract()?),
            _ => return None,
        };
        let data = self.data()?;
        let access_keys = self.access_keys()?;
        self.reader.is_at_end().then_some(UniversalStateInit { code, data, access_keys })
    }

    fn contract(&mut self) -> Option<GlobalContractIdentifier> {
        match self.reader.u8()? {
            0 => Some(GlobalContractIdentifier::CodeHash(CryptoHash(self.reader.array()?))),
            1 => {
                let name = std::str::from_utf8(self.reader.byte_string()?).ok()?;
                Some(GlobalContractIdentifier::AccountId(name.parse().ok()?))
            }
            _ => None,
        }
    }

    fn data(&mut self) -> Option<BTreeMap<&'a [u8], &'a [u8]>> {
        let mut data = BTreeMap::new();
        for _ in 0..self.reader.u32()? {
            let key = self.reader.byte_string()?;
            let value = self.reader.byte_string()?;
            self.keys_ascend &= data.last_key_value().is_none_or(|(last, _)| *last < key);
            data.insert(key, value);
        }
        Some(data)
    }

    fn access_keys(&mut self) -> Option<BTreeSet<PublicKeyHandle>> {
        let mut keys = BTreeSet::new();
        for _ in 0..self.reader.u32()? {
            let key = self.access_key()?;
            self.keys_ascend &= keys.last().is_none_or(|last| *last < key);
            keys.insert(key);
        }
        Some(keys)
    }

    /// Tag 2 would be a whole ML-DSA-65 key, which the state never holds.
    fn access_key(&mut self) -> Option<PublicKeyHandle> {
        match self.reader.u8()? {
            0 => self.reader.array().map(PublicKeyHandle::Ed25519),
            1 => self.reader.array().map(PublicKeyHandle::Secp256k1),
            3 => self.reader.array().map(PublicKeyHandle::MlDsa65),
            _ => None,
        }
    }
}

/// The most entries and the most keys that fit in as many bytes, though not both at once.
fn largest_counts(bytes: &[u8]) -> UniversalStateInitCounts {
    /// Version, no contract, number of entries.
    const BEFORE_ENTRIES: u64 = 1 + 1 + 4;
    /// The same, and number of keys.
    const BEFORE_KEYS: u64 = BEFORE_ENTRIES + 4;
    /// Two empty byte strings.
    const SHORTEST_ENTRY: u64 = 4 + 4;
    /// An ed25519 key.
    const SHORTEST_KEY: u64 = 1 + 32;
    let num_bytes = len(bytes);
    UniversalStateInitCounts {
        num_bytes,
        num_entries: num_bytes.saturating_sub(BEFORE_ENTRIES).div_ceil(SHORTEST_ENTRY),
        num_keys: num_bytes.saturating_sub(BEFORE_KEYS).div_ceil(SHORTEST_KEY),
    }
}

const fn len(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
