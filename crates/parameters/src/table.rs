//! A table: every parameter of one configuration by key, each with value, unit and meaning.
//!
//! A table is plain data. It comes from a file that ships with the crate, from a file of a user, or
//! from either with changes on top; [`RuntimeConfig`](crate::RuntimeConfig) is what code reads, and
//! making one checks that the table has exactly the parameters there are.

use crate::cost::Cost;
use crate::error::{ParameterProblem, ParametersError};
use crate::value::{Unit, Value, grouped, is_word};
use crate::yaml::{self, Node};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// The parameters of one configuration, by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    file: String,
    entries: BTreeMap<String, Entry>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// How much, or which.
    pub value: Value,
    /// What the value is counted in.
    pub unit: Unit,
    /// What the value is for, in one line.
    pub meaning: String,
}

/// A parameter in which two tables differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Key of the parameter.
    pub key: String,
    /// Its value in the first table, if it has one.
    pub old: Option<Value>,
    /// Its value in the second table, if it has one.
    pub new: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<Value>| {
            value.as_ref().map_or_else(|| "absent".to_owned(), ToString::to_string)
        };
        write!(f, "{}: {} -> {}", self.key, text(&self.old), text(&self.new))
    }
}

impl Table {
    /// Reads a complete table in the format of the tables that ship (see `data/84.yaml`). Errors
    /// call it `table`.
    ///
    /// # Errors
    /// The first thing that is not a well-formed parameter. Whether the parameters are those that
    /// there are is checked when a configuration is made of the table.
    pub fn from_yaml(text: &str) -> Result<Table, ParametersError> {
        Table::from_named_yaml("table", text)
    }

    /// Reads a complete table that errors call `file`; otherwise as [`Table::from_yaml`].
    ///
    /// # Errors
    /// As [`Table::from_yaml`].
    pub fn from_named_yaml(file: &str, text: &str) -> Result<Table, ParametersError> {
        let entries = yaml::read(file, text)?
            .into_iter()
            .map(|(key, node)| match Entry::read(&key, &node) {
                Ok(entry) => Ok((key, entry)),
                Err(problem) => Err(refuse(file, &key, problem)),
            })
            .collect::<Result<_, _>>()?;
        Ok(Table { file: file.to_owned(), entries })
    }

    /// This table with the changes that `text` lists, each `key: { old: .., new: .. }`. Errors
    /// call the text `file`.
    ///
    /// # Errors
    /// The first change of a key that the table does not have, whose `old` is not the table's
    /// value, or whose `new` is the same or cannot be read in the parameter's unit.
    pub fn with_changes(&self, file: &str, text: &str) -> Result<Table, ParametersError> {
        let mut changed = Table { file: file.to_owned(), entries: self.entries.clone() };
        for (key, node) in yaml::read(file, text)? {
            changed.change(&key, &node).map_err(|problem| refuse(file, &key, problem))?;
        }
        Ok(changed)
    }

    fn change(&mut self, key: &str, node: &Node) -> Result<(), ParameterProblem> {
        let entry = self.entries.get_mut(key).ok_or(ParameterProblem::UnknownKey)?;
        let [old, new] = fields(node, "old, new", ["old", "new"])?;
        let (old, new) = (Value::read(old, entry.unit)?, Value::read(new, entry.unit)?);
        if entry.value != old {
            return Err(ParameterProblem::WrongOld {
                stated: old.to_string(),
                actual: entry.value.to_string(),
            });
        }
        if old == new {
            return Err(ParameterProblem::NoChange { value: new.to_string() });
        }
        entry.value = new;
        Ok(())
    }

    /// What errors call the file that the table comes from.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The parameter under `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Puts `value` under `key`, whose unit and meaning stay. For those who compute a table, such
    /// as an estimator; a configuration made of the table checks the value.
    ///
    /// # Errors
    /// [`ParameterProblem::UnknownKey`] if the table has no such parameter.
    pub fn set(&mut self, key: &str, value: Value) -> Result<(), ParametersError> {
        match self.entries.get_mut(key) {
            Some(entry) => {
                entry.value = value;
                Ok(())
            }
            None => Err(refuse(&self.file, key, ParameterProblem::UnknownKey)),
        }
    }

