//! Vector files with any content: a case or a failure, never a panic.

#![no_main]

use conformance::areas::Source;
use std::path::Path;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // The name of the area, a newline, the file.
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else { return };
    let (area, file) = bytes.split_at(end);
    if let (Ok(area), Ok(file)) = (std::str::from_utf8(area), serde_json::from_slice(file)) {
        let source = Source::of(Path::new(area));
        let _ = conformance::areas::cases(&source, file);
    }
});
