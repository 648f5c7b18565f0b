//! The arguments of `torr run`, and the constants that stand for those not given.
//!
//! Nothing comes from the machine: a run with the same arguments and files prints the same bytes.

use super::promise_result::parse_promise_result;
use crate::amount::{parse_balance, parse_gas};
use crate::configuration::ConfigurationArguments;
use clap::Args;
use std::path::PathBuf;
use torr_crypto::key::PublicKey;
use torr_primitives::{AccountId, Balance, BlockHeight, EpochHeight, Gas};
use torr_vm_logic::context::PromiseResult;
use torr_vm_runner::EngineKind;

/// Runs a method of a contract, with the protocol's exact semantics and gas
///
/// Prints what it returned and logged, the gas it took, the promises it made and what it changed
/// in storage. State begins empty unless --state names a file that keeps it between runs.
#[derive(Args)]
pub(crate) struct RunArguments {
    /// The contract's code, a Wasm file
    pub(crate) contract: PathBuf,
    /// The method to call
    pub(crate) method: String,
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// Keep state in FILE between runs; a call that fails and a view call leave it as it is
    #[arg(short, long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// The engine; all of them give the same result
    #[arg(long, default_value_t = default_engine(), value_name = "ENGINE")]
    pub(crate) engine: EngineKind,
    #[command(flatten)]
    pub(crate) call: CallArguments,
    #[command(flatten)]
    pub(crate) block: BlockArguments,
    #[command(flatten)]
    pub(crate) configuration: ConfigurationArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

fn default_engine() -> EngineKind {
    EngineKind::ALL[0]
}

/// The input of the call.
#[derive(Args)]
#[group(multiple = false)]
pub(crate) struct InputArguments {
    /// Arguments of the method, as JSON
    #[arg(short, long, value_name = "JSON")]
    pub(crate) args: Option<String>,
    /// Arguments of the method, any bytes in base64
    #[arg(long, value_name = "BASE64")]
    pub(crate) args_base64: Option<String>,
    /// Arguments of the method, any bytes of a file; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) args_file: Option<PathBuf>,
}

/// Who calls whom, with what.
#[derive(Args)]
#[command(next_help_heading = "The call")]
pub(crate) struct CallArguments {
    /// Account that has the contract
    #[arg(long, value_name = "ACCOUNT", default_value = "contract.near")]
    pub(crate) account: AccountId,
    /// Account that calls [default: the signer]
    #[arg(short, long, value_name = "ACCOUNT")]
    pub(crate) predecessor: Option<AccountId>,
    /// Account that signed the transaction [default: the predecessor, or user.near]
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) signer: Option<AccountId>,
    /// Key that it was signed with [default: the ed25519 key of zeros]
    #[arg(long, value_name = "KEY")]
    pub(crate) signer_key: Option<PublicKey>,
    /// Attached deposit: 1N, 0.5N, 1yN or yoctoNEAR
    #[arg(short, long, value_name = "AMOUNT", value_parser = parse_balance, default_value = "0")]
    pub(crate) deposit: Balance,
    /// Attached gas: 300Tgas, 5Ggas or units of gas [default: 300Tgas; for a view, the most there is]
    #[arg(short, long, value_name = "GAS", value_parser = parse_gas)]
    pub(crate) gas: Option<Gas>,
    /// Only look: a view call, which changes nothing
    #[arg(long)]
    pub(crate) view: bool,
    /// Balance of the account before the call [default: that in the state file, or 100N]
    #[arg(long, value_name = "AMOUNT", value_parser = parse_balance)]
    pub(crate) balance: Option<Balance>,
    /// Result that the call was waiting for, as a callback does: ok:TEXT, base64:BYTES or failed;
    /// once for each, in order
    #[arg(long, value_name = "RESULT", value_parser = parse_promise_result)]
    pub(crate) promise_result: Vec<PromiseResult>,
}

/// The block that the call is in.
#[derive(Args)]
#[command(next_help_heading = "The block")]
pub(crate) struct BlockArguments {
    /// Height of the block
    #[arg(long, value_name = "HEIGHT", default_value_t = 100_000_000)]
    pub(crate) block_height: BlockHeight,
    /// Time of the block, in nanoseconds since 1970
    #[arg(long, value_name = "NANOSECONDS", default_value_t = 1_700_000_000_000_000_000)]
    pub(crate) timestamp: u64,
    /// Height of the epoch
    #[arg(long, value_name = "HEIGHT", default_value_t = 2_000)]
    pub(crate) epoch_height: EpochHeight,
    /// Randomness of the block, 32 bytes in hexadecimal digits [default: zeros]
    #[arg(long, value_name = "HEX", value_parser = parse_seed)]
    pub(crate) random_seed: Option<Seed>,
    /// Name of the chain
    #[arg(long, value_name = "NAME", default_value = "mainnet")]
    pub(crate) chain_id: String,
    /// Trie nodes that each access to storage reads, to charge for; on a chain this depends on all
    /// that is stored
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(crate) trie_nodes: u64,
}

/// What is printed, and how.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArguments {
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print where the gas went
    #[arg(long)]
    pub(crate) profile: bool,
    /// Print long values whole
    #[arg(long)]
    pub(crate) full: bool,
}

/// Randomness of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seed(pub(crate) [u8; 32]);

fn parse_seed(text: &str) -> Result<Seed, hex::FromHexError> {
    let mut seed = Seed::default();
    hex::decode_to_slice(text, &mut seed.0)?;
    Ok(seed)
}

/// Account that signs and calls unless another one is given.
const USER: &str = "user.near";

impl CallArguments {
    /// Who signed and who calls; either stands for the other.
    pub(crate) fn signer_and_predecessor(&self) -> (AccountId, AccountId) {
        let given = self.signer.as_ref().or(self.predecessor.as_ref());
        let user = || USER.parse().expect("it is a valid name");
        let default = given.cloned().unwrap_or_else(user);
        (
            self.signer.clone().unwrap_or_else(|| default.clone()),
            self.predecessor.clone().unwrap_or(default),
        )
    }
}
