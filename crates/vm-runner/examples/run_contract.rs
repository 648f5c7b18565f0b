//! Runs two calls of one contract on a chain in memory: the shortest way from a Wasm file to an
//! outcome with gas, logs and profile.
//!
//! `cargo run --release --package torr-vm-runner --example run_contract`

use std::error::Error;
use std::sync::Arc;
use torr_parameters::{LATEST_VERSION, Parameters};
use torr_primitives::{AccountContract, Balance, Gas};
use torr_vm_logic::context::{CallMode, Context};
use torr_vm_logic::outcome::ReturnData;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::{CacheConfig, Code, EngineKind, Runner};

/// The example contract `counter`, as built.
const COUNTER: &[u8] = include_bytes!("../../../examples/contracts/prebuilt/counter.wasm");

/// Storage that the account counts as before the call, in bytes. The contract may remove less.
const STORAGE_USAGE: u64 = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    // Costs, limits and switches of a protocol version.
    let config = Parameters::builtin(LATEST_VERSION)?;
    // One runner serves all threads and keeps what it compiled; the second call finds it.
    let runner = Runner::new(EngineKind::Wasmer, CacheConfig::default())?;
    let code = Code::new(COUNTER);
    // What lies below a contract: here a map, in a chain its state.
    let mut chain = SimulatedChain::default();

    for arguments in [r#"{"by": 5}"#, r#"{"by": 2}"#] {
        let context = call(arguments)?;
        let outcome = runner.run(&code, "add", &mut chain, &context, &config)?;
        if let Some(error) = outcome.error {
            return Err(error.into());
        }
        if let ReturnData::Value(value) = &outcome.return_data {
            println!("returned {}", String::from_utf8_lossy(value));
        }
        outcome.logs.iter().for_each(|text| println!("  log: {text}"));
        println!(
            "  burnt {} gas, {} of it by Wasm code",
            outcome.gas_burnt,
            outcome.profile.wasm()
        );
        for (cost, gas) in
            outcome.profile.host_costs().filter(|(_, gas)| gas.as_gas() > 10_u64.pow(10))
        {
            println!("  {gas:>15} {}", cost.name());
        }
    }
    Ok(())
}

/// A call of `counter.near` by `alice.near` with 300 Tgas. All that a contract can learn of the
/// world is said here; nothing is read from the machine.
fn call(arguments: &str) -> Result<Context, Box<dyn Error>> {
    Ok(Context {
        current_account_id: "counter.near".parse()?,
        signer_account_id: "alice.near".parse()?,
        // An ed25519 key in borsh form: its kind, and 32 bytes.
        signer_account_pk: vec![0; 33],
        predecessor_account_id: "alice.near".parse()?,
        refund_to_account_id: "alice.near".parse()?,
        input: Arc::from(arguments.as_bytes()),
        promise_results: Arc::from([]),
        block_height: 100_000_000,
        block_timestamp: 1_700_000_000_000_000_000,
        epoch_height: 2_000,
        account_balance: Balance::from_yoctonear(10_u128.pow(25)),
        account_locked_balance: Balance::ZERO,
        storage_usage: STORAGE_USAGE,
        account_contract: AccountContract::None,
        attached_deposit: Balance::ZERO,
        prepaid_gas: Gas::from_gas(300_000_000_000_000),
        random_seed: vec![0; 32],
        mode: CallMode::Change,
        output_data_receivers: Vec::new(),
    })
}
