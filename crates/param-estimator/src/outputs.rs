//! The files of a run: the table, all that was measured, and the report. Each is whole or not there.

use crate::document::Document;
use crate::error::EstimatorError;
use crate::estimate::{self, Write};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use torr_parameters::Table;

pub mod report;
pub mod terminal;

/// Where the files of a run are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outputs {
    /// The table.
    pub table: PathBuf,
    /// All that was measured.
    pub document: PathBuf,
    /// The report.
    pub report: PathBuf,
    /// What has been measured so far, while the run is not finished.
    pub journal: PathBuf,
}

impl Outputs {
    /// The files beside `table`, with its name.
    ///
    /// # Errors
    /// When the table's own name is that of another of them.
    pub fn beside(table: &Path) -> Result<Outputs, EstimatorError> {
        let outputs = Outputs {
            table: table.to_owned(),
            document: table.with_extension("json"),
            report: table.with_extension("html"),
            journal: table.with_extension("partial.jsonl"),
        };
        let others = [&outputs.document, &outputs.report, &outputs.journal];
        if others.contains(&&outputs.table) {
            return Err(EstimatorError::Malformed {
                path: outputs.table,
                reason:
                    "this is the table, which is YAML; the JSON file and the report get its name \
                         with other endings, so choose a name such as costs.yaml"
                        .to_owned(),
            });
        }
        Ok(outputs)
    }

    /// Writes all three files, each at once; says what had to be changed beside costs so that the table can
    /// be used.
    ///
    /// # Errors
    /// When no table comes of it, or a file cannot be written. Files that were there before stay then,
    /// but for those that were written already.
    pub fn write(
        &self,
        document: &Document,
        base: &Table,
        write: Write,
    ) -> Result<Vec<String>, EstimatorError> {
        // All is made before anything is written.
        let (table, notes) = estimate::table(base, &document.estimates, write)?;
        let texts = [
            (&self.table, table.to_yaml()),
            (&self.document, document.to_json()?),
            (&self.report, report::html(document)?),
        ];
        texts.iter().try_for_each(|(path, text)| replace(path, text))?;
        Ok(notes)
    }
}

/// Writes a file beside the one that is meant, and puts it in its place.
fn replace(path: &Path, text: &str) -> Result<(), EstimatorError> {
    let at = |source| EstimatorError::File { path: path.to_owned(), source };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = NamedTempFile::new_in(folder).map_err(at)?;
    file.write_all(text.as_bytes()).map_err(at)?;
    file.as_file().sync_all().map_err(at)?;
    allow_reading(file.path()).map_err(at)?;
    file.persist(path).map_err(|error| at(error.error))?;
    Ok(())
}

/// Temporary files are for their owner only; these are for everybody, as other files are.
#[cfg(unix)]
fn allow_reading(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn allow_reading(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("costs.yaml");
        replace(&path, "old").unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("nowhere/costs.yaml");
        assert!(matches!(replace(&nowhere, "new"), Err(EstimatorError::File { .. })));
    }

    #[test]
    fn the_table_has_a_name_of_its_own() {
        let outputs = Outputs::beside(Path::new("a/costs.yaml")).unwrap();
        assert_eq!(outputs.document, Path::new("a/costs.json"));
        assert!(Outputs::beside(Path::new("costs.json")).is_err());
    }
}
