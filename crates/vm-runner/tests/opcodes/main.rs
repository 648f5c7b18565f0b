//! Every numeric instruction, load and store on its own, with operands at the edges of their types: on
//! every engine and both ways of charging, against the arithmetic of the host.
//!
//! Compilers make other code of an instruction when they know an operand, and when its result decides a
//! branch. So each is tried in all those forms ([`sweep::Form`], [`sweep::Use`]).

mod access;
mod choices;
mod contract;
mod nans;
mod operands;
mod operation;
mod sweep;

use expect_test::expect;
use operation::{Operation, operations};
use rayon::prelude::*;
use std::collections::BTreeSet;
use sweep::{Form, Use};
use wasm_encoder::ValType;

macro_rules! names {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })?
        => $visit:ident ($($ann:tt)*))*) => {
        &[$((stringify!($proposal), stringify!($op))),*]
    };
}

/// All instructions that the parser knows, with the proposals that they are from.
const INSTRUCTIONS: &[(&str, &str)] = wasmparser::for_each_operator!(names);

/// Instructions of the protocol that are about numbers: all that have a number's type in their name but
/// constants.
fn numeric_instructions() -> BTreeSet<&'static str> {
    let proposals = ["mvp", "sign_extension", "saturating_float_to_int"];
    let is_numeric = |name: &str| {
        ["I32", "I64", "F32", "F64"].iter().any(|ty| name.starts_with(ty))
            && !name.ends_with("Const")
    };
    let of_protocol = INSTRUCTIONS.iter().filter(|(proposal, _)| proposals.contains(proposal));
    of_protocol.map(|(_, name)| *name).filter(|name| is_numeric(name)).collect()
}

#[test]
fn no_instruction_is_left_out() {
    let operations = operations();
    let accesses = access::accesses();
    let names = operations.iter().map(|it| it.name).chain(accesses.iter().map(|it| it.name));
    let swept: BTreeSet<&str> = names.collect();
    assert_eq!(swept, numeric_instructions());
    assert_eq!(swept.len(), operations.len() + accesses.len(), "none is there twice");
}

/// Does `work` for all that there is to do, and says how often.
fn sum<T: Sync>(all: Vec<T>, work: impl Fn(&T) -> usize + Sync + Send) -> usize {
    all.par_iter().map(work).sum()
}

/// The operations with each form that they can have.
fn in_all_forms(wanted: fn(&Operation) -> bool) -> Vec<(Operation, Form)> {
    let with_forms = |operation: Operation| {
        Form::of(&operation).into_iter().map(move |form| (operation.clone(), form))
    };
    operations().into_iter().filter(wanted).flat_map(with_forms).collect()
}

#[test]
fn results_are_the_hosts() {
    let tried = sum(in_all_forms(|_| true), |(operation, form)| {
        sweep::sweep(operation, *form, Use::Stored)
    });
    expect!["3549745"].assert_eq(&tried.to_string());
}

#[test]
fn branches_go_where_the_host_would() {
    let tried = sum(in_all_forms(Operation::is_comparison), |(operation, form)| {
        sweep::sweep(operation, *form, Use::Branched)
    });
    expect!["1068108"].assert_eq(&tried.to_string());
}

#[test]
fn what_has_no_result_traps() {
    let trapping: Vec<_> = operations().into_iter().filter(Operation::can_trap).collect();
    let tried = sum(trapping, sweep::sweep_traps);
    expect!["948"].assert_eq(&tried.to_string());
}

/// Instructions that make NaNs canonical: those on floats but `abs`, `neg` and `copysign`, and those
/// between floats.
#[test]
fn nans_are_canonical_however_they_are_used() {
    let is_float = |ty| matches!(ty, ValType::F32 | ValType::F64);
    let moves = ["Abs", "Neg", "Copysign"];
    let arithmetic = operations().into_iter().filter(|it| {
        is_float(it.result) && is_float(it.operand()) && !moves.contains(&&it.name[3..])
    });
    let arithmetic: Vec<_> = arithmetic.collect();
    assert_eq!(arithmetic.len(), 24);
    let tried = sum(arithmetic, nans::sweep);
    expect!["1800"].assert_eq(&tried.to_string());
}

#[test]
fn choices_are_right_wherever_values_come_from() {
    let tried = sum(choices::TYPES.to_vec(), |ty| choices::sweep(*ty));
    expect!["47500"].assert_eq(&tried.to_string());
}

#[test]
fn accesses_reach_what_is_there() {
    let tried = sum(access::accesses(), access::sweep_inside);
    expect!["552"].assert_eq(&tried.to_string());
}

#[test]
fn accesses_beyond_the_memory_trap() {
    let tried = sum(access::accesses(), access::sweep_outside);
    expect!["644"].assert_eq(&tried.to_string());
}
