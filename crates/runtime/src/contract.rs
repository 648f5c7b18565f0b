//! Which contract an account runs, and where its code stands.
//!
//! (Protocol: NEP-518 for accounts that stand for a secp256k1 key, NEP-591 for global contracts.)
//!
//! **Invariant:** which contract it is follows from the state and the chain's name; its code is never
//! part of a proof.

use crate::context::ChunkContext;
use crate::error::Fault;
use crate::eth_wallet;
use crate::feature::Feature;
use crate::state::StateUpdate;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{
    Account, AccountContract, AccountId, AccountType, GlobalContractIdentifier, TrieKey,
};
use torr_vm_runner::Code;

/// A contract that an account runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contract {
    /// Hash of its code.
    pub(crate) code_hash: CryptoHash,
    /// Where the code stands.
    pub(crate) key: TrieKey,
}

impl Contract {
    /// The contract of an account; `None` if it has none.
    pub(crate) fn of(
        account_id: &AccountId,
        account: &Account,
        chain_id: &str,
        state: &StateUpdate<'_>,
    ) -> Result<Option<Contract>, Fault> {
        Ok(Some(match account.contract() {
            AccountContract::None => return Ok(None),
            AccountContract::Local(code_hash) if is_wallet(account_id, &code_hash) => {
                Contract::global(eth_wallet::global_contract_hash(chain_id))
            }
            AccountContract::Local(code_hash) => {
                let account_id = account_id.clone();
                Contract { code_hash, key: TrieKey::ContractCode { account_id } }
            }
            AccountContract::Global(code_hash) => Contract::global(code_hash),
            AccountContract::GlobalByAccount(account_id) => {
                let identifier = GlobalContractIdentifier::AccountId(account_id);
                let key = TrieKey::GlobalContractCode { identifier };
                let missing = || Fault::inconsistent(format!("nothing stands under {key:?}"));
                let code_hash = state.value_ref(&key)?.ok_or_else(missing)?.hash;
                Contract { code_hash, key }
            }
        }))
    }

    fn global(code_hash: CryptoHash) -> Contract {
        let identifier = GlobalContractIdentifier::CodeHash(code_hash);
        Contract { code_hash, key: TrieKey::GlobalContractCode { identifier } }
    }

    /// Its code; `None` if there is none. Nothing is recorded.
    pub(crate) fn code(
        &self,
        chunk: &ChunkContext,
        state: &StateUpdate<'_>,
    ) -> Result<Option<Code>, Fault> {
        let is_global = matches!(self.key, TrieKey::GlobalContractCode { .. });
        let version = chunk.protocol_version;
        let code = if is_global && !Feature::GlobalContractSameChunkCallFix.is_enabled(version) {
            state.code_before_chunk(&self.key, &self.code_hash)?
        } else {
            state.code(&self.key, &self.code_hash)?
        };
        Ok(code.map(|code| Code::with_known_hash(code, self.code_hash)))
    }
}

/// Whether an account with this local code runs the contract of its kind instead. Others may have a
/// marker's text as their code; it is just no contract.
fn is_wallet(account_id: &AccountId, code_hash: &CryptoHash) -> bool {
    account_id.account_type() == AccountType::EthImplicit && eth_wallet::is_marker(code_hash)
}

#[cfg(test)]
mod tests;
