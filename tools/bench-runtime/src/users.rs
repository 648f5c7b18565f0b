//! Accounts that sign: `user00000.near` and so on, each with one key.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use torr_crypto::key::{KeyType, PublicKey, SecretKey};
use torr_primitives::action::Action;
use torr_primitives::transaction::{SignedTransaction, Transaction, TransactionV0};
use torr_primitives::{AccountId, Nonce};

/// The accounts, by their numbers.
pub(crate) struct Users {
    public_keys: Vec<PublicKey>,
}

impl Users {
    /// So many. Takes a key for each.
    pub(crate) fn new(count: usize) -> Users {
        let public_key = |user| secret_key(user).public_key();
        Users { public_keys: (0..count).into_par_iter().map(public_key).collect() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.public_keys.len()
    }

    /// The key of one.
    pub(crate) fn public_key(&self, user: usize) -> &PublicKey {
        &self.public_keys[user]
    }

    /// A transaction of one, signed.
    pub(crate) fn sign(
        &self,
        user: usize,
        nonce: Nonce,
        receiver_id: AccountId,
        actions: Vec<Action>,
    ) -> SignedTransaction {
        let transaction = Transaction::V0(TransactionV0 {
            signer_id: account_id(user),
            public_key: self.public_key(user).clone(),
            nonce,
            receiver_id,
            block_hash: Default::default(),
            actions,
        });
        let secret_key = secret_key(user);
        // The hash of the transaction is what is signed, and does not depend on the signature.
        let unsigned = secret_key.sign(&[]).expect("ed25519 signs anything");
        let hash = SignedTransaction::new(transaction.clone(), unsigned).hash();
        let signature = secret_key.sign(hash.as_bytes()).expect("ed25519 signs anything");
        SignedTransaction::new(transaction, signature)
    }
}

/// The name of an account.
pub(crate) fn account_id(user: usize) -> AccountId {
    format!("user{user:05}.near").parse().expect("letters, digits and a point make a name")
}

fn secret_key(user: usize) -> SecretKey {
    let mut seed = [7; 32];
    for (place, byte) in seed.iter_mut().zip((user as u64).to_le_bytes()) {
        *place = byte;
    }
    SecretKey::from_seed(KeyType::Ed25519, &seed).expect("any seed makes an ed25519 key")
}
