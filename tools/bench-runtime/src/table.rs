//! The figures as tables of Markdown, and their place in the documentation.

use crate::Failure;
use crate::figures::{Figures, Stage, Store};
use crate::workload::Workload::{self, CrossContract, Deploy, Noop, Token, Transfer, Write100};
use std::fs;
use std::path::Path;

/// The lines between which the tables stand in a chapter.
pub(crate) const BEGIN: &str = "<!-- runtime: begin -->";
pub(crate) const END: &str = "<!-- runtime: end -->";

/// A row: a figure of a workload, with what the reference has.
struct Row {
    name: &'static str,
    workload: Workload,
    threads: usize,
    figure: fn(&Figures) -> Option<f64>,
    /// In memory and by hash, at ten thousand accounts.
    reference: Option<[f64; 2]>,
}

const STORES: [Store; 2] = [Store::Memory, Store::ByHash];
/// The number of accounts that figures of the reference are of.
const REFERENCE_ACCOUNTS: usize = 10_000;

fn steady(figures: &Figures) -> Option<f64> {
    Some(figures.steady.micros)
}

fn validating_steady(figures: &Figures) -> Option<f64> {
    Some(figures.steady.validation_micros)
}

fn transactions(figures: &Figures) -> Option<f64> {
    figures.stages.first().map(|stage| stage.micros)
}

/// What transactions send.
fn receipts(figures: &Figures) -> Option<&Stage> {
    figures.stages.get(1)
}

fn receipt(figures: &Figures) -> Option<f64> {
    Some(receipts(figures)?.micros)
}

fn validation(figures: &Figures) -> Option<f64> {
    Some(receipts(figures)?.validation_micros)
}

fn proof(figures: &Figures) -> Option<f64> {
    Some(receipts(figures)?.proof_bytes as f64)
}

/// What receipts of the transactions send.
fn refund(figures: &Figures) -> Option<f64> {
    Some(figures.stages.get(2)?.micros)
}

const fn row(
    name: &'static str,
    workload: Workload,
    threads: usize,
    figure: fn(&Figures) -> Option<f64>,
    reference: Option<[f64; 2]>,
) -> Row {
    Row { name, workload, threads, figure, reference }
}

const ROWS: &[Row] = &[
    row("transaction to receipt, signature checked", Transfer, 1, transactions, Some([79.0, 86.0])),
    row("transfer receipt", Transfer, 1, receipt, Some([13.3, 14.5])),
    row("refund receipt", Transfer, 1, refund, Some([22.0, 26.0])),
    row("no-op call receipt", Noop, 1, receipt, Some([31.0, 35.0])),
    row("100-byte write receipt", Write100, 1, receipt, Some([40.0, 45.0])),
    row("token transfer receipt", Token, 1, receipt, None),
    row("transfer, steady", Transfer, 1, steady, Some([106.0, 114.0])),
    row("no-op call, steady", Noop, 1, steady, Some([128.0, 126.0])),
    row("100-byte write, steady", Write100, 1, steady, Some([142.0, 150.0])),
    row("token transfer, steady", Token, 1, steady, None),
    row("cross-contract call with callback, steady", CrossContract, 1, steady, None),
    row("deployment of a new contract, steady", Deploy, 1, steady, None),
    row("transfer, steady, two threads", Transfer, 2, steady, Some([70.0, 74.0])),
    row("no-op call, steady, two threads", Noop, 2, steady, None),
    row("100-byte write, steady, two threads", Write100, 2, steady, None),
    row("token transfer, steady, two threads", Token, 2, steady, None),
    row("cross-contract call, steady, two threads", CrossContract, 2, steady, None),
    row("deployment, steady, two threads", Deploy, 2, steady, None),
    row("validating a transfer receipt", Transfer, 1, validation, Some([10.5, 12.4])),
    row("validating a no-op call receipt", Noop, 1, validation, Some([29.0, 34.0])),
    row("validating a 100-byte write receipt", Write100, 1, validation, Some([37.0, 44.0])),
    row("validating transfers, steady", Transfer, 1, validating_steady, None),
    row("proof of the transfer receipts, bytes", Transfer, 1, proof, Some([326_970.0; 2])),
    row("proof of the no-op call receipts, bytes", Noop, 1, proof, Some([989.0; 2])),
    row("proof of the 100-byte write receipts, bytes", Write100, 1, proof, Some([81_773.0; 2])),
];

/// Resident memory of a state: how many accounts, where, and how much.
pub(crate) type Memory = (usize, Store, u64);

/// A table for each number of accounts, and what more accounts cost.
pub(crate) fn text(all: &[Figures], memory: &[Memory]) -> String {
    let mut sizes: Vec<usize> = all.iter().map(|figures| figures.accounts).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut text: String = sizes.iter().map(|&accounts| table(accounts, all, memory)).collect();
    if let [fewest, .., most] = sizes[..] {
        text.push_str(&growth(fewest, most, all, memory));
    }
    text
}

