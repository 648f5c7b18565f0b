//! One parameter's value and unit, and their text forms.
//!
//! The unit decides how a value is written, so a value is never guessed from its looks: `0` is an
//! amount of gas in one place and a balance in another.

use crate::cost::{Cost, Fee};
use crate::error::ParameterProblem;
use crate::ratio::Ratio;
use crate::yaml::Node;
use serde_json::{Value as Json, json};
use std::fmt;
use std::str::FromStr;
use torr_primitives::{Balance, Gas};

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Gas to pay and compute to count; one number stands for both.
    Cost,
    /// Gas.
    Gas,
    /// Compute, in units of gas.
    Compute,
    /// Bytes.
    Bytes,
    /// Pages of 64 KiB of Wasm memory.
    Pages,
    /// Blocks, by height.
    Blocks,
    /// A number of things.
    Count,
    /// YoctoNEAR, 10⁻²⁴ NEAR.
    YoctoNear,
    /// An exact fraction.
    Ratio,
    /// On or off.
    Switch,
    /// The number of a set of rules.
    Version,
    /// A name.
    Name,
}

impl Unit {
    /// Every unit.
    pub const ALL: &[Unit] = &[
        Unit::Cost,
        Unit::Gas,
        Unit::Compute,
        Unit::Bytes,
        Unit::Pages,
        Unit::Blocks,
        Unit::Count,
        Unit::YoctoNear,
        Unit::Ratio,
        Unit::Switch,
        Unit::Version,
        Unit::Name,
    ];

    /// The unit as tables write it.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Cost => "gas+compute",
            Unit::Gas => "gas",
            Unit::Compute => "compute",
            Unit::Bytes => "bytes",
            Unit::Pages => "pages",
            Unit::Blocks => "blocks",
            Unit::Count => "count",
            Unit::YoctoNear => "yoctoNEAR",
            Unit::Ratio => "ratio",
            Unit::Switch => "switch",
            Unit::Version => "version",
            Unit::Name => "name",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Unit, ParameterProblem> {
        Unit::ALL.iter().copied().find(|unit| unit.name() == text).ok_or_else(|| {
            ParameterProblem::Unit {
                expected: "gas+compute, gas, compute, bytes, pages, blocks, count, yoctoNEAR, \
                           ratio, switch, version or name",
                found: text.to_owned(),
            }
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One parameter's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Gas and compute of one use.
    Cost(Cost),
    /// Costs of sending and executing.
    Fee(Fee),
    /// An amount of gas or compute, a size, a number of things or of a version.
    Number(u64),
    /// An amount of the native token.
    Balance(Balance),
    /// An exact fraction.
    Ratio(Ratio),
    /// On or off.
    Switch(bool),
    /// A name.
    Name(String),
    /// The limit does not exist (written `none`).
    Unlimited,
}

/// How a limit that does not exist is written.
const UNLIMITED: &str = "none";

impl Value {
    /// Reads what a table says about a parameter of that unit.
    pub(crate) fn read(node: &Node, unit: Unit) -> Result<Value, ParameterProblem> {
        let value = match (unit, node) {
            (Unit::Cost, node) => read_cost(node).map(Value::Cost).or_else(|| read_fee(node)),
            (unit, Node::Scalar(text)) => read_scalar(text, unit),
            (_, Node::Map(_)) => None,
        };
        value.ok_or_else(|| ParameterProblem::Value {
            expected: notation(unit),
            found: node.to_string(),
        })
    }

    /// The value as JSON: amounts of tokens as strings, all other amounts as numbers.
    pub fn to_json(&self) -> Json {
        let cost = |cost: &Cost| json!({ "gas": cost.gas.as_gas(), "compute": cost.compute });
        match self {
            Value::Cost(of_use) => cost(of_use),
            Value::Fee(fee) => json!({
                "send_sir": cost(&fee.send_sir),
                "send_not_sir": cost(&fee.send_not_sir),
                "execution": cost(&fee.execution),
            }),
            Value::Number(number) => json!(number),
            Value::Balance(balance) => json!(balance.to_string()),
            Value::Ratio(ratio) => {
                json!({ "numerator": ratio.numerator(), "denominator": ratio.denominator() })
            }
            Value::Switch(on) => json!(on),
            Value::Name(name) => json!(name),
            Value::Unlimited => Json::Null,
        }
    }
}

/// Prints the value as tables write it, on one line.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Cost(cost) => CostText(cost).fmt(f),
            Value::Fee(fee) => write!(
                f,
                "{{ send_sir: {}, send_not_sir: {}, execution: {} }}",
                CostText(&fee.send_sir),
                CostText(&fee.send_not_sir),
                CostText(&fee.execution)
            ),
            Value::Number(number) => f.write_str(&grouped(number)),
            Value::Balance(balance) => f.write_str(&grouped(balance)),
            Value::Ratio(ratio) => ratio.fmt(f),
            Value::Switch(on) => on.fmt(f),
            Value::Name(name) => f.write_str(name),
            Value::Unlimited => f.write_str(UNLIMITED),
        }
    }
}

