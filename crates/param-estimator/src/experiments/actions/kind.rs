//! Kinds of requests: what is asked for, at which sizes, and what that tells.

use super::work;
use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Work};
use crate::price::Price;
use crate::work::requests::Signer;
use crate::work::scene::Scene;
use crate::work::states::{Entries, USERS, user};
use torr_parameters::{ActionCost, Locality};
use torr_primitives::action::Action;
use torr_primitives::{AccountId, Balance, StateRecord};

/// A side of a request that has a price of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The receiver executes it.
    Execution,
    /// It is sent to another account.
    ToOthers,
    /// It is sent to the sender itself.
    ToOneself,
}

/// A kind of requests: a line of the table that the experiments are made of.
pub(super) struct Kind {
    /// Names of the experiments on execution, on sending to others and on sending to oneself.
    pub(super) names: [&'static str; 3],
    /// What is asked for, and why that is the worst there is.
    pub(super) about: &'static str,
    /// The costs that are found.
    pub(super) costs: &'static [ActionCost],
    /// Those of them that are not charged where the request is sent.
    pub(super) free_to_send: &'static [ActionCost],
    /// What is measured.
    pub(super) lines: Vec<Line>,
}

/// The names of the experiments on a kind.
macro_rules! names {
    ($name:literal) => {
        [concat!($name, "_execution"), concat!($name, "_to_others"), concat!($name, "_to_oneself")]
    };
}
pub(super) use names;

/// Requests that are the same but for their size.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// What they have in common.
    pub(super) series: &'static str,
    /// The sizes that are executed, in whatever grows along the line.
    pub(super) executed: &'static [u64],
    /// The sizes that are sent.
    pub(super) sent: &'static [u64],
    /// The most of them in a chunk, where each takes long.
    pub(super) most: usize,
    /// Makes one.
    pub(super) make: fn(u64, &Place<'_>) -> Result<Request, EstimatorError>,
}

/// Where a request is made.
pub(super) struct Place<'s> {
    /// What it is made with.
    pub(super) scene: &'s Scene,
    /// What is measured of it.
    pub(super) side: Side,
    /// Which request of the chunk it is; that user sends it.
    pub(super) number: usize,
}

/// A request: what an account wants another to do, or itself.
#[derive(Default)]
pub(super) struct Request {
    /// What shall be done.
    pub(super) actions: Vec<Action>,
    /// Who shall do it; `None`: see [`Place::receiver`].
    pub(super) receiver: Option<AccountId>,
    /// Who signs; `None`: the user with its key.
    pub(super) signer: Option<Signer>,
    /// What the gas of a receipt was bought at; `None`: at what it is burnt at.
    pub(super) gas_price: Option<Balance>,
    /// What has to be in the state for it.
    pub(super) records: Vec<StateRecord>,
    /// The same of what there are no records.
    pub(super) entries: Entries,
}

impl Line {
    /// Requests that are measured nowhere yet.
    pub(super) fn new(
        series: &'static str,
        make: fn(u64, &Place<'_>) -> Result<Request, EstimatorError>,
    ) -> Line {
        Line { series, executed: &[], sent: &[], most: usize::MAX, make }
    }

    /// The same where these sizes are executed.
    pub(super) fn executed(self, sizes: &'static [u64]) -> Line {
        Line { executed: sizes, ..self }
    }

    /// The same where these sizes are sent, to others and to oneself.
    pub(super) fn sent(self, sizes: &'static [u64]) -> Line {
        Line { sent: sizes, ..self }
    }

    /// The same with at most so many in a chunk.
    pub(super) fn at_most(self, most: usize) -> Line {
        Line { most, ..self }
    }

    /// What is measured of them.
    pub(super) fn cases(self, side: Side) -> impl Iterator<Item = Case> {
        let sizes = match side {
            Side::Execution => self.executed,
            Side::ToOthers | Side::ToOneself => self.sent,
        };
        sizes.iter().map(move |&size| {
            Case::new(self.series, size, move |scene| {
                let work: Box<dyn Work + '_> = Box::new(work::chunks(scene, self, size, side)?);
                Ok(work)
            })
        })
    }
}

impl Place<'_> {
    /// Who does what is asked for, unless the request says another: another user if it is sent to others,
    /// the user itself otherwise. What only the owner of an account may do is so allowed where it is
    /// executed.
    pub(super) fn receiver(&self) -> Result<AccountId, EstimatorError> {
        user(self.receiver_number())
    }

    /// The number of that user.
    pub(super) fn receiver_number(&self) -> usize {
        match self.side {
            Side::Execution | Side::ToOneself => self.number,
            Side::ToOthers => (self.number + USERS / 2) % USERS,
        }
    }
}

impl Request {
    /// Some actions for the usual receiver.
    pub(super) fn of(actions: Vec<Action>) -> Request {
        Request { actions, ..Request::default() }
    }

    /// The same action so many times.
    pub(super) fn repeated(count: u64, action: Action) -> Request {
        Request::of((0..count).map(|_| action.clone()).collect())
    }

    /// An action for each number up to `count`.
    pub(super) fn of_each(
        count: u64,
        action: impl FnMut(u64) -> Result<Action, EstimatorError>,
    ) -> Result<Request, EstimatorError> {
        Ok(Request::of((0..count).map(action).collect::<Result<_, _>>()?))
    }

    /// The same with something in the state.
    pub(super) fn with_records(self, records: Vec<StateRecord>) -> Request {
        Request { records, ..self }
    }
}

impl Side {
    /// The price of a cost on this side.
    pub(super) fn price(self, cost: ActionCost) -> Price {
        match self {
            Side::Execution => Price::execution(cost),
            Side::ToOthers => Price::send(cost, Locality::SenderIsNotReceiver),
            Side::ToOneself => Price::send(cost, Locality::SenderIsReceiver),
        }
    }
}

impl Kind {
    /// The experiment on a side; `None` if it is not measured there.
    pub(super) fn experiment(&self, side: Side) -> Option<Experiment> {
        let cases: Vec<Case> = self.lines.iter().flat_map(|line| line.cases(side)).collect();
        let is_charged =
            |cost: &&ActionCost| side == Side::Execution || !self.free_to_send.contains(cost);
        let [execution, to_others, to_oneself] = self.names;
        let (name, about) = match side {
            Side::Execution => (execution, self.about),
            Side::ToOthers => (to_others, TO_OTHERS),
            Side::ToOneself => (to_oneself, TO_ONESELF),
        };
        (!cases.is_empty()).then(|| Experiment {
            name,
            about,
            finds: self.costs.iter().filter(is_charged).map(|cost| side.price(*cost)).collect(),
            apart: super::loading(),
            bound: Bound::Processor,
            cases,
        })
    }
}

const TO_OTHERS: &str = "Signs transactions with what is executed elsewhere, to other users. \
                         Signatures are verified, signers are charged, and receipts leave the chunk.";
const TO_ONESELF: &str = "Signs transactions with what is executed elsewhere, to the signers themselves. \
                          Signatures are verified and signers are charged. Of each receipt a first \
                          action fails at once, so that sending is all there is to measure of the others.";
