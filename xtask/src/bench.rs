//! Benchmarks and their table: runs criterion, reads the medians it left, prints them as Markdown.

#![expect(clippy::float_arithmetic, reason = "measured times are floats; no protocol value is")]

use crate::cargo::{self, CommandFailed, Workspace};
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// The benchmarks failed.
    #[error(transparent)]
    Command(#[from] CommandFailed),
    /// Criterion's results cannot be read.
    #[error("{}: {source}; `cargo xtask bench` without --table measures", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Criterion's results are not as expected.
    #[error("{}: not a result of criterion: {source}", path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// Measurements that are not criterion's.
#[derive(clap::Subcommand)]
pub(crate) enum Special {
    /// What keeping state costs on every store, at growing numbers of keys.
    Store(crate::bench_store::Settings),
    /// What applying chunks costs, beside the reference's figures.
    Runtime(crate::bench_runtime::Settings),
}

/// What criterion writes of a benchmark, as far as the table needs it.
#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
    throughput: Option<Throughput>,
}

#[derive(Deserialize)]
enum Throughput {
    Bytes(u64),
    Elements(u64),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// Measures, unless only the table of the last run is wanted, and prints the table.
pub(crate) fn run(workspace: &Workspace, only_table: bool) -> Result<(), BenchError> {
    if !only_table {
        cargo::run(&mut workspace.cargo(&[
            "bench",
            "--profile",
            "release",
            "--workspace",
            "--benches",
        ]))?;
    }
    let mut rows = Vec::new();
    collect(&workspace.target.join("criterion"), &mut rows)?;
    rows.sort();
    println!("| benchmark | median | 95 % interval | throughput |\n|---|---:|---:|---:|");
    rows.iter().for_each(|row| println!("{row}"));
    Ok(())
}

/// The rows of all results below `folder`; a result is in a folder `new`.
fn collect(folder: &Path, rows: &mut Vec<String>) -> Result<(), BenchError> {
    let failed = |source| BenchError::File { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name == "new") {
            rows.push(row(&path)?);
        } else if path.is_dir() {
            collect(&path, rows)?;
        }
    }
    Ok(())
}

fn row(folder: &Path) -> Result<String, BenchError> {
    let benchmark: Benchmark = read(&folder.join("benchmark.json"))?;
    let Estimate { point_estimate: median, confidence_interval: interval } =
        read::<Estimates>(&folder.join("estimates.json"))?.median;
    let throughput = match benchmark.throughput {
        Some(Throughput::Bytes(bytes)) => format!("{:.1} MB/s", bytes as f64 / median * 1e3),
        Some(Throughput::Elements(n)) => format!("{:.1} ns each", median / n as f64),
        Some(Throughput::Other) | None => String::new(),
    };
    let Interval { lower_bound, upper_bound } = interval;
    Ok(format!(
        "| {} | {} | {} – {} | {throughput} |",
        benchmark.full_id,
        duration(median),
        duration(lower_bound),
        duration(upper_bound),
    ))
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, BenchError> {
    let text = fs::read_to_string(path)
        .map_err(|source| BenchError::File { path: path.to_owned(), source })?;
    serde_json::from_str(&text)
        .map_err(|source| BenchError::Format { path: path.to_owned(), source })
}

/// Nanoseconds in the unit in which they read best.
fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.1} ns"),
        n if n < 1e6 => format!("{:.1} µs", n / 1e3),
        n if n < 1e9 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_have_the_unit_that_fits() {
        assert_eq!(duration(12.34), "12.3 ns");
        assert_eq!(duration(12_340.0), "12.3 µs");
        assert_eq!(duration(12_340_000.0), "12.34 ms");
        assert_eq!(duration(2.5e9), "2.50 s");
    }
}
