//! Transactions: what accounts sign.
//!
//! A signature covers the hash of the encoded transaction, which is also its name ("Transactions",
//! RuntimeSpec/Transactions; gas keys are NEP-611). Both versions stand in the same places: version
//! 1 begins with a byte 1, version 0 with the length of an account id, whose second byte is 0
//! where version 1 has a length's first, which is not.

mod nonce;
mod signed;

pub use nonce::{NonceMode, TransactionNonce};
pub use signed::SignedTransaction;

use crate::action::Action;
use crate::{AccountId, Nonce};
use borsh::{BorshDeserialize, BorshSerialize, io};
use std::io::Read as _;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;

/// What an account signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// With the nonce of an access key.
    V0(TransactionV0),
    /// With the nonce of an access key or of a gas key.
    V1(TransactionV1),
}

/// The first version of [`Transaction`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransactionV0 {
    /// Who signs.
    pub signer_id: AccountId,
    /// Which of the signer's keys signs.
    pub public_key: PublicKey,
    /// The nonce used up.
    pub nonce: Nonce,
    /// Who shall do something.
    pub receiver_id: AccountId,
    /// A recent block; the transaction is valid for some time after it.
    pub block_hash: CryptoHash,
    /// What to do.
    pub actions: Vec<Action>,
}

/// The second version of [`Transaction`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransactionV1 {
    /// Who signs.
    pub signer_id: AccountId,
    /// Which of the signer's keys signs.
    pub public_key: PublicKey,
    /// The nonce used up.
    pub nonce: TransactionNonce,
    /// Who shall do something.
    pub receiver_id: AccountId,
    /// A recent block; the transaction is valid for some time after it.
    pub block_hash: CryptoHash,
    /// What to do.
    pub actions: Vec<Action>,
    /// How the nonce must follow the one before.
    pub nonce_mode: NonceMode,
}

impl Transaction {
    /// Who signs.
    pub const fn signer_id(&self) -> &AccountId {
        match self {
            Transaction::V0(transaction) => &transaction.signer_id,
            Transaction::V1(transaction) => &transaction.signer_id,
        }
    }

    /// Which of the signer's keys signs.
    pub const fn public_key(&self) -> &PublicKey {
        match self {
            Transaction::V0(transaction) => &transaction.public_key,
            Transaction::V1(transaction) => &transaction.public_key,
        }
    }

    /// The nonce used up.
    pub const fn nonce(&self) -> TransactionNonce {
        match self {
            Transaction::V0(transaction) => TransactionNonce::Nonce { nonce: transaction.nonce },
            Transaction::V1(transaction) => transaction.nonce,
        }
    }

    /// How the nonce must follow the one before.
    pub const fn nonce_mode(&self) -> NonceMode {
        match self {
            Transaction::V0(_) => NonceMode::Monotonic,
            Transaction::V1(transaction) => transaction.nonce_mode,
        }
    }

    /// Who shall do something.
    pub const fn receiver_id(&self) -> &AccountId {
        match self {
            Transaction::V0(transaction) => &transaction.receiver_id,
            Transaction::V1(transaction) => &transaction.receiver_id,
        }
    }

    /// A recent block; the transaction is valid for some time after it.
    pub const fn block_hash(&self) -> &CryptoHash {
        match self {
            Transaction::V0(transaction) => &transaction.block_hash,
            Transaction::V1(transaction) => &transaction.block_hash,
        }
    }

    /// What to do.
    pub fn actions(&self) -> &[Action] {
        match self {
            Transaction::V0(transaction) => &transaction.actions,
            Transaction::V1(transaction) => &transaction.actions,
        }
    }
}

/// What version 1 begins with.
const TAG_1: u8 = 1;

impl BorshSerialize for Transaction {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        match self {
            Transaction::V0(transaction) => transaction.serialize(writer),
            Transaction::V1(transaction) => (TAG_1, transaction).serialize(writer),
        }
    }
}

impl BorshDeserialize for Transaction {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Transaction> {
        match <[u8; 2]>::deserialize_reader(reader)? {
            start @ [_, 0] => {
                let mut whole = start.as_slice().chain(reader);
                TransactionV0::deserialize_reader(&mut whole).map(Transaction::V0)
            }
            [TAG_1, second] => {
                let start = [second];
                let mut rest = start.as_slice().chain(reader);
                TransactionV1::deserialize_reader(&mut rest).map(Transaction::V1)
            }
            [tag, _] => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("transactions have no version {tag}"),
            )),
        }
    }
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
