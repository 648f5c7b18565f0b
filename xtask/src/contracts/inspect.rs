//! What a module may be made of, so that the protocol accepts it, from version 84 on.
//!
//! WebAssembly 1.0 with mutable globals, sign extension, saturating float-to-int conversion,
//! bulk memory and reference types without `externref`; imports are functions of the module `env`.
//! The runtime has the last word on modules; this check tells of a compiler's new default while
//! the contract is built.

use wasmparser::{Parser, Payload, TypeRef, Validator, WasmFeatures};

/// Why the protocol would refuse a module.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidModule {
    /// It is malformed or uses an instruction or a type outside of the protocol's features.
    #[error(transparent)]
    Wasm(#[from] wasmparser::BinaryReaderError),
    /// It imports what no host gives.
    #[error("imports {module}.{name}, which is not a function of the module env")]
    Import {
        /// The module imported from.
        module: String,
        /// The name imported.
        name: String,
    },
}

/// `GC_TYPES` is absent: that is the parser's switch for `externref`.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::FLOATS);

/// Checks that `code` is a module the protocol accepts.
pub(super) fn validate(code: &[u8]) -> Result<(), InvalidModule> {
    Validator::new_with_features(FEATURES).validate_all(code)?;
    for payload in Parser::new(0).parse_all(code) {
        let Payload::ImportSection(imports) = payload? else { continue };
        for import in imports {
            let import = import?;
            if import.module != "env" || !matches!(import.ty, TypeRef::Func(_)) {
                let (module, name) = (import.module.to_owned(), import.name.to_owned());
                return Err(InvalidModule::Import { module, name });
            }
        }
    }
    Ok(())
}

/// Whether `text` stands anywhere in `code`.
pub(super) fn contains(code: &[u8], text: &[u8]) -> bool {
    !text.is_empty() && code.windows(text.len()).any(|window| window == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    fn module(sections: &[&[u8]]) -> Vec<u8> {
        [HEADER, &sections.concat()].concat()
    }

    /// Sections: types, imports, functions, globals.
    const NO_PARAMETERS: &[u8] = b"\x01\x04\x01\x60\0\0";
    const TWO_RESULTS: &[u8] = b"\x01\x06\x01\x60\0\x02\x7f\x7f";
    const EXTERNREF_PARAMETER: &[u8] = b"\x01\x05\x01\x60\x01\x6f\0";
    const ENV_FUNCTION: &[u8] = b"\x02\x09\x01\x03env\x01f\0\0";
    const OTHER_FUNCTION: &[u8] = b"\x02\x09\x01\x03abc\x01f\0\0";
    const ENV_MEMORY: &[u8] = b"\x02\x0a\x01\x03env\x01m\x02\0\x01";

    #[test]
    fn accepts_what_the_protocol_accepts() {
        let cases: [(&[&[u8]], bool); 6] = [
            (&[], true),
            (&[NO_PARAMETERS, ENV_FUNCTION], true),
            (&[NO_PARAMETERS, OTHER_FUNCTION], false),
            (&[ENV_MEMORY], false),
            (&[TWO_RESULTS], false),
            (&[EXTERNREF_PARAMETER], false),
        ];
        for (sections, accepted) in cases {
            assert_eq!(validate(&module(sections)).is_ok(), accepted, "{sections:x?}");
        }
    }

    #[test]
    fn finds_text() {
        for (text, found) in
            [("wasm", false), ("asm", true), ("", false), ("longer than it", false)]
        {
            assert_eq!(contains(HEADER, text.as_bytes()), found, "{text}");
        }
    }
}
