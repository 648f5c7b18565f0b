//! Why a table of parameters is refused.
//!
//! Every error names the file and, where there is one, the key, and says what would be right.

use torr_primitives::ProtocolVersion;

/// A table could not be loaded, or does not describe a usable configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// There is no table for the version.
    #[error(
        "protocol version {version} is not supported; versions {first} to {last} are, and others \
         need a table of their own"
    )]
    UnsupportedVersion {
        /// The version asked for.
        version: ProtocolVersion,
        /// The first version there is a table for.
        first: ProtocolVersion,
        /// The last version there is a table for.
        last: ProtocolVersion,
    },
    /// The text is not a table.
    #[error("{file}, line {line}: {problem}")]
    Syntax {
        /// Name of the file.
        file: String,
        /// Line of the text, from 1.
        line: usize,
        /// What is wrong and what to write instead.
        problem: SyntaxProblem,
    },
    /// The text is a table, but one of its parameters cannot be used.
    #[error("{file}: `{key}`: {problem}")]
    Parameter {
        /// Name of the file.
        file: String,
        /// Key of the parameter.
        key: String,
        /// What is wrong and what to write instead.
        problem: ParameterProblem,
    },
}

/// What is wrong with the text of a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxProblem {
    /// The file is too long to be a table.
    #[error("{bytes} bytes are more than the {limit} that a table may have")]
    TooLong {
        /// Length of the text.
        bytes: usize,
        /// The longest text accepted.
        limit: usize,
    },
    /// A character that no table needs.
    #[error("character {character:?}; write printable ASCII, spaces and line ends only")]
    Character {
        /// The first such character.
        character: char,
    },
    /// The YAML parser refuses the text.
    #[error("not YAML: {message}")]
    NotYaml {
        /// The parser's own words.
        message: String,
    },
    /// Valid YAML of a kind that tables do without.
    #[error("{found} has no place in a table; write plain keys, mappings and scalars")]
    Unsupported {
        /// What was found.
        found: &'static str,
    },
    /// The same key twice in one mapping.
    #[error("`{key}` stands here a second time; remove one of the two")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// Mappings within mappings beyond what any parameter needs.
    #[error("mappings are nested deeper than {limit} levels")]
    TooDeep {
        /// The deepest nesting accepted.
        limit: usize,
    },
}

/// What is wrong with one parameter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterProblem {
    /// The key is in the file and nothing reads it.
    #[error("no parameter has this key; correct its spelling or remove it")]
    UnknownKey,
    /// The key is needed and is not in the file.
    #[error("this parameter is missing; add it")]
    MissingKey,
    /// The entry is not made of the fields it needs.
    #[error("expected the fields {expected}; found {found}")]
    Fields {
        /// Fields to write.
        expected: &'static str,
        /// Fields found.
        found: String,
    },
    /// The value cannot be read as what its unit says.
    #[error("expected {expected}; found {found}")]
    Value {
        /// What to write.
        expected: &'static str,
        /// What was written.
        found: String,
    },
    /// The unit is not one that there is, or not the one of this parameter.
    #[error("expected the unit {expected}; found {found}")]
    Unit {
        /// The unit to write.
        expected: &'static str,
        /// The unit that was written.
        found: String,
    },
    /// `old` in a file of changes is not the value before the change.
    #[error("`old` is {stated}, but the value before this change is {actual}")]
    WrongOld {
        /// What the file says.
        stated: String,
        /// What the earlier versions resolve to.
        actual: String,
    },
    /// `old` and `new` are the same.
    #[error("`old` and `new` are both {value}; remove the entry")]
    NoChange {
        /// The value.
        value: String,
    },
    /// The value contradicts another one, or a bound that safe execution needs.
    #[error("{value} breaks the rule that {rule}")]
    Inconsistent {
        /// The value.
        value: String,
        /// The rule that the table must keep.
        rule: &'static str,
    },
}
