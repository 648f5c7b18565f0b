//! The peers of this program, each behind one trait.

mod native;
mod reference;
mod torr;
mod wasmi_fuel;

use bench_work::contracts::Contracts;
use bench_work::error::Failure;
use bench_work::peer::Peer;

/// A peer with a program of its own: its engine is another version of one that is here, and the two
/// have symbols of the same name.
pub(crate) const COSMWASM: &str = "cosmwasm";

/// The names of all peers, in the order of the table's columns.
pub(crate) fn names() -> Vec<String> {
    let others = [reference::NAME, COSMWASM, wasmi_fuel::NAME, native::NAME];
    torr::columns().map(|column| column.name()).chain(others.map(str::to_owned)).collect()
}

/// The peer of this name, with its contracts; not [`COSMWASM`].
///
/// # Errors
/// When there is none, or when it cannot be made ready.
pub(crate) fn open(name: &str, contracts: &Contracts) -> Result<Box<dyn Peer>, Failure> {
    if let Some(column) = torr::columns().find(|column| column.name() == name) {
        return Ok(Box::new(torr::Torr::open(column, contracts)?));
    }
    match name {
        reference::NAME => Ok(Box::new(reference::Reference::open(contracts)?)),
        wasmi_fuel::NAME => Ok(Box::new(wasmi_fuel::Wasmi::open(contracts)?)),
        native::NAME => Ok(Box::new(native::Native)),
        _ => Err(Failure::UnknownPeer { name: name.to_owned(), known: names().join(", ") }),
    }
}
