//! State transitions: chunks applied to a state, each with everything that comes of it.
//! (`conformance/apply/README.md` is the specification.)
//!
//! A scenario is one case for every way to keep a state and to work on it, and has the name of that way
//! behind its own. Views of a state share its contracts and the states to begin with.

mod contracts;
mod error;
mod format;
mod genesis;
mod keeping;
mod observed;
mod proofs;
mod scenario;

pub(crate) use contracts::Contracts;
pub(crate) use genesis::{Genesis, StateEntries, in_memory};

use self::format::{FileFields, Shared};
use self::keeping::Way;
use self::observed::Detail;
use self::scenario::Scenario;
use super::{Source, case_name, malformed, named_cases};
use crate::case::{Case, Failure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_primitives::ShardId;

/// The name of the format.
pub(crate) const FORMAT: &str = "apply-vectors/1";

/// The states of all shards, with their roots.
type States = BTreeMap<ShardId, (CryptoHash, StateEntries)>;

/// The cases of a file.
pub(crate) fn cases(source: &Source<'_>, file: Value) -> Vec<Case> {
    let names = named_cases(&file);
    let (shared, cases) = match read(source.path, file) {
        Ok(read) => read,
        Err(reason) => return malformed(names, &reason),
    };
    let stores = source.stores.iter().map(|store| Way::Store(*store));
    let ways = [Way::Memory, Way::MemoryWithTwoThreads, Way::Witnesses];
    let ways: Vec<_> = ways.into_iter().chain(stores).collect();
    let mut known = BTreeSet::new();
    let cases = cases.into_iter().enumerate().flat_map(|(index, case)| {
        let name = case_name(index, &case);
        if !known.insert(name.clone()) {
            return vec![Case::malformed(name, "another case of the file has this name")];
        }
        match Scenario::read(&shared, case) {
            Ok(scenario) => in_all_ways(&name, &Arc::new(scenario), &ways),
            Err(reason) => vec![Case::malformed(name, reason)],
        }
    });
    cases.collect()
}

fn in_all_ways(name: &str, scenario: &Arc<Scenario>, ways: &[Way]) -> Vec<Case> {
    let case = |way: &Way| {
        let (way, scenario) = (*way, Arc::clone(scenario));
        Case::on_engine(format!("{name} {}", way.description()), move |runner| {
            let mut keeper = way.keeper(&scenario).map_err(Failure::NotRun)?;
            let environment = way.environment(runner).map_err(Failure::NotRun)?;
            scenario.check(&mut *keeper, &environment)
        })
    };
    ways.iter().map(case).collect()
}

/// What the cases of a file share, and the cases.
fn read(path: &Path, file: Value) -> Result<(Shared, Vec<Value>), String> {
    let fields: FileFields =
        serde_path_to_error::deserialize(file).map_err(|error| error.to_string())?;
    let contracts = Contracts::beside(path.parent().unwrap_or(Path::new("")))?;
    Ok((Shared { protocol_version: fields.protocol_version, contracts }, fields.cases))
}
