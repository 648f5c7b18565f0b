//! The limit of a receipt's storage proof: which actions it is for, and from where it is counted.

use crate::action::tests::fixture::{Finish, World, access_key, id, own, yocto};
use crate::action::tests::keys::add;
use crate::receipt::{Execution, execute_receipt};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_primitives::action::{Action, TransferAction};
use torr_primitives::error::{ActionError, ActionErrorKind, TxExecutionError};
use torr_primitives::outcome::ExecutionStatus;
use torr_primitives::receipt::{Receipt, ReceiptBody, ReceivedData};
use torr_primitives::{AccessKeyPermission, ProtocolVersion, TrieKey};

const DATA_ID: CryptoHash = CryptoHash([8; 32]);

/// Alice, with so many keys that the nodes on the way to them are many too.
fn world(version: ProtocolVersion, limit: u64) -> World {
    let mut world = World::at(version).with_alice();
    for seed in 1..40 {
        world.put_key("alice.near", seed, &access_key(7, AccessKeyPermission::FullAccess));
    }
    world.change_config(|config| {
        Arc::make_mut(&mut config.vm).limits.per_receipt_storage_proof_size_limit = limit;
    });
    world
}

/// How a receipt ends, and what its actions have recorded.
fn execute(world: &mut World, receipt: &Receipt) -> (ExecutionStatus, u64) {
    let mut done = None;
    world.update(|world, state| {
        let execution = Execution { chunk: &world.chunk, runner: &world.runner };
        let executed = execute_receipt(receipt, execution, state).unwrap();
        let recorded = state.recorded_size() - state.recorded_size_before();
        done = Some((executed.outcome.unwrap().outcome.status, recorded));
        Finish::Keep
    });
    done.unwrap()
}

fn failed(index: u64, limit: u64) -> ExecutionStatus {
    ExecutionStatus::Failure(TxExecutionError::ActionError(ActionError {
        index: Some(index),
        kind: ActionErrorKind::ReceiptStorageProofSizeExceeded { limit },
    }))
}

#[test]
fn actions_of_every_kind_are_limited_from_version_87() {
    let receipt = own("alice.near")
        .receipt((50..60).map(|seed| add(seed, AccessKeyPermission::FullAccess)).collect());
    let succeeded = ExecutionStatus::SuccessValue(Vec::new());
    let (status, recorded) = execute(&mut world(87, u64::MAX), &receipt);
    assert_eq!(status, succeeded);
    assert!(recorded > 0, "there are nodes on the way to a key that is not there");
    assert_eq!(execute(&mut world(87, recorded), &receipt).0, succeeded);
    assert_eq!(execute(&mut world(86, 0), &receipt).0, succeeded);

    let (status, _) = execute(&mut world(87, recorded - 1), &receipt);
    let ExecutionStatus::Failure(TxExecutionError::ActionError(error)) = &status else {
        panic!("{status:?}")
    };
    let index = error.index.unwrap();
    assert!(index > 0, "the first key alone is within the limit");
    assert_eq!(status, failed(index, recorded - 1));

    let mut full = world(87, recorded - 1);
    execute(&mut full, &receipt);
    assert_eq!(full.key("alice.near", 50), None, "all or nothing");
    assert_eq!(execute(&mut world(87, 0), &receipt).0, failed(0, 0));
}

#[test]
fn what_a_receipt_waited_for_is_not_counted() {
    let transfer = Action::Transfer(TransferAction { deposit: yocto(1) });
    let mut receipt = own("alice.near").receipt(vec![transfer]);
    let ReceiptBody::Action(body) = &mut receipt.body else { panic!("of actions") };
    body.input_data_ids.push(DATA_ID);
    let mut world = world(87, 4000);
    let arrived = TrieKey::ReceivedData { receiver_id: id("alice.near"), data_id: DATA_ID };
    world.put(&arrived, &ReceivedData { data: Some(vec![0; 5000]) });
    let (status, recorded) = execute(&mut world, &receipt);
    assert_eq!(status, ExecutionStatus::SuccessValue(Vec::new()));
    assert_eq!(recorded, 0, "the account was read before too");
}
