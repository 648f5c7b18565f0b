//! Bytes of contracts for reading: keys, values, arguments, results, logs.
//!
//! Contracts decide about these bytes, and nothing of them may act on the terminal: whatever is not
//! a visible character is escaped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::fmt::Write;

/// Bytes as JSON has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct BytesReport {
    /// Their number.
    len: u64,
    /// The bytes as text, when they are UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The bytes in base64.
    base64: String,
    #[serde(skip)]
    bytes: Vec<u8>,
}

impl BytesReport {
    /// The report of `bytes`.
    pub(crate) fn new(bytes: &[u8]) -> BytesReport {
        BytesReport {
            len: bytes.len() as u64,
            text: std::str::from_utf8(bytes).ok().map(str::to_owned),
            base64: STANDARD.encode(bytes),
            bytes: bytes.to_vec(),
        }
    }

    /// The bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their number.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The bytes for reading, cut after `limit` characters.
    pub(crate) fn preview(&self, limit: usize) -> String {
        cut(&readable(&self.bytes), limit)
    }
}

/// Bytes for reading: text as it is; text with some other bytes in it, which is what most storage
/// keys are, as a byte string; anything else in hexadecimal digits.
pub(crate) fn readable(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.is_empty()
        && text.chars().all(is_visible)
        && !["0x", "b\"", " "].iter().any(|start| text.starts_with(start))
        && !text.ends_with(' ')
    {
        return text.to_owned();
    }
    let printable = bytes.iter().filter(|byte| matches!(byte, b' '..=b'~')).count();
    if printable * 2 >= bytes.len() {
        return format!("b\"{}\"", bytes.escape_ascii());
    }
    format!("0x{}", hex::encode(bytes))
}

/// `text` on one line, with escapes for what is not visible.
pub(crate) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        if is_visible(c) {
            visible.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(visible, "{}", c.escape_default());
        }
    }
    visible
}

/// `text` with every line made visible, lines after the first below the first at `indent`.
pub(crate) fn visible_lines(text: &str, indent: &str) -> String {
    let lines: Vec<String> = text.trim_end().lines().map(visible).collect();
    lines.join(&format!("\n{indent}"))
}

/// The first `limit` characters of `text`, with a sign when there are more.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
    }
}

/// Whether `c` shows as itself: no control character, none that changes the direction of writing,
/// none without a width, no line end.
fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Bytes in a file: printable ASCII as itself, anything else as `0x` and hexadecimal digits.
///
/// Exactly one notation stands for given bytes, so equal states are equal files.
pub(crate) fn notation(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.bytes().all(is_plain) && !text.starts_with(HEX) => text.to_owned(),
        _ => format!("{HEX}{}", hex::encode(bytes)),
    }
}

const HEX: &str = "0x";

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Why a text is not the notation of bytes.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum NotationError {
    /// What follows `0x` is no pairs of hexadecimal digits.
    #[error("after 0x there must be pairs of hexadecimal digits: {0}")]
    Hex(#[from] hex::FromHexError),
    /// Characters that have to be in hexadecimal digits.
    #[error("{0:?} is not printable ASCII; write the bytes as 0x and hexadecimal digits")]
    NotPlain(char),
}

/// The bytes of a notation. Besides what [`notation`] writes, printable text may be in hexadecimal
/// digits, too.
pub(crate) fn from_notation(text: &str) -> Result<Vec<u8>, NotationError> {
    if let Some(digits) = text.strip_prefix(HEX) {
        return Ok(hex::decode(digits)?);
    }
    match text.chars().find(|c| !u8::try_from(*c).is_ok_and(is_plain)) {
        Some(c) => Err(NotationError::NotPlain(c)),
        None => Ok(text.as_bytes().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, from_notation, notation, readable, visible, visible_lines};

    #[test]
    fn bytes_are_readable_and_harmless() {
        for (bytes, text) in [
            (&b"STATE"[..], "STATE"),
            (b"{\"a\":1}", "{\"a\":1}"),
            ("später".as_bytes(), "später"),
            (b"t\x08\0\0\0ann.near", "b\"t\\x08\\x00\\x00\\x00ann.near\""),
            (b"\x01\x02\xff", "0x0102ff"),
            (b"", "b\"\""),
            (b"0xab", "b\"0xab\""),
            (b" a", "b\" a\""),
            (b"\x1b[31mred", "b\"\\x1b[31mred\""),
            ("\u{202e}abc".as_bytes(), "b\"\\xe2\\x80\\xaeabc\""),
        ] {
            assert_eq!(readable(bytes), text);
        }
        assert_eq!(visible("a\x1b[2J\tb\u{202e}"), "a\\u{1b}[2J\\tb\\u{202e}");
        assert_eq!(visible_lines("a\nb\x07\n", "  "), "a\n  b\\u{7}");
        assert_eq!(cut("öäü", 2), "öä…");
        assert_eq!(cut("öä", 2), "öä");
    }

    #[test]
    fn the_notation_is_unique_and_reversible() {
        for (bytes, text) in [
            (&b"STATE"[..], "STATE"),
            (b"", ""),
            (b"0x", "0x3078"),
            (b"a\n", "0x610a"),
            ("ä".as_bytes(), "0xc3a4"),
            (b" ~", " ~"),
        ] {
            assert_eq!(notation(bytes), text);
            assert_eq!(from_notation(text).unwrap(), bytes);
        }
        for text in ["0xabc", "0xzz", "ä", "a\n", "\u{7f}"] {
            assert!(from_notation(text).is_err(), "{text}");
        }
    }
}
