//! The example contracts as built, by their names; and small ones written by hand.

/// A contract in C without a library: a few functions, 2 KB.
pub const C_KV_STORE: &[u8] =
    include_bytes!("../../../examples/contracts/prebuilt/c-kv-store.wasm");
/// A counter written with the Rust SDK.
pub const COUNTER: &[u8] = include_bytes!("../../../examples/contracts/prebuilt/counter.wasm");
/// Status messages, written with the Rust SDK.
pub const STATUS_MESSAGE: &[u8] =
    include_bytes!("../../../examples/contracts/prebuilt/status-message.wasm");
/// Calls between contracts, written with the Rust SDK.
pub const CROSS_CALL: &[u8] =
    include_bytes!("../../../examples/contracts/prebuilt/cross-call.wasm");
/// A token of the standard NEP-141, written with the Rust SDK.
pub const FUNGIBLE_TOKEN: &[u8] =
    include_bytes!("../../../examples/contracts/prebuilt/fungible-token.wasm");

/// All of the above, the short ones first.
pub const ALL: &[&[u8]] = &[C_KV_STORE, COUNTER, STATUS_MESSAGE, CROSS_CALL, FUNGIBLE_TOKEN];
