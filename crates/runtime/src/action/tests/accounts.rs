//! Stakes, and the end of accounts.

use super::fixture::{World, access_key, between, id, key, near, own, yocto};
use super::keys::gas_key;
use torr_primitives::action::{
    Action, CreateAccountAction, DeleteAccountAction, StakeAction, TransferAction,
};
use torr_primitives::error::ActionErrorKind;
use torr_primitives::receipt::Receipt;
use torr_primitives::{AccountContract, Balance, TrieKey, ValidatorStake};

/// Of 100 NEAR, some of them locked, a stake is proposed. What is free and what is locked after.
#[test]
fn a_stake_locks_what_it_takes_beyond_the_last() {
    let account_id = || id("alice.near");
    let least = near(10);
    let less = yocto(near(10).as_yoctonear() - 1);
    let more = yocto(near(100).as_yoctonear() + 1);
    let unstakes = ActionErrorKind::TriesToUnstake { account_id: account_id() };
    let too_little = ActionErrorKind::InsufficientStake {
        account_id: account_id(),
        stake: less,
        minimum_stake: least,
    };
    let too_much = ActionErrorKind::TriesToStake {
        account_id: account_id(),
        stake: more,
        locked: Balance::ZERO,
        balance: near(100),
    };
    for (locked, stake, outcome) in [
        (near(0), least, Ok((near(90), least))),
        (near(0), near(100), Ok((near(0), near(100)))),
        (near(0), more, Err(too_much)),
        (near(0), near(0), Err(unstakes)),
        (near(0), less, Err(too_little)),
        (near(40), near(70), Ok((near(30), near(70)))),
        (near(40), near(100), Ok((near(0), near(100)))),
        // Less is given free only at the end of an epoch.
        (near(40), near(20), Ok((near(60), near(40)))),
        (near(40), near(0), Ok((near(60), near(40)))),
    ] {
        let mut world = World::of_alice();
        world.change_account("alice.near", |account| {
            account.set_amount(near(100).checked_sub(locked).unwrap());
            account.set_locked(locked).unwrap();
        });
        let action = Action::Stake(Box::new(StakeAction { stake, public_key: key(1) }));
        let done = world.receive(&own("alice.near"), &[action]);
        match outcome {
            Err(failure) => assert_eq!(done.failure(), Some(&failure)),
            Ok(expected) => {
                let (account_id, public_key) = (account_id(), key(1));
                let proposal = ValidatorStake { account_id, public_key, stake };
                assert_eq!(done.success().validator_proposals, [proposal]);
                let account = world.account("alice.near").unwrap();
                assert_eq!((account.amount(), account.locked()), expected);
            }
        }
        assert_eq!(done.recorded, 0);
    }
}

fn delete() -> Action {
    Action::DeleteAccount(DeleteAccountAction { beneficiary_id: id("bob.near") })
}

/// An account with all that an account can have, between two with names much alike.
fn full_world() -> World {
    let mut world = World::at(86);
    for name in ["alice.nea", "alice.near", "alice.near2"] {
        world.put_account(name, near(100));
        world.put_key(name, 0, &access_key(1, gas_key(2, 3)));
        world.put_key(name, 1, &access_key(1, gas_key(5, 1)));
        world.put_data(name, b"", b"value");
        world.put_data(name, b"key", &[7; 100]);
        let account_id = id(name);
        let code = b"code".to_vec();
        let hash = torr_crypto::hash::CryptoHash::of(&code);
        world.state.insert(TrieKey::ContractCode { account_id }.to_bytes(), code);
        world.change_account(name, |account| {
            account.set_contract(AccountContract::Local(hash)).unwrap();
            account.set_storage_usage(account.storage_usage() + 4);
        });
        world.check_usage(name);
    }
    world
}

