//! Contract VM vectors: a module, the circumstances it is called in, and the exact outcome.
//! (`conformance/vm/README.md` is the specification.)

mod actions;
mod code;
mod context;
mod execution;
mod expectation;
mod format;

pub use execution::VmCase;

use self::format::VmFile;
use crate::areas::{case_name, malformed, named_cases};
use crate::case::Case;
use serde_json::Value;
use std::collections::BTreeSet;

/// Why a case of a name that is taken is refused.
const ANOTHER: &str = "another case of the file has this name";

/// The name of the format.
pub(crate) const FORMAT: &str = "contract-vm-vectors/1";

/// The cases of a file.
pub(crate) fn cases(area: &str, file: Value) -> Vec<Case> {
    let names = named_cases(&file);
    let cases = match vm_cases(area, file) {
        Ok(cases) => cases,
        Err(reason) => return malformed(names, &reason),
    };
    let case = |NamedCase { name, case }| match case {
        Ok(case) => Case::on_engine(name, move |runner| case.check(runner)),
        Err(reason) => Case::malformed(name, reason),
    };
    cases.into_iter().map(case).collect()
}

/// A case by its name.
pub struct NamedCase {
    /// The name.
    pub name: String,
    /// The case, or why it is not written as the format says.
    pub case: Result<VmCase, String>,
}

/// The cases of a file, for those who want more of a run than its verdict.
///
/// # Errors
/// Why nothing of the file can be used.
pub fn vm_cases(area: &str, file: Value) -> Result<Vec<NamedCase>, String> {
    let (file, cases) = VmFile::read(area, file)?;
    let mut names = BTreeSet::new();
    let case = |(index, case): (usize, Value)| {
        let name = case_name(index, &case);
        let unique = names.insert(name.clone());
        let case = if unique { VmCase::read(&file, case) } else { Err(ANOTHER.to_owned()) };
        NamedCase { name, case }
    };
    Ok(cases.into_iter().enumerate().map(case).collect())
}
