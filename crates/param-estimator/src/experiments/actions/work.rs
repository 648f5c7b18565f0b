//! Work that is a chunk of requests: transactions, or receipts that come in.

use super::NODES;
use super::kind::{Line, Place, Request, Side};
use super::terms;
use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Lap, Work};
use crate::work::chunks::{Chunk, Chunks};
use crate::work::requests::{Signer, receipt};
use crate::work::scene::Scene;
use crate::work::states::{Entries, account_records, secret_key, user};
use torr_primitives::action::{Action, CreateAccountAction};
use torr_primitives::receipt::ReceiptBody;
use torr_primitives::{AccountId, StateRecord};

/// Bytes of requests in a chunk, at most: no chunk has more in transactions.
const CHUNK_BYTES: usize = 1 << 22;

/// A chunk of requests of a size.
pub(super) fn chunks(
    scene: &Scene,
    line: Line,
    size: u64,
    side: Side,
) -> Result<Chunks<'_>, EstimatorError> {
    let make = |number| (line.make)(size, &Place { scene, side, number });
    let units = units(scene, line.most, &make(0)?.actions)?;
    let mut gathered = Gathered::default();
    for number in 0..units {
        gathered.add(make(number)?, &Place { scene, side, number })?;
    }
    let Gathered { chunk, records, entries, charges } = gathered;
    let fails = side == Side::ToOneself
        && chunk.transactions.iter().any(|signed| !signed.transaction().actions().is_empty());
    let state = scene.states.with_entries(NODES, records, entries)?;
    let chunks = Chunks::new(scene, state, vec![chunk], units as u64, charges)?;
    Ok(if fails { chunks.where_first_actions_fail() } else { chunks })
}

/// How many requests with such actions are in a chunk.
pub(super) fn units(
    scene: &Scene,
    most: usize,
    actions: &Vec<Action>,
) -> Result<usize, EstimatorError> {
    let length = borsh::object_length(actions)
        .map_err(|error| EstimatorError::of_work(error.to_string()))?;
    Ok((CHUNK_BYTES / length.max(1)).min(most).clamp(1, scene.scale.chunk_len))
}

/// What requests make together.
#[derive(Default)]
struct Gathered {
    chunk: Chunk,
    records: Vec<StateRecord>,
    entries: Entries,
    /// What is charged for the first, which is what is charged for each.
    charges: Charges,
}

impl Gathered {
    fn add(&mut self, request: Request, place: &Place<'_>) -> Result<(), EstimatorError> {
        let Request { actions, receiver, signer, gas_price, records, entries } = request;
        // What is sent needs of the state no more than who signs it.
        if place.side == Side::Execution || signer.is_some() {
            self.records.extend(records);
        }
        if place.side == Side::Execution {
            for entry in entries {
                if !self.entries.contains(&entry) {
                    self.entries.push(entry);
                }
            }
            return self.add_receipt(actions, receiver, gas_price, place);
        }
        let signer = match (signer, &receiver, place.side) {
            (Some(signer), _, _) => signer,
            (None, Some(account_id), Side::ToOneself) => self.new_signer(account_id, place)?,
            (None, _, _) => Signer::user(place.number)?,
        };
        let receiver_id = receiver.map_or_else(|| place.receiver(), Ok)?;
        let actions = match place.side {
            Side::ToOneself if !actions.is_empty() => failing_at_once(actions),
            _ => actions,
        };
        let signed = signer.transaction(receiver_id, actions)?;
        if place.number == 0 {
            self.charges = terms::of_transaction(place, signed.transaction())?;
        }
        self.chunk.transactions.push(signed);
        Ok(())
    }

    fn add_receipt(
        &mut self,
        actions: Vec<Action>,
        receiver: Option<AccountId>,
        gas_price: Option<torr_primitives::Balance>,
        place: &Place<'_>,
    ) -> Result<(), EstimatorError> {
        let receiver_id = receiver.map_or_else(|| place.receiver(), Ok)?;
        let number = place.number;
        if number == 0 {
            self.charges = terms::of_receipt(place.scene, &receiver_id, &actions)?;
        }
        let mut receipt = receipt(number, user(number)?, receiver_id, actions)?;
        if let (Some(price), ReceiptBody::Action(body)) = (gas_price, &mut receipt.body) {
            body.gas_price = price;
        }
        self.chunk.receipts.push(receipt);
        Ok(())
    }

    /// An account that is no user gets a key to sign with.
    fn new_signer(
        &mut self,
        account_id: &AccountId,
        place: &Place<'_>,
    ) -> Result<Signer, EstimatorError> {
        let secret_key = secret_key(place.number)?;
        self.records.extend(account_records(account_id, secret_key.public_key(), None));
        Ok(Signer::with_key(account_id.clone(), secret_key))
    }
}

/// The actions after one that fails when it is executed: the account that it creates is there.
fn failing_at_once(actions: Vec<Action>) -> Vec<Action> {
    std::iter::once(Action::CreateAccount(CreateAccountAction {})).chain(actions).collect()
}

/// Work of which something is paid for elsewhere, or that pays for something that is done elsewhere.
pub(super) struct PaidElsewhere<W> {
    /// The work.
    pub(super) work: W,
    /// What is paid elsewhere for a unit; less than nothing of what is paid here and done elsewhere.
    pub(super) charges: Charges,
}

impl<W: Work> Work for PaidElsewhere<W> {
    fn units(&self) -> u64 {
        self.work.units()
    }

    fn prepare(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        self.work.prepare(lap)
    }

    fn run(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        self.work.run(lap)
    }

    fn charges(&mut self) -> Result<Charges, EstimatorError> {
        Ok(sum(&self.work.charges()?, &self.charges))
    }
}

/// Two chunks, one after the other, that together are the work.
pub(super) struct InTwoChunks<'s> {
    /// The first chunk.
    pub(super) first: Chunks<'s>,
    /// The second, on the state that the first would leave, with as many units.
    pub(super) second: Chunks<'s>,
}

impl Work for InTwoChunks<'_> {
    fn units(&self) -> u64 {
        self.first.units()
    }

    fn run(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        self.first.run(lap)?;
        self.second.run(lap)
    }

    fn charges(&mut self) -> Result<Charges, EstimatorError> {
        Ok(sum(&self.first.charges()?, &self.second.charges()?))
    }
}

/// Charges of both, without what comes to nothing.
fn sum(one: &Charges, other: &Charges) -> Charges {
    let both = one.iter().chain(other.iter());
    let sum: Charges = both.map(|(price, count)| (price.clone(), count)).collect();
    sum.iter()
        .map(|(price, count)| (price.clone(), count))
        .filter(|(_, count)| *count != 0.0)
        .collect()
}
