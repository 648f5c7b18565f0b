//! The names of costs: what host functions charge ([`ExtCost`]) and what actions cost
//! ([`ActionCost`]).
//!
//! A cost is named once, here; what it means and how much it is stands in the data files. The
//! order is the protocol's own numbering, in which gas profiles are stored, so a name is only ever
//! added at the end.

/// Declares one family of costs from lines `Variant = "name", "key";`, in the protocol's order.
macro_rules! cost_names {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident { $($Variant:ident = $name:literal, $key:literal;)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Name {
            $(#[doc = concat!("Amount and meaning: parameter `", $key, "`.")] $Variant,)*
        }

        impl $Name {
            /// Every cost of the family, each at its [`index`](Self::index).
            pub const ALL: &[Self] = &[$(Self::$Variant,)*];

            /// The protocol's name of the cost, as in gas profiles.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)*
                }
            }

            /// The key of the parameter that says how much it is.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$Variant => $key,)*
                }
            }

            /// The protocol's number of the cost; below the length of [`ALL`](Self::ALL).
            pub const fn index(self) -> usize {
                self as usize
            }

            /// The cost called `name`, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|cost| cost.name() == name)
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

cost_names! {
    /// A cost that a host function charges while a contract runs.
    pub enum ExtCost {
        Base = "base", "wasm_base";
        ContractLoadingBase = "contract_loading_base", "wasm_contract_loading_base";
        ContractLoadingBytes = "contract_loading_bytes", "wasm_contract_loading_bytes";
        ReadMemoryBase = "read_memory_base", "wasm_read_memory_base";
        ReadMemoryByte = "read_memory_byte", "wasm_read_memory_byte";
        WriteMemoryBase = "write_memory_base", "wasm_write_memory_base";
        WriteMemoryByte = "write_memory_byte", "wasm_write_memory_byte";
        ReadRegisterBase = "read_register_base", "wasm_read_register_base";
        ReadRegisterByte = "read_register_byte", "wasm_read_register_byte";
        WriteRegisterBase = "write_register_base", "wasm_write_register_base";
        WriteRegisterByte = "write_register_byte", "wasm_write_register_byte";
        Utf8DecodingBase = "utf8_decoding_base", "wasm_utf8_decoding_base";
        Utf8DecodingByte = "utf8_decoding_byte", "wasm_utf8_decoding_byte";
        Utf16DecodingBase = "utf16_decoding_base", "wasm_utf16_decoding_base";
        Utf16DecodingByte = "utf16_decoding_byte", "wasm_utf16_decoding_byte";
        Sha256Base = "sha256_base", "wasm_sha256_base";
        Sha256Byte = "sha256_byte", "wasm_sha256_byte";
        Keccak256Base = "keccak256_base", "wasm_keccak256_base";
        Keccak256Byte = "keccak256_byte", "wasm_keccak256_byte";
        Keccak512Base = "keccak512_base", "wasm_keccak512_base";
        Keccak512Byte = "keccak512_byte", "wasm_keccak512_byte";
        Ripemd160Base = "ripemd160_base", "wasm_ripemd160_base";
        Ripemd160Block = "ripemd160_block", "wasm_ripemd160_block";
        EcrecoverBase = "ecrecover_base", "wasm_ecrecover_base";
        LogBase = "log_base", "wasm_log_base";
        LogByte = "log_byte", "wasm_log_byte";
        StorageWriteBase = "storage_write_base", "wasm_storage_write_base";
        StorageWriteKeyByte = "storage_write_key_byte", "wasm_storage_write_key_byte";
        StorageWriteValueByte = "storage_write_value_byte", "wasm_storage_write_value_byte";
        StorageWriteEvictedByte = "storage_write_evicted_byte", "wasm_storage_write_evicted_byte";
        StorageReadBase = "storage_read_base", "wasm_storage_read_base";
        StorageReadKeyByte = "storage_read_key_byte", "wasm_storage_read_key_byte";
        StorageReadValueByte = "storage_read_value_byte", "wasm_storage_read_value_byte";
        StorageRemoveBase = "storage_remove_base", "wasm_storage_remove_base";
        StorageRemoveKeyByte = "storage_remove_key_byte", "wasm_storage_remove_key_byte";
        StorageRemoveRetValueByte = "storage_remove_ret_value_byte", "wasm_storage_remove_ret_value_byte";
        StorageHasKeyBase = "storage_has_key_base", "wasm_storage_has_key_base";
        StorageHasKeyByte = "storage_has_key_byte", "wasm_storage_has_key_byte";
        StorageIterCreatePrefixBase = "storage_iter_create_prefix_base", "wasm_storage_iter_create_prefix_base";
        StorageIterCreatePrefixByte = "storage_iter_create_prefix_byte", "wasm_storage_iter_create_prefix_byte";
        StorageIterCreateRangeBase = "storage_iter_create_range_base", "wasm_storage_iter_create_range_base";
        StorageIterCreateFromByte = "storage_iter_create_from_byte", "wasm_storage_iter_create_from_byte";
        StorageIterCreateToByte = "storage_iter_create_to_byte", "wasm_storage_iter_create_to_byte";
        StorageIterNextBase = "storage_iter_next_base", "wasm_storage_iter_next_base";
        StorageIterNextKeyByte = "storage_iter_next_key_byte", "wasm_storage_iter_next_key_byte";
        StorageIterNextValueByte = "storage_iter_next_value_byte", "wasm_storage_iter_next_value_byte";
        TouchingTrieNode = "touching_trie_node", "wasm_touching_trie_node";
        ReadCachedTrieNode = "read_cached_trie_node", "wasm_read_cached_trie_node";
        PromiseAndBase = "promise_and_base", "wasm_promise_and_base";
        PromiseAndPerPromise = "promise_and_per_promise", "wasm_promise_and_per_promise";
        PromiseReturn = "promise_return", "wasm_promise_return";
        ValidatorStakeBase = "validator_stake_base", "wasm_validator_stake_base";
        ValidatorTotalStakeBase = "validator_total_stake_base", "wasm_validator_total_stake_base";
        AltBn128G1MultiexpBase = "alt_bn128_g1_multiexp_base", "wasm_alt_bn128_g1_multiexp_base";
        AltBn128G1MultiexpElement = "alt_bn128_g1_multiexp_element", "wasm_alt_bn128_g1_multiexp_element";
        AltBn128PairingCheckBase = "alt_bn128_pairing_check_base", "wasm_alt_bn128_pairing_check_base";
        AltBn128PairingCheckElement = "alt_bn128_pairing_check_element", "wasm_alt_bn128_pairing_check_element";
        AltBn128G1SumBase = "alt_bn128_g1_sum_base", "wasm_alt_bn128_g1_sum_base";
        AltBn128G1SumElement = "alt_bn128_g1_sum_element", "wasm_alt_bn128_g1_sum_element";
        Ed25519VerifyBase = "ed25519_verify_base", "wasm_ed25519_verify_base";
        Ed25519VerifyByte = "ed25519_verify_byte", "wasm_ed25519_verify_byte";
        YieldCreateBase = "yield_create_base", "wasm_yield_create_base";
        YieldCreateByte = "yield_create_byte", "wasm_yield_create_byte";
        YieldResumeBase = "yield_resume_base", "wasm_yield_resume_base";
        YieldResumeByte = "yield_resume_byte", "wasm_yield_resume_byte";
        Bls12381P1SumBase = "bls12381_p1_sum_base", "wasm_bls12381_p1_sum_base";
        Bls12381P1SumElement = "bls12381_p1_sum_element", "wasm_bls12381_p1_sum_element";
        Bls12381P2SumBase = "bls12381_p2_sum_base", "wasm_bls12381_p2_sum_base";
        Bls12381P2SumElement = "bls12381_p2_sum_element", "wasm_bls12381_p2_sum_element";
        Bls12381G1MultiexpBase = "bls12381_g1_multiexp_base", "wasm_bls12381_g1_multiexp_base";
        Bls12381G1MultiexpElement = "bls12381_g1_multiexp_element", "wasm_bls12381_g1_multiexp_element";
        Bls12381G2MultiexpBase = "bls12381_g2_multiexp_base", "wasm_bls12381_g2_multiexp_base";
        Bls12381G2MultiexpElement = "bls12381_g2_multiexp_element", "wasm_bls12381_g2_multiexp_element";
        Bls12381MapFpToG1Base = "bls12381_map_fp_to_g1_base", "wasm_bls12381_map_fp_to_g1_base";
        Bls12381MapFpToG1Element = "bls12381_map_fp_to_g1_element", "wasm_bls12381_map_fp_to_g1_element";
        Bls12381MapFp2ToG2Base = "bls12381_map_fp2_to_g2_base", "wasm_bls12381_map_fp2_to_g2_base";
        Bls12381MapFp2ToG2Element = "bls12381_map_fp2_to_g2_element", "wasm_bls12381_map_fp2_to_g2_element";
        Bls12381PairingBase = "bls12381_pairing_base", "wasm_bls12381_pairing_base";
        Bls12381PairingElement = "bls12381_pairing_element", "wasm_bls12381_pairing_element";
        Bls12381P1DecompressBase = "bls12381_p1_decompress_base", "wasm_bls12381_p1_decompress_base";
        Bls12381P1DecompressElement = "bls12381_p1_decompress_element", "wasm_bls12381_p1_decompress_element";
        Bls12381P2DecompressBase = "bls12381_p2_decompress_base", "wasm_bls12381_p2_decompress_base";
        Bls12381P2DecompressElement = "bls12381_p2_decompress_element", "wasm_bls12381_p2_decompress_element";
        StorageLargeReadOverheadBase = "storage_large_read_overhead_base", "wasm_storage_large_read_overhead_base";
        StorageLargeReadOverheadByte = "storage_large_read_overhead_byte", "wasm_storage_large_read_overhead_byte";
        P256VerifyBase = "p256_verify_base", "wasm_p256_verify_base";
        P256VerifyByte = "p256_verify_byte", "wasm_p256_verify_byte";
        YieldCreateWithIdBase = "yield_create_with_id_base", "wasm_yield_create_with_id_base";
        Sha3256Base = "sha3_256_base", "wasm_sha3_256_base";
        Sha3256Byte = "sha3_256_byte", "wasm_sha3_256_byte";
        Sha3384Base = "sha3_384_base", "wasm_sha3_384_base";
        Sha3384Byte = "sha3_384_byte", "wasm_sha3_384_byte";
        Sha3512Base = "sha3_512_base", "wasm_sha3_512_base";
        Sha3512Byte = "sha3_512_byte", "wasm_sha3_512_byte";
        MlDsaVerifyBase = "ml_dsa_verify_base", "wasm_ml_dsa_verify_base";
        MlDsaVerifyByte = "ml_dsa_verify_byte", "wasm_ml_dsa_verify_byte";
        UniversalStateInitToAccountIdBase = "universal_state_init_to_account_id_base", "wasm_universal_state_init_to_account_id_base";
        UniversalStateInitToAccountIdByte = "universal_state_init_to_account_id_byte", "wasm_universal_state_init_to_account_id_byte";
    }
}

