//! Data receipts: results that go to receipts which wait for them.
//!
//! Who makes a receipt wait pays at once for all that comes of it, since nobody else is left to pay: for
//! each result when the receipt is made, and for its bytes when it is returned. So what is paid in a chunk
//! and what is done in it differ here, and each is counted where it is done.

use super::NODES;
use super::calls::call;
use super::kind::Side;
use super::terms;
use super::work::{InTwoChunks, PaidElsewhere, units};
use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Work};
use crate::work::chunks::{Chunk, Chunks};
use crate::work::contract::{FULL, Script, Step};
use crate::work::requests::{hash_of_numbers, receipt, with_body};
use crate::work::scene::Scene;
use crate::work::states::{Entries, USERS, account_records, entry, secret_key, user};
use torr_crypto::hash::CryptoHash;
use torr_parameters::ActionCost;
use torr_primitives::action::Action;
use torr_primitives::receipt::{DataReceipt, DataReceiver, Receipt, ReceiptBody};
use torr_primitives::{AccountId, StateRecord, TrieKey};

/// Results that a receipt waits for; 128 is the most.
const RESULTS: [u64; 3] = [1, 10, 128];
/// Receipts that wait for the same result.
const WAITING: [u64; 3] = [1, 10, 100];
/// Lengths of results, in bytes: shorter ones tell more of what has them than of themselves.
const LENGTHS: [u64; 3] = [100_000, 1_000_000, 4_190_000];
/// Receipts of a chunk that wait for many results each.
const MOST: usize = 20;

/// Experiments on data receipts.
pub(super) fn all() -> Vec<Experiment> {
    let sending = [
        (
            "data_receipt_to_others",
            "Executes receipts for whose results others wait: receipts without actions, and calls that \
             return bytes.",
            Side::ToOthers,
        ),
        (
            "data_receipt_to_oneself",
            "Executes receipts for whose results other receipts of the same account wait: receipts \
             without actions, and calls that return bytes.",
            Side::ToOneself,
        ),
    ];
    let sending = sending.map(|(name, about, side)| experiment(name, about, side, sent(side)));
    let execution = experiment(
        "data_receipt_execution",
        "Puts receipts by that wait for results, few and many, short and as long as they may be; then \
         delivers the results, with the last of which the receipt is executed.",
        Side::Execution,
        received(),
    );
    std::iter::once(execution).chain(sending).collect()
}

fn experiment(name: &'static str, about: &'static str, side: Side, cases: Vec<Case>) -> Experiment {
    let costs = [ActionCost::NewDataReceiptBase, ActionCost::NewDataReceiptByte];
    let finds = costs.map(|cost| side.price(cost)).into();
    let apart = super::loading();
    Experiment { name, about, finds, apart, bound: Bound::Processor, cases }
}

fn received() -> Vec<Case> {
    let results = RESULTS.map(|results| {
        Case::new("results", results, move |scene| {
            let work: Box<dyn Work + '_> = Box::new(reception(scene, results, 1)?);
            Ok(work)
        })
    });
    let lengths = LENGTHS.map(|length| {
        Case::new("bytes", length, move |scene| {
            let work: Box<dyn Work + '_> = Box::new(reception(scene, 1, length)?);
            Ok(work)
        })
    });
    results.into_iter().chain(lengths).collect()
}

/// Receipts that wait for `results` results of `length` bytes each: one chunk puts them by, and the next
/// has the results.
fn reception(
    scene: &Scene,
    results: u64,
    length: u64,
) -> Result<PaidElsewhere<InTwoChunks<'_>>, EstimatorError> {
    let mut waiting = Chunk::default();
    let mut arriving = Chunk::default();
    let (mut records, mut entries) = (Vec::new(), Entries::new());
    let bytes = usize::try_from(length).unwrap_or(usize::MAX);
    let units = units(scene, MOST, &vec![call(FULL, vec![0; bytes])])?;
    for number in 0..units {
        let receipt = waiting_receipt(number, results)?;
        put_by(&receipt, number, results, &mut entries)?;
        records.push(StateRecord::PostponedReceipt(Box::new(receipt.clone())));
        waiting.receipts.push(receipt);
        for index in 0..results {
            arriving.receipts.push(data_receipt(number, index, vec![7; bytes])?);
        }
    }
    let chunks = |records: Vec<StateRecord>, entries, chunk, charges| {
        let state = scene.states.with_entries(NODES, records, entries)?;
        Chunks::new(scene, state, vec![chunk], units as u64, charges)
    };
    let first = chunks(Vec::new(), Entries::new(), waiting, Charges::default())?;
    let executed = terms::of_receipt(scene, &user(0)?, &[])?;
    let second = chunks(records, entries, arriving, executed)?;
    let charges = data(Side::Execution, results, results * length);
    Ok(PaidElsewhere { work: InTwoChunks { first, second }, charges })
}