fn table(accounts: usize, all: &[Figures], memory: &[Memory]) -> String {
    let mut text = format!(
        "\n| {accounts} accounts, µs each | in memory | by hash | reference, in memory | \
         reference, by hash | times as fast, in memory | times as fast, by hash |\n\
         |---|---:|---:|---:|---:|---:|---:|\n"
    );
    for row in ROWS {
        let ours = STORES.map(|store| figure(row, accounts, store, all));
        let reference = row.reference.filter(|_| accounts == REFERENCE_ACCOUNTS);
        let theirs = [0, 1].map(|place| reference.map(|figures| figures[place]));
        let ratios = [0, 1].map(|place| Some(theirs[place]? / ours[place]?));
        text.push_str(&line(row.name, &[ours, theirs, ratios].concat()));
    }
    let resident = STORES.map(|store| megabytes(accounts, store, memory));
    text.push_str(&line("memory of the state, MB", &[&resident[..], &[None; 4]].concat()));
    text
}

/// How many times as much a state with the most accounts takes as one with the fewest.
fn growth(fewest: usize, most: usize, all: &[Figures], memory: &[Memory]) -> String {
    let mut text = format!(
        "\n| {most} accounts, times the figure of {fewest} | in memory | by hash |\n|---|---:|---:|\n"
    );
    for row in ROWS {
        let ratio = |store| Some(figure(row, most, store, all)? / figure(row, fewest, store, all)?);
        text.push_str(&line(row.name, &STORES.map(ratio)));
    }
    let ratio = |store| Some(megabytes(most, store, memory)? / megabytes(fewest, store, memory)?);
    text.push_str(&line("memory of the state", &STORES.map(ratio)));
    text
}

fn figure(row: &Row, accounts: usize, store: Store, all: &[Figures]) -> Option<f64> {
    let is_it = |figures: &&Figures| {
        (figures.accounts, figures.store) == (accounts, store)
            && (figures.workload, figures.threads) == (row.workload, row.threads)
    };
    all.iter().find(is_it).and_then(row.figure)
}

fn megabytes(accounts: usize, store: Store, memory: &[Memory]) -> Option<f64> {
    let found = memory.iter().find(|(count, of, _)| (*count, *of) == (accounts, store));
    found.map(|(_, _, bytes)| *bytes as f64 / 1e6)
}

/// A line of a table; none, if it has no figure.
fn line(name: &str, figures: &[Option<f64>]) -> String {
    if figures.iter().all(Option::is_none) {
        return String::new();
    }
    let cells: Vec<_> = figures.iter().copied().map(cell).collect();
    format!("| {name} | {} |\n", cells.join(" | "))
}

fn cell(figure: Option<f64>) -> String {
    match figure {
        None => String::new(),
        Some(figure) if figure < 10.0 => format!("{figure:.2}"),
        Some(figure) if figure < 100.0 => format!("{figure:.1}"),
        Some(figure) => format!("{figure:.0}"),
    }
}

/// Replaces the tables of a chapter.
pub(crate) fn write(path: &Path, tables: &str) -> Result<(), Failure> {
    let failed = |source| Failure::File { path: path.to_owned(), source };
    let chapter = fs::read_to_string(path).map_err(failed)?;
    let place = chapter.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = place.ok_or_else(|| Failure::NoPlace { path: path.to_owned() })?;
    fs::write(path, format!("{before}{BEGIN}\n{tables}\n{END}{after}")).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::{Figures, Stage, Store, Transfer, text};

    fn figures(accounts: usize, store: Store, micros: f64) -> Figures {
        let stage = Stage {
            transactions: 0,
            receipts: 0,
            micros,
            validation_micros: micros,
            proof_bytes: 1,
        };
        Figures {
            accounts,
            store,
            threads: 1,
            workload: Transfer,
            stages: Vec::new(),
            steady: stage,
        }
    }

    #[test]
    fn figures_stand_beside_the_reference_s() {
        let all = [figures(10_000, Store::Memory, 53.0), figures(10_000, Store::ByHash, 57.0)];
        let text = text(&all, &[(10_000, Store::Memory, 3_000_000)]);
        let row = "| transfer, steady | 53.0 | 57.0 | 106 | 114 | 2.00 | 2.00 |";
        assert!(text.lines().any(|line| line == row), "{text}");
        assert!(text.contains("| memory of the state, MB | 3.00 |  |"), "{text}");
    }

    #[test]
    fn more_accounts_are_compared_with_fewer() {
        let all = [figures(10_000, Store::Memory, 50.0), figures(1_000_000, Store::Memory, 75.0)];
        let text = text(&all, &[]);
        assert!(text.lines().any(|line| line == "| transfer, steady | 1.50 |  |"), "{text}");
    }
}
