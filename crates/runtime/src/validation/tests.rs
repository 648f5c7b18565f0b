//! Each limit at its edge, the order of checks, and what depends on versions and on receipts' age.

use super::*;
use torr_crypto::key::{PublicKey, PublicKeyHandle, Signature};
use torr_parameters::Parameters;
use torr_primitives::access_key::{
    AccessKey, AccessKeyPermission, FunctionCallPermission, GasKeyInfo,
};
use torr_primitives::action::delegate::{
    DelegateAction, DelegateActionV2, NonDelegateAction, SignedDelegateAction,
    VersionedDelegateAction, VersionedSignedDelegateAction,
};
use torr_primitives::action::{
    Action, AddKeyAction, CreateAccountAction, DeleteAccountAction, DeployContractAction,
    DeterministicStateInitAction, FunctionCallAction, StakeAction, TransferAction,
    UniversalStateInitAction, WithdrawFromGasKeyAction,
};
use torr_primitives::error::ReceiptValidationError;
use torr_primitives::receipt::{ActionReceipt, DataReceipt, Receipt, ReceiptBody};
use torr_primitives::state_init::{
    DeterministicStateInit, DeterministicStateInitV1, RawStateInit, universal_account_id,
};
use torr_primitives::transaction::TransactionNonce;
use torr_primitives::{AccountId, Balance, Gas, GlobalContractIdentifier};

type Refused = ActionsValidationError;

fn config(version: ProtocolVersion) -> std::sync::Arc<RuntimeConfig> {
    Parameters::builtin(version).unwrap()
}

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

fn check_at(
    version: ProtocolVersion,
    receiver: &AccountId,
    actions: &[Action],
) -> Result<(), Refused> {
    validate_actions(&config(version), actions, receiver, version)
}

fn check(actions: &[Action]) -> Result<(), Refused> {
    check_at(86, &account("bob.near"), actions)
}

fn check_existing(version: ProtocolVersion, receiver: &str, action: Action) -> Result<(), Refused> {
    let receipt = receipt(receiver, vec![action]);
    match validate_receipt(&config(version), &receipt, version, ReceiptOrigin::Existing) {
        Err(ReceiptValidationError::ActionsValidation(error)) => Err(error),
        result => {
            result.unwrap();
            Ok(())
        }
    }
}

fn receipt(receiver: &str, actions: Vec<Action>) -> Receipt {
    Receipt {
        predecessor_id: account("alice.near"),
        receiver_id: account(receiver),
        receipt_id: Default::default(),
        body: ReceiptBody::Action(ActionReceipt {
            signer_id: account("alice.near"),
            signer_public_key: key(),
            gas_price: Balance::ZERO,
            output_data_receivers: Vec::new(),
            input_data_ids: Vec::new(),
            actions,
        }),
    }
}

fn key() -> PublicKey {
    PublicKey::Ed25519([0; 32])
}

fn transfer() -> Action {
    Action::Transfer(TransferAction { deposit: Balance::ZERO })
}

fn delete() -> Action {
    Action::DeleteAccount(DeleteAccountAction { beneficiary_id: account("carol.near") })
}

fn deploy(len: u64) -> Action {
    Action::DeployContract(DeployContractAction { code: vec![0; len as usize] })
}

fn call(name_len: usize, args_len: usize, gas: u64) -> Action {
    Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: "m".repeat(name_len),
        args: vec![0; args_len],
        gas: Gas::from_gas(gas),
        deposit: Balance::ZERO,
    }))
}

fn add_key(permission: AccessKeyPermission) -> Action {
    Action::AddKey(Box::new(AddKeyAction {
        public_key: key(),
        access_key: AccessKey { nonce: 0, permission },
    }))
}

fn functions(receiver_id: &str, names: &[usize]) -> FunctionCallPermission {
    FunctionCallPermission {
        allowance: None,
        receiver_id: receiver_id.to_owned(),
        method_names: names.iter().map(|len| "m".repeat(*len)).collect(),
    }
}

