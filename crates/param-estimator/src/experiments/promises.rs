//! Promises: joining and returning them, and the actions that contracts promise.
//!
//! Sending an action costs the same from a contract as from a transaction. What it takes here is measured
//! too, to see whether the price holds for both.

use super::call_case;
use crate::experiment::{Bound, Case, Experiment};
use crate::price::Price;
use crate::work::calls::Setting;
use crate::work::contract::{Script, Step};
use torr_parameters::ExtCost;
use torr_primitives::Balance;
use torr_vm_logic::context::Context;

/// Where texts and numbers are.
const NAME: u32 = 64;
const NAME_LEN: u64 = 64;
const AMOUNT: u32 = 256;
const KEY: u32 = 512;
const KEY_LEN: u64 = 33;
const HASH: u32 = 768;
const METHOD: u32 = 1_024;
const METHOD_LEN: u64 = 20;
const INDICES: u32 = 4_096;
const BYTES: u32 = 65_537;
/// Most rounds: promises stay in memory until the call ends.
const MOST_ROUNDS: u64 = 500;

/// Experiments on promises.
pub(super) fn all() -> Vec<Experiment> {
    vec![joining(), returning()]
}

/// Experiments whose charges are those of actions, which are found before.
pub(super) fn of_actions() -> Vec<Experiment> {
    vec![promised_actions()]
}

fn setting() -> Setting {
    let context = Context {
        account_balance: Balance::from_yoctonear(10_u128.pow(33)),
        ..Setting::default().context
    };
    let rounds = Setting { fewest_rounds: 50, most_rounds: MOST_ROUNDS, ..Setting::default() };
    Setting { context, ..rounds }
}

fn script(before: Vec<Step>, repeated: Vec<Step>) -> Script {
    Script::repeating(repeated)
        .after_steps(before)
        .with_pages(20)
        .with_data(NAME, vec![b'a'; NAME_LEN as usize])
        .with_data(AMOUNT, [1])
        .with_data(KEY, [&[0][..], &[9; 32]].concat())
        .with_data(HASH, [3; 32])
        .with_data(METHOD, vec![b'm'; METHOD_LEN as usize])
}

fn create() -> Step {
    Step::call("promise_batch_create", &[NAME_LEN, NAME.into()])
}

fn joining() -> Experiment {
    let case = |count: u64| -> Case {
        let make = move || {
            let indices: Vec<u8> = (0..count).flat_map(|index| index.to_le_bytes()).collect();
            let before = (0..count).map(|_| create()).collect();
            let join = Step::call("promise_and", &[INDICES.into(), count]);
            script(before, vec![join]).with_data(INDICES, indices)
        };
        call_case("promise_and", count, make, setting)
    };
    Experiment {
        name: "promise_and",
        about: "Joins promises that are all different.",
        finds: [ExtCost::PromiseAndBase, ExtCost::PromiseAndPerPromise].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: [1, 8, 64, 512].map(case).into(),
    }
}

fn returning() -> Experiment {
    let make = || script(vec![create()], vec![Step::call("promise_return", &[0])]);
    Experiment {
        name: "promise_return",
        about: "Returns a promise, again and again: the last counts.",
        finds: vec![Price::host(ExtCost::PromiseReturn)],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: vec![call_case("promise_return", 1, make, Setting::default)],
    }
}

/// What a call of another contract is given.
const CALL: &[u64] =
    &[NAME_LEN, NAME as u64, METHOD_LEN, METHOD as u64, 100, BYTES as u64, AMOUNT as u64, 0];

