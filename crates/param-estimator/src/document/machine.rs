//! The machine and the compiler that figures are of.

use crate::document::Machine;
use std::fs;
use std::process::Command;

impl Machine {
    /// This machine, today. What it does not say is called unknown.
    pub fn here() -> Machine {
        let unknown = || "unknown".to_owned();
        let system = field("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(unknown);
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_else(|_| unknown());
        Machine {
            processor: field("/proc/cpuinfo", "model name", ':').unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            // Without what a distributor adds to the version.
            system: format!(
                "{system}, kernel {}",
                kernel.trim().split('-').next().unwrap_or_default()
            ),
            compiler: compiler().unwrap_or_else(unknown),
            date: time::OffsetDateTime::now_utc().date().to_string(),
        }
    }
}

/// The first value of a name in a file of names and values.
fn field(path: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let mut pairs = text.lines().filter_map(|line| line.split_once(separator));
    let (_, value) = pairs.find(|(found, _)| found.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}

fn compiler() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned())
}
