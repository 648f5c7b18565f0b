//! Why a module is refused: the protocol's error, and beside it a diagnosis for its developer.
//!
//! **Invariant:** only [`Rejection::error`] reaches an outcome. The diagnosis holds texts of the
//! parser and offsets, which may differ between builds of this crate.

use super::advice;
use std::fmt;
use torr_vm_logic::error::{CompilationError, PrepareError};
use wasmparser::BinaryReaderError;

/// A refused module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}: {diagnosis}")]
pub struct Rejection {
    /// The protocol's error.
    pub error: CompilationError,
    /// What a developer needs to know; never part of an outcome.
    pub diagnosis: Box<Diagnosis>,
}

/// What is wrong with a module, where, and what to change in its build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The rule that the module breaks.
    pub rule: String,
    /// The function it breaks it in, if it is about one.
    pub function: Option<FunctionPlace>,
    /// Where in the code, in bytes from its start, if it is about one place.
    pub offset: Option<usize>,
    /// What to change in the contract's build, if that is known.
    pub advice: Option<&'static str>,
}

/// A function of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionPlace {
    /// Its index, imported functions included.
    pub index: u32,
    /// Its name, if the module has a name section with one.
    pub name: Option<String>,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)?;
        if let Some(function) = &self.function {
            write!(f, ", in function {}", function.index)?;
            if let Some(name) = &function.name {
                write!(f, " ({name})")?;
            }
        }
        if let Some(offset) = self.offset {
            write!(f, ", at byte {offset:#x}")?;
        }
        if let Some(advice) = self.advice {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl Rejection {
    /// A module that preparation refuses with `error`, for breaking `rule`.
    pub(super) fn new(error: PrepareError, rule: impl Into<String>) -> Rejection {
        Rejection {
            error: CompilationError::PrepareError(error),
            diagnosis: Box::new(Diagnosis {
                rule: rule.into(),
                advice: advice::for_error(error),
                ..Diagnosis::default()
            }),
        }
    }

    /// A module that passes preparation, but no engine of the protocol would compile.
    pub(super) fn not_compilable(rule: &str) -> Rejection {
        Rejection {
            error: CompilationError::WasmtimeCompileError { msg: rule.to_owned() },
            diagnosis: Box::new(Diagnosis { rule: rule.to_owned(), ..Diagnosis::default() }),
        }
    }

    /// A module that is not valid.
    pub(super) fn invalid(error: &BinaryReaderError) -> Rejection {
        // Some messages end in a dump of bytes.
        let rule = error.message().split(" - expected").next().unwrap_or_default();
        let mut rejection = Rejection::new(PrepareError::Deserialization, rule);
        rejection.diagnosis.offset = Some(error.offset());
        rejection.diagnosis.advice = advice::for_message(error.message());
        rejection
    }

    /// The same, about the function `index`.
    pub(super) fn in_function(mut self, index: u32) -> Rejection {
        self.diagnosis.function.get_or_insert(FunctionPlace { index, name: None });
        self
    }

    /// The same, about the place `offset` if none is known.
    pub(super) fn at(mut self, offset: usize) -> Rejection {
        self.diagnosis.offset.get_or_insert(offset);
        self
    }

    /// The same, with the function's name as `code` has it.
    pub(super) fn named(mut self, code: &[u8]) -> Rejection {
        if let Some(function) = &mut self.diagnosis.function {
            function.name = advice::function_name(code, function.index);
        }
        self
    }
}

impl From<BinaryReaderError> for Rejection {
    fn from(error: BinaryReaderError) -> Rejection {
        Rejection::invalid(&error)
    }
}
