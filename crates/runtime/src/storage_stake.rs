//! Whether an account holds enough for the storage it takes ("Storage staking", Economics; NEP-448).
//!
//! Small accounts need hold nothing. Locked tokens count, because they are the account's.

use torr_parameters::RuntimeConfig;
use torr_primitives::{Account, Balance, StorageUsage};

/// The most storage, in bytes, that an account can take without holding anything for it (NEP-448).
pub const ZERO_BALANCE_ACCOUNT_STORAGE_LIMIT: StorageUsage = 770;

/// Why an account may not hold so little.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageStakeError {
    /// It needs `amount` more, in yoctoNEAR.
    #[error("the account needs {amount} yoctoNEAR more for its storage")]
    Lacking {
        /// What is missing, in yoctoNEAR.
        amount: Balance,
    },
    /// No account can be like this: the state is damaged.
    #[error("{0}")]
    Inconsistent(String),
}

/// Checks that `account` could have `amount` yoctoNEAR to use, in place of what it has.
///
/// # Errors
/// [`StorageStakeError::Lacking`] if it could not, the other if its figures overflow.
pub fn check_storage_stake(
    account: &Account,
    amount: Balance,
    config: &RuntimeConfig,
) -> Result<(), StorageStakeError> {
    let usage = account.storage_usage();
    let price = config.fees.storage_usage.storage_amount_per_byte;
    let required = price.checked_mul(u128::from(usage)).ok_or_else(|| {
        StorageStakeError::Inconsistent(format!(
            "the price of {usage} bytes of an account's storage is no balance"
        ))
    })?;
    let locked = account.locked();
    let available = amount.checked_add(locked).ok_or_else(|| {
        StorageStakeError::Inconsistent(format!(
            "amount {amount} and locked {locked} of an account are no balance together"
        ))
    })?;
    match required.checked_sub(available) {
        None | Some(Balance::ZERO) => Ok(()),
        Some(_) if usage <= ZERO_BALANCE_ACCOUNT_STORAGE_LIMIT => Ok(()),
        Some(amount) => Err(StorageStakeError::Lacking { amount }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torr_parameters::Parameters;
    use torr_primitives::AccountContract;

    fn account(locked: u128, usage: StorageUsage) -> Account {
        let locked = Balance::from_yoctonear(locked);
        Account::new(Balance::ZERO, locked, AccountContract::None, usage)
    }

    fn check(account: &Account, amount: u128) -> Result<(), StorageStakeError> {
        let config = Parameters::builtin(86).unwrap();
        check_storage_stake(account, Balance::from_yoctonear(amount), &config)
    }

    const PRICE: u128 = 10_000_000_000_000_000_000;

    #[test]
    fn what_is_missing_is_told_to_the_yoctonear() {
        let needs = 771 * PRICE;
        assert_eq!(check(&account(0, 771), needs), Ok(()));
        let lacking = StorageStakeError::Lacking { amount: Balance::from_yoctonear(1) };
        assert_eq!(check(&account(0, 771), needs - 1), Err(lacking));
        assert_eq!(check(&account(1, 771), needs - 1), Ok(()));
    }

    #[test]
    fn small_accounts_need_nothing() {
        assert_eq!(check(&account(0, ZERO_BALANCE_ACCOUNT_STORAGE_LIMIT), 0), Ok(()));
    }

    #[test]
    fn impossible_accounts_are_told_apart() {
        for impossible in [check(&account(1, 1), u128::MAX), check(&account(0, u64::MAX), 0)] {
            match impossible {
                Err(StorageStakeError::Inconsistent(_)) => {}
                // u64::MAX bytes at this price still fit in a balance.
                Err(StorageStakeError::Lacking { amount }) => {
                    assert_eq!(amount.as_yoctonear(), u128::from(u64::MAX) * PRICE);
                }
                Ok(()) => panic!("accepted"),
            }
        }
    }
}
