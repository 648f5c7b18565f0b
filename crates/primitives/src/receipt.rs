//! Receipts: what accounts send each other, within a shard and across shards.
//!
//! An action receipt asks its receiver to do something, once the data it waits for has arrived;
//! data receipts bring that data. Tags of the encoding are the protocol's ("Receipts",
//! RuntimeSpec/Receipts); yields are NEP-519, global contracts NEP-591.

mod global_contract;
mod groups;
pub mod id;
mod queue;
mod stored;

pub use global_contract::{
    GlobalContractDistribution, GlobalContractDistributionV1, GlobalContractDistributionV2,
};
pub use groups::{
    ReceiptGroup, ReceiptGroupV0, ReceiptGroupsConfig, ReceiptGroupsError, ReceiptGroupsQueueData,
    ReceiptGroupsQueueDataV0,
};
pub use queue::{BufferedReceiptIndices, PromiseYieldStatus, PromiseYieldTimeout, QueueIndices};
pub use stored::{ReceiptWithMetadata, StoredReceipt};

use crate::action::{Action, TransferAction};
use crate::{AccountId, Balance, base64_json};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;

/// A message from one account to another.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Receipt {
    /// Who sent it.
    pub predecessor_id: AccountId,
    /// Who gets it.
    pub receiver_id: AccountId,
    /// Its name. Not a hash of what it holds.
    pub receipt_id: CryptoHash,
    /// What it says.
    #[serde(rename = "receipt")]
    pub body: ReceiptBody,
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub enum ReceiptBody {
    /// Do something.
    Action(ActionReceipt),
    /// Here is what you wait for.
    Data(DataReceipt),
    /// Do something when it is resumed.
    PromiseYield(ActionReceipt),
    /// Resume what waits for this.
    PromiseResume(DataReceipt),
    /// Here is a contract for all to use.
    GlobalContractDistribution(GlobalContractDistribution),
    /// Do something, and send refunds elsewhere.
    ActionV2(ActionReceiptV2),
    /// Do something when it is resumed, and send refunds elsewhere.
    PromiseYieldV2(ActionReceiptV2),
}

/// Actions to be done.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ActionReceipt {
    /// Who signed the transaction that led to this.
    pub signer_id: AccountId,
    /// The key it was signed with.
    pub signer_public_key: PublicKey,
    /// Price that the gas was bought at, in yoctoNEAR per unit.
    pub gas_price: Balance,
    /// Who waits for the result.
    pub output_data_receivers: Vec<DataReceiver>,
    /// What must arrive first.
    pub input_data_ids: Vec<CryptoHash>,
    /// What to do then.
    pub actions: Vec<Action>,
}

/// Actions to be done, with refunds that may go to another account than the sender.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ActionReceiptV2 {
    /// Who signed the transaction that led to this.
    pub signer_id: AccountId,
    /// Who gets deposits back, if not the sender.
    pub refund_to: Option<AccountId>,
    /// The key it was signed with.
    pub signer_public_key: PublicKey,
    /// Price that the gas was bought at, in yoctoNEAR per unit.
    pub gas_price: Balance,
    /// Who waits for the result.
    pub output_data_receivers: Vec<DataReceiver>,
    /// What must arrive first.
    pub input_data_ids: Vec<CryptoHash>,
    /// What to do then.
    pub actions: Vec<Action>,
}

/// Who waits for a result, and under which name.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct DataReceiver {
    /// The name of the result.
    pub data_id: CryptoHash,
    /// Who waits for it.
    pub receiver_id: AccountId,
}

/// A result that someone waits for.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct DataReceipt {
    /// Its name.
    pub data_id: CryptoHash,
    /// The result; `None` if there is none because of a failure.
    #[serde(with = "base64_json::option")]
    pub data: Option<Vec<u8>>,
}

/// A result that has arrived before all others did; stands in the state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct ReceivedData {
    /// The result; `None` if there is none because of a failure.
    pub data: Option<Vec<u8>>,
}

impl Receipt {
    /// Deposits that come back to `receiver_id`, in yoctoNEAR. The id is left zero.
    pub fn balance_refund(receiver_id: AccountId, refund: Balance) -> Receipt {
        let no_key = PublicKey::Ed25519([0; 32]);
        Receipt::refund(receiver_id, AccountId::system(), no_key, refund)
    }

    /// Payment for unused gas that comes back to `receiver_id`, in yoctoNEAR, and to the allowance
    /// of the key that paid it. The id is left zero.
    pub fn gas_refund(receiver_id: AccountId, refund: Balance, public_key: PublicKey) -> Receipt {
        Receipt::refund(receiver_id.clone(), receiver_id, public_key, refund)
    }

    fn refund(
        receiver_id: AccountId,
        signer_id: AccountId,
        signer_public_key: PublicKey,
        refund: Balance,
    ) -> Receipt {
        Receipt {
            predecessor_id: AccountId::system(),
            receiver_id,
            receipt_id: CryptoHash::default(),
            body: ReceiptBody::Action(ActionReceipt {
                signer_id,
                signer_public_key,
                gas_price: Balance::ZERO,
                output_data_receivers: Vec::new(),
                input_data_ids: Vec::new(),
                actions: vec![Action::Transfer(TransferAction { deposit: refund })],
            }),
        }
    }

    /// Who gets deposits back if this fails.
    pub const fn refund_receiver(&self) -> &AccountId {
        match &self.body {
            ReceiptBody::ActionV2(ActionReceiptV2 { refund_to: Some(refund_to), .. })
            | ReceiptBody::PromiseYieldV2(ActionReceiptV2 { refund_to: Some(refund_to), .. }) => {
                refund_to
            }
            ReceiptBody::ActionV2(_)
            | ReceiptBody::PromiseYieldV2(_)
            | ReceiptBody::Action(_)
            | ReceiptBody::Data(_)
            | ReceiptBody::PromiseYield(_)
            | ReceiptBody::PromiseResume(_)
            | ReceiptBody::GlobalContractDistribution(_) => &self.predecessor_id,
        }
    }

    /// Whether it is applied right after the receipt that sent it, in the same chunk and whatever
    /// gas is left: those that only write a few values, yields and bare deletions of accounts.
    pub const fn is_instant(&self) -> bool {
        match &self.body {
            ReceiptBody::PromiseYield(_) | ReceiptBody::PromiseYieldV2(_) => true,
            ReceiptBody::Action(ActionReceipt { actions, input_data_ids, .. })
            | ReceiptBody::ActionV2(ActionReceiptV2 { actions, input_data_ids, .. }) => {
                matches!(actions.as_slice(), [Action::DeleteAccount(_)])
                    && input_data_ids.is_empty()
            }
            ReceiptBody::Data(_)
            | ReceiptBody::PromiseResume(_)
            | ReceiptBody::GlobalContractDistribution(_) => false,
        }
    }
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
