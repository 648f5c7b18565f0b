//! Which contract an account runs, and where its code stands.
//!
//! Accounts named after Ethereum addresses once had no code but a word that stood for the wallet
//! contract; all of them run today's, which is a global contract. (Protocol: NEP-518, NEP-591.)

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

/// Whether an account with this local code runs the wallet contract.
fn is_wallet(account_id: &AccountId, code_hash: &CryptoHash) -> bool {
    account_id.account_type() == AccountType::EthImplicit && eth_wallet::is_marker(code_hash)
}
