//! `select` as wasmi gets it right.
//!
//! wasmi 2.0.0 joins a comparison with zero and a `select` that follows it, and then takes the condition
//! from its accumulator, even where the number that is compared is in a slot: in a local, or what a call
//! returned. So each `select` gets a `popcnt` before it. The number of ones in a condition is zero just
//! when the condition is, and an instruction between them keeps the two apart.
//! (`tests/data/contracts/select.wat` shows what went wrong.)

use super::engine_fault;
use torr_vm_logic::error::Fault;
use wasm_encoder::{Encode, Instruction};
use wasmparser::{FunctionBody, Operator};

/// Whether `operator` needs [`GUARD`] before it.
pub(super) fn is_select(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Select | Operator::TypedSelect { .. })
}

/// What comes before a `select`.
pub(super) const GUARD: Instruction<'static> = Instruction::I32Popcnt;

/// The bytes of `body`, which is in `wasm`, with the guards. Linear in its length.
pub(super) fn guarded(wasm: &[u8], body: &FunctionBody<'_>) -> Result<Vec<u8>, Fault> {
    let range = body.range();
    let bytes =
        |from, to| wasm.get(from..to).ok_or(Fault::Bug { what: "bodies are in the module" });
    let mut out = Vec::with_capacity(range.len());
    let mut copied = range.start;
    let operators = body.get_operators_reader().map_err(engine_fault)?;
    for operator in operators.into_iter_with_offsets() {
        let (operator, offset) = operator.map_err(engine_fault)?;
        if is_select(&operator) {
            out.extend_from_slice(bytes(copied, offset)?);
            GUARD.encode(&mut out);
            copied = offset;
        }
    }
    out.extend_from_slice(bytes(copied, range.end)?);
    Ok(out)
}