    /// Every parameter with its key, in order of keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    /// What to change to get `other`, in order of keys.
    pub fn diff(&self, other: &Table) -> Vec<Difference> {
        let mut keys: Vec<&String> = self.entries.keys().chain(other.entries.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        let value = |table: &Table, key| table.entry(key).map(|entry| entry.value.clone());
        keys.into_iter()
            .map(|key| Difference {
                old: value(self, key),
                new: value(other, key),
                key: key.clone(),
            })
            .filter(|difference| difference.old != difference.new)
            .collect()
    }

    /// The table for reading: a line per number, aligned as key, value and unit.
    pub fn to_text(&self) -> String {
        let rows: Vec<Row> = self.iter().flat_map(|(key, entry)| rows(key, entry)).collect();
        let width = |column: fn(&Row) -> usize| rows.iter().map(column).max().unwrap_or(0);
        let (keys, values) = (width(|row| row.key.len()), width(|row| row.value.len()));
        let mut text = String::new();
        for Row { key, value, unit } in &rows {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key:keys$}  {value:>values$}  {unit}");
        }
        text
    }

    /// The table as JSON: by key an object of `value`, `unit` and `meaning`.
    pub fn to_json(&self) -> Json {
        let entry = |entry: &Entry| {
            json!({
                "value": entry.value.to_json(),
                "unit": entry.unit.name(),
                "meaning": entry.meaning,
            })
        };
        Json::Object(self.iter().map(|(key, of_key)| (key.to_owned(), entry(of_key))).collect())
    }

    /// The table in the format that [`Table::from_yaml`] reads.
    pub fn to_yaml(&self) -> String {
        let mut text = String::new();
        for (key, Entry { value, unit, meaning }) in self.iter() {
            let meaning = meaning.replace('\\', r"\\").replace('"', r#"\""#);
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "{key}:\n  value: {value}\n  unit: {unit}\n  meaning: \"{meaning}\"\n"
            );
        }
        text
    }
}

impl Entry {
    fn read(key: &str, node: &Node) -> Result<Entry, ParameterProblem> {
        if !is_word(key) {
            return Err(ParameterProblem::UnknownKey);
        }
        let [value, unit, meaning] =
            fields(node, "value, unit, meaning", ["value", "unit", "meaning"])?;
        let text = |node: &Node| node.scalar().map_or_else(|| node.to_string(), str::to_owned);
        let unit = Unit::parse(&text(unit))?;
        let meaning = text(meaning);
        // What is read has to survive being written out again, in quotes and on one line.
        if meaning.is_empty() || !meaning.chars().all(|c| matches!(c, ' '..='~')) {
            return Err(ParameterProblem::Value {
                expected: "a meaning in one line of printable ASCII",
                found: format!("{meaning:?}"),
            });
        }
        Ok(Entry { value: Value::read(value, unit)?, unit, meaning })
    }
}

/// The values of a mapping of exactly these keys, which `expected` lists.
fn fields<'a, const N: usize>(
    node: &'a Node,
    expected: &'static str,
    keys: [&str; N],
) -> Result<[&'a Node; N], ParameterProblem> {
    node.fields(keys).ok_or_else(|| ParameterProblem::Fields { expected, found: node.to_string() })
}

/// The refusal of one parameter of a file.
pub(crate) fn refuse(file: &str, key: &str, problem: ParameterProblem) -> ParametersError {
    ParametersError::Parameter { file: file.to_owned(), key: key.to_owned(), problem }
}

/// A line of the text form.
struct Row {
    key: String,
    value: String,
    unit: &'static str,
}

fn rows(key: &str, entry: &Entry) -> Vec<Row> {
    let row = |key: String, value: String, unit: Unit| Row { key, value, unit: unit.name() };
    let cost = |key: String, Cost { gas, compute }: Cost| {
        if gas.as_gas() == compute {
            vec![row(key, grouped(gas), Unit::Cost)]
        } else {
            vec![
                row(format!("{key}.gas"), grouped(gas), Unit::Gas),
                row(format!("{key}.compute"), grouped(compute), Unit::Compute),
            ]
        }
    };
    match &entry.value {
        Value::Cost(of_use) => cost(key.to_owned(), *of_use),
        Value::Fee(fee) => [
            cost(format!("{key}.send_sir"), fee.send_sir),
            cost(format!("{key}.send_not_sir"), fee.send_not_sir),
            cost(format!("{key}.execution"), fee.execution),
        ]
        .into_iter()
        .flatten()
        .collect(),
        value => vec![row(key.to_owned(), value.to_string(), entry.unit)],
    }
}
