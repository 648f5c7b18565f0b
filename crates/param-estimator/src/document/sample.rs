//! A document for tests: `tests/data/sample.json`, which is small and has one of everything.

use crate::document::Document;
use std::path::Path;

/// The text of the file.
pub(crate) const SAMPLE: &str = include_str!("../../tests/data/sample.json");

/// The document.
pub(crate) fn sample() -> Document {
    Document::from_json(Path::new("sample.json"), SAMPLE).expect("it is a document")
}
