//! What host functions ask of the chain: validators, and promises that wait to be resumed.
//!
//! A contract asks again and again, in a receipt of a chunk that is applied.

use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Work};
use crate::price::Price;
use crate::work::chunks::{Chunk, Chunks, VALIDATORS, validator};
use crate::work::contract::{FULL, IDLE, Script, Step};
use crate::work::requests::{self, call_receipt};
use crate::work::scene::Scene;
use crate::work::states::{
    Entries, Nodes, account_id, account_records, entry, secret_key, stored_key,
};
use torr_crypto::hash::CryptoHash;
use torr_parameters::{ActionCost, ExtCost, Locality};
use torr_primitives::receipt::PromiseYieldStatus;
use torr_primitives::{AccountId, TrieKey, YieldId};

const NAME: u32 = 64;
const METHOD: u32 = 256;
const METHOD_LEN: u64 = 20;
const AMOUNT: u32 = 512;
const ID: u32 = 2_048;
/// Length of ids, in bytes.
const ID_LEN: u64 = 32;
const BYTES: u64 = 65_537;
/// Lengths of arguments and payloads, in bytes; a payload may have no more than the last.
const LENGTHS: [u64; 3] = [0, 128, 1_024];
/// What is asked in a call, for what leaves something behind.
const ROUNDS: u64 = 200;
/// What is asked in a call otherwise.
const MANY_ROUNDS: u64 = 2_000;
/// What resumes: by the protocol's ids, and by those of contracts.
const RESUME: [&str; 2] = ["promise_yield_resume", "promise_yield_resume_with_yield_id"];

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
        let work = asking(scene, rounds, &script(), |_| Ok(Entries::new()))?;
        Ok(Box::new(work) as Box<dyn Work + '_>)
    })
}

/// A contract that does something `rounds` times, with what is in the state for it.
fn asking<'s>(
    scene: &'s Scene,
    rounds: u64,
    script: &Script,
    entries: impl Fn(&AccountId) -> Result<Entries, EstimatorError>,
) -> Result<Chunks<'s>, EstimatorError> {
    let account_id = account_id("asking.near")?;
    let code = script.code(rounds)?;
    let records = account_records(&account_id, secret_key(0)?.public_key(), Some(code));
    let state = scene.states.with_entries(Nodes::Memory, records, entries(&account_id)?)?;
    let chunk = |method: &str| {
        let receipts = vec![call_receipt(&account_id, method, Vec::new())?];
        Ok::<Chunk, EstimatorError>(Chunk { transactions: Vec::new(), receipts })
    };
    let work = Chunks::new(scene, state, vec![chunk(FULL)?], rounds, Charges::default())?;
    let work = work.with_idle(chunk(IDLE)?).with_sent_actions(Locality::SenderIsReceiver);
    Ok(work.with_functions(script.functions()))
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
    let create = [METHOD_LEN, METHOD.into(), length, BYTES, AMOUNT.into(), 1, 0, ID_LEN, ID.into()];
    vec![Step::NextKey(ID), Step::call("promise_yield_create_with_id", &create)]
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
    let resumed = |function: &'static str, length: u64| {
        Case::new(function, length, move |scene| {
            let work = resuming(scene, function, length, waiting)?;
            Ok(Box::new(work) as Box<dyn Work + '_>)
        })
    };
    let cases =
        RESUME.into_iter().flat_map(|function| LENGTHS.map(|length| resumed(function, length)));
    Experiment {
        name: "yield_resume",
        about: "Resumes calls that wait in the state, by both kinds of ids.",
        finds: [ExtCost::YieldResumeBase, ExtCost::YieldResumeByte].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: cases.collect(),
    }
}

/// A contract that resumes calls by ids that follow each other, with payloads of a length.
fn resuming<'s>(
    scene: &'s Scene,
    function: &'static str,
    length: u64,
    waiting: impl Fn(&AccountId) -> Result<Entries, EstimatorError>,
) -> Result<Chunks<'s>, EstimatorError> {
    let script = script(vec![
        Step::NextKey(ID + ID_LEN as u32 - 8),
        Step::call(function, &[ID_LEN, ID.into(), length, BYTES]),
    ]);
    Ok(asking(scene, ROUNDS, &script, waiting)?.where_every_unit_sends_a_receipt())
}

/// Calls that wait to be resumed, each with an id of its contract that is its data id too. The last eight
/// bytes of ids differ.
fn waiting(account_id: &AccountId) -> Result<Entries, EstimatorError> {
    let mut entries = Entries::new();
    for number in 0..ROUNDS {
        let mut id = [0; ID_LEN as usize];
        for (place, byte) in id.iter_mut().rev().zip(stored_key(number).into_iter().rev()) {
            *place = byte;
        }
        let (data_id, yield_id) = (CryptoHash(id), YieldId(id));
        let receiver_id = || account_id.clone();
        let receipt = requests::yielded(account_id, data_id)?;
        let key = TrieKey::PromiseYieldReceipt { receiver_id: receiver_id(), data_id };
        entries.push(entry(&key, &receipt)?);
        let key = TrieKey::PromiseYieldStatus { receiver_id: receiver_id(), data_id };
        entries.push(entry(&key, &PromiseYieldStatus::Yielded)?);
        let key = TrieKey::YieldIdToDataId { receiver_id: receiver_id(), yield_id };
        entries.push(entry(&key, &data_id)?);
        let key = TrieKey::DataIdToYieldId { receiver_id: receiver_id(), data_id };
        entries.push(entry(&key, &yield_id)?);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::MetricKind;
    use crate::experiment::Lap;
    use crate::work::scene::Scale;

    #[test]
    fn what_waits_is_resumed_and_nothing_else() {
        let scene = Scene::for_tests(Scale::of(MetricKind::Time, true));
        for function in RESUME {
            resuming(&scene, function, 128, waiting).unwrap().run(Lap::Full).unwrap();
            let nothing = |_: &AccountId| Ok(Entries::new());
            let error =
                resuming(&scene, function, 128, nothing).unwrap().run(Lap::Full).unwrap_err();
            assert!(error.to_string().contains("not sent"), "{function}: {error}");
        }
    }
}