fn withdraw() -> Action {
    let public_key = key();
    Action::WithdrawFromGasKey(Box::new(WithdrawFromGasKeyAction {
        public_key,
        amount: Balance::ZERO,
    }))
}

fn non_delegate(actions: Vec<Action>) -> Vec<NonDelegateAction> {
    actions.into_iter().map(|action| action.try_into().unwrap()).collect()
}

fn delegate(receiver: &AccountId, actions: Vec<Action>) -> Action {
    Action::Delegate(Box::new(SignedDelegateAction {
        delegate_action: DelegateAction {
            sender_id: account("alice.near"),
            receiver_id: receiver.clone(),
            actions: non_delegate(actions),
            nonce: 1,
            max_block_height: 1,
            public_key: key(),
        },
        signature: Signature::Ed25519([0; 64]),
    }))
}

fn delegate_v2() -> Action {
    Action::DelegateV2(Box::new(VersionedSignedDelegateAction {
        delegate_action: VersionedDelegateAction::V2(DelegateActionV2 {
            sender_id: account("alice.near"),
            receiver_id: account("bob.near"),
            actions: Vec::new(),
            nonce: TransactionNonce::Nonce { nonce: 1 },
            max_block_height: 1,
            public_key: key(),
        }),
        signature: Signature::Ed25519([0; 64]),
    }))
}

fn deterministic(entries: u64, key_len: usize, value_len: usize) -> (AccountId, Action) {
    let mut state_init = DeterministicStateInit::V1(DeterministicStateInitV1 {
        code: GlobalContractIdentifier::AccountId(account("ft.near")),
        data: Default::default(),
    });
    for entry in 0..entries {
        let mut key = entry.to_le_bytes().to_vec();
        key.resize(key_len, 0);
        state_init.data_mut().insert(key, vec![0; value_len]);
    }
    let receiver = state_init.account_id();
    let deposit = Balance::ZERO;
    let action = DeterministicStateInitAction { state_init, deposit };
    (receiver, Action::DeterministicStateInit(Box::new(action)))
}

/// Version, no contract, entries, keys.
fn universal(entries: &[(Vec<u8>, Vec<u8>)], keys: &[PublicKeyHandle]) -> (AccountId, Action) {
    let bytes = borsh::to_vec(&(0_u8, 0_u8, entries, keys)).unwrap();
    let receiver = universal_account_id(&bytes);
    let action =
        UniversalStateInitAction { state_init: RawStateInit(bytes), deposit: Balance::ZERO };
    (receiver, Action::UniversalStateInit(Box::new(action)))
}

#[test]
fn numbers_of_actions_are_limited() {
    assert_eq!(check(&[]), Ok(()));
    assert_eq!(check(&vec![transfer(); 100]), Ok(()));
    // The number is looked at before anything else.
    let mut actions = vec![transfer(); 101];
    actions[0] = delete();
    let error = Refused::TotalNumberOfActionsExceeded { total_number_of_actions: 101, limit: 100 };
    assert_eq!(check(&actions), Err(error.clone()));
    assert_eq!(check(&[delegate(&account("bob.near"), actions)]), Err(error));
    let limit = config(86).vm.limits.max_deploy_actions_per_receipt;
    assert_eq!(check(&vec![deploy(1); limit as usize]), Ok(()));
    let number_of_deploy_actions = limit + 1;
    assert_eq!(
        check(&vec![deploy(1); number_of_deploy_actions as usize]),
        Err(Refused::TotalNumberOfDeployActionsExceeded { number_of_deploy_actions, limit })
    );
}

#[test]
fn deletion_is_last_and_delegation_alone_of_its_kind() {
    assert_eq!(check(&[transfer(), delete()]), Ok(()));
    assert_eq!(check(&[delete(), transfer()]), Err(Refused::DeleteActionMustBeFinal));
    let delegate = delegate(&account("bob.near"), vec![transfer(), delete()]);
    assert_eq!(check(&[transfer(), delegate.clone(), transfer()]), Ok(()));
    for second in [delegate.clone(), delegate_v2()] {
        let error = Err(Refused::DelegateActionMustBeOnlyOne);
        assert_eq!(check(&[delegate.clone(), transfer(), second]), error);
    }
}

