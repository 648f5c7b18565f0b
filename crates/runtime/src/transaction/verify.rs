//! Whether the signer's account and key allow a transaction, and what they are charged.
//!
//! An access key pays gas and deposits from the account. A gas key (NEP-611) pays gas from its own
//! balance and deposits from the account: if the account cannot, sending is paid all the same. A
//! universal account that has no key yet can be begun by a transaction of its own (see
//! [`bootstrap`](super::bootstrap)).
//!
//! **Invariant:** the order of checks is the protocol's: nonce, balance, allowance, storage,
//! permission for access keys; nonce, balance of the key, permission, deposit, storage for gas keys.

use super::{TransactionCost, bootstrap};
use crate::storage_stake::{StorageStakeError, check_storage_stake};
use torr_parameters::RuntimeConfig;
use torr_primitives::access_key::{AccessKey, FunctionCallPermission};
use torr_primitives::action::Action;
use torr_primitives::error::{
    DepositCostFailureReason, InvalidAccessKeyError, InvalidTxError, StorageError,
};
use torr_primitives::transaction::{NonceMode, Transaction};
use torr_primitives::{Account, Balance, BlockHeight, Nonce, NonceIndex};

/// What the state has of a transaction's signer, as left by the transactions before.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The account.
    pub account: Option<&'a Account>,
    /// The account's entry for the key that signed.
    pub access_key: Option<&'a AccessKey>,
    /// The nonce of that key which the transaction names by its index, if it does.
    pub gas_key_nonce: Option<Nonce>,
}

/// What becomes of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It becomes a receipt.
    Accepted(Charge),
    /// It fails, and the gas key pays for sending, because the deposit is what failed.
    DepositRefused {
        /// What the key pays.
        charge: Charge,
        /// Why it fails.
        error: InvalidTxError,
    },
    /// It fails and leaves nothing.
    Refused(InvalidTxError),
}

/// What a transaction changes of its signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What the account has left to use, in yoctoNEAR.
    pub account_amount: Balance,
    /// What becomes of the key.
    pub key: KeyCharge,
}

/// What a transaction changes of its signer's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCharge {
    /// An access key.
    AccessKey {
        /// Its nonce.
        nonce: Nonce,
        /// Its allowance, if it has one, in yoctoNEAR.
        allowance: Option<Balance>,
    },
    /// A gas key.
    GasKey {
        /// Its balance, in yoctoNEAR.
        balance: Balance,
        /// Which of its nonces is used up.
        nonce_index: NonceIndex,
        /// That nonce.
        nonce: Nonce,
    },
    /// No key: the account itself keeps the nonce until it has some.
    Bootstrap {
        /// The nonce.
        nonce: Nonce,
    },
}

impl Charge {
    /// Changes the account and the key, which are those that [`verify`] was given. The nonce of a gas
    /// key is an entry of its own, see [`Charge::gas_key_nonce`].
    pub fn apply(&self, account: &mut Account, access_key: Option<&mut AccessKey>) {
        account.set_amount(self.account_amount);
        match (self.key, access_key) {
            (KeyCharge::AccessKey { nonce, allowance }, Some(key)) => {
                key.nonce = nonce;
                if let Some(functions) = key.permission.function_call_permission_mut() {
                    functions.allowance = allowance;
                }
            }
            (KeyCharge::GasKey { balance, .. }, Some(key)) => {
                if let Some(gas_key) = key.permission.gas_key_info_mut() {
                    gas_key.balance = balance;
                }
            }
            (KeyCharge::Bootstrap { nonce }, _) => {
                if let Account::Uninitialized(account) = account {
                    account.bootstrap_nonce = nonce;
                }
            }
            (KeyCharge::AccessKey { .. } | KeyCharge::GasKey { .. }, None) => {}
        }
    }

    /// The nonce of the gas key to write, if a gas key signed.
    pub const fn gas_key_nonce(&self) -> Option<(NonceIndex, Nonce)> {
        match self.key {
            KeyCharge::GasKey { nonce_index, nonce, .. } => Some((nonce_index, nonce)),
            KeyCharge::AccessKey { .. } | KeyCharge::Bootstrap { .. } => None,
        }
    }
}

