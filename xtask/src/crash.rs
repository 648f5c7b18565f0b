//! Killing a program that writes to a database, at any moment, again and again, and checking what is
//! left each time.
//!
//! The program is an example of the store, and says what it does; it is also the one that checks. Or it is
//! `torr apply`, whose end has to be that of a run that nobody disturbs ([`apply`]).

mod apply;

use crate::cargo::{self, CommandFailed, Workspace};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// How long, in seconds [default: 60, if nothing says how many kills].
    #[arg(long)]
    seconds: Option<u64>,
    /// How many kills, if they come to an end before.
    #[arg(long, visible_alias = "kills")]
    cycles: Option<u64>,
    /// Kill `torr apply` instead of the store's own writer.
    #[arg(long)]
    apply: bool,
    /// What the workload and the moments follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The database, `embedded` or `rocksdb`.
    #[arg(long, default_value = "embedded")]
    database: String,
}

/// Why it ended before its time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CrashError {
    /// The program could not be built.
    #[error(transparent)]
    Command(#[from] CommandFailed),
    /// Something of the system failed.
    #[error("cannot {action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The program ended though nobody killed it.
    #[error(
        "cycle {cycle}: the writer ended by itself after {last:?}; its message stands above, the \
         database is in {}", folder.display()
    )]
    Ended {
        /// The cycle, from zero.
        cycle: u64,
        /// The last that it said.
        last: String,
        /// Where the database is.
        folder: PathBuf,
    },
    /// `torr apply` came to another end than it does undisturbed.
    #[error(
        "after {kills} kills, the blocks came to {found}, and undisturbed to {expected}; the database is \
         in {}", folder.display()
    )]
    OtherEnd {
        /// Kills in this round.
        kills: u64,
        /// What it came to.
        found: String,
        /// What it comes to undisturbed.
        expected: String,
        /// Where the database is.
        folder: PathBuf,
    },
    /// What was left is not right.
    #[error(
        "cycle {cycle}: what was left after {last:?} is not right; the checker's message stands \
         above, the database is in {}, what the writer said in {}", folder.display(), said.display()
    )]
    NotRight {
        /// The cycle, from zero.
        cycle: u64,
        /// The last that the writer said.
        last: String,
        /// Where the database is.
        folder: PathBuf,
        /// Where its output is.
        said: PathBuf,
    },
}

/// One kill in so many comes while the database is being opened.
const OPENING: u64 = 10;
/// Counts of nodes are compared after one kill in so many; that finishes what was being collected.
const COUNTED: u64 = 8;
/// The longest that opening may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl Settings {
    /// Whether there have been enough kills since `begin`.
    fn is_over(&self, kills: u64, begin: Instant) -> bool {
        let seconds = match (self.seconds, self.cycles) {
            (Some(seconds), _) => seconds,
            (None, Some(_)) => u64::MAX,
            (None, None) => 60,
        };
        self.cycles.is_some_and(|cycles| kills >= cycles)
            || begin.elapsed() >= Duration::from_secs(seconds)
    }
}

/// Builds the program and kills it until the time is over.
pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<(), CrashError> {
    if settings.apply {
        return apply::run(workspace, settings);
    }
    let build = ["build", "--release", "--workspace", "--example", "crash_writer"];
    cargo::run(&mut workspace.cargo(&build))?;
    let folder = workspace.target.join("crash").join(&settings.database);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed_to("remove the last run's database"))?;
    }
    fs::create_dir_all(&folder).map_err(failed_to("make a folder"))?;
    let run = Run {
        program: workspace.program("examples/crash_writer"),
        database: &settings.database,
        folder: folder.join("database"),
        said: folder.join("said"),
        seed: settings.seed.to_string(),
    };
    let mut numbers = Numbers(settings.seed);
    let begin = Instant::now();
    let mut kills = BTreeMap::<String, u64>::new();
    let (mut cycles, mut last_version) = (0, String::new());
    while !settings.is_over(cycles, begin) {
        let said = run.kill_a_writer(cycles, &mut numbers)?;
        let at = moment(&said);
        let depth = if numbers.below(COUNTED) == 0 { "counts" } else { "versions" };
        last_version = run.check(cycles, &said, depth)?;
        *kills.entry(at).or_default() += 1;
        cycles += 1;
        if cycles % 100 == 0 {
            println!("{cycles} kills, {last_version}");
        }
    }
    let kills: Vec<_> = kills.iter().map(|(at, count)| format!("{count} {at}")).collect();
    println!(
        "{cycles} kills in {} s on {}, seed {}, {last_version}: {}",
        begin.elapsed().as_secs(),
        settings.database,
        settings.seed,
        kills.join(", "),
    );
    Ok(())
}

