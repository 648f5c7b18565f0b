//! The result of `torr run` as text: the outcome first, then what it did, then what it cost.

use super::changes::{Change, ChangeKind};
use super::failure::{FailureReport, Undone};
use super::profile::{Kind, ProfileReport};
use super::report::{Returned, RunReport, Status};
use super::tree::tree;
use crate::amount::{Near, Tgas};
use crate::bytes::{BytesReport, cut, readable, visible, visible_lines};
use crate::figure::{Growth, Share, counted, grouped};
use crate::output::hint;
use crate::style::{BAD, DIM, GOOD, HINT, NAME, TITLE};
use serde::Deserialize;
use serde_json::value::RawValue;
use torr_primitives::Gas;

/// Characters of a value, of arguments or of a key that are printed.
const VALUE_LENGTH: usize = 160;

/// Characters of a returned value that are printed.
const RETURNED_LENGTH: usize = 4_000;

/// The text of `report`; with `full`, long values are not cut.
pub(super) fn text(report: &RunReport, full: bool) -> String {
    let limit = (!full).then_some(VALUE_LENGTH);
    let mut text = status(report);
    match &report.failure {
        Some(failure) => text += &failed(failure),
        None => text += &returned(&report.returned, full),
    }
    text += &gas(report);
    text += &balance(report);
    text += &logs(&report.logs);
    text += &promises(report, limit);
    text += &storage(report, limit.unwrap_or(usize::MAX));
    if let Some(profile) = &report.profile {
        text += &profile_text(profile);
    }
    text
}

fn status(report: &RunReport) -> String {
    let RunReport { account_id, method, view, status, .. } = report;
    let what = if *view { "view of" } else { "call of" };
    let method = if method.is_empty() { "\"\"".to_owned() } else { visible(method) };
    let call = format!("{what} {NAME}{method}{NAME:#} on {NAME}{account_id}{NAME:#}");
    match status {
        Status::Succeeded => format!("{GOOD}✓{GOOD:#} {call} {GOOD}succeeded{GOOD:#}\n"),
        Status::Failed => format!("{BAD}✗{BAD:#} {call} {BAD}failed{BAD:#}\n"),
    }
}

/// A line of the summary: a label of fixed width and what it is about.
fn line(label: &str, content: &str) -> String {
    format!("  {DIM}{label:<9}{DIM:#} {content}\n")
}

/// Where the contents of summary lines begin.
const INDENT: &str = "            ";

fn failed(failure: &FailureReport) -> String {
    let FailureReport { kind, message, host_function, advice, undone, .. } = failure;
    let message = visible_lines(message, INDENT);
    let mut text = format!("  {BAD}{:<9}{BAD:#} {TITLE}{message}{TITLE:#}\n", kind.label());
    if let Some(function) = host_function {
        text += &line("stopped", &format!("in host function {NAME}{function}{NAME:#}"));
    }
    let Undone { storage_changes, receipts } = *undone;
    if storage_changes + receipts > 0 {
        let undone = [(storage_changes, "storage change"), (receipts, "promise")];
        let undone = undone.iter().filter(|(count, _)| *count > 0);
        let undone: Vec<String> =
            undone.map(|(count, thing)| counted(*count as u64, thing)).collect();
        text += &line("undone", &undone.join(", "));
    }
    for advice in advice {
        text += &hint(advice);
    }
    text
}

fn returned(returned: &Returned, full: bool) -> String {
    let limit = if full { usize::MAX } else { RETURNED_LENGTH };
    match returned {
        Returned::Nothing => line("returned", &format!("{DIM}nothing{DIM:#}")),
        Returned::Receipt { index } => line("returned", &format!("the result of promise #{index}")),
        Returned::Value { bytes, json: None } => line("returned", &bytes.preview(limit)),
        Returned::Value { bytes, json: Some(value) } => {
            // As the contract wrote it: the order of fields and all digits.
            let text = String::from_utf8_lossy(bytes.as_bytes());
            match value {
                serde_json::Value::Object(_) | serde_json::Value::Array(_) => {
                    line("returned", &visible_lines(&cut(text.trim(), limit), INDENT))
                }
                _ => line("returned", &cut(&visible(&text), limit)),
            }
        }
    }
}

fn gas(report: &RunReport) -> String {
    let gas = &report.gas;
    let exact = |gas: Gas| format!("{DIM}{}{DIM:#}", grouped(gas.as_gas()));
    let attached = format!("{DIM}of{DIM:#} {}", Tgas(gas.attached));
    let mut burnt = format!("{TITLE}{}{TITLE:#} burnt {}", Tgas(gas.burnt), exact(gas.burnt));
    if gas.used == gas.burnt {
        burnt += &format!(" {attached}");
        return line("gas", &burnt);
    }
    let mut used = format!("{} used  {} {attached}", Tgas(gas.used), exact(gas.used));
    if gas.shared != Gas::ZERO {
        used += &format!(", the other {} go to promises", Tgas(gas.shared));
    }
    line("gas", &burnt) + &line("", &used)
}