/// Holds `transaction`, which is [valid](super::validate()) and costs `cost`, against its signer, in a
/// block of height `height`.
pub fn verify(
    config: &RuntimeConfig,
    transaction: &Transaction,
    cost: &TransactionCost,
    signer: Signer<'_>,
    height: BlockHeight,
) -> Verdict {
    let Some(account) = signer.account else {
        let signer_id = transaction.signer_id().to_string();
        return Verdict::Refused(InvalidTxError::InvalidSignerId { signer_id });
    };
    let charge = Charging { config, transaction, cost, account, height };
    let Some(access_key) = signer.access_key else {
        let bootstrap_nonce = bootstrap::nonce(config, account, transaction);
        return match bootstrap_nonce {
            Some(nonce) => {
                charge.of_bootstrap(nonce).map_or_else(Verdict::Refused, Verdict::Accepted)
            }
            None => Verdict::Refused(key_not_found(transaction)),
        };
    };
    let Some(nonce_index) = transaction.nonce().nonce_index() else {
        return charge.of_access_key(access_key).map_or_else(Verdict::Refused, Verdict::Accepted);
    };
    match signer.gas_key_nonce {
        Some(nonce) => {
            charge.of_gas_key(access_key, nonce_index, nonce).unwrap_or_else(Verdict::Refused)
        }
        None => Verdict::Refused(InvalidTxError::InvalidNonceIndex {
            tx_nonce_index: Some(nonce_index),
            num_nonces: access_key.permission.gas_key_info().map_or(0, |info| info.num_nonces),
        }),
    }
}

fn key_not_found(transaction: &Transaction) -> InvalidTxError {
    InvalidTxError::InvalidAccessKeyError(InvalidAccessKeyError::AccessKeyNotFound {
        account_id: transaction.signer_id().clone(),
        public_key: Box::new(transaction.public_key().clone()),
    })
}

/// What is charged, and who pays.
#[derive(Clone, Copy)]
struct Charging<'a> {
    config: &'a RuntimeConfig,
    transaction: &'a Transaction,
    cost: &'a TransactionCost,
    account: &'a Account,
    height: BlockHeight,
}

