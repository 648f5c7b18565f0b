//! Access keys: what a public key may do in the name of an account.
//!
//! Gas keys (NEP-611) are access keys that hold a balance for gas and have several nonces.
//! Lengths of encodings are constants here because fees are charged by them.

use crate::{Balance, BlockHeight, Nonce, NonceIndex};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What the state says about one public key of an account.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct AccessKey {
    /// Nonce of the last transaction; a transaction must have a greater one.
    pub nonce: Nonce,
    /// What transactions signed with the key may do.
    pub permission: AccessKeyPermission,
}

/// What transactions signed with a key may do.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub enum AccessKeyPermission {
    /// Only call functions, of one contract.
    FunctionCall(FunctionCallPermission),
    /// Everything.
    FullAccess,
    /// Only call functions, with gas paid from the key's own balance.
    GasKeyFunctionCall(GasKeyInfo, FunctionCallPermission),
    /// Everything, with gas paid from the key's own balance.
    GasKeyFullAccess(GasKeyInfo),
}

/// Which functions a key may call.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct FunctionCallPermission {
    /// How much gas the key may still pay for from the account's balance, in yoctoNEAR; `None` if
    /// without limit.
    pub allowance: Option<Balance>,
    /// The contract. A plain text, because old states hold some that are no valid account id.
    pub receiver_id: String,
    /// The functions; all of the contract's if empty.
    pub method_names: Vec<String>,
}

/// What a gas key has beyond an ordinary access key (NEP-611).
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct GasKeyInfo {
    /// What is left to pay for gas, in yoctoNEAR.
    pub balance: Balance,
    /// How many nonces the key has, each counting for itself.
    pub num_nonces: NonceIndex,
}

impl AccessKey {
    /// Nonces that belong to one height: those of transactions are below the height times this, and
    /// those of a new key begin there.
    pub const NONCE_RANGE_MULTIPLIER: Nonce = 1_000_000;
    /// Length of a stored nonce of a gas key, in bytes.
    pub const NONCE_BORSH_LEN: u64 = size_of::<Nonce>() as u64;
    /// Length of the shortest encoding of a gas key, one with full access: nonce, tag of the
    /// permission, [`GasKeyInfo`].
    pub const MIN_GAS_KEY_BORSH_LEN: u64 = Self::NONCE_BORSH_LEN + 1 + GasKeyInfo::BORSH_LEN;

    /// Nonce of a key that is added at a height. It is above that of any transaction that came before,
    /// so that none can be sent again when a key is deleted and added anew.
    pub const fn initial_nonce(height: BlockHeight) -> Nonce {
        height.saturating_sub(1).saturating_mul(Self::NONCE_RANGE_MULTIPLIER)
    }
}

impl AccessKeyPermission {
    /// The most nonces that a gas key can have.
    pub const MAX_GAS_KEY_NONCES: NonceIndex = 1024;

    /// What the key has as a gas key, if it is one.
    pub const fn gas_key_info(&self) -> Option<&GasKeyInfo> {
        match self {
            Self::GasKeyFunctionCall(info, _) | Self::GasKeyFullAccess(info) => Some(info),
            Self::FunctionCall(_) | Self::FullAccess => None,
        }
    }

    /// What the key has as a gas key, if it is one, to change.
    pub const fn gas_key_info_mut(&mut self) -> Option<&mut GasKeyInfo> {
        match self {
            Self::GasKeyFunctionCall(info, _) | Self::GasKeyFullAccess(info) => Some(info),
            Self::FunctionCall(_) | Self::FullAccess => None,
        }
    }

    /// Which functions the key is restricted to, if it is restricted.
    pub const fn function_call_permission(&self) -> Option<&FunctionCallPermission> {
        match self {
            Self::FunctionCall(permission) | Self::GasKeyFunctionCall(_, permission) => {
                Some(permission)
            }
            Self::FullAccess | Self::GasKeyFullAccess(_) => None,
        }
    }

    /// Which functions the key is restricted to, to change.
    pub const fn function_call_permission_mut(&mut self) -> Option<&mut FunctionCallPermission> {
        match self {
            Self::FunctionCall(permission) | Self::GasKeyFunctionCall(_, permission) => {
                Some(permission)
            }
            Self::FullAccess | Self::GasKeyFullAccess(_) => None,
        }
    }
}

impl GasKeyInfo {
    /// What may be lost with a gas key that is deleted, or with all those of an account, at most: one
    /// NEAR. More has to be withdrawn first.
    pub const MAX_BALANCE_TO_BURN: Balance = Balance::from_yoctonear(10_u128.pow(24));
    /// Length of the encoding, in bytes.
    pub const BORSH_LEN: u64 = (size_of::<u128>() + size_of::<NonceIndex>()) as u64;
}

#[cfg(test)]
mod tests;
