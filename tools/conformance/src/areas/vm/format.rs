//! The files as they are written: fields, types, defaults. Unknown fields are refused.

use super::FORMAT;
use super::code::{CodeFields, code};
use crate::encoding::{Hex, HexArray};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_parameters::{Parameters, RuntimeConfig};
use torr_primitives::{AccountId, Balance, ProtocolVersion, YieldId};
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::Code;

/// Fields of a JSON object that go over those of another.
pub(super) type Overlay = Map<String, Value>;

/// What the cases of a file share.
pub(super) struct VmFile {
    pub(super) config: Arc<RuntimeConfig>,
    pub(super) defaults: Overlay,
    /// A module that is not written as the format says spoils only the cases that use it.
    pub(super) modules: BTreeMap<String, Result<Code, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileFields {
    format: String,
    protocol_version: ProtocolVersion,
    #[serde(rename = "reference")]
    _reference: String,
    area: String,
    defaults: Overlay,
    #[serde(default)]
    modules: BTreeMap<String, CodeFields>,
    cases: Vec<Value>,
}

impl VmFile {
    /// The shared part of a file, and its cases; or why nothing of it can be used.
    pub(super) fn read(area: &str, file: Value) -> Result<(VmFile, Vec<Value>), String> {
        let fields: FileFields = serde_json::from_value(file).map_err(|error| error.to_string())?;
        if fields.format != FORMAT {
            return Err(format!("format {} where {FORMAT} is needed", fields.format));
        }
        if fields.area != area {
            return Err(format!("`area` is {}, the file is named {area}", fields.area));
        }
        let config =
            Parameters::builtin(fields.protocol_version).map_err(|error| error.to_string())?;
        let modules = fields.modules.into_iter().map(|(name, fields)| (name, code(fields)));
        let file = VmFile { config, defaults: fields.defaults, modules: modules.collect() };
        Ok((file, fields.cases))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseFields {
    #[serde(rename = "name")]
    _name: String,
    pub(super) module: Option<String>,
    wasm_base64: Option<crate::encoding::Base64>,
    wasm_parts: Option<Vec<super::code::PartFields>>,
    code_len: Option<u64>,
    wat: Option<String>,
    pub(super) method: Option<String>,
    #[serde(default)]
    pub(super) context: Overlay,
    #[serde(default)]
    pub(super) host: HostFields,
    #[serde(default)]
    pub(super) storage: BTreeMap<Hex, Hex>,
    #[serde(default)]
    pub(super) validators: BTreeMap<AccountId, Balance>,
    pub(super) expect: Option<Value>,
    pub(super) sequence: Option<Vec<StepFields>>,
}

impl CaseFields {
    /// The code that the case has of its own, if it has any.
    pub(super) fn own_code(&mut self) -> CodeFields {
        CodeFields {
            wasm_base64: self.wasm_base64.take(),
            wasm_parts: self.wasm_parts.take(),
            code_len: self.code_len,
            _wat: self.wat.take(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepFields {
    #[serde(default = "default_method")]
    pub(super) method: String,
    #[serde(default)]
    pub(super) context: Overlay,
    pub(super) expect: Value,
}

/// The method that is called when a case names none.
pub(super) fn default_method() -> String {
    "main".to_owned()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HostFields {
    chain_id: Option<String>,
    trie_nodes_touched: u64,
    trie_nodes_cached: u64,
    proof_size_before: u64,
    proof_size_per_access: u64,
    pending_yields: Vec<HexArray<32>>,
    pending_yield_ids: BTreeMap<HexArray<32>, HexArray<32>>,
    post_quantum_keys: Option<bool>,
}

impl HostFields {
    /// The chain that the fields describe, with this storage and these validators.
    pub(super) fn chain(
        self,
        storage: BTreeMap<Hex, Hex>,
        validators: BTreeMap<AccountId, Balance>,
    ) -> SimulatedChain {
        let mut chain = SimulatedChain {
            storage: storage.into_iter().map(|(key, value)| (key.0, value.0)).collect(),
            trie_nodes_touched: self.trie_nodes_touched,
            trie_nodes_cached: self.trie_nodes_cached,
            proof_size_before: self.proof_size_before,
            proof_size_per_access: self.proof_size_per_access,
            validators,
            pending_yields: self.pending_yields.into_iter().map(|id| id.0.into()).collect(),
            ..SimulatedChain::default()
        };
        let taken = self.pending_yield_ids.into_iter();
        chain.pending_yield_ids = taken.map(|(id, data)| (YieldId(id.0), data.0.into())).collect();
        chain.chain_id = self.chain_id.unwrap_or(chain.chain_id);
        chain.post_quantum_keys = self.post_quantum_keys.unwrap_or(chain.post_quantum_keys);
        chain
    }
}
