//! Running this program again under valgrind, which is installed where it is missing and that needs no
//! question.

use crate::document::MetricKind;
use crate::error::EstimatorError;
use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use tempfile::TempDir;

/// What makes the C library do the same in every run. An instruction that copies any number of bytes counts
/// once for each, and large copies are made in one of several ways by where both ends are: there is one way
/// now, with instructions that count for what they copy. They copy 16 bytes, to which all memory is aligned
/// that is allocated: longer ones begin with a part that depends on where it is. And small blocks of memory
/// that were freed are kept apart, as what happens where they are put together depends on all that was
/// allocated before.
const SAME_LIBRARY: &str = "glibc.cpu.hwcaps=-ERMS,-FSRM,-AVX_Fast_Unaligned_Load,-SSSE3:\
     glibc.cpu.x86_non_temporal_threshold=0x0fffffffffffffff:glibc.malloc.tcache_count=65535";

/// Runs the program with the same arguments under callgrind, and waits for it.
///
/// # Errors
/// When there is no valgrind, or it cannot be started.
pub fn run_again() -> Result<ExitCode, EstimatorError> {
    let file = |path: &Path| {
        let path = path.to_owned();
        move |source| EstimatorError::File { path, source }
    };
    let folder = TempDir::with_prefix("param-estimator-").map_err(file(&env::temp_dir()))?;
    let program = env::current_exe().map_err(file(Path::new("param-estimator")))?;
    if !is_there() {
        install();
    }
    let counts = folder.path().join("lap");
    let status = valgrind()
        .args(["--tool=callgrind", "--quiet", "--dump-line=no"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(&program)
        .args(env::args_os().skip(1))
        .arg("--counted-in")
        .arg(folder.path())
        // Which thread of a pool does what differs from run to run.
        .env("RAYON_NUM_THREADS", "1")
        .env("GLIBC_TUNABLES", SAME_LIBRARY)
        .status()
        .map_err(|source| EstimatorError::UnsupportedMetric {
            metric: MetricKind::Instructions,
            reason: format!(
                "the kernel does not give the processor's counter, and valgrind, which counts instead, \
                 cannot be started ({source}); install the package valgrind"
            ),
        })?;
    // Killed by a signal: as if it were interrupted.
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(130);
    Ok(ExitCode::from(code))
}

/// The command that starts valgrind, at the same addresses each time where the system allows that: how many
/// bytes an instruction copies depends on where they are.
fn valgrind() -> Command {
    const SAME_ADDRESSES: &str = "--addr-no-randomize";
    let mut trial = Command::new("setarch");
    trial.args([SAME_ADDRESSES, "true"]).stderr(Stdio::null());
    if trial.status().is_ok_and(|status| status.success()) {
        let mut command = Command::new("setarch");
        command.args([SAME_ADDRESSES, "valgrind"]);
        return command;
    }
    Command::new("valgrind")
}

fn is_there() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Tries to install it by apt-get, as root or by sudo without a password; whether that worked is seen when
/// it is started.
fn install() {
    if !Path::new("/usr/bin/apt-get").exists() {
        return;
    }
    eprintln!("installing valgrind by apt-get");
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    let is_root = id.is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new(if is_root { "apt-get" } else { "sudo" });
        if !is_root {
            // Fails instead of asking for a password.
            command.args(["-n", "apt-get"]);
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
        command.env("DEBIAN_FRONTEND", "noninteractive").status().is_ok_and(|code| code.success())
    };
    let install = ["install", "--yes", "--quiet", "--no-install-recommends", "valgrind"];
    if !apt_get(&install) && apt_get(&["update", "--quiet"]) {
        apt_get(&install);
    }
}