struct CostText<'a>(&'a Cost);

impl fmt::Display for CostText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { gas, compute } = *self.0;
        if gas.as_gas() == compute {
            f.write_str(&grouped(compute))
        } else {
            write!(f, "{{ gas: {}, compute: {} }}", grouped(gas), grouped(compute))
        }
    }
}

/// A number with `_` between groups of three digits.
pub(crate) fn grouped(number: impl fmt::Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// What to write for a value of the unit.
const fn notation(unit: Unit) -> &'static str {
    match unit {
        Unit::Cost => {
            "a number, { gas, compute }, or { send_sir, send_not_sir, execution } made of these"
        }
        Unit::YoctoNear => "a number below 2^128",
        Unit::Ratio => "a ratio of two numbers below 2^32, such as 3/10",
        Unit::Switch => "true or false",
        Unit::Name => "a name of letters, digits, `_`, `-` and `.`",
        Unit::Gas
        | Unit::Compute
        | Unit::Bytes
        | Unit::Pages
        | Unit::Blocks
        | Unit::Count
        | Unit::Version => "a number below 2^64, or `none` where there need not be a limit",
    }
}

fn read_cost(node: &Node) -> Option<Cost> {
    match node {
        Node::Scalar(text) => read_number(text).map(Gas::from_gas).map(Cost::of_gas),
        Node::Map(_) => {
            let [gas, compute] = node.fields(["gas", "compute"])?;
            Some(Cost {
                gas: Gas::from_gas(read_number(gas.scalar()?)?),
                compute: read_number(compute.scalar()?)?,
            })
        }
    }
}

fn read_fee(node: &Node) -> Option<Value> {
    let [sir, not_sir, execution] = node.fields(["send_sir", "send_not_sir", "execution"])?;
    Some(Value::Fee(Fee {
        send_sir: read_cost(sir)?,
        send_not_sir: read_cost(not_sir)?,
        execution: read_cost(execution)?,
    }))
}

fn read_scalar(text: &str, unit: Unit) -> Option<Value> {
    match unit {
        Unit::Cost => None,
        Unit::YoctoNear => read_number(text).map(Balance::from_yoctonear).map(Value::Balance),
        Unit::Ratio => text.parse().ok().map(Value::Ratio),
        Unit::Switch => text.parse().ok().map(Value::Switch),
        Unit::Name => is_word(text).then(|| Value::Name(text.to_owned())),
        Unit::Gas
        | Unit::Compute
        | Unit::Bytes
        | Unit::Pages
        | Unit::Blocks
        | Unit::Count
        | Unit::Version => {
            if text == UNLIMITED {
                Some(Value::Unlimited)
            } else {
                read_number(text).map(Value::Number)
            }
        }
    }
}

/// Whether the text is letters, digits, `_`, `-` and `.`, which need no quotes in any place.
pub(crate) fn is_word(text: &str) -> bool {
    let within = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(within)
}

/// A number of decimal digits, with `_` between them where it helps the eye.
fn read_number<N: FromStr>(text: &str) -> Option<N> {
    let at_ends = text.starts_with('_') || text.ends_with('_');
    if at_ends || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return None;
    }
    text.replace('_', "").parse().ok()
}
