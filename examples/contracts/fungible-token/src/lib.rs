//! A fungible token: NEP-141 (transfers), NEP-145 (storage deposits), NEP-148 (metadata).
//!
//! The standard's rules live in `near-contract-standards`; a contract of its own says who may do
//! what, and forwards. Added to the standard: an owner, who mints, and `burn` for everyone.
//!
//! What every method of a token has to keep up: the balances add up to the total supply, every
//! change of a balance is told in an event (NEP-297), and whoever makes the state grow has paid
//! for it with `storage_deposit`.

use near_contract_standards::fungible_token::events::{FtBurn, FtMint};
use near_contract_standards::fungible_token::metadata::{
    FT_METADATA_SPEC, FungibleTokenMetadata, FungibleTokenMetadataProvider,
};
use near_contract_standards::fungible_token::{
    FungibleToken, FungibleTokenCore, FungibleTokenResolver,
};
use near_contract_standards::storage_management::{
    StorageBalance, StorageBalanceBounds, StorageManagement,
};
use near_sdk::json_types::U128;
use near_sdk::store::Lazy;
use near_sdk::{
    AccountId, BorshStorageKey, NearToken, PanicOnDefault, PromiseOrValue, assert_one_yocto, env,
    near, require,
};

/// The prefixes of everything this contract stores outside of its root value.
#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum StorageKey {
    Accounts,
    Metadata,
}

/// The root value. There is no sensible default token, hence `PanicOnDefault`: every method but the
/// two `new` fails until one of them was called.
#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Contract {
    token: FungibleToken,
    owner_id: AccountId,
    /// Apart from the rest, because transfers have no use for it: read only when asked for.
    metadata: Lazy<FungibleTokenMetadata>,
}

#[near]
impl Contract {
    /// A token with the given description, the whole supply of which belongs to `owner_id`.
    ///
    /// Call it in the transaction that deploys the contract, before somebody else does.
    #[init]
    pub fn new(owner_id: AccountId, total_supply: U128, metadata: FungibleTokenMetadata) -> Self {
        metadata.assert_valid();
        let mut token = FungibleToken::new(StorageKey::Accounts);
        token.internal_register_account(&owner_id);
        let metadata = Lazy::new(StorageKey::Metadata, metadata);
        let mut contract = Self { token, owner_id: owner_id.clone(), metadata };
        if total_supply.0 > 0 {
            contract.deposit(&owner_id, total_supply, "initial supply");
        }
        contract
    }

    /// [`Contract::new`] with an example description: "Example Token", EXT, 18 decimals.
    #[init]
    pub fn new_default_meta(owner_id: AccountId, total_supply: U128) -> Self {
        let metadata = FungibleTokenMetadata {
            spec: FT_METADATA_SPEC.to_string(),
            name: "Example Token".to_string(),
            symbol: "EXT".to_string(),
            icon: None,
            reference: None,
            reference_hash: None,
            decimals: 18,
        };
        Self::new(owner_id, total_supply, metadata)
    }

    /// The account that may mint.
    pub fn owner(&self) -> &AccountId {
        &self.owner_id
    }

    /// Makes `owner_id` the owner. Only the owner, with one yoctoNEAR attached.
    ///
    /// One yoctoNEAR needs a full access key, which a wallet asks its user for; a key that was left
    /// with a web page can sign calls, but attach nothing.
    #[payable]
    pub fn set_owner(&mut self, owner_id: AccountId) {
        self.assert_owner();
        self.owner_id = owner_id;
    }

    /// Creates `amount` tokens for `account_id`, which must be registered. Only the owner, with one
    /// yoctoNEAR attached.
    #[payable]
    pub fn mint(&mut self, account_id: AccountId, amount: U128) {
        self.assert_owner();
        require!(amount.0 > 0, "the amount must be positive");
        self.deposit(&account_id, amount, "mint");
    }

    /// Destroys `amount` of the caller's own tokens. One yoctoNEAR must be attached.
    #[payable]
    pub fn burn(&mut self, amount: U128) {
        assert_one_yocto();
        require!(amount.0 > 0, "the amount must be positive");
        let owner_id = env::predecessor_account_id();
        self.token.internal_withdraw(&owner_id, amount.0);
        FtBurn { owner_id: &owner_id, amount, memo: None }.emit();
    }
}

/// Without `#[near]`: these are not methods that can be called from outside.
impl Contract {
    fn assert_owner(&self) {
        assert_one_yocto();
        require!(env::predecessor_account_id() == self.owner_id, "only the owner may do this");
    }

    fn deposit(&mut self, account_id: &AccountId, amount: U128, memo: &str) {
        self.token.internal_deposit(account_id, amount.0);
        FtMint { owner_id: account_id, amount, memo: Some(memo) }.emit();
    }
}

#[near]
impl FungibleTokenCore for Contract {
    #[payable]
    fn ft_transfer(&mut self, receiver_id: AccountId, amount: U128, memo: Option<String>) {
        self.token.ft_transfer(receiver_id, amount, memo)
    }

    /// Transfers and tells the receiver, a contract, in one go. The receiver's `ft_on_transfer`
    /// returns how much it does not want; `ft_resolve_transfer` gives that back.
    #[payable]
    fn ft_transfer_call(
        &mut self,
        receiver_id: AccountId,
        amount: U128,
        memo: Option<String>,
        msg: String,
    ) -> PromiseOrValue<U128> {
        self.token.ft_transfer_call(receiver_id, amount, memo, msg)
    }

    fn ft_total_supply(&self) -> U128 {
        self.token.ft_total_supply()
    }

    fn ft_balance_of(&self, account_id: AccountId) -> U128 {
        self.token.ft_balance_of(account_id)
    }
}

#[near]
impl FungibleTokenResolver for Contract {
    #[private]
    fn ft_resolve_transfer(
        &mut self,
        sender_id: AccountId,
        receiver_id: AccountId,
        amount: U128,
    ) -> U128 {
        self.token.ft_resolve_transfer(sender_id, receiver_id, amount)
    }
}

#[near]
impl StorageManagement for Contract {
    #[payable]
    fn storage_deposit(
        &mut self,
        account_id: Option<AccountId>,
        registration_only: Option<bool>,
    ) -> StorageBalance {
        self.token.storage_deposit(account_id, registration_only)
    }

    #[payable]
    fn storage_withdraw(&mut self, amount: Option<NearToken>) -> StorageBalance {
        self.token.storage_withdraw(amount)
    }

    /// Gives the caller's storage deposit back. With `force`, tokens that are left are destroyed.
    #[payable]
    fn storage_unregister(&mut self, force: Option<bool>) -> bool {
        let Some((owner_id, balance)) = self.token.internal_storage_unregister(force) else {
            return false;
        };
        if balance > 0 {
            let memo = Some("the account was unregistered");
            FtBurn { owner_id: &owner_id, amount: U128(balance), memo }.emit();
        }
        true
    }

    fn storage_balance_bounds(&self) -> StorageBalanceBounds {
        self.token.storage_balance_bounds()
    }

    fn storage_balance_of(&self, account_id: AccountId) -> Option<StorageBalance> {
        self.token.storage_balance_of(account_id)
    }
}

#[near]
impl FungibleTokenMetadataProvider for Contract {
    fn ft_metadata(&self) -> FungibleTokenMetadata {
        self.metadata.get().clone()
    }
}

#[cfg(test)]
mod tests;
