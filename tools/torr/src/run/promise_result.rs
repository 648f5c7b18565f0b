//! `--promise-result`: what came of the promises that a callback was waiting for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use torr_vm_logic::context::PromiseResult;

/// Why a text is not the result of a promise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PromiseResultError {
    /// It does not say whether the promise succeeded.
    #[error("write `ok:` and a text, `base64:` and bytes in base64, or `failed`")]
    Kind,
    /// The bytes are not base64.
    #[error("not base64: {0}")]
    Base64(#[from] base64::DecodeError),
}

/// Reads `ok:TEXT`, `base64:BYTES` or `failed`.
pub(crate) fn parse_promise_result(text: &str) -> Result<PromiseResult, PromiseResultError> {
    if text == "failed" {
        return Ok(PromiseResult::Failed);
    }
    let bytes = match text.split_once(':') {
        Some(("ok", value)) => value.as_bytes().to_vec(),
        Some(("base64", value)) => STANDARD.decode(value)?,
        _ => return Err(PromiseResultError::Kind),
    };
    Ok(PromiseResult::Successful(bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::parse_promise_result;
    use torr_vm_logic::context::PromiseResult;

    #[test]
    fn results_are_read() {
        let ok = |bytes: &[u8]| Ok(PromiseResult::Successful(bytes.into()));
        assert_eq!(parse_promise_result("failed"), Ok(PromiseResult::Failed));
        assert_eq!(parse_promise_result("ok:"), ok(b""));
        assert_eq!(parse_promise_result("ok:\"a:b\""), ok(b"\"a:b\""));
        assert_eq!(parse_promise_result("base64:/w=="), ok(b"\xff"));
        for text in ["", "ok", "5", "base64:?", "fail"] {
            assert!(parse_promise_result(text).is_err(), "{text}");
        }
    }
}
