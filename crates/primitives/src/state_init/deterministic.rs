//! Deterministic state inits: a global contract and its first data (NEP-616).

use crate::base64_json;
use crate::{AccountId, GlobalContractIdentifier};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use torr_crypto::hash::keccak256;

/// What a deterministic account (`0s…`) begins with.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub enum DeterministicStateInit {
    /// The first version.
    V1(DeterministicStateInitV1),
}

/// The first version of [`DeterministicStateInit`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DeterministicStateInitV1 {
    /// The contract the account runs.
    pub code: GlobalContractIdentifier,
    /// The contract's data, by key.
    #[serde(with = "base64_json::map")]
    pub data: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl DeterministicStateInit {
    /// The contract the account runs.
    pub const fn code(&self) -> &GlobalContractIdentifier {
        match self {
            DeterministicStateInit::V1(v1) => &v1.code,
        }
    }

    /// The contract's data, by key.
    pub const fn data(&self) -> &BTreeMap<Vec<u8>, Vec<u8>> {
        match self {
            DeterministicStateInit::V1(v1) => &v1.data,
        }
    }

    /// The contract's data, to add to.
    pub const fn data_mut(&mut self) -> &mut BTreeMap<Vec<u8>, Vec<u8>> {
        match self {
            DeterministicStateInit::V1(v1) => &mut v1.data,
        }
    }

    /// Length of all keys and values together, in bytes; the action's fee per byte counts these.
    pub fn data_len(&self) -> u64 {
        self.data().iter().map(|(key, value)| key.len() as u64 + value.len() as u64).sum()
    }

    /// The account that begins with this state: `0s` and the last 20 bytes of the Keccak-256 of
    /// the borsh, in hex.
    ///
    /// # Panics
    /// When there are 2³² or more entries, or bytes in one of them, which borsh cannot express and
    /// no action can carry.
    pub fn account_id(&self) -> AccountId {
        let bytes = borsh::to_vec(self).expect("lengths fit in 32 bits");
        AccountId::of_deterministic_digest(&keccak256(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::DeterministicStateInit;
    use borsh::BorshDeserialize;

    /// Version 1, a contract by the account `ab`, then `entries`, each a length and that many bytes.
    fn encoded(entries: &[(u8, u8)]) -> Vec<u8> {
        let mut bytes = vec![0, 1, 2, 0, 0, 0, b'a', b'b', entries.len() as u8, 0, 0, 0];
        for (key, value) in entries {
            bytes.extend([1, 0, 0, 0, *key, 1, 0, 0, 0, *value]);
        }
        bytes
    }

    /// Whoever signs an action decides how it is written, and the protocol's decoder takes any order.
    #[test]
    fn keys_out_of_order_or_repeated_are_the_same_state() {
        let decode = |entries| DeterministicStateInit::try_from_slice(&encoded(entries)).unwrap();
        let sorted = decode(&[(1, 7), (2, 8)]);
        assert_eq!(decode(&[(2, 8), (1, 7)]), sorted);
        assert_eq!(decode(&[(2, 8), (1, 0), (1, 7)]), sorted);
        assert_eq!(borsh::to_vec(&sorted).unwrap(), encoded(&[(1, 7), (2, 8)]));
        assert_eq!(decode(&[(2, 8), (1, 7)]).account_id(), sorted.account_id());
    }
}