#[test]
fn checks_run_from_the_first_action_to_the_last() {
    let error = Err(Refused::FunctionCallZeroAttachedGas);
    assert_eq!(check(&[call(1, 0, 0), delete(), transfer()]), error);
    let order = Err(Refused::DeleteActionMustBeFinal);
    assert_eq!(check(&[delete(), call(1, 0, 0)]), order);
}

#[test]
fn lengths_are_limited() {
    let limits = config(86).vm.limits.clone();
    let (limit, length) = (limits.max_length_method_name, limits.max_length_method_name + 1);
    assert_eq!(check(&[call(limit as usize, 0, 1)]), Ok(()));
    assert_eq!(
        check(&[call(length as usize, 0, 1)]),
        Err(Refused::FunctionCallMethodNameLengthExceeded { length, limit })
    );
    let (limit, length) = (limits.max_arguments_length, limits.max_arguments_length + 1);
    assert_eq!(check(&[call(1, limit as usize, 1)]), Ok(()));
    assert_eq!(
        check(&[call(1, length as usize, 1)]),
        Err(Refused::FunctionCallArgumentsLengthExceeded { length, limit })
    );
    let (limit, size) = (limits.max_contract_size, limits.max_contract_size + 1);
    assert_eq!(check(&[deploy(limit)]), Ok(()));
    assert_eq!(check(&[deploy(size)]), Err(Refused::ContractSizeExceeded { size, limit }));
}

#[test]
fn prepaid_gas_is_limited_with_what_is_delegated() {
    let limit = config(86).vm.limits.max_total_prepaid_gas;
    let calls = [call(1, 0, limit.as_gas() - 1), call(1, 0, 1)];
    assert_eq!(check(&calls), Ok(()));
    let total_prepaid_gas = Gas::from_gas(limit.as_gas() + 1);
    let error = Err(Refused::TotalPrepaidGasExceeded { total_prepaid_gas, limit });
    let delegate = delegate(&account("bob.near"), calls.to_vec());
    assert_eq!(check(&[delegate, call(1, 0, 1)]), error);
    let overflow = [call(1, 0, u64::MAX), call(1, 0, 1)];
    assert_eq!(check(&overflow), Err(Refused::IntegerOverflow));
}

#[test]
fn keys_for_functions_name_an_account_and_not_too_much() {
    let add = |functions| check(&[add_key(AccessKeyPermission::FunctionCall(functions))]);
    assert_eq!(add(functions("carol.near", &[255, 3])), Ok(()));
    let account_id = "Ü".repeat(64);
    let error = Err(Refused::InvalidAccountId { account_id: account_id.clone() });
    assert_eq!(add(functions(&format!("{account_id}x"), &[257])), error);
    // A character that does not fit whole is left out.
    let account_id = format!("x{}", "Ü".repeat(63));
    let error = Err(Refused::InvalidAccountId { account_id: account_id.clone() });
    assert_eq!(add(functions(&format!("{account_id}Ü"), &[])), error);
    let error = Refused::AddKeyMethodNameLengthExceeded { length: 257, limit: 256 };
    assert_eq!(add(functions("carol.near", &[256, 257])), Err(error));
    // Each counts with its terminator.
    assert_eq!(add(functions("carol.near", &[249; 8])), Ok(()));
    let mut names = [249; 9];
    names[8] = 0;
    let error = Refused::AddKeyMethodNamesNumberOfBytesExceeded {
        total_number_of_bytes: 2001,
        limit: 2000,
    };
    assert_eq!(add(functions("carol.near", &names)), Err(error));
}

