//! Vectors of values and their encodings. (`conformance/primitives/README.md` is the specification.)
//!
//! A case is rebuilt whole from its inputs, each field out of another: the text from the bytes, the
//! bytes from the text. What is rebuilt has to be the case.

mod account_ids;
mod accounts;
mod actions;
mod bandwidth;
mod congestion;
mod errors;
mod hashes;
mod inputs;
mod keys;
mod merkle;
mod outcomes;
mod receipt_ids;
mod receipts;
mod shard_layouts;
mod state_records;
mod transactions;
mod trie_keys;

use self::inputs::Inputs;
use crate::areas::{case_name, malformed, named_cases};
use crate::case::{Case, Failure, verdict};
use crate::difference::differences;
use serde::Deserialize;
use serde_json::Value;
use torr_primitives::ProtocolVersion;

/// The name of the format.
pub(crate) const FORMAT: &str = "primitives-vectors/1";

/// The protocol version that the vectors were recorded at.
const PROTOCOL_VERSION: ProtocolVersion = 86;

/// What a case is when made anew from its inputs; or which input cannot be used.
type Rebuild = fn(&Inputs<'_>) -> Result<Value, String>;

/// What rebuilds cases of any kind, by area.
const AREAS: &[(&str, Rebuild)] = &[
    ("merkle", merkle::merkle),
    ("outcomes", outcomes::outcomes),
    ("receipt-ids", receipt_ids::receipt_ids),
    ("shard-layouts", shard_layouts::shard_layout),
    ("state-records", state_records::state_record),
    ("trie-keys", trie_keys::trie_key),
];

/// What rebuilds the cases of other areas, by area and kind.
const KINDS: &[(&str, &str, Rebuild)] = &[
    ("hashes", "sha256", hashes::sha256),
    ("hashes", "text", hashes::text),
    ("hashes", "parse", hashes::parse),
    ("account-ids", "valid", account_ids::valid),
    ("account-ids", "invalid", account_ids::invalid),
    ("account-ids", "sub_account", account_ids::sub_account),
    ("account-ids", "near_implicit_of_key", account_ids::implicit_of_key),
    ("account-ids", "eth_implicit_of_key", account_ids::implicit_of_key),
    ("account-ids", "deterministic_of_state_init", account_ids::deterministic_of_state_init),
    ("accounts-and-access-keys", "access_key", accounts::access_key),
    ("accounts-and-access-keys", "account", accounts::account),
    ("accounts-and-access-keys", "account_decode", accounts::account_decode),
    ("accounts-and-access-keys", "received_data_none", accounts::received_data),
    ("accounts-and-access-keys", "received_data_some", accounts::received_data),
    ("actions", "action", actions::action),
    ("actions", "delegate", actions::delegate),
    ("actions", "action_decode", actions::action_decode),
    ("actions", "non_delegate_decode", actions::non_delegate_decode),
    ("errors", "tx_execution_error", errors::tx_execution_error),
    ("errors", "receipt_validation_error", errors::receipt_validation_error),
    ("congestion-and-bandwidth", "congestion_info", congestion::congestion_info),
    ("congestion-and-bandwidth", "bandwidth_params", bandwidth::params),
    ("congestion-and-bandwidth", "bandwidth_request", bandwidth::request),
    ("congestion-and-bandwidth", "bandwidth_scheduler_state", bandwidth::scheduler_state),
    ("keys-and-signatures", "key", keys::key),
    ("keys-and-signatures", "signature", keys::signature),
    ("keys-and-signatures", "signature_variants", keys::signature_variants),
    ("keys-and-signatures", "parse_public_key", keys::parse_public_key),
    ("keys-and-signatures", "decode_public_key", keys::decode_public_key),
    ("receipts", "receipt", receipts::receipt),
    ("receipts", "promise_yield_timeout", receipts::promise_yield_timeout),
    ("receipts", "queue_indices", receipts::queue_indices),
    ("receipts", "buffered_receipt_indices", receipts::buffered_receipt_indices),
    ("transactions", "signed_transaction", transactions::signed_transaction),
    ("transactions", "decode", transactions::decode),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "reference")]
    _reference: String,
    #[serde(rename = "protocol_version")]
    _protocol_version: ProtocolVersion,
    cases: Vec<Value>,
}

/// The cases of a file.
pub(crate) fn cases(area: &str, file: Value) -> Vec<Case> {
    let names = named_cases(&file);
    let file: File = match serde_json::from_value(file) {
        Ok(file) => file,
        Err(error) => return malformed(names, &error.to_string()),
    };
    let case = |(index, case)| read(area, case_name(index, &case), case);
    file.cases.into_iter().enumerate().map(case).collect()
}

fn read(area: &str, name: String, case: Value) -> Case {
    let kind = case.get("kind").and_then(Value::as_str).unwrap_or_default();
    let of_area = AREAS.iter().find(|(of, _)| *of == area).map(|(_, rebuild)| rebuild);
    let of_kind = || KINDS.iter().find(|(of, name, _)| (*of, *name) == (area, kind));
    let Some(&rebuild) = of_area.or_else(|| of_kind().map(|(_, _, rebuild)| rebuild)) else {
        let kind = if kind.is_empty() { String::new() } else { format!(" of kind {kind}") };
        return Case::no_runner(name, format_args!("primitives/{area} cases{kind}"));
    };
    Case::once(name, move || {
        let rebuilt = rebuild(&Inputs(&case)).map_err(Failure::NotRun)?;
        verdict(differences(&case, &rebuilt))
    })
}
