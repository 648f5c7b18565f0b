//! Transfers and stakes: what changes the tokens of an account.

use super::kind::{EVERYWHERE, EXECUTED, Kind, Line, Place, Request, names};
use crate::error::EstimatorError;
use crate::requests::near;
use crate::states::secret_key;
use torr_parameters::ActionCost;
use torr_primitives::Balance;
use torr_primitives::action::{Action, StakeAction, TransferAction};

/// How many actions are in a receipt.
pub(super) const COUNTS: &[u64] = &[1, 10, 100];

pub(super) fn transfers() -> Kind {
    Kind {
        names: names!("transfer"),
        about: "Executes receipts with one transfer and with as many as there may be, each receipt for \
                another account.",
        costs: &[ActionCost::Transfer],
        lines: vec![Line::new("transfers", EVERYWHERE, COUNTS, |count, _| {
            Ok(Request::repeated(count, transfer(Balance::from_yoctonear(1))))
        })],
    }
}

pub(super) fn stakes() -> Kind {
    Kind {
        names: names!("stake"),
        about: "Executes receipts with one stake and with as many as there may be. The key that is staked \
                with is checked to be a point of its curve when the receipt comes in, and so it is with \
                transactions.",
        costs: &[ActionCost::Stake],
        lines: vec![
            Line::new("stakes", EVERYWHERE, COUNTS, stake),
            // The last of each account counts: so there are as many in the end as receipts.
            Line::new("stakes that grow", EXECUTED, COUNTS, growing_stakes),
        ],
    }
}

fn stake(count: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    Ok(Request::repeated(count, staking(1, place)?))
}

fn growing_stakes(count: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    Request::of_each(count, |number| staking(number + 1, place))
}

fn staking(amount: u64, place: &Place<'_>) -> Result<Action, EstimatorError> {
    let public_key = secret_key(place.number)?.public_key();
    Ok(Action::Stake(Box::new(StakeAction { stake: near(amount.into()), public_key })))
}

/// A transfer.
pub(super) const fn transfer(deposit: Balance) -> Action {
    Action::Transfer(TransferAction { deposit })
}