#[test]
fn gas_keys_begin_empty_and_without_allowance() {
    let info =
        |balance, num_nonces| GasKeyInfo { balance: Balance::from_yoctonear(balance), num_nonces };
    let add = |info| check(&[add_key(AccessKeyPermission::GasKeyFullAccess(info))]);
    assert_eq!(add(info(0, 1)), Ok(()));
    assert_eq!(add(info(0, 1024)), Ok(()));
    for requested_nonces in [0, 1025] {
        let error = Refused::GasKeyInvalidNumNonces { requested_nonces, limit: 1024 };
        assert_eq!(add(info(1, requested_nonces)), Err(error));
    }
    let balance = Balance::from_yoctonear(1);
    assert_eq!(add(info(1, 1)), Err(Refused::AddGasKeyWithNonZeroBalance { balance }));
    let mut functions = functions("carol.near", &[]);
    functions.allowance = Some(Balance::ZERO);
    assert_eq!(
        check(&[add_key(AccessKeyPermission::GasKeyFunctionCall(info(1, 0), functions))]),
        Err(Refused::GasKeyFunctionCallAllowanceNotAllowed)
    );
}

#[test]
fn validators_stake_with_points_of_the_right_group() {
    let stake = |public_key| {
        let stake = Balance::ZERO;
        check(&[Action::Stake(Box::new(StakeAction { stake, public_key }))])
    };
    let base_point = PublicKey::Ed25519({
        let mut bytes = [0x66; 32];
        bytes[0] = 0x58;
        bytes
    });
    assert_eq!(stake(base_point), Ok(()));
    let public_key = PublicKey::Secp256k1([1; 64]);
    let error = Refused::UnsuitableStakingKey { public_key: Box::new(public_key.clone()) };
    assert_eq!(stake(public_key), Err(error));
}

#[test]
fn what_a_version_does_not_have_yet_is_refused() {
    let bob = &account("bob.near");
    let unsupported = |name: &str, version| {
        Err(Refused::UnsupportedProtocolFeature { protocol_feature: name.to_owned(), version })
    };
    assert_eq!(check_at(84, bob, &[withdraw()]), unsupported("GasKeys", 84));
    assert_eq!(check_at(85, bob, &[withdraw()]), Ok(()));
    let info = GasKeyInfo { balance: Balance::ZERO, num_nonces: 0 };
    let gas_key = add_key(AccessKeyPermission::GasKeyFullAccess(info));
    assert_eq!(check_at(84, bob, &[gas_key]), unsupported("GasKeys", 84));
    assert_eq!(check_at(84, bob, &[delegate_v2()]), unsupported("DelegateV2", 84));
    assert_eq!(check_at(86, bob, &[delegate_v2()]), Ok(()));
    let post_quantum = Action::AddKey(Box::new(AddKeyAction {
        public_key: PublicKey::MlDsa65(Box::new([0; 1952])),
        access_key: AccessKey { nonce: 0, permission: AccessKeyPermission::FullAccess },
    }));
    let delegated = delegate(bob, vec![post_quantum.clone()]);
    for action in [post_quantum, delegated] {
        // Before anything about single actions.
        let actions = [delete(), action.clone()];
        assert_eq!(check_at(84, bob, &actions), unsupported("PostQuantumSignatures", 84));
        assert_eq!(check_at(85, bob, &[action]), Ok(()));
    }
}

#[test]
fn what_is_taken_back_is_refused_of_new_receipts_only() {
    let bob = &account("bob.near");
    let removed =
        Refused::RemovedProtocolFeature { protocol_feature: "DelegateV2".to_owned(), version: 87 };
    assert_eq!(check_at(87, bob, &[delegate_v2()]), Err(removed));
    assert_eq!(check_existing(87, "bob.near", delegate_v2()), Ok(()));

    assert_eq!(check_at(86, bob, &[call(0, 0, 1)]), Ok(()));
    assert_eq!(check_at(87, bob, &[call(0, 0, 1)]), Err(Refused::FunctionCallEmptyMethodName));
    assert_eq!(check_existing(87, "bob.near", call(0, 0, 1)), Ok(()));

    let delegated = delegate(bob, vec![withdraw()]);
    assert_eq!(check_at(86, bob, std::slice::from_ref(&delegated)), Ok(()));
    let error = Err(Refused::WithdrawFromGasKeyNotAllowedInDelegate);
    assert_eq!(check_at(87, bob, std::slice::from_ref(&delegated)), error);
    assert_eq!(check_at(87, bob, &[withdraw()]), Ok(()));
    assert_eq!(check_existing(87, "bob.near", delegated), Ok(()));
}

