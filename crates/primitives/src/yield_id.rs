//! Names that contracts give to what they wait for.
//!
//! A contract can yield (NEP-519) under a name of its own choice and later resume by that name, without
//! having to remember the data id that the protocol assigned. A name is in use at most once per
//! account at a time.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::hash::CryptoHash;

/// The name of a yield: 32 bytes of the contract's choice. In JSON it looks like a hash.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(from = "CryptoHash", into = "CryptoHash")]
pub struct YieldId(pub [u8; YieldId::LEN]);

impl YieldId {
    /// Length in bytes.
    pub const LEN: usize = 32;
}

impl From<CryptoHash> for YieldId {
    fn from(hash: CryptoHash) -> YieldId {
        YieldId(hash.0)
    }
}

impl From<YieldId> for CryptoHash {
    fn from(yield_id: YieldId) -> CryptoHash {
        CryptoHash(yield_id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::YieldId;

    #[test]
    fn a_yield_id_looks_like_a_hash() {
        let yield_id = YieldId([7; 32]);
        assert_eq!(borsh::to_vec(&yield_id).unwrap(), [7; 32]);
        let json = serde_json::to_string(&yield_id).unwrap();
        assert_eq!(json, "\"US517G5965aydkZ46HS38QLi7UQiSojurfbQfKCELFx\"");
        assert_eq!(serde_json::from_str::<YieldId>(&json).unwrap(), yield_id);
    }
}
