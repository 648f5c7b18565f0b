//! Documents of the estimator from any text: what is read is written and shown, and read again the same.

#![no_main]

use param_estimator::document::Document;
use param_estimator::document::check::over_limit;
use param_estimator::document::compare::compare;
use param_estimator::outputs::report;
use param_estimator::outputs::terminal::{self, Colours};
use std::path::Path;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let path = Path::new("document.json");
    let Ok(document) = Document::from_json(path, text) else { return };
    let written = document.to_json().unwrap_or_else(|error| panic!("{error}"));
    let again = Document::from_json(path, &written);
    assert_eq!(again.unwrap_or_else(|error| panic!("{error} in\n{written}")), document);
    let comparison = compare(&document, &document).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(comparison.changed, []);
    let _ = (comparison.to_string(), terminal::table(&document, Colours::Plain));
    let _ = (over_limit(&document, 1.0), report::html(&document));
});
