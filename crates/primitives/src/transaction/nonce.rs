//! Nonces of transactions: which one is used up, and how it must follow the one before.

use crate::{Nonce, NonceIndex};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The nonce that a signature uses up.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
pub enum TransactionNonce {
    /// That of an access key.
    Nonce {
        /// The nonce.
        nonce: Nonce,
    },
    /// One of those of a gas key (NEP-611).
    GasKeyNonce {
        /// The nonce.
        nonce: Nonce,
        /// Which of the key's nonces it is.
        nonce_index: NonceIndex,
    },
}

impl TransactionNonce {
    /// The nonce.
    pub const fn nonce(self) -> Nonce {
        match self {
            Self::Nonce { nonce } | Self::GasKeyNonce { nonce, .. } => nonce,
        }
    }

    /// Which of a gas key's nonces it is, if it is that of a gas key.
    pub const fn nonce_index(self) -> Option<NonceIndex> {
        match self {
            Self::Nonce { .. } => None,
            Self::GasKeyNonce { nonce_index, .. } => Some(nonce_index),
        }
    }
}

/// How the nonce of a transaction must follow that of the key.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum NonceMode {
    /// It is greater.
    #[default]
    Monotonic,
    /// It is greater by one.
    Strict,
}
