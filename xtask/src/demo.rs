//! The demo: a token is deployed and used through `torr`, from nothing.

use crate::TaskError;
use crate::cargo::{CommandFailed, Workspace, describe, run};
use crate::contracts;
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

/// Installs what is missing, builds, and runs the steps one after the other on one state.
pub(crate) fn show(workspace: &Workspace) -> Result<(), TaskError> {
    let contracts = contracts::build(&workspace.contracts())?;
    run(&mut workspace.cargo(&["build", "--release", "--package", "torr"]))?;
    let token = contracts.iter().find(|contract| contract.name == "fungible-token");
    let token = token.map(|contract| contract.path.clone()).unwrap_or_default();
    let state = workspace.target.join("demo-state.json");
    // A state from an earlier run would make the first step fail: the token would exist.
    if let Err(source) = std::fs::remove_file(&state)
        && source.kind() != std::io::ErrorKind::NotFound
    {
        let command = format!("rm {}", state.display());
        return Err(CommandFailed::Start { command, source }.into());
    }
    for step in STEPS {
        let mut command = Command::new(workspace.program("torr"));
        command.current_dir(&workspace.root).arg("run").arg(&token).arg(step.method);
        command.args(["--account", "token.near", "--args", step.arguments]).args(step.options);
        command.arg("--state").arg(&state);
        println!("\n# {}\n$ {}\n", step.says, describe(&command));
        run(&mut command)?;
    }
    Ok(())
}
