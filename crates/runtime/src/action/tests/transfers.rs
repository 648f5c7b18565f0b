//! Transfers: to accounts, to names that become accounts, and refunds.

use super::fixture::{
    HEIGHT, NONCE, Parties, World, access_key, between, id, key, near, own, yocto,
};
use std::slice;
use torr_crypto::key::PublicKey;
use torr_primitives::action::{
    Action, TransferAction, TransferToGasKeyAction, WithdrawFromGasKeyAction,
};
use torr_primitives::error::ActionErrorKind;
use torr_primitives::{
    AccessKeyPermission, Account, AccountContract, AccountId, Balance, FunctionCallPermission,
    GasKeyInfo,
};

fn transfer(deposit: Balance) -> Action {
    Action::Transfer(TransferAction { deposit })
}

fn calls(allowance: Option<u128>) -> FunctionCallPermission {
    FunctionCallPermission {
        allowance: allowance.map(yocto),
        receiver_id: "bob.near".to_owned(),
        method_names: Vec::new(),
    }
}

#[test]
fn a_transfer_adds_to_an_account_and_reads_nothing() {
    let mut world = World::of_alice();
    let done = world.receive(&between("bob.near", "alice.near"), &vec![transfer(near(5)); 2]);
    done.success();
    assert_eq!(done.recorded, 0);
    assert_eq!(done.receiver.actor_id, id("bob.near"));
    assert_eq!(world.account("alice.near").unwrap().amount(), near(110));
}

fn implicit_names() -> [AccountId; 4] {
    let PublicKey::Ed25519(bytes) = key(3) else { panic!("it is an ed25519 key") };
    [
        AccountId::of_ed25519_key(&bytes),
        id(&format!("0x{}", "ab".repeat(20))),
        id(&format!("0s{}", "ab".repeat(20))),
        id(&format!("0u{}0", "1".repeat(51))),
    ]
}

#[test]
fn a_transfer_creates_what_a_name_stands_for() {
    let [of_key, eth, deterministic, universal] = implicit_names();
    let wallet = "FAq9tQRbwJPTV3PQLn2F7AUD3FW2Fw1V8ZeZuazfeu1v".parse().unwrap();
    let ordinary = |contract, usage| Account::new(near(2), Balance::ZERO, contract, usage);
    for (account_id, expected) in [
        (of_key, ordinary(AccountContract::None, 100 + 33 + 9 + 40)),
        (eth, ordinary(AccountContract::Global(wallet), 100 + 32)),
        (deterministic, ordinary(AccountContract::None, 100)),
        (universal, Account::uninitialized(near(2), 100, NONCE)),
    ] {
        let mut world = World::at(88);
        let parties = between("bob.near", account_id.as_str());
        let done = world.receive(&parties, &[transfer(near(2))]);
        done.success();
        assert_eq!(done.receiver.actor_id, id("bob.near"));
        assert_eq!(world.account(account_id.as_str()), Some(expected));
        world.check_usage(account_id.as_str());
    }
}

#[test]
fn an_account_of_a_key_has_the_key() {
    let [of_key, ..] = implicit_names();
    let mut world = World::at(86);
    world.receive(&between("bob.near", of_key.as_str()), &[transfer(near(2))]).success();
    let expected = access_key((HEIGHT - 1) * 1_000_000, AccessKeyPermission::FullAccess);
    assert_eq!(world.key(of_key.as_str(), 3), Some(expected));
}

#[test]
fn what_a_transfer_does_not_create() {
    let [of_key, eth, deterministic, universal] = implicit_names();
    for (version, account_id, by, count, creates) in [
        (86, id("carol.near"), "bob.near", 1, false),
        (86, universal.clone(), "bob.near", 1, false),
        (88, universal.clone(), "bob.near", 2, true),
        (88, universal, "system", 1, false),
        (86, of_key.clone(), "bob.near", 1, true),
        (86, of_key.clone(), "bob.near", 2, false),
        (86, of_key, "system", 1, false),
        (86, eth.clone(), "bob.near", 1, true),
        (86, eth, "bob.near", 2, false),
        (86, deterministic.clone(), "bob.near", 1, true),
        (86, deterministic, "bob.near", 2, false),
    ] {
        let actions = vec![transfer(near(1)); count];
        let done = World::at(version).receive(&between(by, account_id.as_str()), &actions);
        let missing = ActionErrorKind::AccountDoesNotExist { account_id: account_id.clone() };
        let failure = (!creates).then_some(&missing);
        assert_eq!(done.failure(), failure, "{count} to {account_id} by {by} at {version}");
    }
}

