//! Actions that one account signs and another pays for (meta transactions, NEP-366).
//!
//! A delegated action cannot itself delegate; [`NonDelegateAction`] upholds that in every way of
//! making one, so that decoding does not recurse. What is signed begins with a number above those
//! that any transaction begins with (NEP-461), so that neither can be taken for the other.

use super::Action;
use crate::transaction::TransactionNonce;
use crate::{AccountId, BlockHeight, Nonce};
use borsh::de::EnumExt as _;
use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::{Deserialize, Deserializer, Serialize, de};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{PublicKey, Signature};

/// Added to the number of the NEP that defines a message meant for the chain (NEP-461).
const ON_CHAIN: u32 = 1 << 30;
/// What a signed [`DelegateAction`] begins with.
const NEP_366: u32 = ON_CHAIN + 366;
/// What a signed [`VersionedDelegateAction`] begins with.
const NEP_611: u32 = ON_CHAIN + 611;

/// An action that is no delegation.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, Serialize)]
#[serde(transparent)]
pub struct NonDelegateAction(Action);

/// A delegation where none is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a delegated action cannot be a delegation")]
pub struct NestedDelegateError;

impl NonDelegateAction {
    /// The action.
    pub const fn as_action(&self) -> &Action {
        &self.0
    }
}

impl TryFrom<Action> for NonDelegateAction {
    type Error = NestedDelegateError;

    fn try_from(action: Action) -> Result<NonDelegateAction, NestedDelegateError> {
        if action.is_delegate() { Err(NestedDelegateError) } else { Ok(NonDelegateAction(action)) }
    }
}

impl From<NonDelegateAction> for Action {
    fn from(action: NonDelegateAction) -> Action {
        action.0
    }
}

impl BorshDeserialize for NonDelegateAction {
    /// Refuses a delegation by its tag, before anything inside it is read.
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<NonDelegateAction> {
        const DELEGATE: u8 = 8;
        const DELEGATE_V2: u8 = 14;
        match u8::deserialize_reader(reader)? {
            DELEGATE | DELEGATE_V2 => {
                Err(io::Error::new(io::ErrorKind::InvalidData, NestedDelegateError))
            }
            tag => Action::deserialize_variant(reader, tag).map(NonDelegateAction),
        }
    }
}

impl<'de> Deserialize<'de> for NonDelegateAction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NonDelegateAction, D::Error> {
        <Action as Deserialize>::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

/// Actions that `sender_id` wants done, whoever pays for them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DelegateAction {
    /// Who wants them done.
    pub sender_id: AccountId,
    /// Who shall do them.
    pub receiver_id: AccountId,
    /// The actions.
    pub actions: Vec<NonDelegateAction>,
    /// Nonce of the sender's access key, as in a transaction.
    pub nonce: Nonce,
    /// Height of the last block at which this is valid.
    pub max_block_height: BlockHeight,
    /// The sender's access key.
    pub public_key: PublicKey,
}

impl DelegateAction {
    /// What the sender signs.
    ///
    /// # Panics
    /// When the actions hold 2³² or more bytes in one piece, which borsh cannot express.
    pub fn signed_hash(&self) -> CryptoHash {
        signed_hash(NEP_366, self)
    }
}

/// A [`DelegateAction`] and the signature of its sender.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct SignedDelegateAction {
    /// What is signed.
    pub delegate_action: DelegateAction,
    /// The signature.
    pub signature: Signature,
}

impl SignedDelegateAction {
    /// Whether the signature is that of the key given. Whether the key is one of the sender's is
    /// not known here.
    pub fn verify(&self) -> bool {
        let hash = self.delegate_action.signed_hash();
        self.signature.verify(hash.as_ref(), &self.delegate_action.public_key)
    }
}

/// A [`DelegateAction`] that may be signed with a gas key (NEP-611).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DelegateActionV2 {
    /// Who wants the actions done.
    pub sender_id: AccountId,
    /// Who shall do them.
    pub receiver_id: AccountId,
    /// The actions.
    pub actions: Vec<NonDelegateAction>,
    /// Nonce of the sender's access key, or one of the nonces of a gas key.
    pub nonce: TransactionNonce,
    /// Height of the last block at which this is valid.
    pub max_block_height: BlockHeight,
    /// The sender's access key or gas key.
    pub public_key: PublicKey,
}

/// All versions that came after [`DelegateAction`]. The version is part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub enum VersionedDelegateAction {
    /// The first of them.
    V2(DelegateActionV2),
}

impl VersionedDelegateAction {
    /// What the sender signs.
    ///
    /// # Panics
    /// When the actions hold 2³² or more bytes in one piece, which borsh cannot express.
    pub fn signed_hash(&self) -> CryptoHash {
        signed_hash(NEP_611, self)
    }
}

/// A [`VersionedDelegateAction`] and the signature of its sender.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct VersionedSignedDelegateAction {
    /// What is signed.
    pub delegate_action: VersionedDelegateAction,
    /// The signature.
    pub signature: Signature,
}

impl VersionedSignedDelegateAction {
    /// Whether the signature is that of the key given. Whether the key is one of the sender's is
    /// not known here.
    pub fn verify(&self) -> bool {
        let hash = self.delegate_action.signed_hash();
        let VersionedDelegateAction::V2(delegate_action) = &self.delegate_action;
        self.signature.verify(hash.as_ref(), &delegate_action.public_key)
    }
}

/// Hash of a message after the number that tells its kind.
fn signed_hash(kind: u32, message: &impl BorshSerialize) -> CryptoHash {
    let bytes = borsh::to_vec(&(kind, message)).expect("lengths fit in 32 bits");
    CryptoHash::of(&bytes)
}
