//! To which accounts an action may be done, and by whom.

use super::fixture::{World, access_key, between, id, key, near, own, secret, yocto};
use std::slice;
use torr_primitives::action::delegate::{
    DelegateAction, DelegateActionV2, SignedDelegateAction, VersionedDelegateAction,
    VersionedSignedDelegateAction,
};
use torr_primitives::action::*;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::state_init::RawStateInit;
use torr_primitives::transaction::TransactionNonce;
use torr_primitives::{
    AccessKeyPermission, Account, GlobalContractDeployMode, GlobalContractIdentifier, TrieKey,
};

/// Every action that needs an account, and whether only the account itself may do it.
fn on_accounts() -> Vec<(Action, bool)> {
    let delegate_action = DelegateAction {
        sender_id: id("alice.near"),
        receiver_id: id("bob.near"),
        actions: Vec::new(),
        nonce: 1,
        max_block_height: 1_000,
        public_key: key(0),
    };
    let signature = secret(0).sign(delegate_action.signed_hash().as_ref()).unwrap();
    let v2 = VersionedDelegateAction::V2(DelegateActionV2 {
        sender_id: id("alice.near"),
        receiver_id: id("bob.near"),
        actions: Vec::new(),
        nonce: TransactionNonce::Nonce { nonce: 1 },
        max_block_height: 1_000,
        public_key: key(0),
    });
    let key_9 = key(9);
    let full_access = access_key(0, AccessKeyPermission::FullAccess);
    let identifier = GlobalContractIdentifier::AccountId(id("bob.near"));
    vec![
        (Action::DeployContract(DeployContractAction { code: vec![1] }), true),
        (stake(1), true),
        (
            Action::AddKey(Box::new(AddKeyAction {
                public_key: key_9.clone(),
                access_key: full_access,
            })),
            true,
        ),
        (Action::DeleteKey(Box::new(DeleteKeyAction { public_key: key_9.clone() })), true),
        (delete_account(), true),
        (
            Action::Delegate(Box::new(SignedDelegateAction {
                delegate_action,
                signature: signature.clone(),
            })),
            false,
        ),
        (
            Action::DelegateV2(Box::new(VersionedSignedDelegateAction {
                delegate_action: v2,
                signature,
            })),
            false,
        ),
        (
            Action::DeployGlobalContract(Box::new(DeployGlobalContractAction {
                code: vec![1],
                deploy_mode: GlobalContractDeployMode::CodeHash,
            })),
            true,
        ),
        (
            Action::UseGlobalContract(Box::new(UseGlobalContractAction {
                contract_identifier: identifier,
            })),
            true,
        ),
        (
            Action::TransferToGasKey(Box::new(TransferToGasKeyAction {
                public_key: key_9.clone(),
                deposit: yocto(1),
            })),
            false,
        ),
        (
            Action::WithdrawFromGasKey(Box::new(WithdrawFromGasKeyAction {
                public_key: key_9,
                amount: yocto(1),
            })),
            true,
        ),
        (
            Action::FunctionCall(Box::new(FunctionCallAction {
                method_name: "run".to_owned(),
                args: Vec::new(),
                gas: torr_primitives::Gas::from_gas(1),
                deposit: yocto(0),
            })),
            false,
        ),
    ]
}

fn stake(amount: u128) -> Action {
    Action::Stake(Box::new(StakeAction { stake: yocto(amount), public_key: key(1) }))
}

fn delete_account() -> Action {
    Action::DeleteAccount(DeleteAccountAction { beneficiary_id: id("bob.near") })
}

#[test]
fn most_actions_need_an_account() {
    let missing = ActionErrorKind::AccountDoesNotExist { account_id: id("alice.near") };
    for (action, _) in on_accounts() {
        let done = World::at(86).receive(&own("alice.near"), slice::from_ref(&action));
        assert_eq!(done.failure(), Some(&missing), "{action:?}");
        assert_eq!(done.recorded, 0);
    }
}

#[test]
fn most_actions_need_an_account_with_its_initial_state() {
    let account_id = id("alice.near");
    let waits = ActionErrorKind::AccountNotInitialized { account_id: account_id.clone() };
    let mut world = World::at(88);
    world.put(&TrieKey::Account { account_id }, &Account::uninitialized(near(100), 100, 1));
    for (action, _) in on_accounts() {
        let done = world.receive(&own("alice.near"), slice::from_ref(&action));
        assert_eq!(done.failure(), Some(&waits), "{action:?}");
    }
}

#[test]
fn an_account_alone_changes_what_it_is() {
    let forbidden = ActionErrorKind::ActorNoPermission {
        account_id: id("alice.near"),
        actor_id: id("bob.near"),
    };
    for (action, is_for_owner_alone) in on_accounts() {
        if matches!(action, Action::FunctionCall(_)) {
            continue;
        }
        let done =
            World::of_alice().receive(&between("bob.near", "alice.near"), slice::from_ref(&action));
        assert_eq!(done.failure() == Some(&forbidden), is_for_owner_alone, "{action:?}");
    }
}

