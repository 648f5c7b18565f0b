//! Parameter tables and changes to them from any text.

#![no_main]

use torr_parameters::{LATEST_VERSION, RuntimeConfig, Table};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let latest = Table::builtin(LATEST_VERSION);
    let changed = latest.and_then(|table| table.with_changes("changes", text));
    for table in [Table::from_yaml(text), changed].into_iter().flatten() {
        let again = Table::from_yaml(&table.to_yaml());
        let again = again.unwrap_or_else(|error| panic!("{error} in\n{}", table.to_yaml()));
        assert_eq!(again.diff(&table), []);
        let _ = (table.to_text(), table.to_json());
        let _ = RuntimeConfig::try_from(&table);
    }
});
