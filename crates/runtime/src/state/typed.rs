//! Values of the state as what they are.
//!
//! A value that cannot be read is not the input's fault: the state holds what was written there by this
//! code, so it is damaged.

use super::StateUpdate;
use crate::error::Fault;
use borsh::{BorshDeserialize, BorshSerialize};
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::{AccessKey, Account, AccountId, Nonce, NonceIndex, TrieKey};

impl StateUpdate<'_> {
    /// The value under a key, decoded.
    pub(crate) fn read<T: BorshDeserialize>(&self, key: &TrieKey) -> Result<Option<T>, Fault> {
        self.get(key)?.map(|bytes| decoded(key, &bytes)).transpose()
    }

    /// The value under a key that has to be there, decoded.
    pub(crate) fn read_present<T: BorshDeserialize>(&self, key: &TrieKey) -> Result<T, Fault> {
        self.read(key)?.ok_or_else(|| missing(key))
    }

    /// Puts a value under a key, encoded.
    pub(crate) fn write<T: BorshSerialize>(
        &mut self,
        key: &TrieKey,
        value: &T,
    ) -> Result<(), Fault> {
        self.set(key, encoded(value)?);
        Ok(())
    }

    /// An account; `None` if there is none.
    pub(crate) fn account(&self, account_id: &AccountId) -> Result<Option<Account>, Fault> {
        self.read(&TrieKey::Account { account_id: account_id.clone() })
    }

    /// Writes an account.
    pub(crate) fn set_account(
        &mut self,
        account_id: &AccountId,
        account: &Account,
    ) -> Result<(), Fault> {
        self.write(&TrieKey::Account { account_id: account_id.clone() }, account)
    }

    /// An access key; `None` if the account has none such.
    pub(crate) fn access_key(
        &self,
        account_id: &AccountId,
        public_key: &PublicKeyHandle,
    ) -> Result<Option<AccessKey>, Fault> {
        self.read(&access_key(account_id, public_key))
    }

    /// Writes an access key.
    pub(crate) fn set_access_key(
        &mut self,
        account_id: &AccountId,
        public_key: &PublicKeyHandle,
        value: &AccessKey,
    ) -> Result<(), Fault> {
        self.write(&access_key(account_id, public_key), value)
    }

    /// Takes an access key out; nonces of a gas key stay.
    pub(crate) fn remove_access_key(
        &mut self,
        account_id: &AccountId,
        public_key: &PublicKeyHandle,
    ) {
        self.remove(&access_key(account_id, public_key));
    }

    /// One nonce of a gas key; `None` if there is no such.
    pub(crate) fn gas_key_nonce(
        &self,
        account_id: &AccountId,
        public_key: &PublicKeyHandle,
        index: NonceIndex,
    ) -> Result<Option<Nonce>, Fault> {
        self.read(&gas_key_nonce(account_id, public_key, index))
    }

    /// Writes one nonce of a gas key.
    pub(crate) fn set_gas_key_nonce(
        &mut self,
        account_id: &AccountId,
        public_key: &PublicKeyHandle,
        index: NonceIndex,
        nonce: Nonce,
    ) -> Result<(), Fault> {
        self.write(&gas_key_nonce(account_id, public_key, index), &nonce)
    }

    /// Takes one nonce of a gas key out.
    pub(crate) fn remove_gas_key_nonce(
        &mut self,
        account_id: &AccountId,
        public_key: &PublicKeyHandle,
        index: NonceIndex,
    ) {
        self.remove(&gas_key_nonce(account_id, public_key, index));
    }
}

fn access_key(account_id: &AccountId, public_key: &PublicKeyHandle) -> TrieKey {
    TrieKey::AccessKey { account_id: account_id.clone(), public_key: public_key.clone() }
}

pub(crate) fn decoded<T: BorshDeserialize>(key: &TrieKey, bytes: &[u8]) -> Result<T, Fault> {
    T::try_from_slice(bytes).map_err(|error| {
        Fault::inconsistent(format!("what stands under {key:?} is damaged: {error}"))
    })
}

pub(super) fn encoded<T: BorshSerialize>(value: &T) -> Result<Vec<u8>, Fault> {
    borsh::to_vec(value)
        .map_err(|_| Fault::Bug { what: "what is written to the state can be encoded" })
}

pub(super) fn missing(key: &TrieKey) -> Fault {
    Fault::inconsistent(format!("nothing stands under {key:?}"))
}

fn gas_key_nonce(
    account_id: &AccountId,
    public_key: &PublicKeyHandle,
    index: NonceIndex,
) -> TrieKey {
    let (account_id, public_key) = (account_id.clone(), public_key.clone());
    TrieKey::GasKeyNonce { account_id, public_key, index }
}
