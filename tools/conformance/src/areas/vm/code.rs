//! The code of a case: in one piece, or in parts that are repeated.

use crate::encoding::Base64;
use serde::Deserialize;
use torr_vm_runner::Code;

/// Most bytes of code that a case may have; a bound for what repetition can make the tool
/// allocate. The protocol accepts 4 MiB.
const MAX_CODE_BYTES: u64 = 64 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeFields {
    pub(super) wasm_base64: Option<Base64>,
    pub(super) wasm_parts: Option<Vec<PartFields>>,
    pub(super) code_len: Option<u64>,
    #[serde(rename = "wat")]
    pub(super) _wat: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartFields {
    base64: Base64,
    repeat: u64,
}

impl CodeFields {
    /// Whether any of the fields is there.
    pub(super) fn is_given(&self) -> bool {
        self.wasm_base64.is_some()
            || self.wasm_parts.is_some()
            || self.code_len.is_some()
            || self._wat.is_some()
    }
}

/// The code that the fields describe; or why they describe none.
pub(super) fn code(fields: CodeFields) -> Result<Code, String> {
    let bytes = match (fields.wasm_base64, fields.wasm_parts) {
        (Some(Base64(bytes)), None) => bytes,
        (None, Some(parts)) => joined(&parts)?,
        (Some(_), Some(_)) => return Err("both `wasm_base64` and `wasm_parts`".to_owned()),
        (None, None) => return Err("neither `wasm_base64` nor `wasm_parts`".to_owned()),
    };
    match fields.code_len {
        Some(stated) if stated == bytes.len() as u64 => Ok(Code::new(bytes)),
        Some(stated) => Err(format!("`code_len` is {stated}, the code has {}", bytes.len())),
        None => Err("no `code_len`".to_owned()),
    }
}

fn joined(parts: &[PartFields]) -> Result<Vec<u8>, String> {
    let length = parts.iter().try_fold(0u64, |sum, part| {
        sum.checked_add(part.repeat.checked_mul(part.base64.0.len() as u64)?)
    });
    if length.is_none_or(|length| length > MAX_CODE_BYTES) {
        return Err(format!("`wasm_parts` are longer than {MAX_CODE_BYTES} bytes"));
    }
    let mut code = Vec::new();
    for PartFields { base64: Base64(bytes), repeat } in parts {
        // Nothing repeated without end is still nothing.
        let repeat = if bytes.is_empty() { 0 } else { *repeat };
        for _ in 0..repeat {
            code.extend_from_slice(bytes);
        }
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::code;
    use serde_json::{Value, json};

    fn refused(fields: Value) -> String {
        match serde_json::from_value(fields) {
            Ok(fields) => code(fields).err().unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn parts_are_repeated_within_bounds() {
        let parts = |parts: Value, code_len: u64| {
            refused(json!({"wasm_parts": parts, "code_len": code_len}))
        };
        let two = json!([{"base64": "AAE=", "repeat": 2}, {"base64": "", "repeat": u64::MAX}]);
        assert_eq!(parts(two.clone(), 4), "");
        assert_eq!(parts(two, 5), "`code_len` is 5, the code has 4");
        for repeat in [u64::MAX, 1 << 26] {
            let many = json!([{"base64": "AAE=", "repeat": repeat}]);
            assert_eq!(parts(many, 4), "`wasm_parts` are longer than 67108864 bytes");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert_eq!(refused(json!({"wasm_base64": ""})), "no `code_len`");
        assert_eq!(refused(json!({"code_len": 0})), "neither `wasm_base64` nor `wasm_parts`");
        assert!(refused(json!({"wasm_base64": "="})).starts_with("not base64"));
        assert!(refused(json!({"wasm_hex": ""})).starts_with("unknown field `wasm_hex`"));
    }
}