/// Functions that go on from a promise, with what they are given after it.
const ACTIONS: &[(&str, &[u64])] = &[
    ("promise_batch_then", &[NAME_LEN, NAME as u64]),
    ("promise_then", CALL),
    ("promise_batch_action_create_account", &[]),
    ("promise_batch_action_transfer", &[AMOUNT as u64]),
    ("promise_batch_action_stake", &[AMOUNT as u64, KEY_LEN, KEY as u64]),
    ("promise_batch_action_delete_account", &[NAME_LEN, NAME as u64]),
    ("promise_batch_action_add_key_with_full_access", &[KEY_LEN, KEY as u64, 0]),
    (
        "promise_batch_action_add_key_with_function_call",
        &[KEY_LEN, KEY as u64, 0, AMOUNT as u64, NAME_LEN, NAME as u64, METHOD_LEN, METHOD as u64],
    ),
    ("promise_batch_action_delete_key", &[KEY_LEN, KEY as u64]),
    ("promise_batch_action_transfer_to_gas_key", &[KEY_LEN, KEY as u64, AMOUNT as u64]),
    ("promise_batch_action_add_gas_key_with_full_access", &[KEY_LEN, KEY as u64, 1]),
    (
        "promise_batch_action_add_gas_key_with_function_call",
        &[
            KEY_LEN,
            KEY as u64,
            1,
            NO_ALLOWANCE as u64,
            NAME_LEN,
            NAME as u64,
            METHOD_LEN,
            METHOD as u64,
        ],
    ),
    (
        "promise_batch_action_function_call",
        &[METHOD_LEN, METHOD as u64, 100, BYTES as u64, AMOUNT as u64, 0],
    ),
    (
        "promise_batch_action_function_call_weight",
        &[METHOD_LEN, METHOD as u64, 100, BYTES as u64, AMOUNT as u64, 0, 1],
    ),
    ("promise_batch_action_deploy_contract", &[100_000, BYTES as u64]),
    ("promise_batch_action_deploy_global_contract", &[100_000, BYTES as u64]),
    ("promise_batch_action_deploy_global_contract_by_account_id", &[100_000, BYTES as u64]),
    ("promise_batch_action_use_global_contract", &[32, HASH as u64]),
    ("promise_batch_action_use_global_contract_by_account_id", &[NAME_LEN, NAME as u64]),
    ("promise_batch_action_state_init", &[32, HASH as u64, AMOUNT as u64]),
    ("promise_batch_action_state_init_by_account_id", &[NAME_LEN, NAME as u64, AMOUNT as u64]),
    (
        "promise_batch_action_universal_state_init",
        &[STATE_INIT_LEN, STATE_INIT as u64, AMOUNT as u64],
    ),
    ("promise_set_refund_to", &[NAME_LEN, NAME as u64]),
];

/// Where sixteen zero bytes are.
const NO_ALLOWANCE: u32 = 300;
/// Where an empty state init of a universal account is: all its parts are zeros.
const STATE_INIT: u32 = 320;
const STATE_INIT_LEN: u64 = 10;

fn promised_actions() -> Experiment {
    let action = |(function, rest): &(&'static str, &'static [u64])| -> Case {
        let (function, rest) = (*function, *rest);
        let make = move || {
            let arguments: Vec<u64> = std::iter::once(0).chain(rest.iter().copied()).collect();
            script(vec![create()], vec![Step::call(function, &arguments)])
        };
        call_case(function, 1, make, setting)
    };
    let first = |function: &'static str, arguments: &'static [u64]| -> Case {
        let make = move || script(Vec::new(), vec![Step::call(function, arguments)]);
        call_case(function, 1, make, setting)
    };
    let entries = |length: u64| -> Case {
        let make = move || {
            let begin = [0, 32, HASH.into(), AMOUNT.into()];
            let before = vec![create(), Step::call("promise_batch_action_state_init", &begin)];
            let number = Step::NextKey(2_048);
            let set = [0, 0, 8, 2_048, length, BYTES.into()];
            script(before, vec![number, Step::call("set_state_init_data_entry", &set)])
        };
        call_case("set_state_init_data_entry", length, make, setting)
    };
    Experiment {
        name: "promised_actions",
        about: "Promises every action from a contract, with names as long as they may be. The costs are \
                those of sending actions; this shows whether they hold here.",
        finds: Vec::new(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: [
            first("promise_batch_create", &[NAME_LEN, NAME as u64]),
            first("promise_create", CALL),
        ]
        .into_iter()
        .chain(ACTIONS.iter().map(action))
        .chain([10, 10_000].map(entries))
        .collect(),
    }
}
