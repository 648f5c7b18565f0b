//! The host functions, by area.
//!
//! Each stands in one place with its name, signature, costs and availability; see
//! `#[host_functions]`. Where the protocol lets the order of two charges or of a charge and a check
//! be observed, the order in the body is the protocol's.

pub mod access_keys;
pub mod actions;
pub mod alt_bn128;
pub mod bls12381;
pub mod context;
pub mod economics;
pub mod gas_keys;
pub mod global_contracts;
pub mod hashing;
pub mod logging;
pub mod promises;
pub mod registers;
pub mod signatures;
pub mod state_init;
pub mod storage;
pub mod validators;
pub mod yields;

use crate::function::Visitor;

/// Shows `visitor` every host function of every protocol version.
pub fn visit_host_functions<V: Visitor>(visitor: &mut V) {
    registers::visit(visitor);
    context::visit(visitor);
    economics::visit(visitor);
    logging::visit(visitor);
    storage::visit(visitor);
    validators::visit(visitor);
    hashing::visit(visitor);
    signatures::visit(visitor);
    alt_bn128::visit(visitor);
    bls12381::visit(visitor);
    promises::visit(visitor);
    actions::visit(visitor);
    access_keys::visit(visitor);
    gas_keys::visit(visitor);
    global_contracts::visit(visitor);
    state_init::visit(visitor);
    yields::visit(visitor);
}
