//! Contracts of an account's own, and global ones.

use super::fixture::{World, id, near, own, yocto};
use crate::state::StateUpdate;
use torr_crypto::hash::CryptoHash;
use torr_primitives::action::{
    Action, DeployContractAction, DeployGlobalContractAction, UseGlobalContractAction,
};
use torr_primitives::error::ActionErrorKind;
use torr_primitives::receipt::{
    GlobalContractDistribution, GlobalContractDistributionV2, Receipt, ReceiptBody,
};
use torr_primitives::{
    AccountContract, AccountId, GlobalContractDeployMode, GlobalContractIdentifier, TrieKey,
};

pub(super) fn deploy(code: &[u8]) -> Action {
    Action::DeployContract(DeployContractAction { code: code.to_vec() })
}

pub(super) fn use_global(contract_identifier: GlobalContractIdentifier) -> Action {
    Action::UseGlobalContract(Box::new(UseGlobalContractAction { contract_identifier }))
}

pub(super) fn put_global(world: &mut World, identifier: &GlobalContractIdentifier) {
    let key = TrieKey::GlobalContractCode { identifier: identifier.clone() };
    world.state.insert(key.to_bytes(), b"global code".to_vec());
}

/// Contracts one after the other; the account counts each and nothing of the one before.
#[test]
fn a_contract_takes_the_place_of_the_one_before() {
    let by_hash = GlobalContractIdentifier::CodeHash(CryptoHash::of(b"global code"));
    let by_account = GlobalContractIdentifier::AccountId(id("contracts.near"));
    let local = |code: &[u8]| AccountContract::Local(CryptoHash::of(code));
    let mut world = World::of_alice();
    put_global(&mut world, &by_hash);
    put_global(&mut world, &by_account);
    let mut before = AccountContract::None;
    for (action, contract, code, usage) in [
        (deploy(b"some code"), local(b"some code"), Some(&b"some code"[..]), 9),
        (
            deploy(b"more code than before"),
            local(b"more code than before"),
            Some(b"more code than before"),
            21,
        ),
        (use_global(by_hash.clone()), by_hash.clone().into(), None, 32),
        (use_global(by_account.clone()), by_account.into(), None, 14),
        (deploy(b"code"), local(b"code"), Some(b"code"), 4),
        (deploy(b""), local(b""), Some(b""), 0),
        (use_global(by_hash.clone()), by_hash.into(), None, 32),
    ] {
        let done = world.receive(&own("alice.near"), &[action]);
        assert_eq!(done.success().current_contract, before);
        let account = world.account("alice.near").unwrap();
        assert_eq!(account.contract(), contract);
        let key = TrieKey::ContractCode { account_id: id("alice.near") };
        assert_eq!(world.state.get(&key.to_bytes()).map(Vec::as_slice), code);
        let without = 100 + 33 + 9 + 40;
        assert_eq!(account.storage_usage(), without + usage);
        world.check_usage("alice.near");
        before = contract;
    }
}

/// The state names contracts that a receipt deploys, unless it fails.
#[test]
fn deployments_are_noted() {
    let mut world = World::of_alice();
    world.update(|world, state: &mut StateUpdate<'_>| {
        let receipt = own("alice.near").receipt(vec![deploy(b"code")]);
        let context = crate::action::ActionContext {
            chunk: &world.chunk,
            runner: &world.runner,
            action_receipt: crate::receipt::ActionReceiptRef::of(&receipt.body).unwrap(),
            receipt: &receipt,
            promise_results: &std::sync::Arc::from([]),
            action_index: 0,
            action_hash: CryptoHash([6; 32]),
        };
        let account = world.account("alice.near");
        let mut receiver = crate::action::Receiver { account, actor_id: id("alice.near") };
        let action = deploy(b"code");
        crate::action::apply_action(&action, &context, state, &mut receiver).unwrap();
        assert_eq!(state.uncommitted_deployments(), [CryptoHash::of(b"code")]);
        state.roll_back();
        assert_eq!(state.uncommitted_deployments(), []);
        super::fixture::Finish::RollBack
    });
}

#[test]
fn a_contract_that_is_one_is_compiled_ahead() {
    let mut world = World::of_alice();
    let code = b"\0asm\x01\0\0\0";
    world.receive(&own("alice.near"), &[deploy(code)]).success();
    world.check_usage("alice.near");
}

#[test]
fn a_global_contract_has_to_be_there() {
    let identifier = GlobalContractIdentifier::CodeHash(CryptoHash([9; 32]));
    let done = World::of_alice().receive(&own("alice.near"), &[use_global(identifier.clone())]);
    let missing = ActionErrorKind::GlobalContractDoesNotExist { identifier };
    assert_eq!(done.failure(), Some(&missing));
}

/// Deploying for all burns a price for each byte and counts under the name.
#[test]
fn a_global_contract_is_paid_for_and_sent_on_its_way() {
    let code = vec![7; 1_000];
    let cost = near(1).as_yoctonear() / 10_000 * 1_000;
    let mut world = World::of_alice();
    world.chunk.shard_id = 3;
    let by_hash = GlobalContractIdentifier::CodeHash(CryptoHash::of(&code));
    let by_account = GlobalContractIdentifier::AccountId(id("alice.near"));
    let modes = [
        (GlobalContractDeployMode::CodeHash, by_hash.clone(), 1),
        (GlobalContractDeployMode::AccountId, by_account.clone(), 1),
        (GlobalContractDeployMode::AccountId, by_account.clone(), 2),
    ];
    for (number, (deploy_mode, name, nonce)) in (1..).zip(modes) {
        let action = DeployGlobalContractAction { code: code.clone(), deploy_mode };
        let action = Action::DeployGlobalContract(Box::new(action));
        let done = world.receive(&own("alice.near"), &[action]);
        assert_eq!(done.success().tokens_burnt, yocto(cost));
        let distribution = GlobalContractDistribution::V2(GlobalContractDistributionV2 {
            id: name.clone(),
            target_shard: 3,
            already_delivered_shards: vec![],
            code: code.clone(),
            nonce,
        });
        let receipt = Receipt {
            predecessor_id: id("alice.near"),
            receiver_id: AccountId::system(),
            receipt_id: CryptoHash::default(),
            body: ReceiptBody::GlobalContractDistribution(distribution),
        };
        assert_eq!(done.success().new_receipts, [receipt]);
        let amount = yocto(near(100).as_yoctonear() - number * cost);
        assert_eq!(world.account("alice.near").unwrap().amount(), amount);
        let stored = TrieKey::GlobalContractNonce { identifier: name };
        assert_eq!(world.state[&stored.to_bytes()], nonce.to_le_bytes());
    }
    world.check_usage("alice.near");
}

#[test]
fn a_global_contract_that_cannot_be_paid_is_not_deployed() {
    let mut world = World::at(86);
    world.put_account("alice.near", near(1));
    let deploy_mode = GlobalContractDeployMode::CodeHash;
    let action = DeployGlobalContractAction { code: vec![7; 10_001], deploy_mode };
    let action = Action::DeployGlobalContract(Box::new(action));
    let done = world.receive(&own("alice.near"), &[action]);
    let amount = yocto(near(1).as_yoctonear() / 10_000 * 10_001);
    let lacks = ActionErrorKind::LackBalanceForState { account_id: id("alice.near"), amount };
    assert_eq!(done.failure(), Some(&lacks));
}
