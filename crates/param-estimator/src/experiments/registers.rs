//! Any call of a host function, and moving bytes between memory and registers.
//!
//! Each function here does nothing but that. None only reads memory and none but a few only write a
//! register, so these costs are found together; what else there is follows from them.

use super::call_case;
use crate::experiment::{Bound, Case, Experiment};
use crate::price::Price;
use crate::work::calls::Setting;
use crate::work::contract::{Script, Step};
use torr_parameters::ExtCost;

/// Lengths that are moved, in bytes: unaligned, and up to what is larger than any cache near the core.
const LENGTHS: [u64; 6] = [1, 63, 1_021, 16_381, 262_139, 4_194_301];
/// Where the bytes are, which is not aligned.
const PLACE: u64 = 65_537;
/// Bytes that a lap moves at least, in at most so many steps: the first of them finds room for a long
/// value, which takes more or less by what was there before.
const MOVED: u64 = 1 << 21;
const MOST_STEPS: u64 = 400;
/// Pages that hold the longest.
const PAGES: u64 = 68;
/// Functions that write something short to a register, and read no memory.
const TELL: [&str; 8] = [
    "current_account_id",
    "signer_account_id",
    "signer_account_pk",
    "predecessor_account_id",
    "refund_to_account_id",
    "chain_id",
    "input",
    "random_seed",
];

/// Experiments on memory and registers.
pub(super) fn all() -> Vec<Experiment> {
    vec![call(), read_memory_and_write_registers(), read_register(), write_memory()]
}

fn call() -> Experiment {
    let repeated = |function: &'static str| {
        move || Script::repeating(vec![Step::call(function, &[])]).unrolled(16)
    };
    let case = |function| call_case(function, 1, repeated(function), Setting::default);
    Experiment {
        name: "host_call",
        about: "Calls host functions that only return a number. The gas counter and the profile are \
                kept, and the contract is left and entered again.",
        finds: vec![Price::host(ExtCost::Base)],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: ["block_index", "prepaid_gas", "used_gas", "storage_usage"].map(case).into(),
    }
}

fn lengths(series: &'static str, script: impl Fn(u64) -> Script + Copy + 'static) -> Vec<Case> {
    let case = |length: u64| {
        let fewest_rounds = (MOVED / length).clamp(1, MOST_STEPS);
        let setting = move || Setting { fewest_rounds, ..Setting::default() };
        call_case(series, length, move || script(length), setting)
    };
    LENGTHS.into_iter().map(case).collect()
}

fn script(steps: Vec<Step>) -> Script {
    Script::repeating(steps).with_pages(PAGES)
}

fn read_memory_and_write_registers() -> Experiment {
    let returned = lengths("value_return", |length| {
        script(vec![Step::call("value_return", &[length, PLACE])])
    });
    let copied = lengths("write_register", |length| {
        script(vec![Step::call("write_register", &[0, length, PLACE])])
    });
    let told = |function: &'static str| {
        let script = move || Script::repeating(vec![Step::call(function, &[0])]).unrolled(8);
        call_case(function, 1, script, Setting::default)
    };
    Experiment {
        name: "read_memory_and_write_registers",
        about: "Returns bytes of memory as the value of a call, which copies them; copies bytes of memory \
                to a register; and asks for what the chain tells in a register.",
        finds: vec![
            Price::host(ExtCost::ReadMemoryBase),
            Price::host(ExtCost::ReadMemoryByte),
            Price::host(ExtCost::WriteRegisterBase),
            Price::host(ExtCost::WriteRegisterByte),
        ],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: returned.into_iter().chain(copied).chain(TELL.map(told)).collect(),
    }
}

fn read_register() -> Experiment {
    Experiment {
        name: "read_register",
        about: "Returns a register as the value of a call, which copies it.",
        finds: vec![Price::host(ExtCost::ReadRegisterBase), Price::host(ExtCost::ReadRegisterByte)],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: lengths("value_return", |length| {
            script(vec![Step::call("value_return", &[u64::MAX, 0])])
                .after_steps(vec![Step::call("write_register", &[0, length, PLACE])])
        }),
    }
}

fn write_memory() -> Experiment {
    Experiment {
        name: "write_memory",
        about: "Copies a register to memory.",
        finds: vec![Price::host(ExtCost::WriteMemoryBase), Price::host(ExtCost::WriteMemoryByte)],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: lengths("read_register", |length| {
            script(vec![Step::call("read_register", &[0, PLACE])])
                .after_steps(vec![Step::call("write_register", &[0, length, PLACE])])
        }),
    }
}