cost_names! {
    /// A cost of creating, sending or executing a receipt or one of its actions.
    pub enum ActionCost {
        CreateAccount = "create_account", "action_create_account";
        DeleteAccount = "delete_account", "action_delete_account";
        DeployContractBase = "deploy_contract_base", "action_deploy_contract";
        DeployContractByte = "deploy_contract_byte", "action_deploy_contract_per_byte";
        FunctionCallBase = "function_call_base", "action_function_call";
        FunctionCallByte = "function_call_byte", "action_function_call_per_byte";
        Transfer = "transfer", "action_transfer";
        Stake = "stake", "action_stake";
        AddFullAccessKey = "add_full_access_key", "action_add_full_access_key";
        AddFunctionCallKeyBase = "add_function_call_key_base", "action_add_function_call_key";
        AddFunctionCallKeyByte = "add_function_call_key_byte", "action_add_function_call_key_per_byte";
        DeleteKey = "delete_key", "action_delete_key";
        NewActionReceipt = "new_action_receipt", "action_receipt_creation";
        NewDataReceiptBase = "new_data_receipt_base", "data_receipt_creation_base";
        NewDataReceiptByte = "new_data_receipt_byte", "data_receipt_creation_per_byte";
        Delegate = "delegate", "action_delegate";
        DeployGlobalContractBase = "deploy_global_contract_base", "action_deploy_global_contract";
        DeployGlobalContractByte = "deploy_global_contract_byte", "action_deploy_global_contract_per_byte";
        UseGlobalContractBase = "use_global_contract_base", "action_use_global_contract";
        UseGlobalContractByte = "use_global_contract_byte", "action_use_global_contract_per_identifier_byte";
        DeterministicStateInitBase = "deterministic_state_init_base", "action_deterministic_state_init";
        DeterministicStateInitByte = "deterministic_state_init_byte", "action_deterministic_state_init_per_byte";
        DeterministicStateInitEntry = "deterministic_state_init_entry", "action_deterministic_state_init_per_entry";
        GasKeyTransferBase = "gas_key_transfer_base", "action_gas_key_transfer";
        GasKeyByte = "gas_key_byte", "action_gas_key_byte";
        GasKeyNonceWriteBase = "gas_key_nonce_write_base", "action_gas_key_nonce_write_base";
        UniversalStateInitBase = "universal_state_init_base", "action_universal_state_init";
        UniversalStateInitByte = "universal_state_init_byte", "action_universal_state_init_per_byte";
        UniversalStateInitEntry = "universal_state_init_entry", "action_universal_state_init_per_entry";
    }
}

#[cfg(test)]
mod tests {
    use super::{ActionCost, ExtCost};

    #[test]
    fn names_numbers_and_the_list_agree() {
        for (index, cost) in ExtCost::ALL.iter().enumerate() {
            assert_eq!(cost.index(), index);
            assert_eq!(ExtCost::from_name(cost.name()), Some(*cost));
            assert_eq!(cost.key(), format!("wasm_{cost}"));
        }
        for (index, cost) in ActionCost::ALL.iter().enumerate() {
            assert_eq!(cost.index(), index);
            assert_eq!(ActionCost::from_name(cost.name()), Some(*cost));
        }
        assert_eq!(ExtCost::from_name("transfer"), None);
    }
}
