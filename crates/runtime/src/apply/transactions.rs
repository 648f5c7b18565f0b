//! Transactions: charged one after the other, each on what those before it left.
//!
//! Signatures are checked before, all at once. Accounts and keys of all signers are read before too, in
//! order, whether or not their transactions are valid; so they are part of the proof.

use super::Application;
use crate::balance;
use crate::error::{ApplyError, Fault};
use crate::feature::Feature;
use crate::receipt_sink::ReceiptSink;
use crate::transaction::{
    Charge, Signer, TransactionCost, Verdict, accepted_outcome, failed_outcome, receipt,
    refused_deposit_outcome, validate_all, verify,
};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::error::InvalidTxError;
use torr_primitives::outcome::ExecutionOutcomeWithId;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{
    AccessKey, Account, AccountId, Balance, Nonce, NonceIndex, StateChangeCause, TrieKey,
};

/// A key of an account.
type Key = (AccountId, PublicKeyHandle);

/// What the state has of signers, as transactions leave it.
#[derive(Debug, Default)]
struct Signers {
    accounts: BTreeMap<AccountId, Option<Account>>,
    access_keys: BTreeMap<Key, Option<AccessKey>>,
    gas_key_nonces: BTreeMap<(Key, NonceIndex), Option<Nonce>>,
}