/// Charges of results with so many bytes together.
fn data(side: Side, results: u64, bytes: u64) -> Charges {
    Charges::default()
        .with(side.price(ActionCost::NewDataReceiptBase), results as f64)
        .with(side.price(ActionCost::NewDataReceiptByte), bytes as f64)
}

fn waiting_receipt(number: usize, results: u64) -> Result<Receipt, EstimatorError> {
    let account_id = user(number)?;
    let mut receipt = receipt(number, account_id.clone(), account_id, Vec::new())?;
    if let ReceiptBody::Action(body) = &mut receipt.body {
        body.input_data_ids = (0..results).map(|index| hash_of_numbers(number, index)).collect();
    }
    Ok(receipt)
}

/// What the state has of a receipt that waits, beside the receipt.
fn put_by(
    receipt: &Receipt,
    number: usize,
    results: u64,
    entries: &mut Entries,
) -> Result<(), EstimatorError> {
    let (receiver_id, receipt_id) = (receipt.receiver_id.clone(), receipt.receipt_id);
    for index in 0..results {
        let data_id = hash_of_numbers(number, index);
        let key = TrieKey::PostponedReceiptId { receiver_id: receiver_id.clone(), data_id };
        entries.push(entry(&key, &receipt_id)?);
    }
    let key = TrieKey::PendingDataCount { receiver_id, receipt_id };
    entries.push(entry(&key, &(results as u32))?);
    Ok(())
}

fn data_receipt(number: usize, index: u64, data: Vec<u8>) -> Result<Receipt, EstimatorError> {
    let data_id = hash_of_numbers(number, index);
    let body = ReceiptBody::Data(DataReceipt { data_id, data: Some(data) });
    let mut receipt = with_body(number, user(number + 1)?, user(number)?, body);
    receipt.receipt_id = CryptoHash::of(data_id.as_bytes());
    Ok(receipt)
}

fn sent(side: Side) -> Vec<Case> {
    let results = WAITING.map(|waiting| {
        Case::new("results", waiting, move |scene| {
            let work: Box<dyn Work + '_> = Box::new(sending(scene, side, waiting, None)?);
            Ok(work)
        })
    });
    let lengths = LENGTHS.map(|length| {
        Case::new("bytes", length, move |scene| {
            let work: Box<dyn Work + '_> = Box::new(sending(scene, side, 1, Some(length))?);
            Ok(work)
        })
    });
    results.into_iter().chain(lengths).collect()
}

/// Receipts for each of whose results so many wait. A call returns bytes if there are to be some.
fn sending(
    scene: &Scene,
    side: Side,
    waiting: u64,
    length: Option<u64>,
) -> Result<PaidElsewhere<Chunks<'_>>, EstimatorError> {
    let bytes = usize::try_from(length.unwrap_or_default()).unwrap_or(usize::MAX);
    let units = units(scene, usize::MAX, &vec![call(FULL, vec![0; bytes])])?;
    let actions: Vec<Action> = length.map(|_| call(FULL, Vec::new())).into_iter().collect();
    let mut chunk = Chunk::default();
    let mut records = Vec::new();
    for number in 0..units {
        let account_id = user(number)?;
        if let Some(length) = length {
            let key = secret_key(number)?.public_key();
            records.extend(account_records(&account_id, key, Some(returning(length)?)));
        }
        let mut receipt = receipt(number, account_id.clone(), account_id, actions.clone())?;
        if let ReceiptBody::Action(body) = &mut receipt.body {
            let waits = |index| receiver(side, number, index);
            body.output_data_receivers = (0..waiting).map(waits).collect::<Result<_, _>>()?;
        }
        chunk.receipts.push(receipt);
    }
    let length = length.unwrap_or_default();
    let sent = data(side, 0, waiting * length);
    // Returning bytes pays for those who receive them too.
    let received = data(Side::Execution, 0, waiting * length);
    let executed = terms::of_receipt(scene, &user(0)?, &actions)?;
    let declared = [executed, sent, received.clone()];
    let declared = declared.iter().flat_map(Charges::iter);
    let declared = declared.map(|(price, count)| (price.clone(), count)).collect();
    let state = scene.states.with(NODES, records)?;
    let work = Chunks::new(scene, state, vec![chunk], units as u64, declared)?;
    let mut charges = data(side, waiting, 0);
    received.iter().for_each(|(price, count)| charges.add(price.clone(), -count));
    Ok(PaidElsewhere { work, charges })
}

/// A contract that returns so many bytes.
fn returning(length: u64) -> Result<Vec<u8>, EstimatorError> {
    let pages = length.div_ceil(1 << 16);
    let steps = vec![Step::call("value_return", &[length, 0])];
    Script::repeating(steps).with_pages(pages).code(1)
}

fn receiver(side: Side, number: usize, index: u64) -> Result<DataReceiver, EstimatorError> {
    let receiver_id: AccountId = match side {
        Side::ToOneself => user(number)?,
        Side::ToOthers | Side::Execution => user((number + USERS / 2) % USERS)?,
    };
    Ok(DataReceiver { data_id: hash_of_numbers(number, index), receiver_id })
}
