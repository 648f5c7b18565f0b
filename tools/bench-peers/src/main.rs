//! Runs the same work on Torr and on published peers, and says how they compare.
//!
//! **Invariant:** each peer has a process of its own, so that no peer's signal handlers, caches or
//! compiled code are there when another is measured; and every result is compared with the native
//! one before its time counts. The process is this program again, or for a peer that cannot be linked
//! with the others a program of its own.

#![forbid(unsafe_code)]

mod chart;
mod child;
mod contracts;
mod document;
mod machine;
mod peers;
mod table;

use bench_work::contracts::Contracts;
use bench_work::error::Failure;
use bench_work::figures::Figures;
use bench_work::measure::Effort;
use bench_work::survey;
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs the same work on Torr and on published peers, and says how they compare.
#[derive(Debug, Parser)]
struct Arguments {
    /// Take fewer and shorter samples, for a first impression; the document stays as it is.
    #[arg(long)]
    quick: bool,
    /// Measure this peer only; may be given more than once. The document stays as it is.
    #[arg(long, value_name = "PEER")]
    only: Vec<String>,
    /// Print the figures as JSON, in seconds and bytes.
    #[arg(long)]
    json: bool,
    /// Name the peers, and measure nothing.
    #[arg(long)]
    list: bool,
    /// Measure this peer in this process and print its figures as JSON.
    #[arg(long, hide = true, value_name = "PEER", requires = "contracts")]
    child: Option<String>,
    /// The folder that a child finds the contracts in.
    #[arg(long, hide = true, value_name = "FOLDER")]
    contracts: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{}", failure.with_causes());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let (Some(name), Some(folder)) = (&arguments.child, &arguments.contracts) {
        let peer = peers::open(name, &Contracts::read(folder)?)?;
        let figures = survey::measure(name, &*peer, Effort::of(arguments.quick))?;
        println!("{}", serde_json::to_string(&figures)?);
        return Ok(ExitCode::SUCCESS);
    }
    let peers = chosen(&arguments.only)?;
    if arguments.list {
        peers.iter().for_each(|peer| println!("{peer}"));
        return Ok(ExitCode::SUCCESS);
    }
    let (figures, complete) = gather(&peers, arguments.quick)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else {
        print!("{}", table::comparison(&figures));
    }
    if complete && !arguments.quick && arguments.only.is_empty() {
        document::write(&figures)?;
    }
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The peers that are asked for, all when none is.
fn chosen(only: &[String]) -> Result<Vec<String>, Failure> {
    let all = peers::names();
    match only.iter().find(|name| !all.contains(name)) {
        Some(name) => Err(Failure::UnknownPeer { name: name.clone(), known: all.join(", ") }),
        None if only.is_empty() => Ok(all),
        None => Ok(only.to_vec()),
    }
}

/// How often each peer is measured. Others on the machine disturb it for longer than a sample takes, and
/// seldom the same peer twice.
const ROUNDS: usize = 3;

/// Measures one peer after the other, and all of them again. A peer that fails is reported and left out;
/// whether there was none is the second answer.
fn gather(peers: &[String], quick: bool) -> Result<(Vec<Figures>, bool), Failure> {
    let folder = tempfile::tempdir().map_err(Failure::io("a temporary folder"))?;
    contracts::build(folder.path())?;
    let mut measured = vec![Vec::new(); peers.len()];
    let rounds = if quick { 1 } else { ROUNDS };
    let mut complete = true;
    for round in 1..=rounds {
        for (peer, measured) in peers.iter().zip(&mut measured) {
            eprintln!("measuring {peer}, {round} of {rounds}");
            match child::spawn(peer, folder.path(), quick) {
                Ok(figures) => measured.push(figures),
                Err(failure) => {
                    eprintln!("{}", failure.with_causes());
                    complete = false;
                }
            }
        }
    }
    Ok((measured.iter().filter_map(|rounds| Figures::median(rounds)).collect(), complete))
}