#[test]
fn nothing_is_left_of_a_deleted_account() {
    let mut world = full_world();
    let others = world.state.clone();
    let done = world.receive(&own("alice.near"), &[delete()]);
    let result = done.success();
    assert_eq!(result.new_receipts, [Receipt::balance_refund(id("bob.near"), near(100))]);
    assert_eq!(result.tokens_burnt, yocto(7));
    assert_eq!(done.receiver.account, None);
    let is_alices =
        |key: &[u8]| TrieKey::parse(key).unwrap().account_id() == Some(&id("alice.near"));
    let left = others.into_iter().filter(|(key, _)| !is_alices(key)).collect();
    assert_eq!(world.state, left);
}

#[test]
fn the_sender_acts_again_after_an_account_is_deleted() {
    let create = Action::CreateAccount(CreateAccountAction {});
    let transfer = Action::Transfer(TransferAction { deposit: near(1) });
    let actions = [create.clone(), transfer, delete(), create];
    let mut world = World::at(86);
    let done = world.receive(&between("near", "alice.near"), &actions);
    done.success();
    let receipts: Vec<_> = done.results.iter().map(|result| result.new_receipts.len()).collect();
    assert_eq!(receipts, [0, 0, 1, 0]);
    let done = world.receive(&between("near", "alice.near"), &[delete()]);
    assert!(matches!(done.failure(), Some(ActionErrorKind::ActorNoPermission { .. })));
    let done = world.receive(&own("alice.near"), &[delete()]);
    assert_eq!(done.success().new_receipts, [], "it had nothing");
    assert_eq!(done.receiver.actor_id, id("alice.near"));
}

/// Bytes beyond the contract decide, and whether the name of a global contract is one of these
/// depends on the version.
#[test]
fn a_large_account_is_not_deleted() {
    let global = AccountContract::GlobalByAccount(id("contracts.near"));
    for (version, contract, usage, is_deleted) in [
        (86, AccountContract::None, 10_000, true),
        (86, AccountContract::None, 10_001, false),
        (86, global.clone(), 10_014, true),
        (86, global.clone(), 10_015, false),
        (84, global.clone(), 10_000, true),
        (84, global, 10_001, false),
    ] {
        let mut world = World::at(version).with_alice();
        world.change_account("alice.near", |account| {
            account.set_contract(contract.clone()).unwrap();
            account.set_storage_usage(usage);
        });
        let done = world.receive(&own("alice.near"), &[delete()]);
        let account_id = id("alice.near");
        let large = ActionErrorKind::DeleteAccountWithLargeState { account_id };
        assert_eq!(done.failure(), (!is_deleted).then_some(&large), "{contract:?} {usage}");
        // The older version looks for code even of an account that has none.
        assert_eq!(done.recorded > 0, is_deleted || version == 84);
    }
}

#[test]
fn code_does_not_keep_an_account_from_being_deleted() {
    for version in [84, 86] {
        let mut world = World::at(version).with_alice();
        let code = vec![0; 50_000];
        let hash = torr_crypto::hash::CryptoHash::of(&code);
        world.state.insert(TrieKey::ContractCode { account_id: id("alice.near") }.to_bytes(), code);
        world.change_account("alice.near", |account| {
            account.set_contract(AccountContract::Local(hash)).unwrap();
            account.set_storage_usage(60_000);
        });
        let done = world.receive(&own("alice.near"), &[delete()]);
        done.success();
        assert!(done.recorded < 50_000, "code is not read");
        assert!(world.state.is_empty());
    }
}

#[test]
fn gas_keys_with_much_together_are_not_deleted() {
    let half = near(1).as_yoctonear() / 2;
    for (second, is_deleted) in [(half, true), (half + 1, false)] {
        let mut world = World::of_alice();
        world.put_key("alice.near", 1, &access_key(0, gas_key(half, 1)));
        world.put_key("alice.near", 2, &access_key(0, gas_key(second, 2)));
        let done = world.receive(&own("alice.near"), &[delete()]);
        let too_high = ActionErrorKind::GasKeyBalanceTooHigh {
            account_id: id("alice.near"),
            public_key: None,
            balance: yocto(half + second),
        };
        assert_eq!(done.failure(), (!is_deleted).then_some(&too_high));
    }
}
