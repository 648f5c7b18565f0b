//! The demo: a token is deployed and used through `torr`, and then a chain of blocks is applied, proven and
//! looked at, from nothing.

use crate::TaskError;
use crate::cargo::{CommandFailed, Workspace, describe, run};
use crate::contracts;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A call of the demo.
struct Step {
    says: &'static str,
    method: &'static str,
    arguments: &'static str,
    options: &'static [&'static str],
}

const STEPS: &[Step] = &[
    Step {
        says: "The owner makes a token of a million units",
        method: "new_default_meta",
        arguments: r#"{"owner_id":"alice.near","total_supply":"1000000"}"#,
        options: &["--signer", "alice.near"],
    },
    Step {
        says: "Bob pays for the storage of his balance",
        method: "storage_deposit",
        arguments: r#"{"account_id":"bob.near"}"#,
        options: &["--signer", "bob.near", "--deposit", "0.0125 NEAR"],
    },
    Step {
        says: "Alice sends Bob some of hers",
        method: "ft_transfer",
        arguments: r#"{"receiver_id":"bob.near","amount":"2500","memo":"for the demo"}"#,
        options: &["--signer", "alice.near", "--deposit", "1yN"],
    },
    Step {
        says: "Anyone can ask what Bob has now",
        method: "ft_balance_of",
        arguments: r#"{"account_id":"bob.near"}"#,
        options: &["--view"],
    },
    Step {
        says: "Alice sends some with a message: a promise of a call, and one that settles its answer",
        method: "ft_transfer_call",
        arguments: r#"{"receiver_id":"bob.near","amount":"1000","msg":"sell"}"#,
        options: &["--signer", "alice.near", "--deposit", "1yN"],
    },
    Step {
        says: "Where the gas of a transfer goes",
        method: "ft_transfer",
        arguments: r#"{"receiver_id":"bob.near","amount":"1"}"#,
        options: &["--signer", "alice.near", "--deposit", "1yN", "--profile"],
    },
];

/// A command on a chain. A word `chain/NAME` is a file or folder of the demo's own folder.
struct ChainStep {
    says: &'static str,
    command: &'static [&'static str],
}

const CHAIN_STEPS: &[ChainStep] = &[
    ChainStep {
        says: "A chain to apply: a thousand accounts and the examples' contracts, blocks of signed \
               transactions",
        command: &[
            "workload",
            "--kind",
            "mixed",
            "--blocks",
            "50",
            "--transactions",
            "500",
            "--out",
            "chain",
        ],
    },
    ChainStep {
        says: "The first half of it, into a folder: each block is there whole when the next one begins",
        command: &[
            "apply",
            "--genesis",
            "chain/genesis.json",
            "--blocks",
            "chain/blocks.torr",
            "--db",
            "chain/database",
            "--limit",
            "25",
            "--threads",
            "2",
        ],
    },
    ChainStep {
        says: "The rest, with a witness of every chunk: all that it reads of the state",
        command: &[
            "apply",
            "--blocks",
            "chain/blocks.torr",
            "--db",
            "chain/database",
            "--threads",
            "2",
            "--witness-out",
            "chain/witnesses",
        ],
    },
    ChainStep {
        says: "Anyone can check the witnesses, without the state",
        command: &["validate", "chain/witnesses", "--threads", "2"],
    },
    ChainStep {
        says: "The same blocks once more, from what the folder keeps: every root is as it was",
        command: &["replay", "--db", "chain/database", "--threads", "2"],
    },
    ChainStep {
        says: "What the token says of an account, after the last block",
        command: &[
            "view",
            "token.near",
            "ft_balance_of",
            "--args",
            r#"{"account_id":"user00007.near"}"#,
            "--db",
            "chain/database",
        ],
    },
    ChainStep {
        says: "And what the account is",
        command: &["view", "user00007.near", "--db", "chain/database"],
    },
];

/// Installs what is missing, builds, and runs the steps one after the other: those of the token on one
/// state, those of the chain on another.
pub(crate) fn show(workspace: &Workspace) -> Result<(), TaskError> {
    let contracts = contracts::build(&workspace.contracts())?;
    run(&mut workspace.cargo(&["build", "--release", "--package", "torr"]))?;
    let token = contracts.iter().find(|contract| contract.name == "fungible-token");
    let token = token.map(|contract| contract.path.clone()).unwrap_or_default();
    let state = workspace.target.join("demo-state.json");
    // A state from an earlier run would make the first step fail: the token would exist.
    forget(&state, fs::remove_file(&state))?;
    for step in STEPS {
        let mut command = Command::new(workspace.program("torr"));
        command.current_dir(&workspace.root).arg("run").arg(&token).arg(step.method);
        command.args(["--account", "token.near", "--args", step.arguments]).args(step.options);
        command.arg("--state").arg(&state);
        println!("\n# {}\n$ {}\n", step.says, describe(&command));
        run(&mut command)?;
    }
    let folder = workspace.target.join("demo-chain");
    forget(&folder, fs::remove_dir_all(&folder))?;
    for step in CHAIN_STEPS {
        let mut command = Command::new(workspace.program("torr"));
        command.current_dir(&workspace.root);
        for word in step.command {
            match word.strip_prefix("chain") {
                Some(name) => command.arg(folder.join(name.trim_start_matches('/'))),
                None => command.arg(word),
            };
        }
        println!("\n# {}\n$ {}\n", step.says, describe(&command));
        run(&mut command)?;
    }
    Ok(())
}

/// What an earlier run left has to be gone.
fn forget(path: &Path, removed: std::io::Result<()>) -> Result<(), CommandFailed> {
    match removed {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            let command = format!("rm -r {}", path.display());
            Err(CommandFailed::Start { command, source })
        }
        _ => Ok(()),
    }
}
