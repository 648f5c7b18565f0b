//! What a developer can change so that a refused module is accepted, and the names they know
//! functions by. Nothing here is part of an outcome.

use torr_vm_logic::error::PrepareError;
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// A part of the parser's message, and what helps against it.
const BY_MESSAGE: &[(&str, &str)] = &[
    (
        "bulk memory",
        "compile with `-C target-feature=-bulk-memory`, or for a later protocol version",
    ),
    (
        "reference types",
        "compile with `-C target-feature=-reference-types`, or for a later protocol version",
    ),
    ("multi-value", "compile with `-C target-feature=-multivalue`"),
    ("multiple values", "compile with `-C target-feature=-multivalue`"),
    ("SIMD", "compile with `-C target-feature=-simd128`"),
    ("threads", "compile with `-C target-feature=-atomics`"),
    ("tail calls", "compile with `-C target-feature=-tail-call`"),
    ("exceptions", "compile without Wasm exceptions"),
    ("multiple memories", "link into one memory"),
    ("memory64", "compile for wasm32"),
    ("extended-const", "compile with `-C target-feature=-extended-const`"),
    ("constant expression", "compile with `-C target-feature=-extended-const`"),
    ("requires gc", "compile without `externref` and garbage-collected types"),
    ("wide arithmetic", "compile with `-C target-feature=-wide-arithmetic`"),
    ("magic header", "pass the Wasm binary, not its text or a compressed form"),
    ("unexpected end", "the file is cut short; build or copy it again"),
];

/// What helps against what the parser says in `message`.
pub(super) fn for_message(message: &str) -> Option<&'static str> {
    BY_MESSAGE.iter().find(|(part, _)| message.contains(part)).map(|(_, advice)| *advice)
}

/// What helps against `error`.
pub(super) fn for_error(error: PrepareError) -> Option<&'static str> {
    Some(match error {
        PrepareError::Instantiate => "import functions of module `env` only",
        PrepareError::Memory => "link with `--no-import-memory`: every contract gets its memory",
        PrepareError::TooManyFunctions => "compile with `lto = true`, `opt-level = \"z\"`",
        PrepareError::FunctionBodyTooLarge
        | PrepareError::TooManyBlocksPerFunction
        | PrepareError::OperandStackTooLarge => {
            "split the function, or keep others from being inlined into it"
        }
        PrepareError::TooManyLocals => "split the functions with most locals",
        PrepareError::TooManyBlocksPerContract | PrepareError::InstrumentedCodeTooLarge => {
            "compile with `opt-level = \"z\"`, or split the contract"
        }
        PrepareError::TooManyParamsPerFunction | PrepareError::TooManyParamsPerContract => {
            "pass a pointer to a struct instead of many parameters"
        }
        _ => return None,
    })
}

/// The name that the name section in `code` gives the function `index`, cut to a sensible length.
pub(super) fn function_name(code: &[u8], index: u32) -> Option<String> {
    const LONGEST: usize = 200;
    for payload in Parser::new(0).parse_all(code) {
        let Payload::CustomSection(section) = payload.ok()? else { continue };
        let KnownCustom::Name(names) = section.as_known() else { continue };
        for name in names {
            let Name::Function(functions) = name.ok()? else { continue };
            for function in functions {
                let function = function.ok()?;
                if function.index == index {
                    return Some(function.name.chars().take(LONGEST).collect());
                }
            }
        }
    }
    None
}