impl Charging<'_> {
    fn of_access_key(self, key: &AccessKey) -> Result<Charge, InvalidTxError> {
        if let Some(gas_key) = key.permission.gas_key_info() {
            return Err(InvalidTxError::InvalidNonceIndex {
                tx_nonce_index: None,
                num_nonces: gas_key.num_nonces,
            });
        }
        let nonce = self.next_nonce(key.nonce, self.transaction.nonce_mode())?;
        let account_amount = self.pay_total()?;
        let functions = key.permission.function_call_permission();
        let allowance = match functions.and_then(|functions| functions.allowance) {
            Some(allowance) => Some(self.pay_from_allowance(allowance)?),
            None => None,
        };
        self.check_storage(account_amount)?;
        if let Some(functions) = functions {
            check_function_call(functions, self.transaction)?;
        }
        Ok(Charge { account_amount, key: KeyCharge::AccessKey { nonce, allowance } })
    }

    /// What is left of a key's allowance.
    fn pay_from_allowance(self, allowance: Balance) -> Result<Balance, InvalidTxError> {
        let cost = self.cost.total_cost;
        allowance.checked_sub(cost).ok_or_else(|| {
            InvalidTxError::InvalidAccessKeyError(InvalidAccessKeyError::NotEnoughAllowance {
                account_id: self.transaction.signer_id().clone(),
                public_key: Box::new(self.transaction.public_key().clone()),
                allowance,
                cost,
            })
        })
    }

    fn of_gas_key(
        self,
        key: &AccessKey,
        nonce_index: NonceIndex,
        nonce: Nonce,
    ) -> Result<Verdict, InvalidTxError> {
        let gas_key =
            key.permission.gas_key_info().ok_or_else(|| key_not_found(self.transaction))?;
        if nonce_index >= gas_key.num_nonces {
            return Err(InvalidTxError::InvalidNonceIndex {
                tx_nonce_index: Some(nonce_index),
                num_nonces: gas_key.num_nonces,
            });
        }
        let nonce = self.next_nonce(nonce, self.transaction.nonce_mode())?;
        let pay_gas = |cost| {
            gas_key.balance.checked_sub(cost).ok_or_else(|| {
                InvalidTxError::NotEnoughGasKeyBalance {
                    signer_id: self.transaction.signer_id().clone(),
                    balance: gas_key.balance,
                    cost,
                }
            })
        };
        let after_all_gas = pay_gas(self.cost.gas_cost)?;
        let after_sending = pay_gas(self.cost.burnt_amount)?;
        if let Some(functions) = key.permission.function_call_permission() {
            check_function_call(functions, self.transaction)?;
        }
        let charge = |account_amount, balance| Charge {
            account_amount,
            key: KeyCharge::GasKey { balance, nonce_index, nonce },
        };
        Ok(match self.pay_deposit()? {
            Ok(account_amount) => Verdict::Accepted(charge(account_amount, after_all_gas)),
            Err(error) => Verdict::DepositRefused {
                charge: charge(self.account.amount(), after_sending),
                error,
            },
        })
    }

    /// What the account has left without the deposit, or why it cannot pay it.
    ///
    /// # Errors
    /// That the account cannot be as it is.
    fn pay_deposit(self) -> Result<Result<Balance, InvalidTxError>, InvalidTxError> {
        let (balance, deposit) = (self.account.amount(), self.cost.deposit_cost);
        let refused = |balance, cost, reason| InvalidTxError::NotEnoughBalanceForDeposit {
            signer_id: self.transaction.signer_id().clone(),
            balance,
            cost,
            reason,
        };
        let Some(left) = balance.checked_sub(deposit) else {
            let reason = DepositCostFailureReason::NotEnoughBalance;
            return Ok(Err(refused(balance, deposit, reason)));
        };
        match check_storage_stake(self.account, left, self.config) {
            Ok(()) => Ok(Ok(left)),
            Err(StorageStakeError::Lacking { amount }) => {
                Ok(Err(refused(left, amount, DepositCostFailureReason::LackBalanceForState)))
            }
            Err(StorageStakeError::Inconsistent(text)) => Err(inconsistent(text)),
        }
    }

    /// The nonce is that of the account, and follows by one whatever the transaction asks: a larger one
    /// could be above that of the keys which the account begins with, and be used again with them.
    fn of_bootstrap(self, bootstrap_nonce: Nonce) -> Result<Charge, InvalidTxError> {
        let nonce = self.next_nonce(bootstrap_nonce, NonceMode::Strict)?;
        let account_amount = self.pay_total()?;
        self.check_storage(account_amount)?;
        Ok(Charge { account_amount, key: KeyCharge::Bootstrap { nonce } })
    }

    /// The transaction's nonce, if it may follow `current`.
    fn next_nonce(self, current: Nonce, mode: NonceMode) -> Result<Nonce, InvalidTxError> {
        let nonce = self.transaction.nonce().nonce();
        let follows = match mode {
            NonceMode::Monotonic => nonce > current,
            NonceMode::Strict => current.checked_add(1) == Some(nonce),
        };
        if !follows {
            return Err(InvalidTxError::InvalidNonce { tx_nonce: nonce, ak_nonce: current });
        }
        let upper_bound = self.height.saturating_mul(AccessKey::NONCE_RANGE_MULTIPLIER);
        if nonce >= upper_bound {
            return Err(InvalidTxError::NonceTooLarge { tx_nonce: nonce, upper_bound });
        }
        Ok(nonce)
    }

    /// What the account has left when it pays for everything.
    fn pay_total(self) -> Result<Balance, InvalidTxError> {
        let (balance, cost) = (self.account.amount(), self.cost.total_cost);
        balance.checked_sub(cost).ok_or_else(|| InvalidTxError::NotEnoughBalance {
            signer_id: self.transaction.signer_id().clone(),
            balance,
            cost,
        })
    }

    fn check_storage(self, amount: Balance) -> Result<(), InvalidTxError> {
        check_storage_stake(self.account, amount, self.config).map_err(|error| match error {
            StorageStakeError::Lacking { amount } => InvalidTxError::LackBalanceForState {
                signer_id: self.transaction.signer_id().clone(),
                amount,
            },
            StorageStakeError::Inconsistent(text) => inconsistent(text),
        })
    }
}

fn inconsistent(text: String) -> InvalidTxError {
    InvalidTxError::StorageError(StorageError::StorageInconsistentState(text))
}

/// Checks that the transaction does nothing but call one function that the key may call.
fn check_function_call(
    functions: &FunctionCallPermission,
    transaction: &Transaction,
) -> Result<(), InvalidAccessKeyError> {
    let [Action::FunctionCall(call)] = transaction.actions() else {
        return Err(InvalidAccessKeyError::RequiresFullAccess);
    };
    if call.deposit > Balance::ZERO {
        return Err(InvalidAccessKeyError::DepositWithFunctionCall);
    }
    let receiver = transaction.receiver_id();
    if receiver.as_str() != functions.receiver_id {
        return Err(InvalidAccessKeyError::ReceiverMismatch {
            tx_receiver: receiver.clone(),
            ak_receiver: functions.receiver_id.clone(),
        });
    }
    if !functions.method_names.is_empty() && !functions.method_names.contains(&call.method_name) {
        return Err(InvalidAccessKeyError::MethodNameMismatch {
            method_name: call.method_name.clone(),
        });
    }
    Ok(())
}
