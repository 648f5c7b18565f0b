//! What accounts ask for: transactions as they sign them, and receipts as they come in.

use crate::error::EstimatorError;
use crate::work::chunks::GAS_PRICE;
use crate::work::states::{secret_key, user};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, PublicKey, SecretKey, Signature};
use torr_primitives::action::{Action, FunctionCallAction};
use torr_primitives::receipt::{ActionReceipt, Receipt, ReceiptBody};
use torr_primitives::transaction::{
    NonceMode, SignedTransaction, Transaction, TransactionNonce, TransactionV0, TransactionV1,
};
use torr_primitives::{AccountId, Balance, Gas};

/// The nonce of a key that has signed nothing yet.
const NONCE: u64 = 1;

/// Who signs a transaction.
#[derive(Debug)]
pub struct Signer {
    /// The account.
    pub account_id: AccountId,
    /// Its key.
    pub secret_key: SecretKey,
    /// The nonce to use up.
    pub nonce: TransactionNonce,
}

impl Signer {
    /// A user of the state, with the key that all have.
    ///
    /// # Errors
    /// None that happens.
    pub fn user(number: usize) -> Result<Signer, EstimatorError> {
        Ok(Signer::with_key(user(number)?, secret_key(number)?))
    }

    /// An account with a key of it, which has signed nothing yet.
    pub fn with_key(account_id: AccountId, secret_key: SecretKey) -> Signer {
        Signer { account_id, secret_key, nonce: TransactionNonce::Nonce { nonce: NONCE } }
    }

    /// A transaction.
    ///
    /// # Errors
    /// When the key cannot sign, which no key is known for.
    pub fn transaction(
        &self,
        receiver_id: AccountId,
        actions: Vec<Action>,
    ) -> Result<SignedTransaction, EstimatorError> {
        let (signer_id, public_key) = (self.account_id.clone(), self.secret_key.public_key());
        let block_hash = CryptoHash::of(b"a recent block");
        let transaction = match self.nonce {
            TransactionNonce::Nonce { nonce } => Transaction::V0(TransactionV0 {
                signer_id,
                public_key,
                nonce,
                receiver_id,
                block_hash,
                actions,
            }),
            // Only the second version has nonces of gas keys.
            nonce @ TransactionNonce::GasKeyNonce { .. } => Transaction::V1(TransactionV1 {
                signer_id,
                public_key,
                nonce,
                receiver_id,
                block_hash,
                actions,
                nonce_mode: NonceMode::Monotonic,
            }),
        };
        let bytes = borsh::to_vec(&transaction)
            .map_err(|error| EstimatorError::of_work(error.to_string()))?;
        let signature = sign(&self.secret_key, &CryptoHash::of(&bytes))?;
        Ok(SignedTransaction::new(transaction, signature))
    }
}

/// A signature of a hash.
///
/// # Errors
/// When the key cannot sign, which no key is known for.
pub fn sign(secret_key: &SecretKey, hash: &CryptoHash) -> Result<Signature, EstimatorError> {
    secret_key
        .sign(hash.as_bytes())
        .map_err(|error| EstimatorError::of_work(format!("a key does not sign: {error:?}")))
}

/// A key of a scheme that a number stands for; [`secret_key`] is that of users.
///
/// # Errors
/// None that happens: no number makes a seed that is none.
pub fn key_of_scheme(key_type: KeyType, number: usize) -> Result<SecretKey, EstimatorError> {
    SecretKey::from_seed(key_type, &CryptoHash::of(&(number as u64).to_le_bytes()).0)
        .map_err(|error| EstimatorError::of_work(error.to_string()))
}

/// A public key that nobody has the secret of. Only keys that verify or stake have to be points of a
/// curve, and making such takes long.
///
/// # Errors
/// None that happens.
pub fn public_key(
    key_type: KeyType,
    number: usize,
    index: u64,
) -> Result<PublicKey, EstimatorError> {
    let len = match key_type {
        KeyType::Ed25519 => 32,
        KeyType::Secp256k1 => 64,
        KeyType::MlDsa65 => 1952,
    };
    let digest = hash_of_numbers(number, index);
    let mut bytes = vec![7; len];
    for (place, byte) in bytes.iter_mut().zip(digest.0) {
        *place = byte;
    }
    PublicKey::from_bytes(key_type, &bytes)
        .map_err(|error| EstimatorError::of_work(error.to_string()))
}

/// A hash that two numbers stand for.
pub fn hash_of_numbers(number: usize, index: u64) -> CryptoHash {
    CryptoHash::of(&[(number as u64).to_le_bytes(), index.to_le_bytes()].concat())
}

/// An action receipt that waits for nothing and that nobody waits for, with gas that was bought at the
/// chunks' price.
///
/// # Errors
/// None that happens.
pub fn receipt(
    number: usize,
    predecessor_id: AccountId,
    receiver_id: AccountId,
    actions: Vec<Action>,
) -> Result<Receipt, EstimatorError> {
    let body = ActionReceipt {
        signer_id: predecessor_id.clone(),
        signer_public_key: secret_key(number)?.public_key(),
        gas_price: GAS_PRICE,
        output_data_receivers: Vec::new(),
        input_data_ids: Vec::new(),
        actions,
    };
    Ok(with_body(number, predecessor_id, receiver_id, ReceiptBody::Action(body)))
}

/// A call that a contract has promised itself, and that waits to be resumed under a data id.
///
/// # Errors
/// None that happens.
pub fn yielded(account_id: &AccountId, data_id: CryptoHash) -> Result<Receipt, EstimatorError> {
    let mut receipt = call_receipt(account_id, "resumed", Vec::new())?;
    receipt.predecessor_id = account_id.clone();
    if let ReceiptBody::Action(mut body) = receipt.body {
        body.input_data_ids = vec![data_id];
        receipt.body = ReceiptBody::PromiseYield(body);
    }
    Ok(receipt)
}

/// A receipt that calls a method of a contract, with more gas than it uses.
///
/// # Errors
/// None that happens.
pub fn call_receipt(
    account_id: &AccountId,
    method: &str,
    args: Vec<u8>,
) -> Result<Receipt, EstimatorError> {
    let call = FunctionCallAction {
        method_name: method.to_owned(),
        args,
        gas: Gas::from_gas(1 << 55),
        deposit: Balance::ZERO,
    };
    receipt(1, user(1)?, account_id.clone(), vec![Action::FunctionCall(Box::new(call))])
}

/// A receipt of any kind.
pub fn with_body(
    number: usize,
    predecessor_id: AccountId,
    receiver_id: AccountId,
    body: ReceiptBody,
) -> Receipt {
    let receipt_id = CryptoHash::of(format!("receipt {number}").as_bytes());
    Receipt { predecessor_id, receiver_id, receipt_id, body }
}

/// A number of whole NEAR.
pub fn near(amount: u128) -> Balance {
    Balance::from_yoctonear(amount.saturating_mul(10_u128.pow(24)))
}
