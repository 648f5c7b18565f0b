//! Functions that tell a contract what it is called with, or about the chain.
//!
//! They are charged for a call and for registers or memory, which are found before, in part of functions
//! that only write a register: this shows whether those costs hold for all the others.

use super::call_case;
use crate::experiment::{Bound, Experiment};
use crate::work::calls::Setting;
use crate::work::contract::{Script, Step};
use torr_primitives::{AccountContract, Balance};
use torr_vm_logic::context::Context;

const PLACE: u64 = 1_031;

/// Functions, with what they are given.
const FUNCTIONS: &[(&str, &[u64])] = &[
    ("current_contract_code", &[0]),
    ("register_len", &[0]),
    ("block_timestamp", &[]),
    ("epoch_height", &[]),
    ("account_balance", &[PLACE]),
    ("account_locked_balance", &[PLACE]),
    ("attached_deposit", &[PLACE]),
    ("promise_results_count", &[]),
    ("promise_result", &[0, 0]),
];

/// The experiment.
pub(super) fn all() -> Vec<Experiment> {
    let case = |(function, arguments): &(&'static str, &'static [u64])| {
        let (function, arguments) = (*function, *arguments);
        let script = move || Script::repeating(vec![Step::call(function, arguments)]).unrolled(8);
        call_case(function, 1, script, setting)
    };
    let gas = |opcodes: u64| {
        let script = move || Script::repeating(vec![Step::call("gas", &[opcodes])]).unrolled(8);
        call_case("gas", opcodes, script, Setting::default)
    };
    vec![Experiment {
        name: "context",
        about: "Calls functions that only tell something. Their costs are those of a call and of \
                writing registers and memory; this shows whether they hold here.",
        finds: Vec::new(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: FUNCTIONS.iter().map(case).chain([0, 1_000].map(gas)).collect(),
    }]
}

fn setting() -> Setting {
    let context = Context {
        account_balance: Balance::from_yoctonear(10_u128.pow(33)),
        account_contract: AccountContract::Local(torr_crypto::hash::CryptoHash::of(b"contract")),
        ..Setting::default().context
    };
    Setting { context, ..Setting::default() }
}
