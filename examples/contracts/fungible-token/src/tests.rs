//! The token's own rules. Those of the standards are tested where they are implemented.

use super::*;
use near_sdk::test_utils::{VMContextBuilder, get_logs};
use near_sdk::testing_env;

const SUPPLY: u128 = 1_000;

fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

fn called_by(predecessor: &str, deposit: NearToken) {
    testing_env!(
        VMContextBuilder::new()
            .current_account_id(account("token.near"))
            .predecessor_account_id(account(predecessor))
            .attached_deposit(deposit)
            .build()
    );
}

fn one_yocto() -> NearToken {
    NearToken::from_yoctonear(1)
}

/// A token of `owner.near`'s with `bob.near` registered and without tokens.
fn token() -> Contract {
    called_by("owner.near", NearToken::from_near(0));
    let mut contract = Contract::new_default_meta(account("owner.near"), U128(SUPPLY));
    called_by("bob.near", contract.storage_balance_bounds().min);
    contract.storage_deposit(None, None);
    contract
}

fn balance(contract: &Contract, id: &str) -> u128 {
    contract.ft_balance_of(account(id)).0
}

#[test]
fn begins_with_the_owner() {
    let contract = token();
    assert_eq!(contract.owner(), "owner.near");
    assert_eq!(contract.ft_metadata().symbol, "EXT");
    assert_eq!(contract.ft_total_supply().0, SUPPLY);
    assert_eq!(balance(&contract, "owner.near"), SUPPLY);
}

#[test]
fn transfers() {
    let mut contract = token();
    called_by("owner.near", one_yocto());
    contract.ft_transfer(account("bob.near"), U128(300), None);
    assert_eq!(balance(&contract, "owner.near"), 700);
    assert_eq!(balance(&contract, "bob.near"), 300);
    assert_eq!(contract.ft_total_supply().0, SUPPLY);
}

#[test]
fn mints_and_burns_with_events() {
    let mut contract = token();
    called_by("owner.near", one_yocto());
    contract.mint(account("bob.near"), U128(50));
    called_by("bob.near", one_yocto());
    contract.burn(U128(20));
    assert_eq!(
        get_logs(),
        [concat!(
            r#"EVENT_JSON:{"standard":"nep141","version":"1.0.0","event":"ft_burn","#,
            r#""data":[{"owner_id":"bob.near","amount":"20"}]}"#
        )]
    );
    assert_eq!(balance(&contract, "bob.near"), 30);
    assert_eq!(contract.ft_total_supply().0, SUPPLY + 30);
}

#[test]
fn the_new_owner_mints() {
    let mut contract = token();
    called_by("owner.near", one_yocto());
    contract.set_owner(account("bob.near"));
    called_by("bob.near", one_yocto());
    contract.mint(account("bob.near"), U128(1));
    assert_eq!(balance(&contract, "bob.near"), 1);
}

#[test]
#[should_panic(expected = "only the owner may do this")]
fn strangers_do_not_mint() {
    let mut contract = token();
    called_by("bob.near", one_yocto());
    contract.mint(account("bob.near"), U128(1));
}

#[test]
#[should_panic(expected = "is not registered")]
fn mints_for_registered_accounts_only() {
    let mut contract = token();
    called_by("owner.near", one_yocto());
    contract.mint(account("eve.near"), U128(1));
}

#[test]
fn leaving_by_force_burns_the_rest() {
    let mut contract = token();
    called_by("owner.near", one_yocto());
    contract.ft_transfer(account("bob.near"), U128(300), None);
    called_by("bob.near", one_yocto());
    assert!(contract.storage_unregister(Some(true)));
    assert_eq!(contract.ft_total_supply().0, SUPPLY - 300);
    assert!(contract.storage_balance_of(account("bob.near")).is_none());
    assert!(get_logs().iter().any(|log| log.contains("ft_burn")));
}
