//! The tool can tell: a case whose expectation says anything else than what happens fails, and the
//! difference is where the expectation was changed.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use conformance::areas::vm::{VmCase, vm_cases};
use conformance::areas::{Source, cases};
use conformance::case::{Check, Failure};
use conformance::{shipped, vector_file};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// Every field that an expectation can have, with a file in which a case has it.
const FIELDS: &[(&str, &str)] = &[
    ("error", "host_registers"),
    ("return", "host_registers"),
    ("gas_burnt", "host_registers"),
    ("gas_used", "host_promises"),
    ("compute_usage", "host_registers"),
    ("balance", "balances"),
    ("subsidized_amount", "balances"),
    ("storage_usage", "host_storage"),
    ("logs", "logs"),
    ("profile", "host_promises"),
    ("actions", "host_actions"),
    ("actions", "yield_and_context"),
    ("storage_after", "host_storage"),
    ("runner_error", "storage_limits"),
];

/// Files of values in which every field of a case says something, but for those of [`UNCHECKED`].
const VALUES: &[&str] = &[
    "accounts-and-access-keys",
    "actions",
    "errors",
    "merkle",
    "outcomes",
    "receipt-ids",
    "receipts",
    "state-records",
    "transactions",
    "trie-keys",
];

/// Names of cases, for people; and reasons for failure, which no
/// other part of an outcome depends on.
const UNCHECKED: &[&str] = &["/name", "/what", "/status/Failure/"];

/// Longer cases differ from others in their length alone, and take long: each leaf is changed in turn.
const LONGEST: usize = 5_000;

fn file(area: &str) -> Value {
    shipped_file("vm", area)
}