#[test]
fn an_account_that_stakes_is_not_deleted() {
    let mut world = World::of_alice();
    world.change_account("alice.near", |account| account.set_locked(yocto(1)).unwrap());
    let done = world.receive(&own("alice.near"), &[delete_account()]);
    let account_id = id("alice.near");
    assert_eq!(done.failure(), Some(&ActionErrorKind::DeleteAccountStaking { account_id }));
}

#[test]
fn a_failed_action_costs_what_it_would_have_cost() {
    for (action, _) in on_accounts() {
        let mut world = World::at(86);
        let fee =
            crate::action_fees::execution_fee(&world.chunk.config, &action, &id("alice.near"));
        let done = world.receive(&own("alice.near"), &[action]);
        let result = &done.results[0];
        assert_eq!((result.gas_burnt, result.gas_used), (fee.unwrap().gas, fee.unwrap().gas));
        assert_eq!(result.compute_usage, fee.unwrap().compute);
    }
}

/// Named accounts are created; those that follow from a key or a state are not.
#[test]
fn accounts_are_created_by_those_who_may() {
    let named = |name: &str| ActionErrorKind::CreateAccountNotAllowed {
        account_id: id(name),
        predecessor_id: id("near"),
    };
    let implicit =
        |name: &str| ActionErrorKind::OnlyImplicitAccountCreationAllowed { account_id: id(name) };
    let short = |name: &str, by: &str| ActionErrorKind::CreateAccountOnlyByRegistrar {
        account_id: id(name),
        registrar_account_id: id("registrar"),
        predecessor_id: id(by),
    };
    let universal = &format!("0u{}0", "1".repeat(51));
    let hex = &"a1".repeat(32);
    let eth = &format!("0x{}", "ab".repeat(20));
    let deterministic = &format!("0s{}", "ab".repeat(20));
    let long = &"z".repeat(64);
    for (version, by, name, failure) in [
        (86, "near", "bob.near", None),
        (86, "near", "a.bob.near", Some(named("a.bob.near"))),
        (86, "near", "bob.neat", Some(named("bob.neat"))),
        (86, "near", "bob", Some(short("bob", "near"))),
        (86, "registrar", "bob", None),
        (86, "near", long, Some(short(long, "near"))),
        (86, "near", hex, Some(implicit(hex))),
        (86, "near", eth, Some(implicit(eth))),
        (86, "near", deterministic, Some(implicit(deterministic))),
        (86, "registrar", universal, None),
        (88, "registrar", universal, Some(implicit(universal))),
    ] {
        let mut world = World::at(version);
        let create = Action::CreateAccount(CreateAccountAction {});
        let done = world.receive(&between(by, name), slice::from_ref(&create));
        assert_eq!(done.failure(), failure.as_ref(), "{name} by {by}");
        if failure.is_none() {
            assert_eq!(done.receiver.actor_id, id(name));
            world.check_usage(name);
            let exists = ActionErrorKind::AccountAlreadyExists { account_id: id(name) };
            let again = world.receive(&between(by, name), &[create]);
            assert_eq!(again.failure(), Some(&exists));
        }
    }
}

/// On a chain where names need not be long, anyone takes those that are long enough.
#[test]
fn names_at_the_top_are_free_from_some_length_on() {
    for (length, is_free) in [(4, false), (5, true)] {
        let mut world = World::at(86);
        world.change_config(|config| {
            config.account_creation.min_allowed_top_level_account_length = 5;
        });
        let name = "b".repeat(length);
        let create = Action::CreateAccount(CreateAccountAction {});
        let done = world.receive(&between("alice.near", &name), &[create]);
        assert_eq!(done.failure().is_none(), is_free);
    }
}

/// Who creates an account acts in its name, but whoever is given a state init's account does not.
#[test]
fn who_begins_an_implicit_account_does_not_own_it() {
    let raw = RawStateInit(vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let account_id = torr_primitives::state_init::universal_account_id(&raw.0);
    let init = UniversalStateInitAction { state_init: raw, deposit: near(1) };
    let add_key = AddKeyAction {
        public_key: key(1),
        access_key: access_key(0, AccessKeyPermission::FullAccess),
    };
    let transfer = Action::Transfer(TransferAction { deposit: near(1) });
    let actions =
        [transfer, Action::UniversalStateInit(Box::new(init)), Action::AddKey(Box::new(add_key))];
    let done = World::at(88).receive(&between("bob.near", account_id.as_str()), &actions);
    let forbidden = ActionErrorKind::ActorNoPermission { account_id, actor_id: id("bob.near") };
    assert_eq!((done.results.len(), done.failure()), (3, Some(&forbidden)));
}
