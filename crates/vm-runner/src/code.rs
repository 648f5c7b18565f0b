//! Contract code and its hash.

use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// The Wasm code of a contract, as deployed, with its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    bytes: Arc<[u8]>,
    hash: CryptoHash,
}

impl Code {
    /// Hashes `bytes`. Any bytes are code; whether they are a contract shows when they are run.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Code {
        let bytes = bytes.into();
        Code { hash: CryptoHash::of(&bytes), bytes }
    }

    /// Code whose hash is known, for who has it from where it stands under its hash: a long contract
    /// takes longer to hash than to call. A wrong hash would make calls run the code that really
    /// has it.
    pub fn with_known_hash(bytes: impl Into<Arc<[u8]>>, hash: CryptoHash) -> Code {
        Code { bytes: bytes.into(), hash }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their SHA-256, by which the protocol knows the code.
    pub fn hash(&self) -> CryptoHash {
        self.hash
    }
}