fn shipped_file(folder: &str, area: &str) -> Value {
    let shipped = shipped::folder(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let path: PathBuf = shipped.join(format!("{folder}/{area}.json.zst"));
    vector_file::json(&path).unwrap()
}

/// The same file with `case` alone.
fn only(area: &str, file: &Value, case: &Value) -> Result<VmCase, String> {
    let mut file = file.clone();
    file["cases"] = json!([case]);
    let mut cases = vm_cases(area, file).unwrap();
    assert_eq!(cases.len(), 1);
    cases.remove(0).case
}

/// Whether a case expects something worth changing in `field`.
fn says_something(case: &Value, field: &str) -> bool {
    match &case["expect"][field] {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => text != "none",
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Pointers to all leaves of a value.
fn leaves(value: &Value) -> Vec<String> {
    let inside = |(name, value): (String, &Value)| {
        let name = name.replace('~', "~0").replace('/', "~1");
        let below = leaves(value).into_iter().map(move |leaf| format!("/{name}{leaf}"));
        below.collect::<Vec<_>>()
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().map(|(name, value)| (name.clone(), value)).flat_map(inside).collect()
        }
        Value::Array(list) if !list.is_empty() => {
            let numbered = list.iter().enumerate();
            numbered.map(|(index, value)| (index.to_string(), value)).flat_map(inside).collect()
        }
        _ => vec![String::new()],
    }
}

fn changed(leaf: &Value) -> Value {
    match leaf {
        Value::Null => json!("something"),
        Value::Bool(is) => json!(!is),
        Value::Number(number) => match number.as_u64() {
            Some(number) => json!(number ^ 1),
            None => json!(0.5),
        },
        Value::String(text) => json!(format!("{text}0")),
        Value::Array(_) => json!(["one more"]),
        Value::Object(_) => json!({ "one_more": 0 }),
    }
}

/// `/actions/0/Transfer` as the tool writes it: `actions[0].Transfer`.
fn as_path(pointer: &str) -> String {
    let mut path = String::new();
    for name in pointer.split('/').skip(1) {
        match (name.parse::<usize>(), path.is_empty()) {
            (Ok(index), _) => path += &format!("[{index}]"),
            (Err(_), true) => path += name,
            (Err(_), false) => path += &format!(".{name}"),
        }
    }
    path
}

fn runner() -> Runner {
    Runner::new(EngineKind::Wasmi, CacheConfig::default()).unwrap()
}

#[test]
fn a_changed_expectation_fails_where_it_was_changed() {
    let runner = runner();
    for (field, area) in FIELDS {
        let file = file(area);
        let cases = file["cases"].as_array().unwrap();
        let case = cases.iter().find(|case| says_something(case, field));
        let case = case.unwrap_or_else(|| panic!("no case of {area} has {field}"));
        assert_eq!(only(area, &file, case).unwrap().check(&runner), Ok(()), "{}", case["name"]);
        for leaf in leaves(&case["expect"][field]) {
            let pointer = format!("/{field}{leaf}");
            let mut tampered = case.clone();
            let place = tampered["expect"].pointer_mut(&pointer).unwrap();
            *place = changed(place);
            let verdict = only(area, &file, &tampered).unwrap().check(&runner);
            let Err(Failure::Differs(differences)) = verdict else {
                panic!("{} passes with another {pointer}", case["name"])
            };
            let path = as_path(&pointer);
            let all_there = differences.iter().all(|difference| difference.path.starts_with(&path));
            assert!(all_there, "{pointer}: {differences:?}");
        }
    }
}

/// The first scenario of a file of state transitions, on the trie in memory.
fn check_scenario(file: &Value, runner: &Runner) -> Result<(), Failure> {
    let shipped = shipped::folder(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let path = shipped.join("apply/transfers.json.zst");
    match &cases(&Source::of(&path), file.clone()).remove(0).check {
        Check::OnEngine(check) => check(runner),
        Check::Malformed(reason) => panic!("{reason}"),
        Check::Once(_) | Check::NoRunner(_) => panic!("a scenario runs contracts"),
    }
}

#[test]
fn a_changed_expectation_of_a_chunk_fails_where_it_was_changed() {
    let runner = runner();
    let mut file = shipped_file("apply", "transfers");
    let first = file["cases"][0].clone();
    file["cases"] = json!([first]);
    assert_eq!(check_scenario(&file, &runner), Ok(()));
    // What an earlier entry sends is what a later one gets.
    let entries = first["blocks"].as_array().unwrap();
    let last = entries.len() - 1;
    for leaf in leaves(&entries[last]["expect"]) {
        let mut tampered = file.clone();
        let pointer = format!("/cases/0/blocks/{last}/expect{leaf}");
        let place = tampered.pointer_mut(&pointer).unwrap();
        *place = changed(place);
        let Err(Failure::Differs(differences)) = check_scenario(&tampered, &runner) else {
            panic!("passes with another {leaf}")
        };
        let path = format!("height {}).{}", entries[last]["height"], as_path(&leaf));
        let all_there = differences.iter().all(|difference| difference.path.contains(&path));
        assert!(all_there, "{leaf}: {differences:?}");
    }
}

#[test]
fn a_field_that_is_gone_or_unknown_fails() {
    let (runner, file) = (runner(), file("host_storage"));
    let case = &file["cases"][0];
    for field in case["expect"].as_object().unwrap().keys() {
        let mut tampered = case.clone();
        tampered["expect"].as_object_mut().unwrap().remove(field);
        assert!(only("host_storage", &file, &tampered).unwrap().check(&runner).is_err(), "{field}");
    }
    let mut tampered = case.clone();
    tampered["expect"]["new"] = json!(0);
    assert!(only("host_storage", &file, &tampered).unwrap().check(&runner).is_err());
}

#[test]
fn a_case_that_is_not_understood_is_refused() {
    let file = file("host_storage");
    let with = |change: fn(&mut Map<String, Value>)| {
        let mut case = file["cases"][0].clone();
        change(case.as_object_mut().unwrap());
        only("host_storage", &file, &case).err().unwrap_or_default()
    };
    assert_eq!(with(|_| ()), "");
    for (change, reason) in [
        (
            (|case| drop(case.insert("new".into(), json!(0)))) as fn(&mut Map<_, _>),
            "unknown field `new`",
        ),
        (
            |case| drop(case.insert("context".into(), json!({ "new": 0 }))),
            "context: unknown field `new`",
        ),
        (|case| drop(case.insert("host".into(), json!({ "new": 0 }))), "unknown field `new`"),
        (|case| drop(case.insert("module".into(), json!("none"))), "the file has no module none"),
        (|case| drop(case.remove("expect")), "neither `expect` nor `sequence`"),
        (|case| drop(case.insert("sequence".into(), json!([]))), "`sequence` beside"),
    ] {
        let refused = with(change);
        assert!(refused.starts_with(reason), "{refused}");
    }
}

#[test]
fn a_changed_value_fails() {
    for area in VALUES {
        let mut file = shipped_file("primitives", area);
        let all = file["cases"].take();
        let passes = |case: &Value| {
            let mut only = file.clone();
            only["cases"] = json!([case]);
            match &cases(&Source::of(Path::new(area)), only).remove(0).check {
                Check::Once(check) => check().is_ok(),
                Check::OnEngine(_) | Check::NoRunner(_) | Check::Malformed(_) => false,
            }
        };
        let checked = |leaf: &&String| !UNCHECKED.iter().any(|field| leaf.contains(field));
        let short = |case: &&Value| case.to_string().len() <= LONGEST;
        for case in all.as_array().unwrap().iter().filter(short) {
            assert!(passes(case), "{area}: {case}");
            for leaf in leaves(case).iter().filter(checked) {
                let mut tampered = case.clone();
                let place = tampered.pointer_mut(leaf).unwrap();
                *place = changed(place);
                assert!(!passes(&tampered), "{area}: {case} passes with another {leaf}");
            }
        }
    }
}
