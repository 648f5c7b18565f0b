//! Rust sources without comments and literals, so that rules about code are not broken by words
//! about it.

/// The words of `source` that are code: identifiers and keywords, in order.
pub(crate) fn words(source: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match skipped(rest) {
            Some(length) => length,
            None if is_word(first) => {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                words.push(&rest[..length]);
                length
            }
            None => first.len_utf8(),
        };
        rest = &rest[length..];
    }
    words
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Length of the comment or literal that `rest` begins with, in bytes.
fn skipped(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        Some(rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        Some(block_comment(rest))
    } else if rest.starts_with('"') {
        Some(string(rest))
    } else {
        raw_string(rest).or_else(|| character(rest))
    }
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let tail = &rest.as_bytes()[at..];
        if tail.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn raw_string(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).map(|after| after.trim_start_matches('#'));
        after.is_some_and(|after| after.starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].find('"')?;
    let start = prefix.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len()))
}

/// A character; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let mut after = rest.strip_prefix('\'')?.char_indices();
    let (_, first) = after.next()?;
    if first == '\\' {
        after.next()?;
    }
    let (at, closing) = match first {
        '\\' => after.find(|&(_, c)| c == '\'')?,
        _ => after.next()?,
    };
    (closing == '\'').then_some(at + 2)
}

#[test]
fn only_code_is_left() {
    let source = r###"
        // unsafe in a comment
        /* unsafe /* nested unsafe */ unsafe */
        fn a<'unsafe_not>(x: &'a str) -> char { "unsafe \" unsafe"; r#"unsafe " unsafe"#; b"unsafe" }
        let quote = ('\'', '"', '\u{1F}', b'x'); unsafe { for_r("x") }
    "###;
    let words = words(source);
    assert_eq!(words.iter().filter(|word| **word == "unsafe").count(), 1, "{words:?}");
    for kept in ["fn", "unsafe_not", "char", "quote", "for_r"] {
        assert!(words.contains(&kept), "{kept} in {words:?}");
    }
    assert!(!words.contains(&"nested"));
}
