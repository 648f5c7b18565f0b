//! What is seen of an account.

use crate::bytes::{BytesReport, readable, visible};
use crate::cli::Verdict;
use crate::figure::{counted, grouped};
use crate::output;
use crate::state::{access_key_text, account_text, line};
use crate::style::{BAD, DIM, GOOD, NAME, TITLE};
use serde::Serialize;
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::{AccessKey, Account, AccountId, BlockHeight};
use torr_runtime::view::{DataPage, FunctionView};

/// Characters of a value that are printed.
const VALUE_LENGTH: usize = 160;

#[derive(Debug, Serialize)]
pub(super) struct AccountReport {
    account_id: AccountId,
    account: Account,
    height: BlockHeight,
}

impl AccountReport {
    pub(super) fn new(account_id: &AccountId, account: Account, height: BlockHeight) -> Self {
        AccountReport { account_id: account_id.clone(), account, height }
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("{TITLE}{}{TITLE:#}\n", self.account_id);
        text += &line("account", account_text(&self.account));
        text += &line("height", self.height);
        text
    }
}

#[derive(Debug, Serialize)]
pub(super) struct KeysReport {
    keys: Vec<KeyReport>,
}

#[derive(Debug, Serialize)]
struct KeyReport {
    public_key: PublicKeyHandle,
    access_key: AccessKey,
}

impl KeysReport {
    pub(super) fn new(keys: Vec<(PublicKeyHandle, AccessKey)>) -> KeysReport {
        let keys = keys.into_iter();
        let keys = keys.map(|(public_key, access_key)| KeyReport { public_key, access_key });
        KeysReport { keys: keys.collect() }
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("{TITLE}{}{TITLE:#}\n", counted(self.keys.len() as u64, "key"));
        for KeyReport { public_key, access_key } in &self.keys {
            let what = access_key_text(access_key);
            text += &format!("  {NAME}{public_key}{NAME:#}\n    {what}\n");
        }
        text
    }
}

#[derive(Debug, Serialize)]
pub(super) struct DataReport {
    values: Vec<DataEntry>,
    /// Whether more follow.
    more: bool,
}

#[derive(Debug, Serialize)]
struct DataEntry {
    key: BytesReport,
    value: BytesReport,
}

impl DataReport {
    pub(super) fn new(page: DataPage) -> DataReport {
        let more = page.last_key.is_some();
        let entry = |(key, value): (Vec<u8>, std::sync::Arc<[u8]>)| DataEntry {
            key: BytesReport::new(&key),
            value: BytesReport::new(&value),
        };
        DataReport { values: page.items.into_iter().map(entry).collect(), more }
    }

    pub(super) fn text(&self) -> String {
        let count = counted(self.values.len() as u64, "value");
        let mut text = format!("{TITLE}{count}{TITLE:#}\n");
        for DataEntry { key, value } in &self.values {
            let (key, bytes) = (readable(key.as_bytes()), counted(value.len(), "byte"));
            let value = value.preview(VALUE_LENGTH);
            text += &format!("  {NAME}{key}{NAME:#}\n    {value} {DIM}· {bytes}{DIM:#}\n");
        }
        if self.more {
            text += &output::hint("there are more; raise --limit, or name a longer prefix");
        }
        text
    }
}

#[derive(Debug, Serialize)]
pub(super) struct CallReport {
    height: BlockHeight,
    /// What it returned; none if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<BytesReport>,
    /// How it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    logs: Vec<String>,
    gas_burnt: u64,
}

impl CallReport {
    pub(super) fn new(height: BlockHeight, called: &FunctionView) -> CallReport {
        let result = called.result.as_ref();
        CallReport {
            height,
            result: result.ok().map(|bytes| BytesReport::new(bytes)),
            error: result.err().map(|error| error.to_string()),
            logs: called.logs.clone(),
            gas_burnt: called.gas_burnt.as_gas(),
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        if self.error.is_none() { Verdict::Good } else { Verdict::Bad }
    }

    pub(super) fn text(&self) -> String {
        let mut text = match (&self.result, &self.error) {
            (_, Some(error)) => format!("{BAD}✗{BAD:#} {}\n", visible(error)),
            (Some(result), None) if result.len() > 0 => {
                format!("{GOOD}✓{GOOD:#} {}\n", readable(result.as_bytes()))
            }
            _ => format!("{GOOD}✓{GOOD:#} nothing was returned\n"),
        };
        for log in &self.logs {
            text += &line("log", visible(log));
        }
        text += &line("gas", grouped(self.gas_burnt));
        text += &line("height", self.height);
        text
    }
}
