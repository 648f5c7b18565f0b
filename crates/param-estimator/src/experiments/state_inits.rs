//! The host function that names the account of a universal state init.

use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Work};
use crate::price::Price;
use crate::work::calls::{Calls, Setting};
use crate::work::contract::{Script, Step};
use std::collections::{BTreeMap, BTreeSet};
use torr_parameters::ExtCost;
use torr_primitives::GlobalContractIdentifier;

/// Entries of state inits.
const ENTRIES: [u64; 4] = [0, 10, 200, 1_400];
const PLACE: u32 = 1_031;

/// The experiment.
pub(super) fn all() -> Vec<Experiment> {
    let case = |entries: u64| {
        Case::new("small entries", entries, move |scene| {
            let bytes = state_init(entries)?;
            let arguments = [bytes.len() as u64, PLACE.into(), 0];
            let step = Step::call("universal_state_init_to_account_id", &arguments);
            let script = Script::repeating(vec![step]).with_data(PLACE, bytes);
            Ok(Box::new(Calls::new(scene, &script, &Setting::default())?) as Box<dyn Work + '_>)
        })
    };
    vec![Experiment {
        name: "universal_state_init_to_account_id",
        about: "Decodes state inits of many entries of a few bytes, which take longest for their length, \
                encodes them again and compares.",
        finds: [
            ExtCost::UniversalStateInitToAccountIdBase,
            ExtCost::UniversalStateInitToAccountIdByte,
        ]
        .map(Price::host)
        .into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: ENTRIES.map(case).into(),
    }]
}

/// A state init in its canonical encoding: no contract, entries of three bytes, no keys.
fn state_init(entries: u64) -> Result<Vec<u8>, EstimatorError> {
    let contract: Option<GlobalContractIdentifier> = None;
    let entry = |number: u64| (number.to_be_bytes()[6..].to_vec(), vec![1]);
    let data: BTreeMap<Vec<u8>, Vec<u8>> = (0..entries).map(entry).collect();
    let keys: BTreeSet<Vec<u8>> = BTreeSet::new();
    borsh::to_vec(&(0_u8, contract, data, keys))
        .map_err(|error| EstimatorError::of_work(error.to_string()))
}
