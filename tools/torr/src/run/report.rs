//! The result of `torr run` as data. Its JSON is documented in the tool's README; names and shapes
//! stay, new fields may come.

use super::arguments::RunArguments;
use super::call::{Call, Ended};
use super::changes::{Change, changes};
use super::failure::{FailureReport, Undone};
use super::profile::ProfileReport;
use super::receipts::{ReceiptReport, ResumeReport, receipts, resumed};
use crate::bytes::BytesReport;
use crate::cli::Verdict;
use serde::Serialize;
use serde_json::Value;
use torr_primitives::{AccountId, Balance, Gas, ReceiptIndex};
use torr_vm_logic::outcome::{Outcome, ReturnData};

/// Everything about a call that has ended.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RunReport {
    /// The account whose contract ran.
    pub(crate) account_id: AccountId,
    /// Who called.
    pub(crate) predecessor_id: AccountId,
    /// The method.
    pub(crate) method: String,
    /// Whether it was a view call.
    pub(crate) view: bool,
    /// How it ended.
    pub(crate) status: Status,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<FailureReport>,
    /// What it returned.
    pub(crate) returned: Returned,
    /// What it logged.
    pub(crate) logs: Vec<String>,
    /// Its gas.
    pub(crate) gas: GasReport,
    /// The account's balance, in yoctoNEAR.
    pub(crate) balance: BeforeAfter<Balance>,
    /// The account's storage usage, in bytes.
    pub(crate) storage_usage: BeforeAfter<u64>,
    /// What changed in storage.
    pub(crate) storage_changes: Vec<Change>,
    /// The receipts it asked for.
    pub(crate) receipts: Vec<ReceiptReport>,
    /// The waiting receipts it resumed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) resumed: Vec<ResumeReport>,
    /// Where the gas went, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<ProfileReport>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// As the contract wanted.
    Succeeded,
    /// With an error; everything was undone.
    Failed,
}

/// What a call returned.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Returned {
    /// Nothing.
    Nothing,
    /// A value.
    Value {
        /// The bytes.
        #[serde(flatten)]
        bytes: BytesReport,
        /// The value, when it is JSON.
        #[serde(skip_serializing_if = "Option::is_none")]
        json: Option<Value>,
    },
    /// What a receipt of the call will return.
    Receipt {
        /// The receipt.
        index: ReceiptIndex,
    },
}

/// The gas of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GasReport {
    /// Attached to it, or allowed to a view call.
    pub(crate) attached: Gas,
    /// Burnt by it.
    pub(crate) burnt: Gas,
    /// Burnt, and set aside for the receipts it asked for.
    pub(crate) used: Gas,
    /// Given to receipts by weight, out of what was left over.
    pub(crate) shared: Gas,
}

/// A figure before and after the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct BeforeAfter<T> {
    /// Before.
    pub(crate) before: T,
    /// After.
    pub(crate) after: T,
}

impl RunReport {
    /// The report of `call`, which ended as `ended` says.
    pub(crate) fn new(arguments: &RunArguments, call: &Call, ended: &Ended) -> RunReport {
        let (context, outcome) = (&call.context, &ended.outcome);
        let unused = context.prepaid_gas.saturating_sub(outcome.gas_used);
        let changed = changes(&call.account.storage, ended.storage());
        let asked_for = receipts(&outcome.effects, unused, &outcome.return_data);
        let undone = Undone { storage_changes: changed.len(), receipts: asked_for.len() };
        let failure =
            outcome.error.as_ref().map(|error| FailureReport::new(call, ended, error, undone));
        let profile = arguments
            .output
            .profile
            .then(|| ProfileReport::new(&outcome.profile, outcome.gas_burnt));
        let report = RunReport {
            account_id: context.current_account_id.clone(),
            predecessor_id: context.predecessor_account_id.clone(),
            method: call.method.clone(),
            view: context.is_view(),
            status: Status::Succeeded,
            failure: None,
            returned: Returned::new(&outcome.return_data),
            logs: outcome.logs.clone(),
            gas: GasReport::new(context.prepaid_gas, outcome, &asked_for),
            balance: BeforeAfter { before: call.account.balance, after: outcome.balance },
            storage_usage: BeforeAfter {
                before: call.account.storage_usage,
                after: outcome.storage_usage,
            },
            storage_changes: changed,
            receipts: asked_for,
            resumed: resumed(&outcome.effects),
            profile,
        };
        match failure {
            None => report,
            Some(failure) => report.failed(failure),
        }
    }

    /// The same for a call that failed: nothing of it stays but its gas and its logs.
    fn failed(self, failure: FailureReport) -> RunReport {
        let (balance, usage) = (self.balance.before, self.storage_usage.before);
        RunReport {
            status: Status::Failed,
            failure: Some(failure),
            returned: Returned::Nothing,
            balance: BeforeAfter { before: balance, after: balance },
            storage_usage: BeforeAfter { before: usage, after: usage },
            storage_changes: Vec::new(),
            receipts: Vec::new(),
            resumed: Vec::new(),
            gas: GasReport { shared: Gas::ZERO, ..self.gas },
            ..self
        }
    }

    /// Whether the contract succeeded.
    pub(crate) fn verdict(&self) -> Verdict {
        match self.status {
            Status::Succeeded => Verdict::Good,
            Status::Failed => Verdict::Bad,
        }
    }
}

impl Returned {
    fn new(data: &ReturnData) -> Returned {
        match data {
            ReturnData::None => Returned::Nothing,
            ReturnData::Value(bytes) => Returned::Value {
                json: serde_json::from_slice(bytes).ok(),
                bytes: BytesReport::new(bytes),
            },
            ReturnData::Receipt(index) => Returned::Receipt { index: *index },
        }
    }
}

impl GasReport {
    fn new(attached: Gas, outcome: &Outcome, receipts: &[ReceiptReport]) -> GasReport {
        let shares = receipts
            .iter()
            .flat_map(|receipt| &receipt.actions)
            .filter_map(|action| action.gas_share);
        GasReport {
            attached,
            burnt: outcome.gas_burnt,
            used: outcome.gas_used,
            shared: shares.fold(Gas::ZERO, Gas::saturating_add),
        }
    }
}
