//! The result of `torr inspect` as text: the verdict first, then the interface, then the sizes.

use super::report::{Consequence, InspectReport, Problem};
use crate::amount::{Near, Tgas};
use crate::bytes::visible;
use crate::figure::{Share, counted, grouped};
use crate::output::hint;
use crate::style::{BAD, DIM, GOOD, NAME, TITLE};

/// Columns that lists of names are wrapped to.
const WIDTH: usize = 96;

/// The text of `report`.
pub(super) fn text(report: &InspectReport) -> String {
    let mut text = verdict(report);
    let loading = Tgas(report.loading_gas);
    text +=
        &line("code", &format!("{}, {DIM}{}{DIM:#}", counted(report.bytes, "byte"), report.hash));
    text += &line("loading", &format!("{loading} in every call"));
    text += &line("stake", &format!("{} locked for its bytes", Near(report.storage_stake)));
    if report.sections.is_empty() {
        return text;
    }
    text += &exports(report);
    text += &imports(report);
    text += &sections(report);
    text += &functions(report);
    text += &limits(report);
    text
}

fn line(label: &str, content: &str) -> String {
    format!("  {DIM}{label:<9}{DIM:#} {content}\n")
}

fn title(text: &str, detail: &str) -> String {
    format!("\n{TITLE}{text}{TITLE:#} {DIM}{detail}{DIM:#}\n")
}

fn verdict(report: &InspectReport) -> String {
    let parameters = visible(&report.parameters);
    if report.accepted {
        return format!("{GOOD}✓ accepted{GOOD:#} under {parameters}\n");
    }
    let mut text = format!("{BAD}✗ rejected{BAD:#} under {parameters}\n");
    for problem in &report.problems {
        text += &problem_text(problem);
    }
    text
}

fn problem_text(problem: &Problem) -> String {
    let Problem { consequence, reason, rule, function_index, function_name, offset, advice } =
        problem;
    let what = match consequence {
        Consequence::NotDeployable => "no deploy",
        Consequence::NotCallable => "no calls",
    };
    let mut text = format!("  {BAD}{what:<9}{BAD:#} {TITLE}{}{TITLE:#}\n", visible(reason));
    if let Some(rule) = rule {
        text += &line("rule", &visible(rule));
    }
    if let Some(index) = function_index {
        let name = function_name.as_deref().map(visible).unwrap_or_default();
        text += &line("function", &format!("#{index} {NAME}{name}{NAME:#}"));
    }
    if let Some(offset) = offset {
        text += &line("offset", &format!("{offset:#x}"));
    }
    if let Some(advice) = advice {
        text += &hint(advice);
    }
    text
}

fn exports(report: &InspectReport) -> String {
    let exports = &report.exports;
    let mut text = title("methods", &exports.methods.len().to_string());
    text += &wrapped(&exports.methods);
    for (what, names) in [
        ("other functions, which cannot be called", &exports.other_functions),
        ("other exports", &exports.others),
    ] {
        if !names.is_empty() {
            text += &format!("  {DIM}{what}:{DIM:#}\n");
            text += &wrapped(names);
        }
    }
    text
}

fn imports(report: &InspectReport) -> String {
    let imports = &report.imports;
    let problems: Vec<String> = imports.iter().filter_map(|import| import.problem()).collect();
    let names = imports.iter().filter(|import| import.problem().is_none());
    let names: Vec<String> = names.map(|import| import.name.clone()).collect();
    let mut text = title("host functions", &names.len().to_string());
    text += &wrapped(&names);
    for problem in problems {
        text += &format!("  {BAD}✗{BAD:#} {}\n", visible(&problem));
    }
    text
}

/// Names with commas, in lines.
fn wrapped(names: &[String]) -> String {
    let mut text = String::new();
    let mut column = 0;
    for (index, name) in names.iter().enumerate() {
        let name = visible(name);
        let comma = if index + 1 < names.len() { "," } else { "" };
        let len = name.chars().count() + comma.len();
        if column == 0 || column + 1 + len > WIDTH {
            text += if column == 0 { "  " } else { "\n  " };
            column = 2;
        } else {
            text.push(' ');
            column += 1;
        }
        text += &format!("{NAME}{name}{NAME:#}{comma}");
        column += len;
    }
    if column > 0 {
        text.push('\n');
    }
    text
}

fn sized(bytes: u64, whole: u64, name: &str) -> String {
    let share = Share { part: bytes, whole };
    format!("  {:>10}  {share:>7}  {name}\n", grouped(bytes))
}

fn sections(report: &InspectReport) -> String {
    let mut text = title("sections", "bytes");
    let mut sections: Vec<_> = report.sections.iter().collect();
    sections.sort_by_key(|section| std::cmp::Reverse(section.bytes));
    for section in sections {
        text += &sized(section.bytes, report.bytes, &visible(&section.name));
    }
    text
}

fn functions(report: &InspectReport) -> String {
    if report.largest_functions.is_empty() {
        return String::new();
    }
    let mut text = title("largest functions", "bytes");
    for function in &report.largest_functions {
        let name = function.name.as_deref().map(visible).unwrap_or_default();
        let name = format!("{DIM}#{}{DIM:#} {name}", function.index);
        text += &sized(function.bytes, report.bytes, &name);
    }
    text
}

fn limits(report: &InspectReport) -> String {
    let mut text = title("limits", "used, allowed");
    for row in &report.limits {
        let (used, what) = (grouped(row.used), row.what);
        let Some(limit) = row.limit else {
            text += &format!("  {used:>10}  {:>10}  {:>7}  {what}\n", "no limit", "");
            continue;
        };
        let style = if row.used > limit { BAD } else { anstyle::Style::new() };
        let share = Share { part: row.used, whole: limit };
        text += &format!(
            "  {style}{used:>10}{style:#}  {:>10}  {style}{share:>7}{style:#}  {what:<29} {DIM}{}{DIM:#}\n",
            grouped(limit),
            row.parameter
        );
    }
    text
}
