//! Calls inside calls: a chain below a contract that, asked for a certain key, runs another contract.
//!
//! The trait `External` is the embedder's to implement, and nothing forbids that. So signal handlers
//! have to find their own traps with another engine's code further up the same stack.

use super::End;
use super::contracts::Call;
use super::subjects::Subject;
use crate::referee::Answer;
use crate::world;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{AccountId, Balance, YieldId};
use torr_vm_logic::context::Context;
use torr_vm_logic::error::{Fault, Result};
use torr_vm_logic::external::{External, StorageMeter};
use torr_vm_logic::outcome::ReturnData;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::Code;

/// The key that `nested.wat` reads.
const KEY: &[u8] = b"deeper";

/// A call on a runner.
#[derive(Clone, Copy)]
pub(super) struct Level<'a> {
    pub(super) subject: &'a Subject,
    pub(super) code: &'a Code,
    pub(super) call: &'a Call,
}

/// What happens below the innermost call when it asks the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bottom {
    /// It has no such key.
    Nothing,
    /// The chain panics, as a bug in an embedder's code would.
    Panic,
    /// The chain cannot go on.
    Fault,
}

/// What came of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// An outcome.
    Answer(Box<Answer>),
    /// The node cannot go on.
    Fault(String),
    /// The panic of [`Bottom::Panic`], caught where the outermost call was made.
    Panic,
    /// Another panic.
    OtherPanic(String),
}

impl Heard {
    /// How the outermost call ended.
    pub(super) fn end(&self) -> End {
        match self {
            Heard::Answer(answer) => End::of(answer.outcome.error.as_ref()),
            Heard::Fault(_) => End::Fault,
            Heard::Panic | Heard::OtherPanic(_) => End::Panic,
        }
    }
}

/// What [`Bottom::Panic`] throws.
struct Thrown;

/// Makes the first of `levels`' calls, which makes the second, and so on.
pub(super) fn ask(levels: &[Level<'_>], bottom: Bottom) -> Heard {
    let heard = match panic::catch_unwind(AssertUnwindSafe(|| descend(levels, bottom))) {
        Ok(Ok(answer)) => return Heard::Answer(Box::new(answer)),
        Ok(Err(fault)) => Heard::Fault(fault.to_string()),
        Err(thrown) if thrown.is::<Thrown>() => Heard::Panic,
        Err(other) => {
            let text = other.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| other.downcast_ref::<&str>().copied());
            Heard::OtherPanic(text.unwrap_or("not a text").to_owned())
        }
    };
    if let Some(outermost) = levels.first() {
        outermost.subject.count(heard.end());
    }
    heard
}

fn descend(levels: &[Level<'_>], bottom: Bottom) -> Result<Answer, Fault> {
    let nothing = Fault::Bug { what: "there is a call to make" };
    let (level, below) = levels.split_first().ok_or(nothing)?;
    let Call { method, gas, .. } = *level.call;
    let input = Arc::from(method.as_bytes());
    let context = Context { prepaid_gas: gas, input, ..world::context() };
    let mut chain = DeepChain { chain: world::chain(), below, bottom };
    let runner = &level.subject.runner;
    let outcome = runner.run(level.code, method, &mut chain, &context, &world::config())?;
    level.subject.count(End::of(outcome.error.as_ref()));
    let SimulatedChain { storage, pending_yield_ids, proof_growth, .. } = chain.chain;
    let yield_ids = pending_yield_ids.into_keys().collect();
    Ok(Answer { outcome, storage, yield_ids, proof_growth })
}

/// A plain chain, but for one key, whose value is what comes of the next call.
struct DeepChain<'l> {
    chain: SimulatedChain,
    below: &'l [Level<'l>],
    bottom: Bottom,
}

impl DeepChain<'_> {
    /// What came of the calls below, as the value of [`KEY`]; none when there is none.
    fn value(&self) -> Result<Option<Vec<u8>>> {
        if !self.below.is_empty() {
            let Answer { outcome, .. } = descend(self.below, self.bottom)?;
            let returned = match &outcome.return_data {
                ReturnData::Value(value) => String::from_utf8_lossy(value),
                _ => "nothing".into(),
            };
            let text = format!("{:?} {} {returned}", outcome.error, outcome.gas_burnt);
            return Ok(Some(text.into_bytes()));
        }
        match self.bottom {
            Bottom::Nothing => Ok(None),
            // Without a word from the panic hook.
            Bottom::Panic => panic::resume_unwind(Box::new(Thrown)),
            Bottom::Fault => Err(Fault::InconsistentState { what: "there is no bottom" }.into()),
        }
    }
}

impl External for DeepChain<'_> {
    fn storage_read(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>> {
        let value = if key == KEY { self.value()? } else { None };
        let Some(value) = value else { return self.chain.storage_read(key, meter) };
        meter.trie_nodes(self.chain.trie_nodes_touched, self.chain.trie_nodes_cached)?;
        meter.value_read(value.len() as u64)?;
        Ok(Some(value))
    }

    fn storage_write(
        &mut self,
        key: &[u8],
        value: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>> {
        self.chain.storage_write(key, value, meter)
    }

    fn storage_remove(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>> {
        self.chain.storage_remove(key, meter)
    }

    fn storage_has_key(&mut self, key: &[u8], meter: &mut StorageMeter<'_>) -> Result<bool> {
        self.chain.storage_has_key(key, meter)
    }

    fn recorded_storage_size(&self) -> u64 {
        self.chain.recorded_storage_size()
    }

    fn recorded_storage_size_before_receipt(&self) -> u64 {
        self.chain.recorded_storage_size_before_receipt()
    }

    fn generate_data_id(&mut self) -> Result<CryptoHash, Fault> {
        self.chain.generate_data_id()
    }

    fn create_yield(&mut self, yield_id: Option<YieldId>) -> Result<Option<CryptoHash>, Fault> {
        self.chain.create_yield(yield_id)
    }

    fn resume_yield(&mut self, data_id: CryptoHash, data: &[u8]) -> Result<bool, Fault> {
        self.chain.resume_yield(data_id, data)
    }

    fn yield_data_id(&self, yield_id: &YieldId) -> Result<Option<CryptoHash>, Fault> {
        self.chain.yield_data_id(yield_id)
    }

    fn validator_stake(&self, account_id: &AccountId) -> Result<Option<Balance>, Fault> {
        self.chain.validator_stake(account_id)
    }

    fn validator_total_stake(&self) -> Result<Balance, Fault> {
        self.chain.validator_total_stake()
    }

    fn chain_id(&self) -> &str {
        self.chain.chain_id()
    }

    fn post_quantum_keys_enabled(&self) -> bool {
        self.chain.post_quantum_keys_enabled()
    }

    fn accepts_method_name(&self, method_name: &[u8]) -> bool {
        self.chain.accepts_method_name(method_name)
    }
}
