//! Debian packages, installed where that needs no question.

use crate::cargo;
use std::path::Path;
use std::process::{Command, Stdio};

/// Tries to install packages by apt-get, as root or by sudo without a password; whether that worked is
/// for the caller to see.
pub(crate) fn install(packages: &[&str]) {
    if !Path::new("/usr/bin/apt-get").exists() {
        return;
    }
    println!("installing {} by apt-get", packages.join(" and "));
    let is_root = is_root();
    let apt_get = || {
        let mut command = Command::new(if is_root { "apt-get" } else { "sudo" });
        if !is_root {
            // Fails instead of asking for a password.
            command.args(["-n", "apt-get"]);
        }
        command.stdin(Stdio::null()).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let install = || {
        let options = ["install", "--yes", "--quiet", "--no-install-recommends"];
        cargo::run(apt_get().args(options).args(packages))
    };
    // On a new machine the lists of packages are empty; updating them is slow where they are not.
    if install().is_err() && cargo::run(apt_get().args(["update", "--quiet"])).is_ok() {
        // The caller looks for the programs, not at this result.
        let _ = install();
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
