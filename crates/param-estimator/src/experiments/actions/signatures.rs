//! Signatures that are charged for beside what every receipt costs.

use super::kind::{Line, Place, Request, Side};
use super::receipts::key_record;
use super::terms::ML_DSA_65;
use super::transfers::transfer;
use crate::error::EstimatorError;
use crate::experiment::{Bound, Experiment};
use crate::work::requests::{Signer, key_of_scheme};
use crate::work::states::user;
use torr_crypto::key::{KeyType, PublicKeyHandle};
use torr_primitives::{AccessKeyPermission, Balance};

/// Transactions of a chunk: making keys and signing take long.
const TRANSACTIONS: usize = 10;

pub(super) fn ml_dsa_65() -> Experiment {
    let line = Line::new("transactions", |_, place| signed(place)).sent(&[1]).at_most(TRANSACTIONS);
    Experiment {
        name: "ml_dsa_65_verification",
        about: "Signs transactions that transfer tokens with ML-DSA-65. Public keys and signatures are \
                long, and are hashed as part of transactions.",
        finds: vec![ML_DSA_65],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: line.cases(Side::ToOthers).collect(),
    }
}

fn signed(place: &Place<'_>) -> Result<Request, EstimatorError> {
    let account_id = user(place.number)?;
    let secret_key = key_of_scheme(KeyType::MlDsa65, place.number)?;
    let handle = PublicKeyHandle::from(&secret_key.public_key());
    let record = key_record(&account_id, &handle, AccessKeyPermission::FullAccess);
    let signer = Some(Signer::with_key(account_id, secret_key));
    let actions = vec![transfer(Balance::from_yoctonear(1))];
    Ok(Request { actions, signer, records: vec![record], ..Request::default() })
}
