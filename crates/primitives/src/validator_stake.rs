//! Stakes: who wants to validate, with which key and with how much.

use crate::{AccountId, Balance};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::key::PublicKey;

/// A stake that an account holds, or proposes to hold, as a validator.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ValidatorStake {
    /// Who stakes.
    pub account_id: AccountId,
    /// The key that the validator signs with.
    pub public_key: PublicKey,
    /// How much is staked, in yoctoNEAR.
    pub stake: Balance,
}
