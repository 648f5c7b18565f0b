//! The host functions, by area.
//!
//! Each stands in one place with its name, signature, costs and availability; see
//! `#[host_functions]`. Where the protocol lets the order of two charges or of a charge and a check
//! be observed, the order in the body is the protocol's.

pub mod context;
pub mod economics;
pub mod hashing;
pub mod logging;
pub mod registers;
pub mod signatures;
pub mod storage;
pub mod validators;

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
}
