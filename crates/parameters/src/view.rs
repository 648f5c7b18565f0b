//! The configuration as the conformance vectors list it.

use crate::config::RuntimeConfig;
use crate::reader::Group;
use serde_json::{Map, Value as Json, json};

/// The switch that the vectors do not list.
const UNLISTED: &str = "flat_storage_reads";

impl RuntimeConfig {
    /// Everything the contract VM depends on, in the form of the vectors' `config.json`: the
    /// objects `ext_costs`, `action_costs`, `limit_config`, `vm` and `storage_usage`. A limit that
    /// does not exist is left out, and so is the one switch of storage, which the vectors' host
    /// simulates.
    pub fn to_vm_config_json(&self) -> Json {
        let mut vm = object(&self.vm);
        vm.remove(UNLISTED);
        json!({
            "ext_costs": object(&self.vm.ext_costs),
            "action_costs": object(&self.fees.actions),
            "limit_config": object(&self.vm.limits),
            "vm": vm,
            "storage_usage": {
                "num_bytes_account": self.fees.storage_usage.num_bytes_account,
                "num_extra_bytes_record": self.fees.storage_usage.num_extra_bytes_record,
            },
        })
    }
}

fn object(group: &impl Group) -> Map<String, Json> {
    group
        .parameters()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_json()))
        .filter(|(_, value)| !value.is_null())
        .collect()
}
