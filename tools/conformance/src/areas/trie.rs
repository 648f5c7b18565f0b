//! Vectors of the trie. (`conformance/trie/README.md` is the specification.)
//!
//! As with values, a case is rebuilt whole from its inputs. Each is rebuilt once for every way to keep a
//! trie, and has the name of that way behind its own.

mod changes;
mod iteration;
mod keeping;
mod nodes;
mod state_proofs;
mod updates;
mod witness;

use self::keeping::{InMemory, InPartialState, Stored};
use crate::areas::{case_name, malformed, named_cases};
use crate::case::{Case, Failure, verdict};
use crate::difference::differences;
use crate::encoding::Hex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use torr_primitives::ProtocolVersion;
#[cfg(feature = "rocksdb")]
use torr_store::database::RocksDatabase;
use torr_store::database::{EmbeddedDatabase, MemoryDatabase};
use torr_store::source::NodeSource;
use torr_store::trie::NodeUpdate;

/// The name of the format.
pub(crate) const FORMAT: &str = "trie-vectors/1";

/// What a case is when made anew from its inputs; or which input cannot be used.
type Rebuild = fn(Value) -> Result<Value, String>;

/// How often the cases of a kind are rebuilt.
#[derive(Clone, Copy)]
enum Ways {
    /// With tries that are kept in each of these ways.
    Each(&'static [(&'static str, Rebuild)]),
    /// Once, because no trie is kept.
    Once(Rebuild),
}

/// The same work on tries that are kept in every way.
macro_rules! kept {
    ($area:ident) => {
        Ways::Each(&[
            ("the trie in memory", $area::rebuild::<InMemory>),
            ("partial state", $area::rebuild::<InPartialState>),
            ("a database in memory", $area::rebuild::<Stored<MemoryDatabase>>),
            ("an embedded database", $area::rebuild::<Stored<EmbeddedDatabase>>),
            #[cfg(feature = "rocksdb")]
            ("RocksDB", $area::rebuild::<Stored<RocksDatabase>>),
        ])
    };
}

/// What rebuilds the cases of a file, by its kind.
const KINDS: &[(&str, Ways)] = &[
    ("updates", kept!(updates)),
    ("witness", kept!(witness)),
    ("state_proofs", kept!(state_proofs)),
    ("iteration", kept!(iteration)),
    ("nodes", Ways::Once(nodes::rebuild)),
    ("trie_changes", kept!(changes)),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "reference")]
    _reference: String,
    #[serde(rename = "protocol_version")]
    _protocol_version: ProtocolVersion,
    kind: String,
    cases: Vec<Value>,
}

/// A change to a trie: the key, and the value unless the key is deleted.
type Change = (Hex, Option<Hex>);

/// The cases of a file.
pub(crate) fn cases(area: &str, file: Value) -> Vec<Case> {
    let names = named_cases(&file);
    let file: File = match serde_json::from_value(file) {
        Ok(file) => file,
        Err(error) => return malformed(names, &error.to_string()),
    };
    let Some(&(_, ways)) = KINDS.iter().find(|(kind, _)| *kind == file.kind) else {
        let what = format!("trie/{area} cases of kind {}", file.kind);
        return names.into_iter().map(|name| Case::no_runner(name, &what)).collect();
    };
    // A running sequence is one case.
    let cases = match file.kind.as_str() {
        "trie_changes" => vec![json!({"name": "sequence", "changes": file.cases})],
        _ => file.cases,
    };
    let cases = cases.into_iter().enumerate();
    cases.flat_map(|(index, case)| read(&case_name(index, &case), case, ways)).collect()
}

/// The case of a file, for each way that it is to be run.
fn read(name: &str, case: Value, ways: Ways) -> Vec<Case> {
    let case = Arc::new(case);
    let check = |name, rebuild: Rebuild| {
        let case = Arc::clone(&case);
        Case::once(name, move || {
            let rebuilt = rebuild((*case).clone()).map_err(Failure::NotRun)?;
            verdict(differences(&case, &rebuilt))
        })
    };
    match ways {
        Ways::Once(rebuild) => vec![check(name.to_owned(), rebuild)],
        Ways::Each(ways) => {
            ways.iter().map(|(way, rebuild)| check(format!("{name} on {way}"), *rebuild)).collect()
        }
    }
}

/// Reads the inputs of a case.
fn inputs<T: DeserializeOwned>(case: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(case).map_err(|error| error.to_string())
}

/// Does changes in their order.
fn apply<S: NodeSource>(update: &mut NodeUpdate<'_, S>, changes: &[Change]) -> Result<(), String> {
    for (Hex(key), value) in changes {
        let done = match value {
            Some(Hex(value)) => update.insert(key, value),
            None => update.delete(key),
        };
        done.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Changes as they are written in a file.
fn changes_json(changes: &[Change]) -> Value {
    let change = |(Hex(key), value): &Change| {
        json!([hex::encode(key), value.as_ref().map(|Hex(value)| hex::encode(value))])
    };
    changes.iter().map(change).collect()
}
