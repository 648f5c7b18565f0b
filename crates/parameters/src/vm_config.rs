//! What the contract VM needs to know: costs, limits, and the switches of its features.

use crate::cost::ExtCosts;
use crate::limits::Limits;
use crate::reader::{Group, Parameter, from_table};
use crate::value::Value;
use sha2::{Digest, Sha256};

from_table! {
    /// Costs, limits and switches of the contract VM. Each switch is a parameter of the same name.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct VmConfig {
        /// What host functions charge.
        pub ext_costs: ExtCosts => group;
        /// Gas and compute of one Wasm instruction.
        pub regular_op_cost: u64 => Gas, "wasm_regular_op_cost";
        /// Gas and compute of one bulk instruction, whatever its length.
        pub linear_op_base_cost: u64 => Gas, "wasm_linear_op_base_cost";
        /// Gas and compute of a bulk instruction for each byte, element or page.
        pub linear_op_unit_cost: u64 => Gas, "wasm_linear_op_unit_cost";
        /// Gas of one page of new memory. The linear costs have taken its place.
        pub grow_mem_cost: u64 => Gas, "wasm_grow_mem_cost";
        /// The validation and metering rules that contracts are held to.
        pub vm_kind: VmKind => Name;
        /// Whether reading a value costs the same wherever it stands in the trie.
        pub flat_storage_reads: bool => Switch;
        /// Whether loading a contract is paid for before anything of it is looked at.
        pub fix_contract_loading_cost: bool => Switch;
        /// Whether a contract that cannot be loaded pays for the attempt.
        pub fix_contract_loading_error: bool => Switch;
        /// Whether a transfer can create an account named by a secp256k1 key (NEP-518).
        pub eth_implicit_accounts: bool => Switch;
        /// Whether a transfer can create a universal (`0u`) account.
        pub universal_accounts: bool => Switch;
        /// Whether a universal state init has to be in its one canonical encoding.
        pub canonical_universal_state_init: bool => Switch;
        /// Whether ML-DSA-65 keys pay for the bytes they take where they take them.
        pub fix_ml_dsa_cost_charging: bool => Switch;
        /// Whether custom sections are dropped before a contract is compiled.
        pub discard_custom_sections: bool => Switch;
        /// Whether contracts may use reference types and bulk memory instructions.
        pub reftypes_bulk_memory: bool => Switch;
        /// Whether there are host functions for global contracts (NEP-591).
        pub global_contract_host_fns: bool => Switch;
        /// Whether there are host functions for gas keys (NEP-611).
        pub gas_key_host_fns: bool => Switch;
        /// Whether a promise may attach one yoctoNEAR that the account does not have.
        pub one_yocto_on_promise: bool => Switch;
        /// Whether there is a host function for P-256 signatures (NEP-635).
        pub p256_verify_host_fn: bool => Switch;
        /// Whether there is a host function for ML-DSA-65 signatures.
        pub ml_dsa_verify_host_fn: bool => Switch;
        /// Whether there are host functions for SHA-3 hashes.
        pub sha3_host_fns: bool => Switch;
        /// Whether there are host functions for yields with an id chosen by the contract.
        pub yield_with_id_host_fns: bool => Switch;
        /// Whether there is a host function for the chain's id (NEP-638).
        pub chain_id_host_fn: bool => Switch;
        /// Whether BLS12-381 sums and decompression accept every point of the curve (NEP-488).
        pub bls12381_not_in_group_fix: bool => Switch;
        /// How much of anything there may be.
        pub limits: Limits => group;
    }
}

/// The validation and metering rules that contracts are held to, called after the engine that
/// first had them. Any engine can run contracts under them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VmKind {
    /// The rules since protocol version 84.
    Wasmtime,
}

impl VmKind {
    /// The name that tables use.
    pub const fn name(self) -> &'static str {
        match self {
            VmKind::Wasmtime => "Wasmtime",
        }
    }
}

impl Parameter for VmKind {
    const EXPECTED: &'static str = "Wasmtime, the only kind there are rules for";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Name(name) => (name == VmKind::Wasmtime.name()).then_some(VmKind::Wasmtime),
            _ => None,
        }
    }

    fn to_value(&self) -> Value {
        Value::Name(self.name().to_owned())
    }
}

impl VmConfig {
    /// A name for everything that compiling a contract depends on besides its code and the engine:
    /// artifacts made under equal keys are interchangeable.
    ///
    /// All instruction costs, switches and limits are in it, whether or not compilation looks at
    /// them today: a key that is too narrow costs a compilation, one that is too wide runs the
    /// wrong code. Host function costs are not, because they are charged outside the artifact. The
    /// key is SHA-256 over names and values as text, and so the same on every machine.
    pub fn artifact_key(&self) -> [u8; 32] {
        let mut hasher = Sha256::new_with_prefix(b"torr artifact, format 1\n");
        for (name, value) in self.parameters().into_iter().chain(self.limits.parameters()) {
            hasher.update(format!("{name} {value}\n"));
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::VmConfig;
    use crate::cost::Cost;
    use crate::cost_names::ExtCost;
    use crate::versions::{Parameters, SUPPORTED_VERSIONS};
    use std::collections::BTreeSet;

    #[test]
    fn the_artifact_key_depends_on_what_compilation_may_see() {
        let original = Parameters::builtin(88).expect("it is supported").vm.clone();
        let mut seen = BTreeSet::from([original.artifact_key()]);
        let changes: &[fn(&mut VmConfig)] = &[
            |vm| vm.regular_op_cost += 1,
            |vm| vm.linear_op_unit_cost += 1,
            |vm| vm.discard_custom_sections ^= true,
            |vm| vm.sha3_host_fns ^= true,
            |vm| vm.limits.max_stack_height += 1,
            |vm| vm.limits.min_contract_size_per_local = None,
            |vm| vm.limits.min_contract_size_per_local = Some(0),
        ];
        for change in changes {
            let mut config = VmConfig::clone(&original);
            change(&mut config);
            assert!(seen.insert(config.artifact_key()));
        }
        let mut free_of_charge = VmConfig::clone(&original);
        free_of_charge.ext_costs[ExtCost::Base] = Cost::ZERO;
        assert_eq!(free_of_charge.artifact_key(), original.artifact_key());
    }

    /// Artifacts outlive processes and machines, so the key is compared with one from before.
    #[test]
    fn the_artifact_key_is_stable() {
        let key = Parameters::builtin(86).expect("it is supported").vm.artifact_key();
        assert_eq!(key[..4], [0x9d, 0x11, 0x48, 0x40]);
        let keys = SUPPORTED_VERSIONS
            .iter()
            .map(|version| Parameters::builtin(*version).expect("it is supported"))
            .map(|config| config.vm.artifact_key());
        // 86 changes nothing.
        assert_eq!(keys.collect::<BTreeSet<_>>().len(), SUPPORTED_VERSIONS.len() - 1);
    }
}
