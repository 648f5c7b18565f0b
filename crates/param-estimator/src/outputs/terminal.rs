//! What was found as a table on a terminal.

use crate::document::verdict::{Tally, Verdict};
use crate::document::{Document, Estimate, Found};
use crate::figure;
use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, CellAlignment, LineStyle, Table, presets};
use std::fmt::Write;

/// Whether a table has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None, for files and pipes.
    Plain,
    /// As escape sequences of terminals.
    Ansi,
}

/// The columns, each with how it is aligned.
const COLUMNS: [(&str, CellAlignment); 6] = [
    ("price", CellAlignment::Left),
    ("gas now", CellAlignment::Right),
    ("estimate", CellAlignment::Right),
    ("ratio", CellAlignment::Right),
    ("ms for a Tgas", CellAlignment::Right),
    ("notes", CellAlignment::Left),
];

/// All prices in a table, and below it how many there are of which kind.
pub fn table(document: &Document, colours: Colours) -> String {
    let mut table = Table::new();
    // Rows are one line each, so that a line can be coloured by its row.
    table.load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(COLUMNS.map(|(name, alignment)| Cell::new(name).set_alignment(alignment)));
    for estimate in &document.estimates {
        let cells = cells(estimate).into_iter().zip(COLUMNS);
        table.add_row(cells.map(|(text, (_, alignment))| Cell::new(text).set_alignment(alignment)));
    }
    if let Some(first) = table.column_mut(0) {
        first.set_padding((0, 1));
    }

    let mut text = String::new();
    let above = [Style::new().bold(), Style::new()];
    let styles = above.into_iter().chain(document.estimates.iter().map(style));
    for (line, style) in table.lines().zip(styles) {
        push_line(&mut text, line.trim_end(), style, colours);
    }
    text.push('\n');
    push_line(&mut text, &figure::coverage(&document.coverage), Style::new(), colours);
    push_line(&mut text, &Tally::of(document).to_string(), Style::new(), colours);
    text
}

/// The texts of a row, one for each column.
fn cells(estimate: &Estimate) -> [String; 6] {
    let price = estimate.price.to_string();
    let base = figure::grouped(estimate.base());
    let (gas, truth) = match &estimate.found {
        Found::Measured { gas, truth, .. } => (figure::grouped(*gas), figure::with_radius(truth)),
        Found::Unused | Found::Skipped => ("–".to_owned(), "–".to_owned()),
    };
    let ratio = estimate.ratio().map_or("–".to_owned(), figure::significant);
    [price, base, gas, ratio, truth, notes(estimate)]
}

fn notes(estimate: &Estimate) -> String {
    let mut notes = Vec::new();
    match &estimate.found {
        Found::Unused => notes.push("nothing charges it"),
        Found::Skipped => notes.push("left out"),
        Found::Measured { truth, wide, .. } => {
            let verdict = Verdict::of(truth.value);
            notes.extend((verdict != Verdict::Fair).then_some(verdict.words()));
            notes.extend(wide.then_some("wide"));
        }
    }
    if estimate.base_gas == 0 && estimate.base_compute != 0 {
        notes.push("compute");
    }
    notes.join(", ")
}

fn style(estimate: &Estimate) -> Style {
    match estimate.verdict() {
        Some(Verdict::Undercharged) => AnsiColor::Red.on_default().bold(),
        Some(Verdict::Near) => AnsiColor::Yellow.on_default(),
        Some(Verdict::Fair) => Style::new(),
        Some(Verdict::Overcharged) => AnsiColor::Blue.on_default(),
        None => Style::new().dimmed(),
    }
}

fn push_line(text: &mut String, line: &str, style: Style, colours: Colours) {
    let style = match colours {
        Colours::Plain => Style::new(),
        Colours::Ansi => style,
    };
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{style}{line}{style:#}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::sample::sample;

    #[test]
    fn a_table_has_every_price_and_sums() {
        expect_test::expect![[r#"
            price                                       gas now          estimate    ratio     ms for a Tgas   notes
            ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
            action_receipt_creation.execution   108_433_735_000    13_500_000_000    0.124   0.0830 ± 0.0025   overcharged
            action_transfer.execution           115_183_246_000    16_500_000_000    0.143   0.0955 ± 0.0029   overcharged
            wasm_contract_loading_base          134_615_385_000   157_500_000_000     1.17     0.780 ± 0.039   near 1 ms
            wasm_contract_loading_bytes             259_259_000     1_050_000_000     4.05       2.70 ± 0.10   over 1 ms
            wasm_ed25519_verify_base            210_526_316_000    60_000_000_000    0.285     0.190 ± 0.002
            wasm_ed25519_verify_byte                  8_889_000         3_600_000    0.405     0.270 ± 0.005
            wasm_read_cached_trie_node            2_280_000_000                 –        –                 –   nothing charges it
            wasm_regular_op_cost                      1_235_000           630_000    0.510     0.340 ± 0.003
            wasm_sha256_base                      4_555_556_000     1_230_000_000    0.270     0.180 ± 0.004
            wasm_sha256_byte                          2_929_000         6_150_000     2.10       1.40 ± 0.06   over 1 ms
            wasm_storage_read_base               53_763_441_000    75_000_000_000     1.39     0.930 ± 0.170   near 1 ms, wide
            wasm_storage_read_key_byte               44_565_000        30_750_000    0.690     0.460 ± 0.028   wide
            wasm_storage_read_value_byte             15_000_000         1_350_000   0.0900   0.0600 ± 0.0030   overcharged
            wasm_yield_create_base              153_411_779_276                 –        –                 –   left out

            13 of 14 costs covered: 12 of 14 prices measured, 1 that nothing charges, 1 left out
            2 take more than 1 ms for a Tgas, 2 are near that, 5 are fair, 3 are overcharged
        "#]].assert_eq(&table(&sample(), Colours::Plain));
    }

    #[test]
    fn colours_are_only_what_is_added() {
        let document = sample();
        let plain = table(&document, Colours::Plain);
        let colourful = table(&document, Colours::Ansi);
        assert!(!plain.contains('\u{1b}'));
        let line = colourful.lines().find(|line| line.contains("wasm_sha256_byte")).unwrap();
        assert!(line.starts_with("\u{1b}[1m\u{1b}[31mwasm_sha256_byte"), "{line:?}");
        let stripped: String = colourful
            .split('\u{1b}')
            .map(|part| part.split_once('m').map_or(part, |(_, rest)| rest))
            .collect();
        // What is before the first sequence has none to be cut at.
        assert_eq!(
            stripped.lines().skip(1).collect::<Vec<_>>(),
            plain.lines().skip(1).collect::<Vec<_>>()
        );
    }
}
