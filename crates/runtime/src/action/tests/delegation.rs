//! Delegate actions: what is sent on, what it costs, and every way in which one is refused.

use super::fixture::{HEIGHT, World, access_key, between, handle, id, key, near, secret, yocto};
use super::keys::gas_key;
use crate::action_fees::{execution_fee, prepaid_send_fees};
use std::slice;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, SecretKey};
use torr_parameters::ActionCost;
use torr_primitives::action::delegate::{
    DelegateAction, DelegateActionV2, NonDelegateAction, SignedDelegateAction,
    VersionedDelegateAction, VersionedSignedDelegateAction,
};
use torr_primitives::action::{Action, FunctionCallAction, TransferAction};
use torr_primitives::error::{ActionErrorKind, InvalidAccessKeyError};
use torr_primitives::receipt::{ActionReceipt, Receipt, ReceiptBody};
use torr_primitives::transaction::TransactionNonce;
use torr_primitives::{AccessKeyPermission, FunctionCallPermission, Gas, GasKeyInfo};

/// A delegation of `alice.near` to `bob.near`, to change before it is signed.
#[derive(Clone)]
struct Draft {
    sender: &'static str,
    receiver: &'static str,
    actions: Vec<Action>,
    nonce: TransactionNonce,
    max_block_height: u64,
    signed_by: u8,
    key: u8,
}

fn plain(nonce: u64) -> TransactionNonce {
    TransactionNonce::Nonce { nonce }
}

fn indexed(nonce_index: u16, nonce: u64) -> TransactionNonce {
    TransactionNonce::GasKeyNonce { nonce, nonce_index }
}

fn call(method_name: &str, deposit: u128) -> Action {
    Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: method_name.to_owned(),
        args: vec![1, 2, 3],
        gas: Gas::from_gas(5_000_000_000_000),
        deposit: yocto(deposit),
    }))
}

fn transfer() -> Action {
    Action::Transfer(TransferAction { deposit: near(1) })
}

impl Draft {
    fn new() -> Draft {
        Draft {
            sender: "alice.near",
            receiver: "bob.near",
            actions: vec![call("run", 0)],
            nonce: plain(8),
            max_block_height: HEIGHT,
            signed_by: 0,
            key: 0,
        }
    }

    fn non_delegate_actions(&self) -> Vec<NonDelegateAction> {
        let actions = self.actions.iter().cloned();
        actions.map(|action| NonDelegateAction::try_from(action).unwrap()).collect()
    }

    fn v1(&self) -> Action {
        let delegate_action = DelegateAction {
            sender_id: id(self.sender),
            receiver_id: id(self.receiver),
            actions: self.non_delegate_actions(),
            nonce: self.nonce.nonce(),
            max_block_height: self.max_block_height,
            public_key: key(self.key),
        };
        let hash = delegate_action.signed_hash();
        let signature = secret(self.signed_by).sign(hash.as_ref()).unwrap();
        Action::Delegate(Box::new(SignedDelegateAction { delegate_action, signature }))
    }

    fn v2(&self) -> Action {
        self.v2_signed_with(&secret(self.key), &secret(self.signed_by))
    }

    fn v2_signed_with(&self, key: &SecretKey, signer: &SecretKey) -> Action {
        let delegate_action = VersionedDelegateAction::V2(DelegateActionV2 {
            sender_id: id(self.sender),
            receiver_id: id(self.receiver),
            actions: self.non_delegate_actions(),
            nonce: self.nonce,
            max_block_height: self.max_block_height,
            public_key: key.public_key(),
        });
        let signature = signer.sign(delegate_action.signed_hash().as_ref()).unwrap();
        Action::DelegateV2(Box::new(VersionedSignedDelegateAction { delegate_action, signature }))
    }
}

