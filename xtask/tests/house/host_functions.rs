//! A host function stands in one place: its name is declared once, and the declarations are those of
//! the reviewed table.

use crate::{no_one_breaks, repository, rust_files};
use std::collections::BTreeMap;

/// Where host functions are declared.
const FUNCTIONS: &str = "crates/vm-logic/src/functions";

/// The table that the declarations make, written out by a test of vm-logic.
const TABLE: &str = "crates/vm-logic/tests/data/host-functions.txt";

/// Names of the functions below a `#[host…]` attribute in `text`.
fn declared(text: &str) -> Vec<&str> {
    let attributes = text
        .match_indices("#[host")
        .filter(|(at, attribute)| text[at + attribute.len()..].starts_with(['(', ']']));
    attributes.filter_map(|(at, _)| name_of_next_function(&text[at..])).collect()
}

fn name_of_next_function(text: &str) -> Option<&str> {
    let (_, after) = text.split_once(" fn ")?;
    Some(after.split_once('(')?.0)
}

#[test]
fn every_host_function_is_declared_once() {
    let mut places = BTreeMap::<String, Vec<String>>::new();
    for file in rust_files(FUNCTIONS) {
        for name in declared(&file.text) {
            places.entry(name.to_owned()).or_default().push(file.name.clone());
        }
    }
    let culprits: Vec<String> = places
        .iter()
        .filter(|(_, files)| files.len() != 1)
        .map(|(name, files)| format!("{name}: {}", files.join(", ")))
        .collect();
    no_one_breaks("a host function has one declaration:", &culprits);

    let table = std::fs::read_to_string(repository().join(TABLE)).expect("it is there");
    let mut names: Vec<&str> =
        table.lines().filter_map(|line| Some(line.split_once('(')?.0)).collect();
    names.sort_unstable();
    assert_eq!(places.keys().map(String::as_str).collect::<Vec<_>>(), names);
}
