//! Status messages: every account leaves one, everyone reads all.
//!
//! Shows a collection that keeps each entry under a storage key of its own, so that a call reads
//! and pays for the entries it touches and no others, and paging through it in a view.
//!
//! The contract's account pays for the storage. A contract for the public would make the caller
//! pay, as `fungible-token` does with `storage_deposit`.

use near_sdk::store::IterableMap;
use near_sdk::{AccountId, env, near, require};

/// The longest message in bytes, so that one call cannot fill the storage of the contract.
pub const MAX_MESSAGE_LEN: usize = 280;

/// The most entries that [`StatusMessage::list`] returns at once.
pub const MAX_PAGE_LEN: u32 = 100;

/// Messages by author.
#[near(contract_state)]
pub struct StatusMessage {
    messages: IterableMap<AccountId, String>,
}

impl Default for StatusMessage {
    fn default() -> Self {
        // Every collection of a contract needs a prefix of its own.
        Self { messages: IterableMap::new(b"m") }
    }
}

/// One entry of a listing.
#[near(serializers = [json])]
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who wrote it.
    pub account_id: AccountId,
    /// What they wrote.
    pub message: String,
}

#[near]
impl StatusMessage {
    /// Sets the caller's message and returns the one it replaces.
    ///
    /// The caller is the predecessor, the account that made this very call. The signer is who
    /// signed the transaction it all began with: a contract that trusted the signer could be
    /// tricked by any contract the signer calls.
    pub fn set(&mut self, message: String) -> Option<String> {
        require!(message.len() <= MAX_MESSAGE_LEN, "the message is longer than 280 bytes");
        self.messages.insert(env::predecessor_account_id(), message)
    }

    /// Removes the caller's message and returns it.
    pub fn clear(&mut self) -> Option<String> {
        self.messages.remove(&env::predecessor_account_id())
    }

    /// The message of `account_id`, if there is one.
    pub fn get(&self, account_id: AccountId) -> Option<&String> {
        self.messages.get(&account_id)
    }

    /// How many accounts have a message.
    pub fn count(&self) -> u32 {
        self.messages.len()
    }

    /// Up to `limit` entries, beginning with number `from_index`.
    ///
    /// A view has a gas limit too, so whatever can grow is read in pages.
    pub fn list(&self, from_index: Option<u32>, limit: Option<u32>) -> Vec<Entry> {
        let limit = limit.unwrap_or(MAX_PAGE_LEN).min(MAX_PAGE_LEN);
        self.messages
            .iter()
            .skip(from_index.unwrap_or(0) as usize)
            .take(limit as usize)
            .map(|(account_id, message)| Entry {
                account_id: account_id.clone(),
                message: message.clone(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use near_sdk::test_utils::VMContextBuilder;
    use near_sdk::testing_env;

    fn account(id: &str) -> AccountId {
        id.parse().unwrap()
    }

    fn called_by(predecessor: &str) {
        testing_env!(VMContextBuilder::new().predecessor_account_id(account(predecessor)).build());
    }

    #[test]
    fn keeps_one_message_per_account() {
        called_by("ann.near");
        let mut contract = StatusMessage::default();
        assert_eq!(contract.set("hello".into()), None);
        assert_eq!(contract.set("back soon".into()), Some("hello".into()));

        called_by("bob.near");
        contract.set("hi".into());
        assert_eq!(contract.get(account("ann.near")), Some(&"back soon".into()));
        assert_eq!(contract.get(account("bob.near")), Some(&"hi".into()));
        assert_eq!(contract.get(account("eve.near")), None);
        assert_eq!(contract.count(), 2);

        assert_eq!(contract.clear(), Some("hi".into()));
        assert_eq!(contract.clear(), None);
        assert_eq!(contract.count(), 1);
    }

    #[test]
    fn lists_in_pages() {
        called_by("ann.near");
        let mut contract = StatusMessage::default();
        for id in ["ann.near", "bob.near", "eve.near"] {
            called_by(id);
            contract.set(format!("I am {id}"));
        }
        assert_eq!(contract.list(None, None).len(), 3);
        assert_eq!(
            contract.list(Some(1), Some(1)),
            [Entry { account_id: account("bob.near"), message: "I am bob.near".into() }]
        );
        assert_eq!(contract.list(Some(3), None), []);
    }

    #[test]
    #[should_panic(expected = "longer than 280 bytes")]
    fn refuses_long_messages() {
        called_by("ann.near");
        StatusMessage::default().set("x".repeat(MAX_MESSAGE_LEN + 1));
    }
}
