//! Transactions with their signatures.

use super::Transaction;
use crate::base64_json;
use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::Signature;

/// A transaction with a signature, not known to be right, and with its hash.
///
/// In JSON it is its borsh in base 64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTransaction {
    transaction: Transaction,
    signature: Signature,
    hash: CryptoHash,
    size: u64,
}

impl SignedTransaction {
    /// Joins a transaction and a signature.
    ///
    /// # Panics
    /// When the actions hold 2³² or more bytes in one piece, which borsh cannot express.
    pub fn new(transaction: Transaction, signature: Signature) -> SignedTransaction {
        let bytes = borsh::to_vec(&transaction).expect("lengths fit in 32 bits");
        let (hash, size) = (CryptoHash::of(&bytes), bytes.len() as u64);
        SignedTransaction { transaction, signature, hash, size }
    }

    /// What is signed.
    pub const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// What is signed, without the signature.
    pub fn into_transaction(self) -> Transaction {
        self.transaction
    }

    /// The signature.
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The name of the transaction, and what the signature covers.
    pub const fn hash(&self) -> CryptoHash {
        self.hash
    }

    /// Length of the encoded transaction without signature, in bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Length of the encoded transaction with signature, in bytes.
    pub fn wire_size(&self) -> u64 {
        // A byte of type, and the signature.
        self.size + 1 + self.signature.as_bytes().len() as u64
    }

    /// Whether the signature is that of the key given. Whether the key is one of the signer's is
    /// not known here.
    pub fn verify(&self) -> bool {
        self.signature.verify(self.hash.as_ref(), self.transaction.public_key())
    }

    /// For each transaction, in order, what [`SignedTransaction::verify`] says. Many take less time than
    /// one by one.
    pub fn verify_all(transactions: &[&SignedTransaction]) -> Vec<bool> {
        let signed = transactions.iter();
        let signed = signed.map(|signed| {
            (&signed.signature, signed.hash.as_ref(), signed.transaction.public_key())
        });
        Signature::verify_all(&signed.collect::<Vec<_>>())
    }
}

impl BorshSerialize for SignedTransaction {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        (&self.transaction, &self.signature).serialize(writer)
    }
}

impl BorshDeserialize for SignedTransaction {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<SignedTransaction> {
        let transaction = Transaction::deserialize_reader(reader)?;
        let signature = Signature::deserialize_reader(reader)?;
        Ok(SignedTransaction::new(transaction, signature))
    }
}

impl Serialize for SignedTransaction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = borsh::to_vec(self).map_err(ser::Error::custom)?;
        base64_json::serialize(&bytes, serializer)
    }
}

impl<'de> Deserialize<'de> for SignedTransaction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SignedTransaction, D::Error> {
        let bytes = base64_json::deserialize(deserializer)?;
        SignedTransaction::try_from_slice(&bytes).map_err(de::Error::custom)
    }
}
