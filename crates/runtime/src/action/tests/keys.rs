//! Keys that are added and deleted.

use super::fixture::{NONCE, World, access_key, id, key, near, own, yocto};
use std::slice;
use torr_parameters::ExtCost;
use torr_primitives::action::{Action, AddKeyAction, DeleteKeyAction};
use torr_primitives::error::ActionErrorKind;
use torr_primitives::{AccessKeyPermission, FunctionCallPermission, GasKeyInfo};

pub(crate) fn add(seed: u8, permission: AccessKeyPermission) -> Action {
    let access_key = access_key(12, permission);
    Action::AddKey(Box::new(AddKeyAction { public_key: key(seed), access_key }))
}

pub(super) fn delete(seed: u8) -> Action {
    Action::DeleteKey(Box::new(DeleteKeyAction { public_key: key(seed) }))
}

pub(super) fn gas_key(balance: u128, num_nonces: u16) -> AccessKeyPermission {
    AccessKeyPermission::GasKeyFullAccess(GasKeyInfo { balance: yocto(balance), num_nonces })
}

#[test]
fn a_key_begins_with_the_nonces_of_the_height() {
    let calls = FunctionCallPermission {
        allowance: Some(yocto(3)),
        receiver_id: "bob.near".to_owned(),
        method_names: vec!["run".to_owned()],
    };
    for (permission, nonce, num_nonces) in [
        (AccessKeyPermission::FullAccess, NONCE, 0),
        (AccessKeyPermission::FunctionCall(calls.clone()), NONCE, 0),
        (gas_key(0, 3), 0, 3),
        (
            AccessKeyPermission::GasKeyFunctionCall(
                GasKeyInfo { balance: yocto(0), num_nonces: 2 },
                calls,
            ),
            0,
            2,
        ),
    ] {
        let mut world = World::of_alice();
        let before = world.state.clone();
        world.receive(&own("alice.near"), &[add(1, permission.clone())]).success();
        assert_eq!(world.key("alice.near", 1), Some(access_key(nonce, permission)));
        for index in 0..=num_nonces {
            let expected = (index < num_nonces).then_some(NONCE);
            assert_eq!(world.nonce("alice.near", 1, index), expected);
        }
        world.check_usage("alice.near");
        world.receive(&own("alice.near"), &[delete(1)]).success();
        assert_eq!(world.state, before);
    }
}

#[test]
fn a_key_is_added_once_and_deleted_once() {
    let exists = ActionErrorKind::AddKeyAlreadyExists {
        account_id: id("alice.near"),
        public_key: Box::new(key(0)),
    };
    let missing = ActionErrorKind::DeleteKeyDoesNotExist {
        account_id: id("alice.near"),
        public_key: Box::new(key(1)),
    };
    for (action, failure) in [
        (add(0, AccessKeyPermission::FullAccess), Some(exists.clone())),
        (add(0, gas_key(0, 1)), Some(exists)),
        (delete(1), Some(missing)),
        (delete(0), None),
        (add(1, AccessKeyPermission::FullAccess), None),
    ] {
        let done = World::of_alice().receive(&own("alice.near"), slice::from_ref(&action));
        assert_eq!(done.failure(), failure.as_ref(), "{action:?}");
    }
}

/// What a gas key holds is burnt with it, up to one NEAR.
#[test]
fn a_gas_key_with_much_is_not_deleted() {
    let one_near = near(1).as_yoctonear();
    for (balance, is_deleted) in [(0, true), (one_near, true), (one_near + 1, false)] {
        let mut world = World::of_alice();
        world.put_key("alice.near", 1, &access_key(0, gas_key(balance, 2)));
        let done = world.receive(&own("alice.near"), &[delete(1)]);
        let too_high = ActionErrorKind::GasKeyBalanceTooHigh {
            account_id: id("alice.near"),
            public_key: Some(Box::new(key(1))),
            balance: yocto(balance),
        };
        assert_eq!(done.failure(), (!is_deleted).then_some(&too_high));
        assert_eq!(world.key("alice.near", 1).is_none(), is_deleted);
        if is_deleted {
            assert_eq!(done.success().tokens_burnt, yocto(balance));
        }
    }
}

/// Nonces take time to delete, though no gas.
#[test]
fn deleting_a_gas_key_counts_its_nonces() {
    let cost_of = |num_nonces| {
        let mut world = World::of_alice();
        world.put_key("alice.near", 1, &access_key(0, gas_key(0, num_nonces)));
        let done = world.receive(&own("alice.near"), &[delete(1)]);
        (done.success().gas_burnt, done.success().compute_usage)
    };
    let world = World::at(86);
    let costs = &world.chunk.config.vm.ext_costs;
    let key_len = 1 + 10 + 1 + 33 + 2;
    let of_nonce = costs[ExtCost::StorageRemoveBase].compute
        + costs[ExtCost::StorageRemoveKeyByte].compute * key_len
        + costs[ExtCost::StorageRemoveRetValueByte].compute * 8;
    let (gas, compute) = cost_of(0);
    assert_eq!(cost_of(3), (gas, compute + 3 * of_nonce));
}
