//! A document as a JSON file. Numbers are written and read exactly; there is none that is not finite.

use crate::document::{Document, FORMAT};
use crate::error::EstimatorError;
use serde_json::{Number, Value};
use std::path::Path;

impl Document {
    /// Reads a document from the text of a file; `path` is for messages.
    ///
    /// # Errors
    /// When the text is no document, or one of another format.
    pub fn from_json(path: &Path, text: &str) -> Result<Document, EstimatorError> {
        let malformed =
            |reason: String| EstimatorError::Malformed { path: path.to_owned(), reason };
        // By way of values: a value's number is its text, which is then read exactly.
        let value: Value = serde_json::from_str(text)
            .map_err(|error| malformed(format!("this is no JSON: {error}")))?;
        match value.get("format").and_then(Value::as_u64) {
            Some(format) if format == u64::from(FORMAT) => {}
            Some(format) => {
                return Err(malformed(format!(
                    "it has format {format}, and this version of the estimator reads {FORMAT}; \
                     estimate again"
                )));
            }
            None => {
                return Err(malformed(
                    "it has no `format`; give a file that the estimator wrote".to_owned(),
                ));
            }
        }
        if let Some(number) = too_large(&value) {
            return Err(malformed(format!("{number} is too large")));
        }
        serde_path_to_error::deserialize(value)
            .map_err(|error| malformed(format!("at {}: {}", error.path(), error.inner())))
    }

    /// Writes a document, for [`Document::from_json`] to read.
    ///
    /// # Errors
    /// When a number of it is not finite.
    pub fn to_json(&self) -> Result<String, EstimatorError> {
        let unwritable = |reason: String| EstimatorError::Unwritable { reason };
        let mut text =
            serde_json::to_string_pretty(self).map_err(|error| unwritable(error.to_string()))?;
        text.push('\n');
        // What is not finite is written as null, which is no number when it is read.
        match Document::from_json(Path::new("it"), &text) {
            Ok(_) => Ok(text),
            Err(EstimatorError::Malformed { reason, .. }) => Err(unwritable(reason)),
            Err(other) => Err(other),
        }
    }
}

/// A number that would be infinite as a float. Values are nested no deeper than the JSON reader allows.
fn too_large(value: &Value) -> Option<&Number> {
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::Number(number) if number.as_f64().is_none() => return Some(number),
            Value::Array(values) => left.extend(values),
            Value::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::sample::{SAMPLE, sample};
    use proptest::prelude::*;

    fn refusal(text: &str) -> String {
        match Document::from_json(Path::new("table.json"), text) {
            Err(error @ EstimatorError::Malformed { .. }) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_written_is_read_again() {
        let document = sample();
        let text = document.to_json().unwrap();
        assert_eq!(Document::from_json(Path::new("table.json"), &text).unwrap(), document);
    }

    #[test]
    fn a_file_that_is_no_document_is_refused() {
        assert_eq!(
            refusal("{"),
            "table.json: this is no JSON: EOF while parsing an object at line 1 column 1"
        );
        let none = "table.json: it has no `format`; give a file that the estimator wrote";
        for text in ["[]", "{}", "3", r#"{"format":"1"}"#, r#"{"format":-1}"#] {
            assert_eq!(refusal(text), none, "{text}");
        }
        assert_eq!(
            refusal(r#"{"format":2,"what":"ever"}"#),
            "table.json: it has format 2, and this version of the estimator reads 1; estimate again"
        );
        assert_eq!(refusal(r#"{"format":1}"#), "table.json: at .: missing field `version`");
    }

    #[test]
    fn a_place_that_is_wrong_is_named() {
        let with = |from: &str, to: &str| {
            assert!(SAMPLE.contains(from), "the sample has no {from}");
            refusal(&SAMPLE.replacen(from, to, 1))
        };
        let safety = with(r#""safety": 1.5"#, r#""safety": "much""#);
        assert!(safety.starts_with("table.json: at settings.safety: invalid type"), "{safety}");
        let price = with(r#""price": "action_transfer.execution""#, r#""price": "action.of""#);
        assert!(
            price.starts_with("table.json: at estimates[1].price: `action.of` is no cost"),
            "{price}"
        );
        let large = with(r#""safety": 1.5"#, r#""safety": 1e999"#);
        assert_eq!(large, "table.json: 1e+999 is too large");
    }

    #[test]
    fn what_is_no_number_is_not_written() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut document = sample();
            document.experiments[1].points[0].measured.high = number;
            match document.to_json() {
                Err(EstimatorError::Unwritable { reason }) => {
                    assert!(
                        reason.starts_with("at experiments[1].points[0].measured.high: "),
                        "{reason}"
                    );
                }
                other => panic!("{other:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn a_float_is_read_exactly(number in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            let mut document = sample();
            document.experiments.clear();
            document.estimates.clear();
            document.settings.safety = number;
            let text = document.to_json().unwrap();
            let read = Document::from_json(Path::new("table.json"), &text).unwrap();
            prop_assert_eq!(read.settings.safety.to_bits(), number.to_bits());
        }
    }
}