/// Alice with a full access key 0 at nonce 7, a gas key 1 with two nonces at 7, key 2 for `run` of
/// Bob's, key 3 for all of Bob's.
fn world(version: u32) -> World {
    let mut world = World::at(version).with_alice();
    let calls = |method_names: &[&str]| FunctionCallPermission {
        allowance: None,
        receiver_id: "bob.near".to_owned(),
        method_names: method_names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let permissions = [
        (1, gas_key(0, 2)),
        (2, AccessKeyPermission::FunctionCall(calls(&["run"]))),
        (3, AccessKeyPermission::FunctionCall(calls(&[]))),
    ];
    for (seed, permission) in permissions {
        world.put_key("alice.near", seed, &access_key(7, permission));
    }
    world
}

#[test]
fn what_an_account_has_signed_is_sent_on() {
    let draft = Draft { actions: vec![call("run", 0), transfer()], ..Draft::new() };
    for action in [draft.v1(), draft.v2()] {
        let mut world = world(86);
        let parties = between("relayer.near", "alice.near");
        let done = world.receive(&parties, slice::from_ref(&action));
        let result = done.success();
        let receipt = Receipt {
            predecessor_id: id("alice.near"),
            receiver_id: id("bob.near"),
            receipt_id: CryptoHash::default(),
            body: ReceiptBody::Action(ActionReceipt {
                signer_id: id("relayer.near"),
                signer_public_key: key(0),
                gas_price: yocto(1_000_000_000),
                output_data_receivers: vec![],
                input_data_ids: vec![],
                actions: draft.actions.clone(),
            }),
        };
        assert_eq!(result.new_receipts, [receipt]);
        assert_eq!(world.key("alice.near", 0).unwrap().nonce, 8);

        let config = &world.chunk.config;
        let own = execution_fee(config, &action, &id("alice.near")).unwrap();
        let send = prepaid_send_fees(config, [&action]).unwrap();
        assert!(send.gas > Gas::ZERO);
        assert_eq!(result.gas_burnt, own.gas.checked_add(send.gas).unwrap());
        assert_eq!(result.compute_usage, own.compute + send.compute);
        let there = draft
            .actions
            .iter()
            .map(|action| execution_fee(config, action, &id("bob.near")).unwrap().gas.as_gas());
        let receipt = config.fees.actions[ActionCost::NewActionReceipt].execution.gas.as_gas();
        let later = there.sum::<u64>() + receipt + 5_000_000_000_000;
        assert_eq!(result.gas_used.as_gas(), result.gas_burnt.as_gas() + later);

        let again = world.receive(&parties, &[action]);
        let used_up =
            ActionErrorKind::DelegateActionInvalidNonce { delegate_nonce: 8, ak_nonce: 8 };
        assert_eq!(again.failure(), Some(&used_up));
    }
}

#[test]
fn a_gas_key_delegates_with_one_of_its_nonces() {
    let draft = Draft { nonce: indexed(1, 8), key: 1, signed_by: 1, ..Draft::new() };
    let mut world = world(86);
    world.receive(&between("relayer.near", "alice.near"), &[draft.v2()]).success();
    assert_eq!([0, 1].map(|index| world.nonce("alice.near", 1, index)), [Some(7), Some(8)]);
    assert_eq!(world.key("alice.near", 1).unwrap().nonce, 7);
}

fn refused(error: InvalidAccessKeyError) -> ActionErrorKind {
    ActionErrorKind::DelegateActionAccessKeyError(error)
}

#[test]
fn delegations_are_refused() {
    use InvalidAccessKeyError as Key;
    let of_key = |key| Draft { key, signed_by: key, ..Draft::new() };
    let invalid_nonce = |delegate_nonce| ActionErrorKind::DelegateActionInvalidNonce {
        delegate_nonce,
        ak_nonce: 7,
    };
    let upper_bound = HEIGHT * 1_000_000;
    let too_large =
        ActionErrorKind::DelegateActionNonceTooLarge { delegate_nonce: upper_bound, upper_bound };
    let mismatch = ActionErrorKind::DelegateActionSenderDoesNotMatchTxReceiver {
        sender_id: id("carol.near"),
        receiver_id: id("alice.near"),
    };
    let not_found =
        Key::AccessKeyNotFound { account_id: id("alice.near"), public_key: Box::new(key(9)) };
    let receiver =
        Key::ReceiverMismatch { tx_receiver: id("carol.near"), ak_receiver: "bob.near".to_owned() };
    let method = Key::MethodNameMismatch { method_name: "stop".to_owned() };
    let index = |nonce_index| ActionErrorKind::DelegateActionInvalidNonceIndex {
        nonce_index,
        num_nonces: 2,
    };
    for (draft, failure) in [
        (Draft::new(), None),
        (of_key(2), None),
        (of_key(3), None),
        (
            Draft { signed_by: 1, ..Draft::new() },
            Some(ActionErrorKind::DelegateActionInvalidSignature),
        ),
        (
            Draft { max_block_height: HEIGHT - 1, ..Draft::new() },
            Some(ActionErrorKind::DelegateActionExpired),
        ),
        (Draft { sender: "carol.near", ..Draft::new() }, Some(mismatch)),
        (of_key(9), Some(refused(not_found))),
        (of_key(1), Some(refused(Key::DelegateActionRequiresNonGasKey))),
        (
            Draft { nonce: indexed(0, 8), ..Draft::new() },
            Some(refused(Key::DelegateActionRequiresGasKey)),
        ),
        (Draft { nonce: indexed(2, 8), ..of_key(1) }, Some(index(2))),
        (Draft { nonce: indexed(1, 7), ..of_key(1) }, Some(invalid_nonce(7))),
        (Draft { nonce: plain(7), ..Draft::new() }, Some(invalid_nonce(7))),
        (Draft { nonce: plain(upper_bound - 1), ..Draft::new() }, None),
        (Draft { nonce: plain(upper_bound), ..Draft::new() }, Some(too_large)),
        (Draft { actions: vec![], ..of_key(2) }, Some(refused(Key::RequiresFullAccess))),
        (Draft { actions: vec![transfer()], ..of_key(2) }, Some(refused(Key::RequiresFullAccess))),
        (
            Draft { actions: vec![call("run", 0), call("run", 0)], ..of_key(2) },
            Some(refused(Key::RequiresFullAccess)),
        ),
        (
            Draft { actions: vec![call("run", 1)], ..of_key(2) },
            Some(refused(Key::DepositWithFunctionCall)),
        ),
        (Draft { receiver: "carol.near", ..of_key(2) }, Some(refused(receiver))),
        (Draft { actions: vec![call("stop", 0)], ..of_key(2) }, Some(refused(method))),
        (Draft { actions: vec![call("stop", 0)], ..of_key(3) }, None),
        (Draft { actions: vec![call("stop", 1), transfer()], ..Draft::new() }, None),
    ] {
        let mut world = world(86);
        let before = world.state.clone();
        let done = world.receive(&between("relayer.near", "alice.near"), &[draft.v2()]);
        assert_eq!(done.failure(), failure.as_ref(), "{:?} by {}", draft.nonce, draft.key);
        assert_eq!(world.state == before, failure.is_some());
        assert_eq!(done.results[0].new_receipts.len(), usize::from(failure.is_none()));
    }
}

/// Of two things that are wrong, an old version told the later one.
#[test]
fn which_of_two_errors_is_told_depends_on_the_version() {
    let draft = Draft {
        receiver: "carol.near",
        actions: vec![call("run", 1)],
        key: 2,
        signed_by: 2,
        ..Draft::new()
    };
    for (version, tells_deposit) in [(84, false), (85, true), (86, true)] {
        let done = world(version).receive(&between("bob.near", "alice.near"), &[draft.v1()]);
        let deposit = refused(InvalidAccessKeyError::DepositWithFunctionCall);
        assert_eq!(done.failure() == Some(&deposit), tells_deposit);
    }
    let draft = Draft { receiver: "bob.near", ..draft };
    let done = world(84).receive(&between("bob.near", "alice.near"), &[draft.v1()]);
    let deposit = refused(InvalidAccessKeyError::DepositWithFunctionCall);
    assert_eq!(done.failure(), Some(&deposit));
}

/// A signature that is long to verify counts where it is verified, once a parameter says so. Its gas is
/// burnt by whoever brings it.
#[test]
fn verifying_a_signature_counts_where_it_is_done() {
    let signer = SecretKey::from_seed(KeyType::MlDsa65, &[4; 32]).unwrap();
    let action = Draft::new().v2_signed_with(&signer, &signer);
    let extra_compute = |counts_here| {
        let mut world = world(86);
        world.change_config(|config| {
            Arc::make_mut(&mut config.vm).fix_ml_dsa_cost_charging = counts_here;
        });
        let done = world.receive(&between("relayer.near", "alice.near"), slice::from_ref(&action));
        // It is verified before the key is looked for, and so counts though there is no such key.
        assert!(matches!(done.failure(), Some(ActionErrorKind::DelegateActionAccessKeyError(_))));
        let own = execution_fee(&world.chunk.config, &action, &id("alice.near")).unwrap();
        assert_eq!(done.results[0].gas_burnt, own.gas);
        done.results[0].compute_usage - own.compute
    };
    let cost = World::at(86).chunk.config.fees.ml_dsa_65_verification_cost.compute;
    assert!(cost > 0);
    assert_eq!([false, true].map(extra_compute), [0, cost]);
}

/// A nonce that a gas key should have and has not is not the sender's fault.
#[test]
#[should_panic(expected = "nonce 1 of a gas key of alice.near is missing")]
fn a_missing_nonce_stops_the_chunk() {
    let draft = Draft { nonce: indexed(1, 8), key: 1, signed_by: 1, ..Draft::new() };
    let mut world = world(86);
    let (account_id, public_key) = (id("alice.near"), handle(1));
    let nonce = torr_primitives::TrieKey::GasKeyNonce { account_id, public_key, index: 1 };
    world.state.remove(&nonce.to_bytes());
    world.receive(&between("relayer.near", "alice.near"), &[draft.v2()]);
}

/// A gas key for function calls holds to both.
#[test]
fn a_restricted_gas_key_is_restricted() {
    let calls = FunctionCallPermission {
        allowance: None,
        receiver_id: "bob.near".to_owned(),
        method_names: vec![],
    };
    let info = GasKeyInfo { balance: yocto(0), num_nonces: 1 };
    let permission = AccessKeyPermission::GasKeyFunctionCall(info, calls);
    for (actions, is_refused) in [(vec![call("run", 0)], false), (vec![transfer()], true)] {
        let mut world = world(86);
        world.put_key("alice.near", 4, &access_key(7, permission.clone()));
        let draft = Draft { actions, nonce: indexed(0, 8), key: 4, signed_by: 4, ..Draft::new() };
        let done = world.receive(&between("relayer.near", "alice.near"), &[draft.v2()]);
        let failure = refused(InvalidAccessKeyError::RequiresFullAccess);
        assert_eq!(done.failure(), is_refused.then_some(&failure));
    }
}
