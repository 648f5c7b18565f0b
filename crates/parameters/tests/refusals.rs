//! Every way in which a table can be wrong, and the error that says so.

use proptest::prelude::*;
use torr_parameters::{
    MAX_TABLE_BYTES, ParameterProblem, ParametersError, RuntimeConfig, SyntaxProblem, Table, Value,
};

fn base() -> Table {
    Table::builtin(84).expect("it is supported")
}

/// The one message of a table or a file of changes that is refused.
fn refusal<T: std::fmt::Debug>(result: Result<T, ParametersError>) -> String {
    result.expect_err("it is wrong").to_string()
}

#[test]
fn text_that_is_no_table() {
    let entry = "a: { value: 1, unit: gas, meaning: A. }";
    let cases = [
        (
            "a: 1\na: 2".to_owned(),
            "table, line 2: `a` stands here a second time; remove one of the two",
        ),
        (
            "a: &b 1".to_owned(),
            "table, line 1: an anchor or a tag has no place in a table; write plain keys, mappings and scalars",
        ),
        (
            "a: !!int 1".to_owned(),
            "table, line 1: an anchor or a tag has no place in a table; write plain keys, mappings and scalars",
        ),
        (
            "a: [1]".to_owned(),
            "table, line 1: a list has no place in a table; write plain keys, mappings and scalars",
        ),
        (
            "{ { a: 1 }: 2 }".to_owned(),
            "table, line 1: a mapping as a key has no place in a table; write plain keys, mappings and scalars",
        ),
        (
            "a".to_owned(),
            "table, line 1: a scalar without a key has no place in a table; write plain keys, mappings and scalars",
        ),
        (
            format!("{entry}\n---\n{entry}"),
            "table, line 2: a second document has no place in a table; write plain keys, mappings and scalars",
        ),
        (
            "a: { b: { c: { d: { e: 1 } } } }".to_owned(),
            "table, line 1: mappings are nested deeper than 4 levels",
        ),
        (
            format!("# \n{entry} # \u{b5}"),
            "table, line 2: character 'µ'; write printable ASCII, spaces and line ends only",
        ),
        ("a: 1".to_owned(), "table: `a`: expected the fields value, unit, meaning; found `1`"),
        (
            "a: { value: 1, unit: gas }".to_owned(),
            "table: `a`: expected the fields value, unit, meaning; found { unit: `gas`, value: `1` }",
        ),
        (
            "a: { value: 1, unit: mile, meaning: A. }".to_owned(),
            "table: `a`: expected the unit gas+compute, gas, compute, bytes, pages, blocks, count, yoctoNEAR, ratio, switch, version or name; found mile",
        ),
        (
            "a: { value: 1, unit: gas, meaning: '' }".to_owned(),
            "table: `a`: expected a meaning in one line of printable ASCII; found \"\"",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(Table::from_yaml(&text)), message, "{text}");
    }
    assert!(matches!(
        Table::from_yaml("a: }"),
        Err(ParametersError::Syntax { line: 1, problem: SyntaxProblem::NotYaml { .. }, .. })
    ));
    assert_eq!(
        Table::from_yaml(&" ".repeat(MAX_TABLE_BYTES + 1)),
        Err(ParametersError::Syntax {
            file: "table".to_owned(),
            line: 1,
            problem: SyntaxProblem::TooLong { bytes: MAX_TABLE_BYTES + 1, limit: MAX_TABLE_BYTES },
        })
    );
}

#[test]
fn values_that_do_not_fit_their_unit() {
    let cases = [
        ("gas", "-1"),
        ("gas", "1.5"),
        ("gas", "1e9"),
        ("gas", "0x10"),
        ("gas", "_1"),
        ("gas", "18446744073709551616"),
        ("gas", "''"),
        ("gas", "{ gas: 1, compute: 1 }"),
        ("count", "unlimited"),
        ("gas+compute", "none"),
        ("gas+compute", "{ gas: 1 }"),
        ("gas+compute", "{ send_sir: 1, send_not_sir: 1 }"),
        ("gas+compute", "{ send_sir: 1, send_not_sir: 1, execution: { gas: 1 } }"),
        ("yoctoNEAR", "340282366920938463463374607431768211456"),
        ("yoctoNEAR", "1 N"),
        ("ratio", "0.3"),
        ("ratio", "1/0"),
        ("switch", "yes"),
        ("name", "''"),
    ];
    for (unit, value) in cases {
        let result =
            Table::from_yaml(&format!("a: {{ value: {value}, unit: {unit}, meaning: A. }}"));
        let Err(ParametersError::Parameter { key, problem, .. }) = result else {
            panic!("{value} {unit} gives {result:?}");
        };
        assert!(matches!(problem, ParameterProblem::Value { .. }), "{value} {unit}: {problem}");
        assert_eq!(key, "a");
    }
}

