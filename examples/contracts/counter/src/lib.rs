//! A counter: the smallest contract that has state.
//!
//! Shows how state is declared, read and written, how a call fails, what a log is, and how to keep
//! a method from strangers. Anyone may add to the counter; only the account that holds the
//! contract may reset it.

use near_sdk::{env, log, near};

/// The whole state: one value, stored under the key `STATE`.
///
/// `Default` is the state of a contract that was never called, so no initialisation is needed.
#[near(contract_state)]
#[derive(Default)]
pub struct Counter {
    value: i32,
}

#[near]
impl Counter {
    /// The current value. `&self` makes it callable as a view: without a transaction, for free.
    pub fn get(&self) -> i32 {
        self.value
    }

    /// Adds `by`, which may be negative, and returns the new value.
    ///
    /// Fails, leaving everything as it was, when the value would leave the range of an `i32`.
    pub fn add(&mut self, by: i32) -> i32 {
        self.value = self
            .value
            .checked_add(by)
            .unwrap_or_else(|| env::panic_str("the counter would overflow"));
        log!("{} added {}, the counter is {}", env::predecessor_account_id(), by, self.value);
        self.value
    }

    /// Sets the counter back to zero. `#[private]` lets only the contract's own account call it.
    #[private]
    pub fn reset(&mut self) {
        self.value = 0;
        log!("the counter was reset");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use near_sdk::test_utils::{VMContextBuilder, get_logs};
    use near_sdk::testing_env;

    fn called_by(predecessor: &str) {
        testing_env!(
            VMContextBuilder::new()
                .current_account_id("counter.near".parse().unwrap())
                .predecessor_account_id(predecessor.parse().unwrap())
                .build()
        );
    }

    #[test]
    fn adds_and_tells() {
        called_by("bob.near");
        let mut counter = Counter::default();
        assert_eq!(counter.add(5), 5);
        assert_eq!(counter.add(-7), -2);
        assert_eq!(counter.get(), -2);
        assert_eq!(
            get_logs(),
            ["bob.near added 5, the counter is 5", "bob.near added -7, the counter is -2"]
        );
    }

    #[test]
    #[should_panic(expected = "the counter would overflow")]
    fn refuses_to_overflow() {
        called_by("bob.near");
        let mut counter = Counter { value: i32::MAX };
        counter.add(1);
    }

    #[test]
    fn resets() {
        called_by("counter.near");
        let mut counter = Counter { value: 3 };
        counter.reset();
        assert_eq!(counter.get(), 0);
    }
}
