//! The contracts that scenarios name by their hashes, from the file beside theirs.

use crate::encoding::Base64;
use crate::vector_file;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// Names that the file may have.
const FILES: [&str; 2] = ["contracts.json", "contracts.json.zst"];

/// Contracts by the hashes of their code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contracts(BTreeMap<CryptoHash, Arc<[u8]>>);

#[derive(Deserialize)]
struct File {
    contracts: Vec<Contract>,
}

#[derive(Deserialize)]
struct Contract {
    name: String,
    code_hash: CryptoHash,
    wasm_base64: Base64,
}

impl Contracts {
    /// Those of the file in `folder`.
    pub(crate) fn beside(folder: &Path) -> Result<Contracts, String> {
        let path = FILES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        let path = path.ok_or("there is no `contracts.json` beside the file")?;
        let file = vector_file::json(&path).map_err(|error| error.to_string())?;
        let file: File =
            serde_path_to_error::deserialize(file).map_err(|error| error.to_string())?;
        let contract = |Contract { name, code_hash, wasm_base64: Base64(code) }: Contract| {
            match CryptoHash::of(&code) == code_hash {
                true => Ok((code_hash, Arc::from(code))),
                false => Err(format!("contract `{name}` has another hash than it says")),
            }
        };
        Ok(Contracts(file.contracts.into_iter().map(contract).collect::<Result<_, _>>()?))
    }

    /// The contract with this hash.
    pub(crate) fn code(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, String> {
        self.0.get(hash).cloned().ok_or_else(|| format!("there is no contract {hash}"))
    }
}
