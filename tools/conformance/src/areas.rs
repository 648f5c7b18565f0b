//! The table of formats: what a vector file says it is, and what reads it.
//!
//! A new area is a module here and a line in `FORMATS`.

mod apply;
mod primitives;
mod trie;
mod views;
pub mod vm;
mod vm_config;

use crate::case::Case;
use crate::store::Store;
use crate::vector_file::area_name;
use serde_json::Value;
use std::path::Path;

/// A vector file, and what is asked of its cases.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Where it is. Its name is that of its area; other files that it refers to are beside it.
    pub path: &'a Path,
    /// The databases in which states are kept, beside the ways that need none.
    pub stores: &'a [Store],
}

impl Source<'_> {
    /// A file, with states in memory.
    pub fn of(path: &Path) -> Source<'_> {
        Source { path, stores: Store::USUAL }
    }

    /// The folder in which it is.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// A format that is known.
struct Format {
    /// Its name, in the field `format` of a file.
    name: &'static str,
    content: Content,
}

/// What files of a format hold.
#[derive(Clone, Copy)]
enum Content {
    /// Cases, which this reads; told the name of the file's area.
    Cases(fn(&str, Value) -> Vec<Case>),
    /// Cases, which this reads with what stands in the folder of the file.
    CasesInFolder(fn(&Path, Value) -> Vec<Case>),
    /// Cases on states that are kept in several ways, which this reads.
    CasesOnStores(fn(&Source<'_>, Value) -> Vec<Case>),
    /// Things that the cases of other files refer to.
    Support,
}

/// Every known format.
const FORMATS: &[Format] = &[
    Format { name: vm::FORMAT, content: Content::Cases(vm::cases) },
    Format { name: vm_config::FORMAT, content: Content::Cases(vm_config::cases) },
    Format { name: primitives::FORMAT, content: Content::Cases(primitives::cases) },
    Format { name: trie::FORMAT, content: Content::Cases(trie::cases) },
    Format { name: apply::FORMAT, content: Content::CasesOnStores(apply::cases) },
    Format { name: views::FORMAT, content: Content::CasesInFolder(views::cases) },
    Format { name: "apply-contracts/1", content: Content::Support },
];

/// The cases of a vector file, given its content; none in a file that supports others.
///
/// Every case of a file that is of an unknown format, or not written as its format says, is there
/// and fails; so is a single one for a file in which no cases can be told apart.
pub fn cases(source: &Source<'_>, file: Value) -> Vec<Case> {
    let Some(name) = file.get("format").and_then(Value::as_str) else {
        return malformed(named_cases(&file), "the file has no `format`");
    };
    match FORMATS.iter().find(|format| format.name == name).map(|format| format.content) {
        Some(Content::Cases(read)) => read(&area_name(source.path), file),
        Some(Content::CasesInFolder(read)) => read(source.folder(), file),
        Some(Content::CasesOnStores(read)) => read(source, file),
        Some(Content::Support) => Vec::new(),
        None => malformed(named_cases(&file), &format!("unknown format {name}")),
    }
}

/// Cases that fail for the same `reason`.
fn malformed(names: Vec<String>, reason: &str) -> Vec<Case> {
    names.into_iter().map(|name| Case::malformed(name, reason)).collect()
}

/// Names of the cases of a file; one for the file itself when it has no cases.
fn named_cases(file: &Value) -> Vec<String> {
    match file.get("cases").and_then(Value::as_array) {
        Some(cases) if !cases.is_empty() => {
            cases.iter().enumerate().map(|(index, case)| case_name(index, case)).collect()
        }
        _ => vec!["(file)".to_owned()],
    }
}

/// The name of a case; its number and kind if it has no name.
fn case_name(index: usize, case: &Value) -> String {
    let text = |field| case.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    match (text("name"), text("kind")) {
        (Some(name), _) => name.to_owned(),
        (None, Some(kind)) => format!("{kind}#{index}"),
        (None, None) => format!("#{index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, cases};
    use crate::case::{Case, Check};
    use serde_json::{Value, json};
    use std::path::Path;

    fn reasons(file: Value) -> Vec<String> {
        let reason = |case: Case| match case.check {
            Check::NoRunner(reason) | Check::Malformed(reason) => reason,
            Check::Once(_) | Check::OnEngine(_) => "runs".to_owned(),
        };
        cases(&Source::of(Path::new("area.json")), file).into_iter().map(reason).collect()
    }

    #[test]
    fn what_is_not_known_is_there_and_fails() {
        for (file, expected) in [
            (json!([]), &["the file has no `format`"][..]),
            (json!({"format": "x/1", "cases": [1, {}]}), &["unknown format x/1"; 2][..]),
            (json!({"format": "x/1", "cases": []}), &["unknown format x/1"][..]),
            (
                json!({"format": "primitives-vectors/1", "reference": "none", "protocol_version": 86,
                    "cases": [{"kind": "guess"}]}),
                &["no runner for primitives/area cases of kind guess yet"][..],
            ),
            (json!({"format": "apply-contracts/1"}), &[][..]),
        ] {
            assert_eq!(reasons(file), expected);
        }
    }
}