/// What a writer was doing when it was killed, as far as it said.
fn moment(said: &[String]) -> String {
    match said.last().map(|line| line.split(' ').collect::<Vec<_>>()).as_deref() {
        None | Some(["there", _]) => "while opening".to_owned(),
        Some(["begin", name, ..]) => format!("in {name}"),
        _ => "between".to_owned(),
    }
}

struct Run<'s> {
    program: PathBuf,
    database: &'s str,
    folder: PathBuf,
    /// A file for what the writer said, if something is wrong.
    said: PathBuf,
    seed: String,
}

impl Run<'_> {
    fn command(&self, mode: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args([mode, self.database]).arg(&self.folder).arg(&self.seed);
        command
    }

    /// Starts a writer and kills it. Gives what it said.
    fn kill_a_writer(&self, cycle: u64, numbers: &mut Numbers) -> Result<Vec<String>, CrashError> {
        let mut command = self.command("write");
        let mut writer = command.stdout(Stdio::piped()).spawn().map_err(failed_to("start"))?;
        let lines = lines_of(&mut writer);
        let mut said = Vec::new();
        let mut has_ended = false;
        if numbers.below(OPENING) == 0 {
            let pause = Duration::from_micros(numbers.below(20_000));
            has_ended = gather(&lines, Instant::now() + pause, &mut said, |_| false);
        } else {
            let is_open = |line: &str| line == "open";
            has_ended |= gather(&lines, Instant::now() + PATIENCE, &mut said, is_open);
            let pause = Duration::from_micros(1_000 + numbers.below(199_000));
            has_ended |= gather(&lines, Instant::now() + pause, &mut said, |_| false);
        }
        writer.kill().map_err(failed_to("kill the writer"))?;
        writer.wait().map_err(failed_to("wait for the writer"))?;
        said.extend(lines);
        if has_ended {
            let last = said.last().cloned().unwrap_or_default();
            return Err(CrashError::Ended { cycle, last, folder: self.folder.clone() });
        }
        Ok(said)
    }

    /// Checks what a writer left that said this. Gives what the checker says of it.
    fn check(&self, cycle: u64, said: &[String], depth: &str) -> Result<String, CrashError> {
        let mut command = self.command("check");
        command.arg(depth).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut checker = command.spawn().map_err(failed_to("start the checker"))?;
        if let Some(mut input) = checker.stdin.take() {
            // A checker that ends early says why itself.
            let _ = input.write_all(text_of(said).as_bytes());
        }
        let output = checker.wait_with_output().map_err(failed_to("wait for the checker"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        write_text(&self.said, said)?;
        Err(CrashError::NotRight {
            cycle,
            last: said.last().cloned().unwrap_or_default(),
            folder: self.folder.clone(),
            said: self.said.clone(),
        })
    }
}

fn text_of(said: &[String]) -> String {
    said.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

fn write_text(path: &Path, said: &[String]) -> Result<(), CrashError> {
    fs::write(path, text_of(said)).map_err(failed_to("write what the writer said"))
}

/// The lines of a child as they come. They end when it does.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            // A line that was cut off by the kill has no end, and says nothing.
            let mut output = BufReader::new(output);
            let mut line = String::new();
            while output.read_line(&mut line).is_ok() && line.ends_with('\n') {
                if sender.send(line.trim_end().to_owned()).is_err() {
                    break;
                }
                line.clear();
            }
        });
    }
    lines
}

/// Takes lines until one is the last, or the time is over. Says whether the child has ended.
fn gather(
    lines: &Receiver<String>,
    until: Instant,
    said: &mut Vec<String>,
    is_last: impl Fn(&str) -> bool,
) -> bool {
    loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                let ends = is_last(&line);
                said.push(line);
                if ends {
                    return false;
                }
            }
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => return true,
        }
    }
}

fn failed_to(action: &'static str) -> impl Fn(io::Error) -> CrashError {
    move |source| CrashError::System { action, source }
}

/// Numbers that look random (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