impl Application<'_> {
    /// Charges all transactions, and sends their receipts. Those to the signer itself are returned.
    pub(super) fn process_transactions(
        &mut self,
        sink: &mut ReceiptSink,
    ) -> Result<Vec<Receipt>, ApplyError> {
        let chunk = self.input.context;
        let transactions = self.input.transactions;
        let in_time = self.input.transactions_in_time;
        let is_expired = |index: usize| in_time.get(index).is_some_and(|in_time| !in_time);
        let (config, version) = (&chunk.config, chunk.protocol_version);
        let errors = validate_all(config, transactions, version, self.threads, is_expired);
        let mut signers = self.read_signers(is_expired)?;
        let mut seen = BTreeSet::new();
        let are_unique = Feature::UniqueChunkTransactions.is_enabled(chunk.protocol_version);
        let mut local = Vec::new();
        for (signed, error) in transactions.iter().zip(errors) {
            // An outcome is known by the hash, so there can be no second.
            if are_unique && !seen.insert(signed.hash()) {
                continue;
            }
            let failed = match error {
                Some(error) => Some(error),
                None => self.process_transaction(signed, &mut signers, sink, &mut local)?,
            };
            self.outcomes.extend(failed.map(|error| failed_outcome(signed, error)));
        }
        Ok(local)
    }

    /// Reads accounts and keys of all signers whose transactions came in time.
    fn read_signers(&self, is_expired: impl Fn(usize) -> bool) -> Result<Signers, Fault> {
        let mut signers = Signers::default();
        for (index, signed) in self.input.transactions.iter().enumerate() {
            if is_expired(index) {
                continue;
            }
            let transaction = signed.transaction();
            let account_id = transaction.signer_id();
            if !signers.accounts.contains_key(account_id) {
                let key = TrieKey::Account { account_id: account_id.clone() };
                signers.accounts.insert(account_id.clone(), self.state.read(&key)?);
            }
            let public_key = PublicKeyHandle::from(transaction.public_key());
            let key = (account_id.clone(), public_key.clone());
            if !signers.access_keys.contains_key(&key) {
                let account_id = account_id.clone();
                let trie_key = TrieKey::AccessKey { account_id, public_key: public_key.clone() };
                signers.access_keys.insert(key.clone(), self.state.read(&trie_key)?);
            }
            let Some(index) = transaction.nonce().nonce_index() else { continue };
            let key = (key, index);
            if let Entry::Vacant(entry) = signers.gas_key_nonces.entry(key) {
                let account_id = account_id.clone();
                let trie_key = TrieKey::GasKeyNonce { account_id, public_key, index };
                entry.insert(self.state.read(&trie_key)?);
            }
        }
        Ok(signers)
    }

    /// Charges a transaction and sends its receipt; says why not if it fails and leaves nothing.
    fn process_transaction(
        &mut self,
        signed: &SignedTransaction,
        signers: &mut Signers,
        sink: &mut ReceiptSink,
        local: &mut Vec<Receipt>,
    ) -> Result<Option<InvalidTxError>, ApplyError> {
        let chunk = self.input.context;
        let transaction = signed.transaction();
        let price = chunk.block.gas_price;
        let Some(cost) = TransactionCost::of(&chunk.config, transaction, price) else {
            return Ok(Some(InvalidTxError::CostOverflow));
        };
        let account_id = transaction.signer_id();
        let key = (account_id.clone(), PublicKeyHandle::from(transaction.public_key()));
        let nonce_key = transaction.nonce().nonce_index().map(|index| (key.clone(), index));
        let nonce = nonce_key.as_ref().and_then(|key| signers.gas_key_nonces.get(key));
        let signer = Signer {
            account: signers.accounts.get(account_id).and_then(Option::as_ref),
            access_key: signers.access_keys.get(&key).and_then(Option::as_ref),
            gas_key_nonce: nonce.copied().flatten(),
        };
        let verdict = verify(&chunk.config, transaction, &cost, signer, chunk.block.height);
        let mut carried = Balance::ZERO;
        let (charge, outcome) = match verdict {
            Verdict::Refused(error) => return Ok(Some(error)),
            Verdict::DepositRefused { charge, error } => {
                (charge, refused_deposit_outcome(signed, &cost, error))
            }
            Verdict::Accepted(charge) => {
                let receipt = receipt(signed, cost.receipt_gas_price, chunk.block.height);
                let outcome = accepted_outcome(signed, &cost, receipt.receipt_id);
                carried = balance::of_receipt(&receipt, &chunk.config)?;
                if receipt.receiver_id == *account_id {
                    local.push(receipt);
                } else {
                    sink.send(receipt, chunk, &mut self.state)?;
                }
                (charge, outcome)
            }
        };
        let burnt = outcome.outcome.tokens_burnt;
        self.record(outcome)?;
        let paid = self.charge(&charge, key, nonce_key, signers)?;
        balance::check_transaction(signed.hash(), paid, burnt, carried)?;
        self.state.commit(StateChangeCause::TransactionProcessing(signed.hash()));
        Ok(None)
    }

    fn record(&mut self, outcome: ExecutionOutcomeWithId) -> Result<(), Fault> {
        let burnt = &mut self.stats.balance.tx_burnt_amount;
        *burnt = burnt
            .checked_add(outcome.outcome.tokens_burnt)
            .ok_or(Fault::Overflow { what: "burnt tokens" })?;
        let compute = outcome.outcome.compute_usage.unwrap_or_default();
        self.count(outcome.outcome.gas_burnt, compute)?;
        self.outcomes.push(outcome);
        Ok(())
    }

    /// Writes what a transaction changes of its signer; what the signer has less now, in yoctoNEAR.
    fn charge(
        &mut self,
        charge: &Charge,
        key: Key,
        nonce_key: Option<(Key, NonceIndex)>,
        signers: &mut Signers,
    ) -> Result<Balance, Fault> {
        const MISSING: Fault = Fault::Bug { what: "who is charged is there" };
        let (account_id, public_key) = key.clone();
        let account = signers.accounts.get_mut(&account_id).and_then(Option::as_mut);
        let account = account.ok_or(MISSING)?;
        let mut access_key = signers.access_keys.get_mut(&key).and_then(Option::as_mut);
        let before = balance::of_signer(account, access_key.as_deref())?;
        charge.apply(account, access_key.as_deref_mut());
        let after = balance::of_signer(account, access_key.as_deref())?;
        self.state.write(&TrieKey::Account { account_id: account_id.clone() }, account)?;
        if let (Some(key), Some((index, nonce))) = (nonce_key, charge.gas_key_nonce()) {
            let (account_id, public_key) = (account_id.clone(), public_key.clone());
            self.state.write(&TrieKey::GasKeyNonce { account_id, public_key, index }, &nonce)?;
            signers.gas_key_nonces.insert(key, Some(nonce));
        }
        if let Some(access_key) = access_key {
            self.state.write(&TrieKey::AccessKey { account_id, public_key }, access_key)?;
        }
        before
            .checked_sub(after)
            .ok_or(Fault::Bug { what: "a transaction gives its signer nothing" })
    }
}
