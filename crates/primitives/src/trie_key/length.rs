//! Lengths of keys that do not exist yet.
//!
//! Some fees are charged per byte of a key before the key exists, so these lengths are part of
//! the protocol. An access key stands under
//! `[column: 1] [account id] [separator: 1] [public key as stored]`, and each nonce of a gas key
//! (NEP-611) under that key followed by its two-byte index.

use crate::NonceIndex;

/// Length of the column that begins every key, in bytes.
const COLUMN_LEN: u64 = 1;
/// Length of what separates an account id from what follows, in bytes.
const SEPARATOR_LEN: u64 = 1;

/// Length in bytes of the key under which an access key is stored.
///
/// `public_key_len` is that of the form the state holds, with its byte of type:
/// `PublicKey::trie_id_len`. Lengths of real ids and keys are far from the border at which this
/// saturates.
pub const fn access_key_trie_key_len(account_id_len: u64, public_key_len: u64) -> u64 {
    (COLUMN_LEN + SEPARATOR_LEN).saturating_add(account_id_len).saturating_add(public_key_len)
}

/// Length in bytes of the key under which one nonce of a gas key is stored.
pub const fn gas_key_nonce_trie_key_len(account_id_len: u64, public_key_len: u64) -> u64 {
    access_key_trie_key_len(account_id_len, public_key_len)
        .saturating_add(size_of::<NonceIndex>() as u64)
}

#[cfg(test)]
mod tests {
    use super::{access_key_trie_key_len, gas_key_nonce_trie_key_len};
    use crate::TrieKey;
    use torr_crypto::key::PublicKeyHandle;

    #[test]
    fn lengths_include_column_separator_and_index() {
        assert_eq!(access_key_trie_key_len(9, 33), 1 + 9 + 1 + 33);
        assert_eq!(gas_key_nonce_trie_key_len(9, 33), 1 + 9 + 1 + 33 + 2);
        assert_eq!(access_key_trie_key_len(u64::MAX, 33), u64::MAX);
    }

    #[test]
    fn lengths_are_those_of_the_keys() {
        for public_key in [
            PublicKeyHandle::Ed25519([1; 32]),
            PublicKeyHandle::Secp256k1([2; 64]),
            PublicKeyHandle::MlDsa65([3; 32]),
        ] {
            let account_id: crate::AccountId = "alice.near".parse().unwrap();
            let lens = (account_id.len() as u64, public_key.trie_id_len() as u64);
            let len = |key: TrieKey| key.to_bytes().len() as u64;
            let (id, key) = (account_id.clone(), public_key.clone());
            let access_key = TrieKey::AccessKey { account_id: id, public_key: key };
            assert_eq!(len(access_key), access_key_trie_key_len(lens.0, lens.1));
            let nonce = TrieKey::GasKeyNonce { account_id, public_key, index: 7 };
            assert_eq!(len(nonce), gas_key_nonce_trie_key_len(lens.0, lens.1));
        }
    }
}
