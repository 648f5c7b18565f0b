//! Whatever an account does, it counts what it has.

use super::contracts::{deploy, put_global, use_global};
use super::fixture::{World, id, own};
use super::keys::{add, delete, gas_key};
use proptest::prelude::*;
use torr_crypto::hash::CryptoHash;
use torr_primitives::action::{Action, DeleteAccountAction};
use torr_primitives::{AccessKeyPermission, FunctionCallPermission, GlobalContractIdentifier};

fn permission() -> impl Strategy<Value = AccessKeyPermission> {
    let calls = prop::collection::vec("[a-z]{1,9}", 0..3).prop_map(|method_names| {
        AccessKeyPermission::FunctionCall(FunctionCallPermission {
            allowance: None,
            receiver_id: "bob.near".to_owned(),
            method_names,
        })
    });
    prop_oneof![
        Just(AccessKeyPermission::FullAccess),
        calls,
        (0..9_u16).prop_map(|num_nonces| gas_key(0, num_nonces)),
    ]
}

fn by_hash() -> GlobalContractIdentifier {
    GlobalContractIdentifier::CodeHash(CryptoHash::of(b"global code"))
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (1..6_u8, permission()).prop_map(|(seed, permission)| add(seed, permission)),
        3 => (0..6_u8).prop_map(delete),
        1 => prop::collection::vec(any::<u8>(), 0..50).prop_map(|code| deploy(&code)),
        1 => Just(use_global(by_hash())),
        1 => Just(use_global(GlobalContractIdentifier::AccountId(id("contracts.near")))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn an_account_counts_what_it_has(
        receipts in prop::collection::vec(prop::collection::vec(action(), 1..4), 1..12),
    ) {
        let mut world = World::of_alice();
        put_global(&mut world, &by_hash());
        put_global(&mut world, &GlobalContractIdentifier::AccountId(id("contracts.near")));
        let without_alice = {
            let mut world = World::at(86);
            put_global(&mut world, &by_hash());
            put_global(&mut world, &GlobalContractIdentifier::AccountId(id("contracts.near")));
            world.state
        };
        for actions in receipts {
            let before = world.state.clone();
            let done = world.receive(&own("alice.near"), &actions);
            if done.failure().is_some() {
                prop_assert_eq!(&world.state, &before);
            }
            world.check_usage("alice.near");
        }
        let end = DeleteAccountAction { beneficiary_id: id("bob.near") };
        world.receive(&own("alice.near"), &[Action::DeleteAccount(end)]).success();
        prop_assert_eq!(world.state, without_alice);
    }
}