#[test]
fn universal_accounts_receive_transfers_unless_they_are_about_to_begin() {
    let (universal, _) = universal(&[], &[]);
    let results = [86, 87, 88].map(|version| check_at(version, &universal, &[transfer()]));
    let error = Refused::TransferToUniversalAccountNotAllowed { account_id: universal.clone() };
    assert_eq!(results, [Ok(()), Err(error.clone()), Ok(())]);
    assert_eq!(check_existing(87, universal.as_str(), transfer()), Ok(()));
    let delegated = delegate(&universal, vec![transfer()]);
    assert_eq!(check_at(87, &account("alice.near"), &[delegated]), Err(error));
}

#[test]
fn deterministic_state_inits_are_those_of_the_account() {
    let (receiver, action) = deterministic(1, 2048, 3);
    let check_one = |version, receiver: &AccountId, action: &Action| {
        check_at(version, receiver, std::slice::from_ref(action))
    };
    assert_eq!(check_one(86, &receiver, &action), Ok(()));
    let bob = account("bob.near");
    let wrong = Err(Refused::InvalidDeterministicStateInitReceiver {
        receiver_id: bob.clone(),
        derived_id: receiver.clone(),
    });
    assert_eq!(check_one(86, &bob, &action), wrong);
    // Delegated ones were once held against the account that delegates.
    let delegated = delegate(&receiver, vec![action]);
    assert_eq!(check_one(84, &bob, &delegated), wrong);
    assert_eq!(check_one(85, &bob, &delegated), Ok(()));

    let (receiver, action) = deterministic(1, 2049, 3);
    let error = Refused::DeterministicStateInitKeyLengthExceeded { length: 2049, limit: 2048 };
    assert_eq!(check_one(86, &receiver, &action), Err(error));
    let (limit, length) = (4_194_304, 4_194_305);
    let (receiver, action) = deterministic(1, 8, length as usize);
    let error = Refused::DeterministicStateInitValueLengthExceeded { length, limit };
    assert_eq!(check_one(86, &receiver, &action), Err(error));
}

#[test]
fn entries_of_state_inits_are_limited_together() {
    let (receiver, action) = deterministic(751, 8, 0);
    let actions = vec![action.clone(), action];
    assert_eq!(check_at(86, &receiver, &actions), Ok(()));
    let error =
        Refused::TotalNumberOfStateInitEntriesExceeded { number_of_entries: 1502, limit: 1500 };
    assert_eq!(check_at(87, &receiver, &actions), Err(error.clone()));
    let delegated = delegate(&receiver, actions);
    assert_eq!(check_at(87, &account("bob.near"), std::slice::from_ref(&delegated)), Err(error));
    assert_eq!(check_existing(87, "bob.near", delegated), Ok(()));
}

