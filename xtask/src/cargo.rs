//! Where the workspace is, and how commands are run in it.

use crate::contracts;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace and its target folder.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
}

/// A command that did not end well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandFailed {
    /// It could not be started.
    #[error("cannot start `{command}`: {source}")]
    Start {
        /// The command.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// It ended with a failure.
    #[error("`{command}` failed; its own messages stand above")]
    Failed {
        /// The command.
        command: String,
    },
}

impl Workspace {
    /// The workspace that this program was built from.
    pub(crate) fn find() -> Workspace {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = root.parent().unwrap_or(root).to_owned();
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let target = root.join(target);
        Workspace { root, target }
    }

    /// A cargo command in the workspace.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        self.cargo_in(&self.root, arguments)
    }

    /// A cargo command in `folder`, with the workspace's target folder.
    pub(crate) fn cargo_in(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// How the example contracts are built: in a target folder of their own, so that they neither
    /// wait for the workspace nor mix with it.
    pub(crate) fn contracts(&self) -> contracts::Settings {
        contracts::Settings {
            repository: self.root.clone(),
            target_dir: self.target.join("contracts"),
            out: self.target.join("contracts").join("out"),
        }
    }

    /// Path of a program of the workspace, built before.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// Runs `command` to its end, with its output where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<(), CommandFailed> {
    let text = describe(command);
    let status = command
        .status()
        .map_err(|source| CommandFailed::Start { command: text.clone(), source })?;
    if status.success() { Ok(()) } else { Err(CommandFailed::Failed { command: text }) }
}

/// The command as one would type it.
pub(crate) fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| quoted(&argument.to_string_lossy()));
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn arguments_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("--gas"), "--gas");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted(r#"{"a":"it's"}"#), r#"'{"a":"it'\''s"}'"#);
    }
}
