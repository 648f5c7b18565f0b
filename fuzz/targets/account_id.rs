//! Account ids from text, borsh and JSON: all three agree on which are valid.

#![no_main]

use torr_primitives::AccountId;
use torr_testkit::round_trip;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    round_trip::borsh::<AccountId>(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parsed = round_trip::text::<AccountId>(text);
    let encoded = borsh::to_vec(text).unwrap_or_default();
    assert_eq!(round_trip::borsh::<AccountId>(&encoded), parsed);
    let Some(id) = parsed else { return };
    assert_eq!(id.as_str(), text);
    assert_eq!(id.len(), text.len());
    round_trip::json(&id);
    let parent = id.parent().and_then(|parent| parent.parse::<AccountId>().ok());
    if let Some(parent) = parent {
        assert!(id.is_sub_account_of(&parent), "{id} below {parent}");
    }
    let _ = (id.account_type(), id.is_system(), id.is_top_level());
});