#[test]
fn universal_state_inits_are_canonical_and_of_the_account() {
    let entry = |byte: u8, key_len, value_len| (vec![byte; key_len], vec![byte; value_len]);
    let (receiver, action) = universal(&[entry(1, 2048, 1), entry(2, 1, 1)], &[]);
    let unsupported = Refused::UnsupportedProtocolFeature {
        protocol_feature: "UniversalAccounts".to_owned(),
        version: 87,
    };
    assert_eq!(check_at(87, &receiver, std::slice::from_ref(&action)), Err(unsupported));
    assert_eq!(check_at(88, &receiver, std::slice::from_ref(&action)), Ok(()));
    let bob = account("bob.near");
    let derived_id = receiver;
    let error = Refused::InvalidUniversalStateInitReceiver { receiver_id: bob.clone(), derived_id };
    assert_eq!(check_at(88, &bob, &[action]), Err(error));

    let (receiver, action) = universal(&[entry(2, 1, 1), entry(1, 1, 1)], &[]);
    assert_eq!(check_at(88, &receiver, &[action]), Err(Refused::MalformedUniversalStateInit));
    let (receiver, action) = universal(&[entry(1, 2049, 1)], &[]);
    let error = Refused::UniversalStateInitKeyLengthExceeded { length: 2049, limit: 2048 };
    assert_eq!(check_at(88, &receiver, &[action]), Err(error));
    let (receiver, action) = universal(&[entry(1, 1, 4_194_305)], &[]);
    let error =
        Refused::UniversalStateInitValueLengthExceeded { length: 4_194_305, limit: 4_194_304 };
    assert_eq!(check_at(88, &receiver, &[action]), Err(error));

    let limit = config(88).vm.limits.max_universal_state_init_keys;
    let keys: Vec<_> = (0..=limit)
        .map(|number| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&number.to_be_bytes());
            PublicKeyHandle::Ed25519(bytes)
        })
        .collect();
    let (receiver, action) = universal(&[], &keys[1..]);
    assert_eq!(check_at(88, &receiver, &[action]), Ok(()));
    let (receiver, action) = universal(&[], &keys);
    let error = Refused::TotalNumberOfStateInitKeysExceeded { number_of_keys: limit + 1, limit };
    assert_eq!(check_at(88, &receiver, &[action]), Err(error));
}

#[test]
fn receipts_are_limited_in_size_when_they_are_made() {
    let (config, size) = (config(86), config(86).vm.limits.max_receipt_size);
    let create = || Action::CreateAccount(CreateAccountAction {});
    let empty = borsh::object_length(&receipt("bob.near", vec![deploy(0), create()])).unwrap();
    let code = size - empty as u64;
    let validate = |receipt: &Receipt, origin| validate_receipt(&config, receipt, 86, origin);
    let fits = receipt("bob.near", vec![deploy(code), create()]);
    assert_eq!(validate(&fits, ReceiptOrigin::New), Ok(()));
    let too_large = receipt("bob.near", vec![deploy(code), create(), create()]);
    let error = ReceiptValidationError::ReceiptSizeExceeded { size: size + 1, limit: size };
    assert_eq!(validate(&too_large, ReceiptOrigin::New), Err(error));
    assert_eq!(validate(&too_large, ReceiptOrigin::Existing), Ok(()));
}

#[test]
fn receipts_wait_for_and_bring_so_much() {
    let config = config(86);
    let validate =
        |receipt: &Receipt| validate_receipt(&config, receipt, 86, ReceiptOrigin::Existing);
    let mut waiting = receipt("bob.near", vec![delete(), transfer()]);
    let ReceiptBody::Action(body) = &mut waiting.body else { panic!("an action receipt") };
    body.input_data_ids = vec![Default::default(); 129];
    let error = ReceiptValidationError::NumberInputDataDependenciesExceeded {
        number_of_input_data_dependencies: 129,
        limit: 128,
    };
    assert_eq!(validate(&waiting), Err(error));
    let ReceiptBody::Action(body) = &mut waiting.body else { panic!("an action receipt") };
    body.input_data_ids.pop();
    let error = ReceiptValidationError::ActionsValidation(Refused::DeleteActionMustBeFinal);
    assert_eq!(validate(&waiting), Err(error));

    let limit = config.vm.limits.max_length_returned_data;
    for (length, result) in [
        (limit, Ok(())),
        (
            limit + 1,
            Err(ReceiptValidationError::ReturnedValueLengthExceeded { length: limit + 1, limit }),
        ),
    ] {
        let mut bringing = receipt("bob.near", Vec::new());
        let data = Some(vec![0; length as usize]);
        bringing.body = ReceiptBody::Data(DataReceipt { data_id: Default::default(), data });
        assert_eq!(validate(&bringing), result);
    }
}
