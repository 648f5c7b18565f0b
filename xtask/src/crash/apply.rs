//! Killing `torr apply` at any moment, giving it again, and comparing what it comes to in the end with what
//! it comes to when nobody disturbs it.
//!
//! A round begins with an empty folder and ends when a run gets to the last block. Then the blocks that the
//! database keeps are applied once more, and its state is compared with its hashes.

use super::{CrashError, Numbers, Settings, failed_to};
use crate::cargo::{self, Workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What is applied: long enough for several kills, short enough for many rounds.
const WORKLOAD: &[&str] =
    &["--kind", "mixed", "--accounts", "200", "--blocks", "40", "--transactions", "100"];
/// Two shards, so that a block is more than one state.
const SHARDS: &str = "2";
/// The longest that a run is let go on, as a part of the time that an undisturbed one takes.
const LONGEST: u32 = 3;

struct Run {
    torr: PathBuf,
    genesis: PathBuf,
    blocks: PathBuf,
    /// Where the database is, and its name for the command line.
    folder: PathBuf,
    database: String,
}

pub(super) fn run(workspace: &Workspace, settings: &Settings) -> Result<(), CrashError> {
    let mut build = vec!["build", "--release", "--package", "torr"];
    let is_rocks = settings.database == "rocksdb";
    if is_rocks {
        build.extend(["--features", "rocksdb"]);
    }
    cargo::run(&mut workspace.cargo(&build))?;
    let within = workspace.target.join("crash-apply").join(&settings.database);
    remove(&within)?;
    fs::create_dir_all(&within).map_err(failed_to("make a folder"))?;
    let folder = within.join("database");
    let prefix = if is_rocks { "rocksdb:" } else { "" };
    let run = Run {
        torr: workspace.program("torr"),
        genesis: within.join("genesis.json"),
        blocks: within.join("blocks.torr"),
        database: format!("{prefix}{}", folder.display()),
        folder,
    };
    run.make_workload(&within, settings.seed)?;
    let begin = Instant::now();
    let expected = run.to_the_end()?;
    let undisturbed = begin.elapsed();
    println!("undisturbed in {} ms: {expected}", undisturbed.as_millis());
    let mut numbers = Numbers(settings.seed);
    let begin = Instant::now();
    let (mut kills, mut rounds) = (0, 0);
    while !settings.is_over(kills, begin) {
        remove(&run.folder)?;
        let killed = run.round(&mut numbers, undisturbed, &expected)?;
        kills += killed;
        rounds += 1;
        println!("{kills} kills in {rounds} rounds");
    }
    println!(
        "{kills} kills in {rounds} rounds and {} s on {}, seed {}: {expected} each time",
        begin.elapsed().as_secs(),
        settings.database,
        settings.seed,
    );
    Ok(())
}

impl Run {
    fn make_workload(&self, out: &Path, seed: u64) -> Result<(), CrashError> {
        let mut command = Command::new(&self.torr);
        command.arg("workload").args(WORKLOAD).args(["--shards", SHARDS]);
        command.args(["--seed", &seed.to_string()]).arg("--out").arg(out);
        Ok(cargo::run(&mut command)?)
    }

    fn apply(&self) -> Command {
        let mut command = Command::new(&self.torr);
        command.arg("apply").arg("--genesis").arg(&self.genesis).arg("--blocks").arg(&self.blocks);
        command.args(["--quiet", "--db", &self.database]);
        command
    }

    /// Applies all blocks that are left. Gives the states that they come to.
    fn to_the_end(&self) -> Result<String, CrashError> {
        cargo::run(self.apply().stdout(Stdio::null()))?;
        self.states()
    }

    /// Root and height of each shard, as the database has them.
    fn states(&self) -> Result<String, CrashError> {
        let mut states = String::new();
        for shard in ["s0.v3", "s1.v3"] {
            let mut command = Command::new(&self.torr);
            command.args(["state", "verify", "--db", &self.database, "--shard", shard]);
            let output = command.output().map_err(failed_to("verify a state"))?;
            let text = String::from_utf8_lossy(&output.stdout);
            let value = |label: &str| {
                let line = text.lines().find_map(|line| line.trim().strip_prefix(label));
                line.map_or_else(|| text.trim().to_owned(), |value| value.trim().to_owned())
            };
            states += &format!("{shard} {} at {} ", value("root"), value("height"));
        }
        Ok(states.trim().to_owned())
    }

    /// Kills until a run gets to the end. Gives how many it killed.
    fn round(
        &self,
        numbers: &mut Numbers,
        undisturbed: Duration,
        expected: &str,
    ) -> Result<u64, CrashError> {
        let mut kills: u32 = 0;
        loop {
            let mut child = self.apply();
            child.stdout(Stdio::null());
            let mut child = child.spawn().map_err(failed_to("start"))?;
            // Longer with each kill, so that a machine on which starting takes long gets to the end too.
            let longest = undisturbed / LONGEST + undisturbed / 20 * kills.min(1_000);
            let longest = longest.as_micros().max(1_000);
            let longest = u64::try_from(longest).unwrap_or(u64::MAX);
            thread::sleep(Duration::from_micros(numbers.below(longest)));
            if let Some(status) = child.try_wait().map_err(failed_to("wait for a run"))? {
                if !status.success() {
                    let (last, folder) = (status.to_string(), self.folder.clone());
                    return Err(CrashError::Ended { cycle: kills.into(), last, folder });
                }
                break;
            }
            child.kill().map_err(failed_to("kill a run"))?;
            child.wait().map_err(failed_to("wait for a run"))?;
            kills += 1;
        }
        let mut replay = Command::new(&self.torr);
        replay.args(["replay", "--db", &self.database]).stdout(Stdio::null());
        cargo::run(&mut replay)?;
        let found = self.states()?;
        if found == expected {
            return Ok(kills.into());
        }
        let (expected, folder) = (expected.to_owned(), self.folder.clone());
        Err(CrashError::OtherEnd { kills: kills.into(), found, expected, folder })
    }
}

fn remove(folder: &Path) -> Result<(), CrashError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(failed_to("remove the last database")(error))
        }
        _ => Ok(()),
    }
}
