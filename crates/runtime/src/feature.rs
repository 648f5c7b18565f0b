//! Which rule came with which protocol version.
//!
//! Costs, limits and switches of the VM are parameters (`torr-parameters`); what stands here are the
//! rules of execution that no parameter switches. A rule that all supported versions have is not
//! here either: the code just follows it.
//!
//! **Invariant:** once a rule holds it holds in all later versions. What a later version takes back
//! is a rule of its own ([`Feature::RejectDelegateV2`]).

use torr_primitives::ProtocolVersion;

/// A rule that not all supported protocol versions have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Access keys can hold a balance for gas and have many nonces (NEP-611).
    GasKeys,
    /// A transaction may ask that its nonce follow that of the key by exactly one.
    StrictNonce,
    /// Keys and signatures may be ML-DSA-65, and signatures count towards the size of transactions.
    PostQuantumSignatures,
    /// Of equal transactions in a chunk the first counts, and the others leave no outcome.
    UniqueChunkTransactions,
    /// A yield may be named by its contract; the names leave the state with it.
    YieldWithId,
    /// Outcomes list the contract that the account had before each action.
    ExecutionMetadataV4,
    /// A receipt that takes more gas than a chunk may ever send goes out when all of it is free.
    ClampOutgoingGasAdmission,
    /// Gas is bought at a minimum price and burnt at the block's, the difference comes back, and
    /// creating an account is charged out of it.
    AccountCostIncrease,
    /// Delegate actions can be signed with a gas key.
    DelegateV2,
    /// Deleting an account subtracts what naming a global contract takes of the storage.
    FixDeleteAccountGlobalContractStorageUsage,
    /// A deterministic state init in a delegate action is held against the account that it is
    /// delegated to, not the one that delegates.
    FixDelegatedDeterministicStateInit,
    /// A delegated deposit under a key for function calls fails with that error, whatever else is
    /// wrong.
    FixDelegateActionDepositWithFunctionCallError,
    /// Storage proof is limited by the receipt, not by each of its function calls.
    EnforcePerReceiptStorageProofLimit,
    /// A function call names a method.
    RejectEmptyMethodName,
    /// Takes [`Feature::DelegateV2`] back.
    RejectDelegateV2,
    /// What a gas key holds is not withdrawn by a delegate action.
    RejectWithdrawFromGasKeyInDelegate,
    /// Actions of every kind fail once their receipt has recorded too much storage proof, not
    /// function calls alone.
    EnforceStorageProofLimitForAllActions,
    /// A global contract can be called in the chunk that distributes it.
    GlobalContractSameChunkCallFix,
    /// Universal accounts receive no transfers until a parameter allows them.
    RejectUniversalAccountTransfers,
    /// A universal state init of an account that has begun gives back the whole deposit, rather
    /// than what is left of it after paying for storage.
    RefundRepeatedUniversalStateInitDeposit,
}

impl Feature {
    /// Every rule, in order of versions.
    pub const ALL: &[Feature] = &[
        Feature::GasKeys,
        Feature::StrictNonce,
        Feature::PostQuantumSignatures,
        Feature::UniqueChunkTransactions,
        Feature::YieldWithId,
        Feature::ExecutionMetadataV4,
        Feature::ClampOutgoingGasAdmission,
        Feature::AccountCostIncrease,
        Feature::DelegateV2,
        Feature::FixDeleteAccountGlobalContractStorageUsage,
        Feature::FixDelegatedDeterministicStateInit,
        Feature::FixDelegateActionDepositWithFunctionCallError,
        Feature::EnforcePerReceiptStorageProofLimit,
        Feature::RejectEmptyMethodName,
        Feature::RejectDelegateV2,
        Feature::RejectWithdrawFromGasKeyInDelegate,
        Feature::EnforceStorageProofLimitForAllActions,
        Feature::GlobalContractSameChunkCallFix,
        Feature::RejectUniversalAccountTransfers,
        Feature::RefundRepeatedUniversalStateInitDeposit,
    ];

    /// The first protocol version that has the rule.
    pub const fn since(self) -> ProtocolVersion {
        match self {
            Feature::GasKeys
            | Feature::StrictNonce
            | Feature::PostQuantumSignatures
            | Feature::UniqueChunkTransactions
            | Feature::YieldWithId
            | Feature::ExecutionMetadataV4
            | Feature::ClampOutgoingGasAdmission
            | Feature::AccountCostIncrease
            | Feature::DelegateV2
            | Feature::FixDeleteAccountGlobalContractStorageUsage
            | Feature::FixDelegatedDeterministicStateInit
            | Feature::FixDelegateActionDepositWithFunctionCallError => 85,
            Feature::EnforcePerReceiptStorageProofLimit => 86,
            Feature::RejectEmptyMethodName
            | Feature::RejectDelegateV2
            | Feature::RejectWithdrawFromGasKeyInDelegate
            | Feature::EnforceStorageProofLimitForAllActions
            | Feature::GlobalContractSameChunkCallFix
            | Feature::RejectUniversalAccountTransfers => 87,
            Feature::RefundRepeatedUniversalStateInitDeposit => 88,
        }
    }

    /// Whether protocol version `version` has the rule.
    pub const fn is_enabled(self, version: ProtocolVersion) -> bool {
        version >= self.since()
    }
}

#[cfg(test)]
mod tests {
    use super::Feature;
    use torr_parameters::SUPPORTED_VERSIONS;

    #[test]
    fn features_are_listed_once_in_order_of_versions() {
        assert!(Feature::ALL.is_sorted_by(|a, b| a < b && a.since() <= b.since()));
    }

    /// A rule that all supported versions have, or none, would be dead code.
    #[test]
    fn every_feature_tells_two_supported_versions_apart() {
        let (first, last) = (SUPPORTED_VERSIONS[0], *SUPPORTED_VERSIONS.last().unwrap());
        for feature in Feature::ALL {
            assert!(!feature.is_enabled(first), "{feature:?}");
            assert!(feature.is_enabled(last), "{feature:?}");
            assert!(SUPPORTED_VERSIONS.contains(&feature.since()), "{feature:?}");
        }
    }
}
