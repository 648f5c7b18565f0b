//! Transactions: charged one after the other, each on what those before it left.
//!
//! What needs no state is done before, signatures above all, on all threads. Accounts and keys of all
//! signers are read before too, together, whether or not their transactions are valid; so they are part of
//! the proof.

use super::Application;
use crate::balance;
use crate::error::{ApplyError, Fault};
use crate::feature::Feature;
use crate::receipt_sink::ReceiptSink;
use crate::state::decoded;
use crate::transaction::{
    Charge, PreparedTransaction, Signer, Verdict, failed_outcome, prepare_all,
    refused_deposit_outcome, verify,
};
use borsh::BorshDeserialize;
use std::collections::{BTreeMap, BTreeSet};
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::error::InvalidTxError;
use torr_primitives::outcome::ExecutionOutcomeWithId;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::{SignedTransaction, Transaction};
use torr_primitives::{AccessKey, Account, Balance, Nonce, StateChangeCause, TrieKey};

/// What the state has of signers, as transactions leave it.
#[derive(Debug, Default)]
struct Signers {
    /// Where that stands which each transaction goes by; `None` of those that are not looked at.
    of_transactions: Vec<Option<Places>>,
    accounts: Vec<Entry<Account>>,
    access_keys: Vec<Entry<AccessKey>>,
    gas_key_nonces: Vec<Entry<Nonce>>,
}

/// Places among what signers have.
#[derive(Clone, Copy, Debug)]
struct Places {
    account: usize,
    access_key: usize,
    gas_key_nonce: Option<usize>,
}

/// What stands under a key of the state.
#[derive(Debug)]
struct Entry<T> {
    key: TrieKey,
    value: Option<T>,
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
        let this = &*self;
        let (signers, prepared) = this.threads.both(
            || this.read_signers(is_expired),
            || prepare_all(chunk, transactions, this.threads, is_expired),
        );
        let mut signers = signers?;
        let mut seen = BTreeSet::new();
        let are_unique = Feature::UniqueChunkTransactions.is_enabled(chunk.protocol_version);
        let mut local = Vec::new();
        for (index, (signed, prepared)) in transactions.iter().zip(prepared).enumerate() {
            // An outcome is known by the hash, so there can be no second.
            if are_unique && !seen.insert(signed.hash()) {
                continue;
            }
            let refused = match prepared {
                Err(error) => Some(error),
                Ok(prepared) => {
                    let places = signers.of_transactions.get(index).copied().flatten();
                    let places = places.ok_or(Fault::Bug { what: "signers are read" })?;
                    let signer = signers.at(places)?;
                    self.process_transaction(signed, prepared, signer, sink, &mut local)?
                }
            };
            self.outcomes.extend(refused.map(|error| failed_outcome(signed, error)));
        }
        Ok(local)
    }

    /// Reads accounts and keys of all signers whose transactions came in time.
    fn read_signers(&self, is_expired: impl Fn(usize) -> bool) -> Result<Signers, Fault> {
        let mut signers = Signers::default();
        let transactions = self.input.transactions.iter().enumerate();
        let mut places = PlacesByKey::default();
        signers.of_transactions = transactions
            .map(|(index, signed)| {
                (!is_expired(index)).then(|| places.of(signed.transaction(), &mut signers))
            })
            .collect();
        let accounts = signers.accounts.iter().map(|entry| entry.key.to_bytes());
        let access_keys = signers.access_keys.iter().map(|entry| entry.key.to_bytes());
        let nonces = signers.gas_key_nonces.iter().map(|entry| entry.key.to_bytes());
        let keys: Vec<_> = accounts.chain(access_keys).chain(nonces).collect();
        let mut values = self.state.get_all(&keys, self.threads)?.into_iter();
        decode_all(&mut signers.accounts, &mut values)?;
        decode_all(&mut signers.access_keys, &mut values)?;
        decode_all(&mut signers.gas_key_nonces, &mut values)?;
        Ok(signers)
    }

    /// Charges a transaction and sends its receipt; says why not if it fails and leaves nothing.
    fn process_transaction(
        &mut self,
        signed: &SignedTransaction,
        prepared: PreparedTransaction,
        mut signer: SignerEntries<'_>,
        sink: &mut ReceiptSink,
        local: &mut Vec<Receipt>,
    ) -> Result<Option<InvalidTxError>, ApplyError> {
        let chunk = self.input.context;
        let transaction = signed.transaction();
        let PreparedTransaction { cost, receipt, outcome } = prepared;
        let verdict =
            verify(&chunk.config, transaction, &cost, signer.as_signer(), chunk.block.height);
        let mut carried = Balance::ZERO;
        let (charge, outcome) = match verdict {
            Verdict::Refused(error) => return Ok(Some(error)),
            Verdict::DepositRefused { charge, error } => {
                (charge, refused_deposit_outcome(signed, &cost, error))
            }
            Verdict::Accepted(charge) => {
                carried = balance::of_receipt(&receipt, &chunk.config)?;
                if receipt.receiver_id == *transaction.signer_id() {
                    local.push(receipt);
                } else {
                    sink.send(receipt, chunk, &mut self.state)?;
                }
                (charge, outcome)
            }
        };
        let burnt = outcome.outcome.tokens_burnt;
        self.record(outcome)?;
        let paid = self.charge(&charge, &mut signer)?;
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
        signer: &mut SignerEntries<'_>,
    ) -> Result<Balance, Fault> {
        const MISSING: Fault = Fault::Bug { what: "who is charged is there" };
        let account = signer.account.value.as_mut().ok_or(MISSING)?;
        let mut access_key = signer.access_key.value.as_mut();
        let before = balance::of_signer(account, access_key.as_deref())?;
        charge.apply(account, access_key.as_deref_mut());
        let after = balance::of_signer(account, access_key.as_deref())?;
        self.state.write(&signer.account.key, account)?;
        if let (Some(entry), Some((_, nonce))) = (&mut signer.gas_key_nonce, charge.gas_key_nonce())
        {
            self.state.write(&entry.key, &nonce)?;
            entry.value = Some(nonce);
        }
        if let Some(access_key) = access_key {
            self.state.write(&signer.access_key.key, access_key)?;
        }
        before
            .checked_sub(after)
            .ok_or(Fault::Bug { what: "a transaction gives its signer nothing" })
    }
}

