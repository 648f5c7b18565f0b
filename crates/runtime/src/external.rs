//! The chain below a contract call, over the state.
//!
//! What a contract stores is found in the state as changed so far. Reading pays for no node on the
//! way, as a node may keep values beside their keys; writing and removing pay for each node and for
//! the old value, less if it was touched before in the chunk. What was looked at counts as touched
//! even if the gas for it runs out. (Protocol: runtime specification, "Trie: gas".)

mod storage;
mod yields;

use crate::context::ChunkContext;
use crate::error::Fault;
use crate::feature::Feature;
use crate::state::StateUpdate;
use std::cell::OnceCell;
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::id::receipt_id_of_action;
use torr_primitives::{AccountId, Balance, YieldId};
use torr_vm_logic::context::Context;
use torr_vm_logic::error::{Fault as VmFault, Result as VmResult, Stop};
use torr_vm_logic::external::StorageMeter;
use torr_vm_logic::outcome::Outcome;
use torr_vm_runner::{Code, Runner};

/// The chain as a call sees it.
pub(crate) struct External<'a, 's> {
    state: &'a mut StateUpdate<'s>,
    chunk: &'a ChunkContext,
    /// The account whose contract runs.
    account_id: &'a AccountId,
    /// The action's name, from which names of results are made.
    action_hash: CryptoHash,
    /// How many results have a name.
    data_ids: u64,
    /// Bytes of the proof that do not count for the call.
    size_before: u64,
    /// Why the node cannot go on: the VM does not know these reasons.
    fault: OnceCell<Fault>,
}

/// Why an access did not come to its end.
enum Broken {
    Stop(Stop),
    Fault(Fault),
}

impl From<Stop> for Broken {
    fn from(stop: Stop) -> Broken {
        Broken::Stop(stop)
    }
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Broken {
        Broken::Fault(fault)
    }
}

impl From<torr_store::source::TrieError> for Broken {
    fn from(error: torr_store::source::TrieError) -> Broken {
        Broken::Fault(error.into())
    }
}

impl<'a, 's> External<'a, 's> {
    /// The chain for a call of the contract of an account.
    pub(crate) fn new(
        account_id: &'a AccountId,
        action_hash: CryptoHash,
        chunk: &'a ChunkContext,
        state: &'a mut StateUpdate<'s>,
    ) -> External<'a, 's> {
        let version = chunk.protocol_version;
        let size_before = if Feature::EnforcePerReceiptStorageProofLimit.is_enabled(version) {
            state.recorded_size_before()
        } else {
            state.recorded_size()
        };
        External {
            state,
            chunk,
            account_id,
            action_hash,
            data_ids: 0,
            size_before,
            fault: OnceCell::new(),
        }
    }

    /// Runs a method of the account's contract.
    ///
    /// What it did to the state stays there even if it failed.
    pub(crate) fn run(
        mut self,
        runner: &Runner,
        code: &Code,
        method_name: &str,
        context: &Context,
    ) -> Result<Outcome, Fault> {
        let config = &self.chunk.config;
        let outcome = runner.run(code, method_name, &mut self, context, config);
        match self.fault.into_inner() {
            Some(fault) => Err(fault),
            None => Ok(outcome?),
        }
    }

    /// Lays a reason aside, and says that there is one.
    fn keep(&self, fault: Fault) -> VmFault {
        // The first is the one that counts.
        let _ = self.fault.set(fault);
        VmFault::Bug { what: "a fault of the chain is not shown as one of the VM" }
    }

    fn keep_broken(&self, broken: Broken) -> Stop {
        match broken {
            Broken::Stop(stop) => stop,
            Broken::Fault(fault) => Stop::Fault(self.keep(fault)),
        }
    }
}

impl torr_vm_logic::external::External for External<'_, '_> {
    fn storage_read(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> VmResult<Option<Vec<u8>>> {
        self.read(key, meter).map_err(|broken| self.keep_broken(broken))
    }

    fn storage_write(
        &mut self,
        key: &[u8],
        value: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> VmResult<Option<Vec<u8>>> {
        self.write(key, value, meter).map_err(|broken| self.keep_broken(broken))
    }

    fn storage_remove(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> VmResult<Option<Vec<u8>>> {
        self.remove(key, meter).map_err(|broken| self.keep_broken(broken))
    }

    fn storage_has_key(&mut self, key: &[u8], meter: &mut StorageMeter<'_>) -> VmResult<bool> {
        self.has(key, meter).map_err(|broken| self.keep_broken(broken))
    }

    fn recorded_storage_size(&self) -> u64 {
        self.state.recorded_size()
    }

    fn recorded_storage_size_before_receipt(&self) -> u64 {
        self.size_before
    }

    fn generate_data_id(&mut self) -> Result<CryptoHash, VmFault> {
        let data_id =
            receipt_id_of_action(&self.action_hash, self.chunk.block.height, self.data_ids);
        self.data_ids = self.data_ids.saturating_add(1);
        Ok(data_id)
    }

    fn create_yield(&mut self, yield_id: Option<YieldId>) -> Result<Option<CryptoHash>, VmFault> {
        match self.is_taken(yield_id) {
            Ok(true) => return Ok(None),
            Ok(false) => {}
            Err(fault) => return Err(self.keep(fault)),
        }
        let data_id = self.generate_data_id()?;
        self.note_yield(data_id, yield_id).map_err(|fault| self.keep(fault))?;
        Ok(Some(data_id))
    }

    /// The data goes out as a receipt that the outcome's effects tell of.
    fn resume_yield(&mut self, data_id: CryptoHash, _data: &[u8]) -> Result<bool, VmFault> {
        self.note_resumption(data_id).map_err(|fault| self.keep(fault))
    }

    fn yield_data_id(&self, yield_id: &YieldId) -> Result<Option<CryptoHash>, VmFault> {
        self.named_yield(yield_id).map_err(|fault| self.keep(fault))
    }

    fn validator_stake(&self, account_id: &AccountId) -> Result<Option<Balance>, VmFault> {
        Ok(self.chunk.epoch.validators.get(account_id).copied())
    }

    fn validator_total_stake(&self) -> Result<Balance, VmFault> {
        Ok(self.chunk.epoch.total_stake)
    }

    fn chain_id(&self) -> &str {
        &self.chunk.epoch.chain_id
    }

    fn post_quantum_keys_enabled(&self) -> bool {
        Feature::PostQuantumSignatures.is_enabled(self.chunk.protocol_version)
    }

    fn accepts_method_name(&self, method_name: &[u8]) -> bool {
        std::str::from_utf8(method_name).is_ok()
    }
}

#[cfg(test)]
mod tests;
