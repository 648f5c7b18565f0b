//! What host functions ask of the chain: validators, and promises that wait to be resumed.
//!
//! A contract asks again and again, in a receipt of a chunk that is applied.

use crate::charges::Charges;
use crate::experiment::{Bound, Case, Experiment, Work};
use crate::price::Price;
use crate::work::chunks::{Chunk, Chunks, VALIDATORS, validator};
use crate::work::contract::{FULL, IDLE, Script, Step};
use crate::work::requests::call_receipt;
use crate::work::states::{Nodes, account_id, account_records, secret_key};
use torr_parameters::{ActionCost, ExtCost, Locality};

const NAME: u32 = 64;
const METHOD: u32 = 256;
const METHOD_LEN: u64 = 20;
const AMOUNT: u32 = 512;
const DATA_ID: u32 = 1_024;
const YIELD_ID: u32 = 2_048;
const BYTES: u64 = 65_537;
/// Lengths of arguments and payloads, in bytes; a payload may have no more than the last.
const LENGTHS: [u64; 3] = [0, 128, 1_024];
/// What is asked in a call, for what leaves something behind.
const ROUNDS: u64 = 200;
/// What is asked in a call otherwise.
const MANY_ROUNDS: u64 = 2_000;

/// Experiments on validators.
pub(super) fn validators() -> Vec<Experiment> {
    vec![validator_stake(), total_stake()]
}

/// Experiments on promises that wait: they are sent as actions are.
pub(super) fn yields() -> Vec<Experiment> {
    vec![create(), create_with_id(), resume()]
}

/// A case of a contract that does something `rounds` times.
fn case(
    series: &'static str,
    size: u64,
    rounds: u64,
    script: impl Fn() -> Script + 'static,
) -> Case {
    Case::new(series, size, move |scene| {
        let account_id = account_id("asking.near")?;
        let script = script();
        let code = script.code(rounds)?;
        let records = account_records(&account_id, secret_key(0)?.public_key(), Some(code));
        let state = scene.states.with(Nodes::Memory, records)?;
        let chunk = |method: &str| {
            let receipts = vec![call_receipt(&account_id, method, Vec::new())?];
            Ok::<Chunk, crate::error::EstimatorError>(Chunk { transactions: Vec::new(), receipts })
        };
        let work = Chunks::new(scene, state, vec![chunk(FULL)?], rounds, Charges::default())?
            .with_idle(chunk(IDLE)?)
            .with_sent_actions(Locality::SenderIsReceiver)
            .with_functions(script.functions());
        Ok(Box::new(work) as Box<dyn Work + '_>)
    })
}

fn script(repeated: Vec<Step>) -> Script {
    Script::repeating(repeated)
        .with_pages(4)
        .with_data(NAME, validator(VALIDATORS / 2))
        .with_data(METHOD, vec![b'm'; METHOD_LEN as usize])
}

fn validator_stake() -> Experiment {
    let ask = || script(vec![Step::call("validator_stake", &[64, NAME.into(), AMOUNT.into()])]);
    Experiment {
        name: "validator_stake",
        about: "Asks for the stake of one of five hundred validators whose names are as long as they may \
                be and begin alike.",
        finds: vec![Price::host(ExtCost::ValidatorStakeBase)],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: vec![case("validator_stake", 1, MANY_ROUNDS, ask)],
    }
}

fn total_stake() -> Experiment {
    let ask = || script(vec![Step::call("validator_total_stake", &[AMOUNT.into()])]);
    Experiment {
        name: "validator_total_stake",
        about: "Asks for the stake of all of five hundred validators.",
        finds: vec![Price::host(ExtCost::ValidatorTotalStakeBase)],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: vec![case("validator_total_stake", 1, MANY_ROUNDS, ask)],
    }
}

/// Creates a promise that waits, whose data id goes to a register.
fn create_step(length: u64) -> Step {
    Step::call("promise_yield_create", &[METHOD_LEN, METHOD.into(), length, BYTES, 1, 0, 0])
}

/// Creates a promise that waits under an id of its own.
fn create_with_id_steps(length: u64) -> Vec<Step> {
    let create =
        [METHOD_LEN, METHOD.into(), length, BYTES, AMOUNT.into(), 1, 0, 32, YIELD_ID.into()];
    vec![Step::NextKey(YIELD_ID), Step::call("promise_yield_create_with_id", &create)]
}

/// Sending is measured of transactions, whose signatures are in it. Here there are none.
fn sent() -> Vec<Price> {
    let costs =
        [ActionCost::NewActionReceipt, ActionCost::FunctionCallBase, ActionCost::FunctionCallByte];
    costs.map(|cost| Price::send(cost, Locality::SenderIsReceiver)).into()
}

fn create() -> Experiment {
    let of_length = |length: u64| {
        case("promise_yield_create", length, ROUNDS, move || script(vec![create_step(length)]))
    };
    Experiment {
        name: "yield_create",
        about: "Promises calls that wait to be resumed: each is a receipt in the state.",
        finds: [ExtCost::YieldCreateBase, ExtCost::YieldCreateByte].map(Price::host).into(),
        apart: sent(),
        bound: Bound::Processor,
        cases: LENGTHS.map(of_length).into(),
    }
}

fn create_with_id() -> Experiment {
    let of_length = |length: u64| {
        case("promise_yield_create_with_id", length, ROUNDS, move || {
            script(create_with_id_steps(length))
        })
    };
    Experiment {
        name: "yield_create_with_id",
        about: "Promises calls that wait to be resumed, each under an id that is looked for in the state.",
        finds: vec![Price::host(ExtCost::YieldCreateWithIdBase)],
        apart: sent(),
        bound: Bound::Processor,
        cases: LENGTHS.map(of_length).into(),
    }
}

fn resume() -> Experiment {
    let by_data_id = |length: u64| {
        case("promise_yield_resume", length, ROUNDS, move || {
            script(vec![
                create_step(0),
                Step::call("read_register", &[0, DATA_ID.into()]),
                Step::call("promise_yield_resume", &[32, DATA_ID.into(), length, BYTES]),
            ])
        })
    };
    let by_yield_id = |length: u64| {
        case("promise_yield_resume_with_yield_id", length, ROUNDS, move || {
            let mut steps = create_with_id_steps(0);
            let resume = [32, YIELD_ID.into(), length, BYTES];
            steps.push(Step::call("promise_yield_resume_with_yield_id", &resume));
            script(steps)
        })
    };
    Experiment {
        name: "yield_resume",
        about: "Resumes calls that were promised just before, by both kinds of ids.",
        finds: [ExtCost::YieldResumeBase, ExtCost::YieldResumeByte].map(Price::host).into(),
        apart: sent(),
        bound: Bound::Processor,
        cases: LENGTHS.map(by_data_id).into_iter().chain(LENGTHS.map(by_yield_id)).collect(),
    }
}
