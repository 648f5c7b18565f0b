//! What the process takes of the machine, as Linux tells it.

use std::fmt;
use std::fs;

/// Sizes of this process. Zero on a system that does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Memory in use, in bytes.
    pub resident: u64,
    /// Parts of the address space: code, stacks and memories that nobody gave back show here first.
    pub mappings: u64,
    /// Threads.
    pub threads: u64,
}

impl Process {
    /// The sizes now.
    pub(super) fn now() -> Process {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
        };
        let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
        Process {
            resident: field("VmRSS:") << 10,
            mappings: maps.lines().count() as u64,
            threads: field("Threads:"),
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Process { resident, mappings, threads } = self;
        write!(f, "{} MiB, {mappings} mappings, {threads} threads", resident >> 20)
    }
}