/// What the state has of one signer.
#[derive(Debug)]
struct SignerEntries<'s> {
    account: &'s mut Entry<Account>,
    access_key: &'s mut Entry<AccessKey>,
    gas_key_nonce: Option<&'s mut Entry<Nonce>>,
}

impl SignerEntries<'_> {
    fn as_signer(&self) -> Signer<'_> {
        Signer {
            account: self.account.value.as_ref(),
            access_key: self.access_key.value.as_ref(),
            gas_key_nonce: self.gas_key_nonce.as_ref().and_then(|entry| entry.value),
        }
    }
}

impl Signers {
    fn at(&mut self, places: Places) -> Result<SignerEntries<'_>, Fault> {
        const MISSING: Fault = Fault::Bug { what: "signers are at their places" };
        let gas_key_nonce = match places.gas_key_nonce {
            Some(place) => Some(self.gas_key_nonces.get_mut(place).ok_or(MISSING)?),
            None => None,
        };
        Ok(SignerEntries {
            account: self.accounts.get_mut(places.account).ok_or(MISSING)?,
            access_key: self.access_keys.get_mut(places.access_key).ok_or(MISSING)?,
            gas_key_nonce,
        })
    }
}

/// Places of what signers have, by keys of the state.
#[derive(Debug, Default)]
struct PlacesByKey(BTreeMap<Vec<u8>, usize>);

impl PlacesByKey {
    /// Places of what a transaction goes by; they are made where there are none.
    fn of(&mut self, transaction: &Transaction, signers: &mut Signers) -> Places {
        let account_id = transaction.signer_id();
        let public_key = PublicKeyHandle::from(transaction.public_key());
        let account = TrieKey::Account { account_id: account_id.clone() };
        let (account_id, handle) = (account_id.clone(), public_key.clone());
        let access_key = TrieKey::AccessKey { account_id, public_key: handle };
        let account_id = transaction.signer_id();
        let nonce = transaction.nonce().nonce_index().map(|index| TrieKey::GasKeyNonce {
            account_id: account_id.clone(),
            public_key,
            index,
        });
        Places {
            account: self.place(account, &mut signers.accounts),
            access_key: self.place(access_key, &mut signers.access_keys),
            gas_key_nonce: nonce.map(|key| self.place(key, &mut signers.gas_key_nonces)),
        }
    }

    fn place<T>(&mut self, key: TrieKey, entries: &mut Vec<Entry<T>>) -> usize {
        *self.0.entry(key.to_bytes()).or_insert_with(|| {
            entries.push(Entry { key, value: None });
            entries.len() - 1
        })
    }
}

/// Puts the next values where their keys stand.
fn decode_all<T: BorshDeserialize>(
    entries: &mut [Entry<T>],
    values: &mut impl Iterator<Item = Option<std::sync::Arc<[u8]>>>,
) -> Result<(), Fault> {
    for (entry, value) in entries.iter_mut().zip(values) {
        entry.value = value.map(|bytes| decoded(&entry.key, &bytes)).transpose()?;
    }
    Ok(())
}