/// A refund of 5 yoctoNEAR that was signed by `signer` with key 1, of which the permission is given.
/// What is left of the permission and how much the account gets.
#[test]
fn refunds_go_back_to_where_the_gas_was_paid_from() {
    use AccessKeyPermission::{FullAccess, FunctionCall, GasKeyFullAccess, GasKeyFunctionCall};
    let gas_key = |balance| GasKeyInfo { balance: yocto(balance), num_nonces: 1 };
    let most = FunctionCall(calls(Some(u128::MAX)));
    for (signer, before, after, gets) in [
        ("alice.near", Some(FullAccess), Some(FullAccess), 5),
        ("alice.near", None, None, 5),
        ("alice.near", Some(FunctionCall(calls(Some(1)))), Some(FunctionCall(calls(Some(6)))), 5),
        ("alice.near", Some(FunctionCall(calls(None))), Some(FunctionCall(calls(None))), 5),
        ("alice.near", Some(FunctionCall(calls(Some(u128::MAX - 2)))), Some(most.clone()), 5),
        ("alice.near", Some(most.clone()), Some(most), 5),
        ("alice.near", Some(GasKeyFullAccess(gas_key(2))), Some(GasKeyFullAccess(gas_key(7))), 0),
        (
            "alice.near",
            Some(GasKeyFunctionCall(gas_key(2), calls(None))),
            Some(GasKeyFunctionCall(gas_key(7), calls(None))),
            0,
        ),
        // A deposit that comes back, whoever had signed.
        ("bob.near", Some(GasKeyFullAccess(gas_key(2))), Some(GasKeyFullAccess(gas_key(2))), 5),
        ("system", Some(FunctionCall(calls(Some(1)))), Some(FunctionCall(calls(Some(1)))), 5),
    ] {
        let mut world = World::at(86);
        world.put_account("alice.near", near(1));
        if let Some(permission) = before.clone() {
            world.put_key("alice.near", 1, &access_key(3, permission));
        }
        let parties =
            Parties { signer: id(signer), signer_key: key(1), ..between("system", "alice.near") };
        let done = world.receive(&parties, &[transfer(yocto(5))]);
        done.success();
        assert_eq!(done.recorded > 0, signer == "alice.near", "only then the key is looked for");
        let permission = world.key("alice.near", 1).map(|key| key.permission);
        assert_eq!(permission, after, "{before:?}");
        let amount = yocto(near(1).as_yoctonear() + gets);
        assert_eq!(world.account("alice.near").unwrap().amount(), amount, "{before:?}");
    }
}

/// Deposits and withdrawals at a gas key of 10 yoctoNEAR, and what is there after.
#[test]
fn tokens_move_between_an_account_and_its_gas_key() {
    let gas_key = |balance| {
        AccessKeyPermission::GasKeyFullAccess(GasKeyInfo { balance: yocto(balance), num_nonces: 2 })
    };
    let deposit = |seed, deposit| {
        let (public_key, deposit) = (key(seed), yocto(deposit));
        Action::TransferToGasKey(Box::new(TransferToGasKeyAction { public_key, deposit }))
    };
    let withdraw = |seed, amount| {
        let (public_key, amount) = (key(seed), yocto(amount));
        Action::WithdrawFromGasKey(Box::new(WithdrawFromGasKeyAction { public_key, amount }))
    };
    let missing = |seed| ActionErrorKind::GasKeyDoesNotExist {
        account_id: id("alice.near"),
        public_key: Box::new(key(seed)),
    };
    let insufficient = ActionErrorKind::InsufficientGasKeyBalance {
        account_id: id("alice.near"),
        public_key: Box::new(key(1)),
        balance: yocto(10),
        required: yocto(11),
    };
    for (action, failure, of_key, of_account) in [
        (deposit(1, 5), None, 15, 0),
        (withdraw(1, 10), None, 0, 10),
        (withdraw(1, 11), Some(insufficient), 10, 0),
        (deposit(0, 5), Some(missing(0)), 10, 0),
        (withdraw(0, 5), Some(missing(0)), 10, 0),
        (deposit(2, 5), Some(missing(2)), 10, 0),
        (withdraw(2, 5), Some(missing(2)), 10, 0),
    ] {
        let mut world = World::of_alice();
        world.put_key("alice.near", 1, &access_key(0, gas_key(10)));
        let done = world.receive(&own("alice.near"), slice::from_ref(&action));
        assert_eq!(done.failure(), failure.as_ref(), "{action:?}");
        assert_eq!(world.key("alice.near", 1).unwrap().permission, gas_key(of_key), "{action:?}");
        let amount = yocto(near(100).as_yoctonear() + of_account);
        assert_eq!(world.account("alice.near").unwrap().amount(), amount, "{action:?}");
    }
}
