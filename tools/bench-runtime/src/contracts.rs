//! Contracts that are called: one of the vectors of state transitions, and the examples.

use crate::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ruzstd::decoding::StreamingDecoder;
use serde::Deserialize;
use std::fs;
use std::io::BufReader;
use std::path::Path;
use torr_primitives::AccountId;

/// The account of the contract that does next to nothing.
pub(crate) const COUNTER: &str = "counter.near";
/// The account of the example token.
pub(crate) const TOKEN: &str = "token.near";
/// The account of the example that calls others.
pub(crate) const CALLER: &str = "caller.near";
/// The account of the example that it calls.
pub(crate) const CALLED: &str = "called.near";

/// The contract's name in the file of the vectors.
const COUNTER_NAME: &str = "counter-v1";

/// A contract and its account.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub(crate) account_id: AccountId,
    pub(crate) code: Vec<u8>,
}

#[derive(Deserialize)]
struct File {
    contracts: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    wasm_base64: String,
}

/// All contracts, from a repository's root folder.
pub(crate) fn all(root: &Path) -> Result<Vec<Contract>, Failure> {
    let examples = root.join("examples/contracts/prebuilt");
    let example = |file: &str| {
        let path = examples.join(file);
        fs::read(&path).map_err(|source| Failure::File { path, source })
    };
    let contract = |account_id: &str, code| Contract { account_id: name(account_id), code };
    Ok(vec![
        contract(COUNTER, counter(root)?),
        contract(TOKEN, example("fungible-token.wasm")?),
        contract(CALLER, example("cross-call.wasm")?),
        contract(CALLED, example("counter.wasm")?),
    ])
}

/// The account with a name that this program gives.
pub(crate) fn name(account_id: &str) -> AccountId {
    account_id.parse().expect("the names are well-formed")
}

fn counter(root: &Path) -> Result<Vec<u8>, Failure> {
    let path = root.join("conformance/apply/contracts.json.zst");
    let unusable = |reason: String| Failure::Vectors { path: path.clone(), reason };
    let file = fs::File::open(&path);
    let file = file.map_err(|source| Failure::File { path: path.clone(), source })?;
    let text = StreamingDecoder::new(file).map_err(|error| unusable(error.to_string()))?;
    let file: File = serde_json::from_reader(BufReader::new(text))
        .map_err(|error| unusable(error.to_string()))?;
    let entry = file.contracts.into_iter().find(|contract| contract.name == COUNTER_NAME);
    let entry = entry.ok_or_else(|| unusable(format!("it has no contract {COUNTER_NAME}")))?;
    STANDARD.decode(entry.wasm_base64).map_err(|error| unusable(error.to_string()))
}
