//! Deploying contracts and using global ones. Compiling them is measured by
//! [`deployments`](super::deployments).

use super::kind::{Kind, Line, Place, Request, Side, names};
use super::transfers::{COUNTS, SENT_COUNTS};
use crate::error::EstimatorError;
use crate::work::states::{Entries, account_id, account_records, secret_key};
use torr_crypto::hash::CryptoHash;
use torr_parameters::ActionCost;
use torr_primitives::action::{
    Action, DeployContractAction, DeployGlobalContractAction, UseGlobalContractAction,
};
use torr_primitives::{GlobalContractDeployMode, GlobalContractIdentifier, TrieKey};

/// Bytes of a contract that is sent; a transaction has no more than one and a half millions.
const SENT_BYTES: &[u64] = &[100_000, 1_500_000];
/// Bytes of a contract that is executed.
const BYTES: &[u64] = &[1, 10_000, 1_000_000, 4_194_000];
/// Lengths of names of global contracts.
const NAME_LENGTHS: &[u64] = &[2, 64];

pub(super) fn deployed() -> Kind {
    Kind {
        names: names!("deploy_contract"),
        about: "Deploys contracts.",
        costs: &[ActionCost::DeployContractBase, ActionCost::DeployContractByte],
        free_to_send: &[],
        lines: vec![
            Line::new("small contracts", |count, place| {
                Ok(Request::repeated(count, deploy(100, place)))
            })
            .sent(SENT_COUNTS),
            Line::new("contracts", |bytes, place| Ok(Request::of(vec![deploy(bytes, place)])))
                .sent(SENT_BYTES),
        ],
    }
}

fn deploy(bytes: u64, place: &Place<'_>) -> Action {
    Action::DeployContract(DeployContractAction { code: code(bytes, place) })
}

/// Bytes that are no contract; what is not compiled need not be one.
fn code(bytes: u64, place: &Place<'_>) -> Vec<u8> {
    vec![place.number as u8; bytes as usize]
}

pub(super) fn deployed_for_all() -> Kind {
    Kind {
        names: names!("deploy_global_contract"),
        about: "Deploys global contracts, small and as large as they may be, under their hashes. They are \
                hashed, and sent on their way to the shards, where they are compiled.",
        costs: &[ActionCost::DeployGlobalContractBase, ActionCost::DeployGlobalContractByte],
        free_to_send: &[],
        lines: vec![
            Line::new("small contracts", |count, place| {
                let by_hash = GlobalContractDeployMode::CodeHash;
                Ok(Request::repeated(count, deploy_for_all(100, by_hash, place)))
            })
            .sent(SENT_COUNTS),
            Line::new("under hashes", by_hash).executed(BYTES).sent(SENT_BYTES),
            Line::new("under names", |bytes, place| {
                let by_name = GlobalContractDeployMode::AccountId;
                Ok(Request::of(vec![deploy_for_all(bytes, by_name, place)]))
            })
            .executed(&[1]),
        ],
    }
}

fn by_hash(bytes: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let by_hash = GlobalContractDeployMode::CodeHash;
    Ok(Request::of(vec![deploy_for_all(bytes, by_hash, place)]))
}

fn deploy_for_all(bytes: u64, deploy_mode: GlobalContractDeployMode, place: &Place<'_>) -> Action {
    let code = code(bytes, place);
    Action::DeployGlobalContract(Box::new(DeployGlobalContractAction { code, deploy_mode }))
}

pub(super) fn used() -> Kind {
    Kind {
        names: names!("use_global_contract"),
        about: "Makes accounts use global contracts, in place of none and of contracts of their own, under \
                hashes and under names of all lengths.",
        costs: &[ActionCost::UseGlobalContractBase, ActionCost::UseGlobalContractByte],
        free_to_send: &[],
        lines: vec![
            Line::new("under hashes", |count, _| Ok(using(count, hash())))
                .executed(COUNTS)
                .sent(SENT_COUNTS),
            Line::new("in place of their own", |count, place| {
                let key = secret_key(place.number)?.public_key();
                let own = account_records(&place.receiver()?, key, Some(code(1_000, place)));
                Ok(using(count, hash()).with_records(own))
            })
            .executed(&[1]),
            Line::new("under names", |length, place| {
                let name = account_id(&"a".repeat(length as usize))?;
                let count = match place.side {
                    Side::Execution => 100,
                    Side::ToOthers | Side::ToOneself => 1_000,
                };
                Ok(using(count, GlobalContractIdentifier::AccountId(name)))
            })
            .executed(NAME_LENGTHS)
            .sent(NAME_LENGTHS),
        ],
    }
}

fn hash() -> GlobalContractIdentifier {
    GlobalContractIdentifier::CodeHash(CryptoHash::of(b"contract"))
}

fn using(count: u64, contract_identifier: GlobalContractIdentifier) -> Request {
    let entries = global_contract(&contract_identifier);
    let action = UseGlobalContractAction { contract_identifier };
    let request = Request::repeated(count, Action::UseGlobalContract(Box::new(action)));
    Request { entries, ..request }
}

/// The entry of a global contract, which is nobody's to call.
pub(super) fn global_contract(identifier: &GlobalContractIdentifier) -> Entries {
    let key = TrieKey::GlobalContractCode { identifier: identifier.clone() };
    vec![(key.to_bytes(), b"\0asm\x01\0\0\0".to_vec())]
}
