//! Reads typed values out of a table and keeps account of the keys.
//!
//! A key that is asked for and not there is missing; a key that is there and never asked for is
//! unknown. So the parameters that a table must have are those that the code reads, and there is
//! no second list of them.

use crate::cost::{ActionFees, Cost, ExtCosts, Fee};
use crate::error::{ParameterProblem, ParametersError};
use crate::ratio::Ratio;
use crate::table::{Table, refuse};
use crate::value::{Unit, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use torr_primitives::{AccountId, Balance, Gas};

/// A type that parameters have.
pub(crate) trait Parameter: Sized {
    /// What to write, for errors.
    const EXPECTED: &'static str;

    /// The value as this type, if it is of it.
    fn from_value(value: &Value) -> Option<Self>;

    /// The value that this is read from.
    fn to_value(&self) -> Value;
}

/// A set of parameters that belong together.
pub(crate) trait Group: Sized {
    /// Reads every parameter of the group.
    fn read(reader: &mut Reader<'_>) -> Result<Self, ParametersError>;

    /// The parameters of the group itself, by the names that code gives them; those of groups
    /// within it are not listed.
    fn parameters(&self) -> Vec<(&'static str, Value)>;
}

impl<G: Group> Group for Arc<G> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, ParametersError> {
        G::read(reader).map(Arc::new)
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        G::parameters(self)
    }
}

impl Group for ExtCosts {
    fn read(reader: &mut Reader<'_>) -> Result<Self, ParametersError> {
        ExtCosts::try_from_fn(|cost| reader.read(cost.key(), Unit::Cost))
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        self.iter().map(|(name, cost)| (name.name(), Value::Cost(*cost))).collect()
    }
}

impl Group for ActionFees {
    fn read(reader: &mut Reader<'_>) -> Result<Self, ParametersError> {
        ActionFees::try_from_fn(|cost| reader.read(cost.key(), Unit::Cost))
    }

    fn parameters(&self) -> Vec<(&'static str, Value)> {
        self.iter().map(|(name, fee)| (name.name(), Value::Fee(*fee))).collect()
    }
}

/// Takes values from a table and remembers which are left.
pub(crate) struct Reader<'a> {
    table: &'a Table,
    unread: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(table: &'a Table) -> Reader<'a> {
        Reader { table, unread: table.iter().map(|(key, _)| key).collect() }
    }

    /// The value under `key`, which is counted in `unit`.
    pub(crate) fn read<P: Parameter>(
        &mut self,
        key: &'static str,
        unit: Unit,
    ) -> Result<P, ParametersError> {
        let refuse = |problem| refuse(self.table.file(), key, problem);
        let entry = self.table.entry(key).ok_or_else(|| refuse(ParameterProblem::MissingKey))?;
        if entry.unit != unit {
            return Err(refuse(ParameterProblem::Unit {
                expected: unit.name(),
                found: entry.unit.name().to_owned(),
            }));
        }
        self.unread.remove(key);
        P::from_value(&entry.value).ok_or_else(|| {
            refuse(ParameterProblem::Value {
                expected: P::EXPECTED,
                found: entry.value.to_string(),
            })
        })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`ParameterProblem::UnknownKey`] for the first key that nothing has read.
    pub(crate) fn finish(self) -> Result<(), ParametersError> {
        match self.unread.first() {
            Some(key) => Err(refuse(self.table.file(), key, ParameterProblem::UnknownKey)),
            None => Ok(()),
        }
    }
}

/// Declares a configuration whose fields are read from a table, one line per field.
///
/// `name: Type => Unit` is the parameter `name`, `name: Type => Unit, "key"` the parameter `key`,
/// and `name: Type => group` a configuration of its own.
macro_rules! from_table {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $Type:ty => $unit:ident $(, $key:literal)?;)*
        }
    ) => {
        $(#[$meta])*
        pub struct $Name { $($(#[$field_meta])* pub $field: $Type,)* }

        impl $crate::reader::Group for $Name {
            fn read(
                reader: &mut $crate::reader::Reader<'_>,
            ) -> Result<$Name, $crate::error::ParametersError> {
                Ok($Name {
                    $($field: $crate::reader::read_field!(reader, $field, $unit $(, $key)?)?,)*
                })
            }

            fn parameters(&self) -> Vec<(&'static str, $crate::value::Value)> {
                let fields = [$($crate::reader::list_field!(self, $field, $unit),)*];
                fields.into_iter().flatten().collect()
            }
        }
    };
}

/// Reads one field of [`from_table!`].
macro_rules! read_field {
    ($reader:ident, $field:ident, group) => {
        $crate::reader::Group::read($reader)
    };
    ($reader:ident, $field:ident, $unit:ident) => {
        $reader.read(stringify!($field), $crate::value::Unit::$unit)
    };
    ($reader:ident, $field:ident, $unit:ident, $key:literal) => {
        $reader.read($key, $crate::value::Unit::$unit)
    };
}

/// Lists one field of [`from_table!`], if it is a parameter.
macro_rules! list_field {
    ($config:ident, $field:ident, group) => {
        None
    };
    ($config:ident, $field:ident, $unit:ident) => {
        Some((stringify!($field), $crate::reader::Parameter::to_value(&$config.$field)))
    };
}

pub(crate) use {from_table, list_field, read_field};

/// Makes `$Type` the type of the parameters whose value is `$Variant`.
macro_rules! parameter {
    ($Type:ty, $Variant:ident, $expected:literal) => {
        impl Parameter for $Type {
            const EXPECTED: &'static str = $expected;

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$Variant(value) => Some(*value),
                    _ => None,
                }
            }

            fn to_value(&self) -> Value {
                Value::$Variant(*self)
            }
        }
    };
}

parameter!(Cost, Cost, "a number or { gas, compute }");
parameter!(Fee, Fee, "{ send_sir, send_not_sir, execution }");
parameter!(u64, Number, "a number; there has to be a limit");
parameter!(Balance, Balance, "an amount of yoctoNEAR");
parameter!(Ratio, Ratio, "a ratio such as 3/10");
parameter!(bool, Switch, "true or false");

impl Parameter for Gas {
    const EXPECTED: &'static str = <u64 as Parameter>::EXPECTED;

    fn from_value(value: &Value) -> Option<Self> {
        <u64 as Parameter>::from_value(value).map(Gas::from_gas)
    }

    fn to_value(&self) -> Value {
        Value::Number(self.as_gas())
    }
}

impl Parameter for Option<u64> {
    const EXPECTED: &'static str = "a number or `none`";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Number(limit) => Some(Some(*limit)),
            Value::Unlimited => Some(None),
            _ => None,
        }
    }

    fn to_value(&self) -> Value {
        self.map_or(Value::Unlimited, Value::Number)
    }
}

impl Parameter for AccountId {
    const EXPECTED: &'static str = "a valid account id";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Name(name) => name.parse().ok(),
            _ => None,
        }
    }

    fn to_value(&self) -> Value {
        Value::Name(self.to_string())
    }
}
