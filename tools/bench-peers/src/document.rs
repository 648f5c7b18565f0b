//! Writes the chapter about performance: tables, charts, and how they came about.

use crate::chart::Chart;
use crate::machine::Machine;
use crate::table;
use bench_work::error::Failure;
use bench_work::figures::{CompileFigure, Figures};
use std::fs;
use std::path::PathBuf;

/// Writes `docs/performance.md` and its charts.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write(figures: &[Figures]) -> Result<(), Failure> {
    let docs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"));
    let charts = docs.join("performance");
    fs::create_dir_all(&charts).map_err(Failure::io(charts.display().to_string()))?;
    run_time(figures).draw(&charts.join("run-time.svg"))?;
    latency(figures).draw(&charts.join("latency.svg"))?;
    compilation(figures).draw(&charts.join("compilation.svg"))?;
    let path = docs.join("performance.md");
    let mut text = text(figures, &Machine::here());
    // What another tool writes behind stays.
    let before = fs::read_to_string(&path).map_err(Failure::io(path.display().to_string()))?;
    if let Some((_, state)) = before.split_once(STATE) {
        text.push_str(STATE);
        text.push_str(state);
    }
    fs::write(&path, text).map_err(Failure::io(path.display().to_string()))
}

/// The heading of what `cargo xtask bench store` writes.
const STATE: &str = "\n# State\n";

fn text(figures: &[Figures], machine: &Machine) -> String {
    let peers: String =
        figures.iter().map(|peer| format!("| {} | {} |\n", peer.peer, peer.about)).collect();
    let kernels: String = bench_kernels::ALL
        .iter()
        .map(|kernel| format!("| {} | {} {} |\n", kernel.name, kernel.size, kernel.unit))
        .collect();
    include_str!("document/performance.md")
        .replace("{processor}", &machine.processor)
        .replace("{cores}", &machine.cores.to_string())
        .replace("{system}", &machine.system)
        .replace("{compiler}", &machine.compiler)
        .replace("{date}", &machine.date)
        .replace("{peers}\n", &peers)
        .replace("{kernels}\n", &kernels)
        .replace("{tables}\n", &table::comparison(figures))
}

fn run_time(figures: &[Figures]) -> Chart<'static> {
    let kernels = bench_kernels::ALL.iter().map(|kernel| kernel.name);
    let values = |peer: &Figures| {
        let each = bench_kernels::ALL.iter().map(|kernel| peer.ratio(kernel.name));
        each.chain([peer.mean_ratio()]).collect()
    };
    Chart {
        title: "Metered run time / native (lower is better)",
        groups: kernels.chain(["mean"]).map(str::to_owned).collect(),
        peers: machines(figures).map(|peer| (peer.peer.clone(), values(peer))).collect(),
    }
}

fn latency(figures: &[Figures]) -> Chart<'static> {
    let groups = ["cold load + call, token", "cold load + no-op", "warm no-op", "JSON of 33 KB"];
    let values = |peer: &Figures| {
        let times = [peer.cold_token, peer.cold_kernels, peer.warm_call, peer.json_call];
        times.map(|time| time.map(|seconds| seconds * 1e6)).to_vec()
    };
    Chart {
        title: "Latency of a call in µs (lower is better)",
        groups: groups.map(str::to_owned).to_vec(),
        peers: machines(figures).map(|peer| (peer.peer.clone(), values(peer))).collect(),
    }
}

fn compilation(figures: &[Figures]) -> Chart<'static> {
    let values = |peer: &Figures| {
        let speeds = [peer.compile_token, peer.compile_kernels];
        speeds.map(|figure| figure.as_ref().map(CompileFigure::megabytes_per_second)).to_vec()
    };
    Chart {
        title: "Prepare + compile in MB/s (higher is better)",
        groups: ["token", "kernels"].map(str::to_owned).to_vec(),
        peers: machines(figures).map(|peer| (peer.peer.clone(), values(peer))).collect(),
    }
}

/// The peers that are virtual machines.
fn machines(figures: &[Figures]) -> impl Iterator<Item = &Figures> {
    figures.iter().filter(|peer| peer.warm_call.is_some())
}
