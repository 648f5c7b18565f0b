//! Keys and values of the state for reading: as records where they parse, as bytes where they do not.

use super::key::name_of;
use crate::amount::Near;
use crate::bytes::{cut, readable, visible};
use crate::figure::{counted, grouped};
use crate::style::{DIM, NAME};
use serde::Serialize;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, StateRecord, TrieKey,
};

/// Characters of a value that are printed.
const VALUE_LENGTH: usize = 160;

/// A key.
#[derive(Clone, Debug, Serialize)]
pub(super) struct KeyReport {
    /// Its bytes, in hexadecimal digits.
    key: String,
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it is the key of, if it parses.
    #[serde(skip_serializing_if = "Option::is_none")]
    parsed: Option<TrieKey>,
}

/// A value.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ValueReport {
    /// Its length in bytes.
    len: u64,
    /// What it says, as the protocol writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<StateRecord>,
    /// Its bytes in hexadecimal digits, if there is no such form.
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip)]
    bytes: Vec<u8>,
}

/// A key with its value.
#[derive(Clone, Debug, Serialize)]
pub(super) struct EntryReport {
    /// The key.
    #[serde(flatten)]
    pub(super) key: KeyReport,
    /// The value; none if nothing is under the key.
    pub(super) value: Option<ValueReport>,
}

impl KeyReport {
    pub(super) fn new(key: &[u8]) -> KeyReport {
        let parsed = TrieKey::parse(key).ok();
        KeyReport { key: hex::encode(key), name: parsed.as_ref().and_then(name_of), parsed }
    }

    /// For reading: the name, or what it is, or its digits.
    pub(super) fn text(&self) -> String {
        match (&self.name, &self.parsed) {
            (Some(name), _) => format!("{NAME}{}{NAME:#}", visible(name)),
            (None, Some(parsed)) => {
                let what = visible(&format!("{parsed:?}"));
                format!("{NAME}0x{}{NAME:#} {DIM}{what}{DIM:#}", self.key)
            }
            (None, None) => format!("{NAME}0x{}{NAME:#}", self.key),
        }
    }
}

impl ValueReport {
    pub(super) fn new(key: &[u8], value: &[u8]) -> ValueReport {
        let record = StateRecord::of(key, value).ok().flatten();
        // Some records have no JSON; their bytes say all.
        let record = record.filter(|record| serde_json::to_value(record).is_ok());
        let hex = record.is_none().then(|| hex::encode(value));
        ValueReport { len: value.len() as u64, record, hex, bytes: value.to_vec() }
    }

    /// For reading, on one line.
    pub(super) fn text(&self) -> String {
        match &self.record {
            Some(StateRecord::Account { account, .. }) => account_text(account),
            Some(StateRecord::AccessKey { access_key, .. }) => access_key_text(access_key),
            Some(StateRecord::Data { value, .. }) => {
                format!("{} {DIM}· {}{DIM:#}", cut(&readable(value), VALUE_LENGTH), bytes(self.len))
            }
            Some(StateRecord::Contract { code, .. }) => {
                format!("contract {} {DIM}· {}{DIM:#}", CryptoHash::of(code), bytes(self.len))
            }
            Some(StateRecord::GasKeyNonce { nonce, .. }) => format!("nonce {nonce}"),
            Some(record) => {
                // It was seen to have JSON.
                let json = serde_json::to_string(record).unwrap_or_default();
                format!("{} {DIM}· {}{DIM:#}", cut(&visible(&json), VALUE_LENGTH), bytes(self.len))
            }
            None => {
                let digits = cut(&hex::encode(&self.bytes), VALUE_LENGTH);
                format!("0x{digits} {DIM}· {}{DIM:#}", bytes(self.len))
            }
        }
    }
}

impl EntryReport {
    pub(super) fn new(key: &[u8], value: Option<&[u8]>) -> EntryReport {
        let value = value.map(|value| ValueReport::new(key, value));
        EntryReport { key: KeyReport::new(key), value }
    }

    /// For reading, on two lines.
    pub(super) fn text(&self) -> String {
        let value = self.value.as_ref().map_or("nothing".to_owned(), ValueReport::text);
        format!("  {}\n    {value}\n", self.key.text())
    }
}

fn bytes(len: u64) -> String {
    counted(len, "byte")
}

/// An account, for reading.
pub(crate) fn account_text(account: &Account) -> String {
    let mut parts = vec![Near(account.amount()).to_string()];
    if account.locked().as_yoctonear() > 0 {
        parts.push(format!("{} locked", Near(account.locked())));
    }
    let (contract, storage_usage) = match account {
        Account::V1(account) if account.code_hash == CryptoHash::default() => {
            (AccountContract::None, account.storage_usage)
        }
        Account::V1(account) => (AccountContract::Local(account.code_hash), account.storage_usage),
        Account::V2(account) => (account.contract.clone(), account.storage_usage),
        Account::Uninitialized(account) => {
            parts.push("waits for its initial state".to_owned());
            (AccountContract::None, account.storage_usage)
        }
    };
    parts.push(format!("{} bytes of storage", grouped(storage_usage)));
    match contract {
        AccountContract::None => {}
        AccountContract::Local(hash) => parts.push(format!("contract {hash}")),
        AccountContract::Global(hash) => parts.push(format!("global contract {hash}")),
        AccountContract::GlobalByAccount(account_id) => {
            parts.push(format!("global contract of {account_id}"));
        }
    }
    parts.join(" · ")
}

/// An access key, for reading.
pub(crate) fn access_key_text(access_key: &AccessKey) -> String {
    let what = match &access_key.permission {
        AccessKeyPermission::FullAccess => "full access".to_owned(),
        AccessKeyPermission::FunctionCall(calls) => calls_text(calls),
        AccessKeyPermission::GasKeyFullAccess(gas_key) => {
            format!("full access, {} for gas", Near(gas_key.balance))
        }
        AccessKeyPermission::GasKeyFunctionCall(gas_key, calls) => {
            format!("{}, {} for gas", calls_text(calls), Near(gas_key.balance))
        }
    };
    format!("{what} · nonce {}", access_key.nonce)
}

fn calls_text(calls: &torr_primitives::FunctionCallPermission) -> String {
    let methods = match &calls.method_names[..] {
        [] => "any method".to_owned(),
        names => visible(&names.join(", ")),
    };
    format!("calls of {methods} on {}", visible(&calls.receiver_id))
}
