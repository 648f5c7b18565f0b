//! The comparison of two JSON values, field by field.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// A place at which two values differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where, such as `profile.ext.base` or `actions[2].Transfer.deposit`; empty for the whole.
    pub path: String,
    /// What the vector says; `None` when it has nothing there.
    pub expected: Option<Value>,
    /// What the crates gave; `None` when they have nothing there.
    pub actual: Option<Value>,
}

impl Difference {
    /// The difference as one of a part of something larger.
    #[must_use]
    pub fn within(mut self, part: &str) -> Difference {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{part}{separator}{}", self.path);
        self
    }

    /// By how much a number is off.
    fn offset(&self) -> Option<i128> {
        let number = |value: &Option<Value>| match value.as_ref()? {
            Value::Number(number) => number.as_i128().or_else(|| number.as_u64().map(Into::into)),
            // Balances are strings.
            Value::String(text) if text.len() <= 38 => text.parse().ok(),
            _ => None,
        };
        number(&self.actual)?.checked_sub(number(&self.expected)?)
    }

    /// Writes the difference, values shortened to about `width` characters.
    pub fn display(&self, width: usize) -> impl fmt::Display + '_ {
        let value = move |value: &Option<Value>| match value {
            Some(value) => shortened(&value.to_string(), width),
            None => "nothing".to_owned(),
        };
        let place = if self.path.is_empty() { "all" } else { &self.path };
        let offset = self.offset().map_or_else(String::new, |by| format!(" ({by:+})"));
        format!("{place}: expected {}, got {}{offset}", value(&self.expected), value(&self.actual))
    }
}

fn shortened(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// Every place at which `actual` is not as `expected`, objects by key, arrays by index.
///
/// The depth of recursion is that of the values, which the JSON parser bounds.
pub fn differences(expected: &Value, actual: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), Some(expected), Some(actual), &mut found);
    found
}

fn compare(
    path: String,
    expected: Option<&Value>,
    actual: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (expected, actual) {
        (Some(Value::Object(expected)), Some(Value::Object(actual))) => {
            let keys: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
            for key in keys {
                let separator = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{separator}{key}");
                compare(path, expected.get(key), actual.get(key), found);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(actual))) => {
            for index in 0..expected.len().max(actual.len()) {
                let path = format!("{path}[{index}]");
                compare(path, expected.get(index), actual.get(index), found);
            }
        }
        (expected, actual) if expected == actual => {}
        (expected, actual) => {
            found.push(Difference { path, expected: expected.cloned(), actual: actual.cloned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use serde_json::json;

    #[test]
    fn every_place_is_named() {
        let expected = json!({"gas": 5, "logs": ["a", "b"], "action": {"Transfer": {"deposit": "7"}}, "gone": null});
        let actual =
            json!({"gas": 7, "logs": ["a"], "action": {"Transfer": {"deposit": "4"}}, "new": [1]});
        let found: Vec<String> = differences(&expected, &actual)
            .iter()
            .map(|difference| difference.display(20).to_string())
            .collect();
        assert_eq!(
            found,
            [
                r#"action.Transfer.deposit: expected "7", got "4" (-3)"#,
                "gas: expected 5, got 7 (+2)",
                "gone: expected null, got nothing",
                r#"logs[1]: expected "b", got nothing"#,
                "new: expected nothing, got [1]",
            ]
        );
        assert_eq!(differences(&actual, &actual), []);
    }

    #[test]
    fn kinds_differ_as_a_whole_and_long_values_are_shortened() {
        let found = differences(&json!("é".repeat(30)), &json!({"a": 1}));
        let [difference] = &found[..] else { panic!("{found:?}") };
        let text = difference.clone().within("step 2").display(4).to_string();
        assert_eq!(text, "step 2: expected \"ééé… (62 bytes), got {\"a\"… (7 bytes)");
    }
}
