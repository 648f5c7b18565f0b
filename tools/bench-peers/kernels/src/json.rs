//! Parsing JSON into a tree: bytes looked at one by one, and many small allocations.

use miniserde::json::{self, Number, Value};
use std::hint::black_box;

/// 33 KB of JSON, written by the build script.
const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/document.json"));

/// Parses the document as often as `documents` says; zero when it is not JSON.
pub(crate) fn run(documents: u32) -> u64 {
    (0..documents).fold(0, |sum: u64, _| {
        let tree = json::from_str::<Value>(black_box(DOCUMENT));
        sum.wrapping_mul(31).wrapping_add(tree.map_or(0, |tree| summary(&tree)))
    })
}

/// A number that every value in the tree changes. The document's depth bounds the recursion.
fn summary(value: &Value) -> u64 {
    match value {
        Value::Null => 1,
        Value::Bool(value) => 2 + u64::from(*value),
        Value::Number(Number::U64(number)) => *number,
        Value::Number(Number::I64(number)) => *number as u64,
        Value::Number(Number::F64(number)) => number.to_bits(),
        Value::String(text) => text.bytes().map(u64::from).sum(),
        Value::Array(values) => values
            .iter()
            .fold(4, |sum: u64, value| sum.wrapping_mul(3).wrapping_add(summary(value))),
        Value::Object(fields) => fields.iter().fold(5, |sum: u64, (name, value)| {
            sum.wrapping_mul(5).wrapping_add(name.len() as u64 ^ summary(value))
        }),
    }
}
