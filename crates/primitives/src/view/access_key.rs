//! Access keys as the RPC shows them: all fields of a permission side by side.

use crate::{
    AccessKey, AccessKeyPermission, Balance, FunctionCallPermission, GasKeyInfo, Nonce, NonceIndex,
};
use serde::Serialize;

/// An access key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessKeyView<'a> {
    /// Nonce of the last transaction.
    pub nonce: Nonce,
    /// What the key may do.
    pub permission: AccessKeyPermissionView<'a>,
}

/// What a key may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "fields are those of `FunctionCallPermission` and `GasKeyInfo`")]
pub enum AccessKeyPermissionView<'a> {
    /// Only call functions, of one contract.
    FunctionCall { allowance: Option<Balance>, receiver_id: &'a str, method_names: &'a [String] },
    /// Everything.
    FullAccess,
    /// Only call functions, with gas paid from the key's own balance.
    GasKeyFunctionCall {
        balance: Balance,
        num_nonces: NonceIndex,
        allowance: Option<Balance>,
        receiver_id: &'a str,
        method_names: &'a [String],
    },
    /// Everything, with gas paid from the key's own balance.
    GasKeyFullAccess { balance: Balance, num_nonces: NonceIndex },
}

impl<'a> From<&'a AccessKey> for AccessKeyView<'a> {
    fn from(access_key: &'a AccessKey) -> AccessKeyView<'a> {
        AccessKeyView {
            nonce: access_key.nonce,
            permission: AccessKeyPermissionView::from(&access_key.permission),
        }
    }
}

impl<'a> From<&'a AccessKeyPermission> for AccessKeyPermissionView<'a> {
    fn from(permission: &'a AccessKeyPermission) -> AccessKeyPermissionView<'a> {
        match permission {
            AccessKeyPermission::FunctionCall(FunctionCallPermission {
                allowance,
                receiver_id,
                method_names,
            }) => AccessKeyPermissionView::FunctionCall {
                allowance: *allowance,
                receiver_id,
                method_names,
            },
            AccessKeyPermission::FullAccess => AccessKeyPermissionView::FullAccess,
            AccessKeyPermission::GasKeyFunctionCall(
                GasKeyInfo { balance, num_nonces },
                FunctionCallPermission { allowance, receiver_id, method_names },
            ) => AccessKeyPermissionView::GasKeyFunctionCall {
                balance: *balance,
                num_nonces: *num_nonces,
                allowance: *allowance,
                receiver_id,
                method_names,
            },
            AccessKeyPermission::GasKeyFullAccess(GasKeyInfo { balance, num_nonces }) => {
                AccessKeyPermissionView::GasKeyFullAccess {
                    balance: *balance,
                    num_nonces: *num_nonces,
                }
            }
        }
    }
}
