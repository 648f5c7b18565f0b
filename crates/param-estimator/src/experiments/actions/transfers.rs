//! Transfers and stakes: what changes the tokens of an account.

use super::kind::{Kind, Line, Place, Request, names};
use crate::error::EstimatorError;
use crate::work::requests::near;
use crate::work::states::secret_key;
use torr_parameters::ActionCost;
use torr_primitives::Balance;
use torr_primitives::action::{Action, StakeAction, TransferAction};

/// How many actions are in a receipt that is executed; a hundred is the most. One alone would tell more of
/// the receipt than of itself.
pub(super) const COUNTS: &[u64] = &[10, 100];
/// How many actions are in one that is sent. Sending an action takes so little beside a signature that
/// only very many tell what it is.
pub(super) const SENT_COUNTS: &[u64] = &[500, 1_000];
/// Receipts with stakes in a chunk: each key takes long to check.
const STAKING: usize = 10;

pub(super) fn transfers() -> Kind {
    Kind {
        names: names!("transfer"),
        about: "Executes receipts with many transfers, up to as many as there may be, each receipt for \
                another account.",
        costs: &[ActionCost::Transfer],
        free_to_send: &[],
        lines: vec![
            Line::new("transfers", |count, _| {
                Ok(Request::repeated(count, transfer(Balance::from_yoctonear(1))))
            })
            .executed(COUNTS)
            .sent(SENT_COUNTS),
        ],
    }
}

pub(super) fn stakes() -> Kind {
    Kind {
        names: names!("stake"),
        about: "Executes receipts with many stakes, up to as many as there may be. The key that is staked \
                with is checked to be a point of its curve when the receipt comes in, and so it is with \
                transactions.",
        costs: &[ActionCost::Stake],
        free_to_send: &[],
        lines: vec![
            Line::new("stakes", |count, place| {
                Request::of_each(count, |number| staking(number + 1, place))
            })
            .executed(COUNTS)
            .sent(&[10, 100])
            .at_most(STAKING),
        ],
    }
}

fn staking(amount: u64, place: &Place<'_>) -> Result<Action, EstimatorError> {
    let public_key = secret_key(place.number)?.public_key();
    Ok(Action::Stake(Box::new(StakeAction { stake: near(amount.into()), public_key })))
}

/// A transfer.
pub(super) const fn transfer(deposit: Balance) -> Action {
    Action::Transfer(TransferAction { deposit })
}