#[test]
fn changes_that_do_not_fit_the_table() {
    let cases = [
        (
            "max_logs: { old: 1, new: 2 }",
            "my.yaml: `max_logs`: no parameter has this key; correct its spelling or remove it",
        ),
        (
            "max_number_logs: { old: 99, new: 2 }",
            "my.yaml: `max_number_logs`: `old` is 99, but the value before this change is 100",
        ),
        (
            "max_number_logs: { old: 100, new: 1_00 }",
            "my.yaml: `max_number_logs`: `old` and `new` are both 100; remove the entry",
        ),
        (
            "max_number_logs: { new: 2 }",
            "my.yaml: `max_number_logs`: expected the fields old, new; found { new: `2` }",
        ),
        (
            "max_number_logs: { old: 100, new: many }",
            "my.yaml: `max_number_logs`: expected a number below 2^64, or `none` where there need not be a limit; found `many`",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(base().with_changes("my.yaml", text)), message, "{text}");
    }
}

#[test]
fn tables_that_lack_a_parameter_or_have_one_too_many() {
    let text = base().to_yaml();
    let missing = text.replacen("max_number_logs:", "max_logs:", 1);
    let extra = format!("{text}max_logs: {{ value: 1, unit: count, meaning: Logs. }}");
    let unit = text.replacen("unit: pages", "unit: bytes", 1);
    let kind = text.replacen("value: 822_756", "value: none", 1);
    let cases = [
        (missing, "table: `max_number_logs`: this parameter is missing; add it"),
        (extra, "table: `max_logs`: no parameter has this key; correct its spelling or remove it"),
        (unit, "table: `initial_memory_pages`: expected the unit pages; found bytes"),
        (
            kind,
            "table: `wasm_linear_op_unit_cost`: expected a number; there has to be a limit; found none",
        ),
    ];
    for (text, message) in cases {
        let table = Table::from_yaml(&text).expect("its text is well formed");
        assert_eq!(refusal(RuntimeConfig::try_from(&table)), message);
    }
}

#[test]
fn values_that_execution_cannot_work_with() {
    let bound = 1u64 << 62;
    let cases = [
        ("wasm_regular_op_cost", Value::Number(bound / 4_194_304)),
        ("max_contract_size", Value::Number(u64::MAX)),
        ("wasm_linear_op_base_cost", Value::Number(bound)),
        ("wasm_linear_op_unit_cost", Value::Number((bound >> 32) + 1)),
        ("wasm_grow_mem_cost", Value::Number(u64::MAX)),
        ("max_gas_burnt", Value::Number(bound)),
        ("max_gas_burnt_view", Value::Number(bound)),
        ("max_memory_pages", Value::Number(65_537)),
        ("initial_memory_pages", Value::Number(2_049)),
        ("max_stack_height", Value::Number(1 << 32)),
        ("burnt_gas_reward", Value::Ratio("11/10".parse().expect("a ratio"))),
        ("gas_refund_penalty", Value::Ratio("2/1".parse().expect("a ratio"))),
        ("account_creation_charge", Value::Balance("1".parse().expect("a balance"))),
        ("vm_kind", Value::Name("NearVm".to_owned())),
        ("registrar_account_id", Value::Name("Registrar".to_owned())),
    ];
    for (key, value) in cases {
        let mut table = base();
        table.set(key, value.clone()).expect("the key exists");
        let result = RuntimeConfig::try_from(&table);
        let Err(ParametersError::Parameter { problem, .. }) = result else {
            panic!("{key} = {value} is accepted");
        };
        assert!(
            matches!(
                problem,
                ParameterProblem::Inconsistent { .. } | ParameterProblem::Value { .. }
            ),
            "{key} = {value}: {problem}"
        );
    }
    let largest = Value::Number((bound - 1 - 26_328_192) / u64::from(u32::MAX));
    let mut table = base();
    table.set("wasm_linear_op_unit_cost", largest).expect("the key exists");
    assert!(RuntimeConfig::try_from(&table).is_ok());
}

/// Pieces that YAML gives a meaning to, so that random texts get past its first character.
fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("max_number_logs"),
        Just("value"),
        Just("unit"),
        Just("meaning"),
        Just("gas"),
        Just("1_0"),
        Just("none"),
        Just(": "),
        Just(":"),
        Just("\n"),
        Just("\n  "),
        Just("  "),
        Just("{ "),
        Just(" }"),
        Just("["),
        Just("]"),
        Just(", "),
        Just("- "),
        Just("? "),
        Just("| "),
        Just("> "),
        Just("& "),
        Just("*a"),
        Just("!!str "),
        Just("'"),
        Just("\""),
        Just("\\x4"),
        Just("#"),
        Just("%YAML"),
        Just("---\n"),
        Just("...\n"),
        Just("<<"),
        Just("\t"),
        Just("\r"),
        Just("\u{feff}"),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in prop_oneof![yaml_like(), any::<String>()]) {
        if let Ok(table) = Table::from_yaml(&text) {
            prop_assert!(RuntimeConfig::try_from(&table).is_err());
        }
        let _ = base().with_changes("changes", &text);
    }

    /// A table with a part of it replaced is read as another table or refused, and what is read
    /// has the same text form again.
    #[test]
    fn a_damaged_table_is_refused_or_another_table(
        at in any::<prop::sample::Index>(), len in 0usize..200, by in yaml_like(),
    ) {
        let mut text = base().to_yaml();
        let start = at.index(text.len());
        let end = text.len().min(start + len);
        text.replace_range(start..end, &by);
        if let Ok(table) = Table::from_yaml(&text) {
            let _ = RuntimeConfig::try_from(&table);
            let again = Table::from_yaml(&table.to_yaml()).expect("what is written can be read");
            prop_assert_eq!(again, table);
        }
    }
}