fn balance(report: &RunReport) -> String {
    let (before, after) = (report.balance.before, report.balance.after);
    if before == after {
        return String::new();
    }
    line("balance", &format!("{} → {}", Near(before), Near(after)))
}

fn title(text: &str, detail: &str) -> String {
    format!("\n{TITLE}{text}{TITLE:#} {DIM}{detail}{DIM:#}\n")
}

/// An event in a log (NEP-297).
#[derive(Deserialize)]
struct Event<'a> {
    standard: String,
    version: String,
    event: String,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

fn logs(logs: &[String]) -> String {
    if logs.is_empty() {
        return String::new();
    }
    let mut text = title("logs", &logs.len().to_string());
    for log in logs {
        text += &format!("  {}\n", log_text(log));
    }
    text
}

fn log_text(log: &str) -> String {
    let event = log
        .trim_start()
        .strip_prefix("EVENT_JSON:")
        .and_then(|event| serde_json::from_str::<Event<'_>>(event).ok());
    let Some(Event { standard, version, event, data }) = event else {
        return visible_lines(log, "  ");
    };
    let data = data.map(|data| visible(data.get())).unwrap_or_default();
    format!(
        "{HINT}event{HINT:#} {NAME}{}{NAME:#} {DIM}{} {}{DIM:#} {data}",
        visible(&event),
        visible(&standard),
        visible(&version),
    )
}

fn promises(report: &RunReport, limit: Option<usize>) -> String {
    let mut text = String::new();
    if !report.receipts.is_empty() {
        text += &title("promises", &report.receipts.len().to_string());
        text += &tree(&report.receipts, limit);
    }
    if !report.resumed.is_empty() {
        text += &title("resumed", &report.resumed.len().to_string());
    }
    for resumed in &report.resumed {
        let data = resumed.data.preview(limit.unwrap_or(usize::MAX));
        let nothing = if resumed.resolved { "" } else { " (nothing waits for it)" };
        text += &format!("  {} with {data}{nothing}\n", resumed.data_id);
    }
    text
}

fn storage(report: &RunReport, limit: usize) -> String {
    let changes = &report.storage_changes;
    if changes.is_empty() {
        return String::new();
    }
    let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
    let counts = [
        (count(ChangeKind::Added), "added"),
        (count(ChangeKind::Changed), "changed"),
        (count(ChangeKind::Removed), "removed"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let mut details: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
    let usage = &report.storage_usage;
    let growth = Growth { before: usage.before, after: usage.after };
    details.push(format!("{growth} bytes, {} in all", grouped(usage.after)));
    let mut text = title("storage", &details.join(" · "));
    for change in changes {
        text += &change_text(change, limit);
    }
    text
}

fn change_text(change: &Change, limit: usize) -> String {
    let Change { kind, key, old, new } = change;
    let (sign, style) = match kind {
        ChangeKind::Added => ('+', GOOD),
        ChangeKind::Changed => ('~', HINT),
        ChangeKind::Removed => ('-', BAD),
    };
    let len = |bytes: &Option<BytesReport>| bytes.as_ref().map(BytesReport::len);
    let sizes = match (len(old), len(new)) {
        (Some(old), Some(new)) => format!("{} → {}", grouped(old), counted(new, "byte")),
        (None, Some(len)) | (Some(len), None) => counted(len, "byte"),
        (None, None) => String::new(),
    };
    let key = cut(&readable(key.as_bytes()), limit);
    let mut text = format!("  {style}{sign}{style:#} {NAME}{key}{NAME:#} {DIM}{sizes}{DIM:#}\n");
    for (sign, value) in [('-', old), ('+', new)] {
        if let Some(value) = value {
            text += &format!("    {DIM}{sign}{DIM:#} {}\n", value.preview(limit));
        }
    }
    text
}

fn profile_text(profile: &ProfileReport) -> String {
    let whole = profile.burnt.as_gas();
    let row = |name: &str, gas: Gas| {
        let share = Share { part: gas.as_gas(), whole };
        format!("{:>16}  {share:>7}  {name}\n", Tgas(gas).to_string())
    };
    let mut text = title("gas profile", &format!("{} burnt", Tgas(profile.burnt)));
    for (name, gas) in [
        ("Wasm instructions", profile.wasm),
        ("host functions, loading the contract", profile.host),
        ("sending actions", profile.actions),
    ] {
        if gas != Gas::ZERO {
            text += &format!("{TITLE}{}{TITLE:#}", row(name, gas));
        }
    }
    text.push('\n');
    for parameter in profile.parameters.iter().filter(|row| row.kind != Kind::Wasm) {
        text += &row(parameter.parameter, parameter.gas);
    }
    text
}
