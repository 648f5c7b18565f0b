//! Canonical NaNs: what makes floating point the same on every processor and engine.
//!
//! WebAssembly leaves sign and payload of a NaN that arithmetic makes to the implementation. The
//! protocol does not: such a NaN is positive and canonical. The rewriter sees to it, because
//! engines' own options for it were found to differ. Instructions that move or reinterpret bits
//! (load, store, `select`, `neg`, `abs`, `copysign`) keep a payload as it is.

use wasm_encoder::{BlockType, Encode, Instruction, ValType};

/// Bits of the canonical `f32` NaN.
const CANONICAL_F32: u32 = 0x7fc0_0000;
/// Bits of the canonical `f64` NaN.
const CANONICAL_F64: u64 = 0x7ff8_0000_0000_0000;

/// A float type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

impl Width {
    /// Its type.
    pub(super) const fn val_type(self) -> ValType {
        match self {
            Width::F32 => ValType::F32,
            Width::F64 => ValType::F64,
        }
    }
}

/// What an instruction does to floats, as far as NaNs are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatUse {
    /// Computes a float of this width. From a NaN it makes a NaN, whatever the payload.
    Arithmetic(Width),
    /// Takes the top of the stack and gives the same result for all NaNs.
    Consumes,
    /// Anything else: a payload may be seen.
    Other,
}

impl FloatUse {
    /// Whether a NaN on top of the stack need not be canonical when the instruction begins. It is
    /// so for `a * b + c`'s addition: what it makes of a NaN is made canonical after it anyway.
    pub(super) const fn ignores_payload(self) -> bool {
        !matches!(self, FloatUse::Other)
    }
}

/// What the instruction does, by the name of its visitor function.
pub(super) const fn float_use(visit: &str) -> FloatUse {
    match visit.as_bytes() {
        b"visit_f32_add"
        | b"visit_f32_sub"
        | b"visit_f32_mul"
        | b"visit_f32_div"
        | b"visit_f32_sqrt"
        | b"visit_f32_ceil"
        | b"visit_f32_floor"
        | b"visit_f32_trunc"
        | b"visit_f32_nearest"
        | b"visit_f32_min"
        | b"visit_f32_max"
        | b"visit_f32_demote_f64" => FloatUse::Arithmetic(Width::F32),
        b"visit_f64_add"
        | b"visit_f64_sub"
        | b"visit_f64_mul"
        | b"visit_f64_div"
        | b"visit_f64_sqrt"
        | b"visit_f64_ceil"
        | b"visit_f64_floor"
        | b"visit_f64_trunc"
        | b"visit_f64_nearest"
        | b"visit_f64_min"
        | b"visit_f64_max"
        | b"visit_f64_promote_f32" => FloatUse::Arithmetic(Width::F64),
        b"visit_f32_eq"
        | b"visit_f32_ne"
        | b"visit_f32_lt"
        | b"visit_f32_gt"
        | b"visit_f32_le"
        | b"visit_f32_ge"
        | b"visit_f64_eq"
        | b"visit_f64_ne"
        | b"visit_f64_lt"
        | b"visit_f64_gt"
        | b"visit_f64_le"
        | b"visit_f64_ge"
        | b"visit_i32_trunc_f32_s"
        | b"visit_i32_trunc_f32_u"
        | b"visit_i32_trunc_f64_s"
        | b"visit_i32_trunc_f64_u"
        | b"visit_i64_trunc_f32_s"
        | b"visit_i64_trunc_f32_u"
        | b"visit_i64_trunc_f64_s"
        | b"visit_i64_trunc_f64_u"
        | b"visit_i32_trunc_sat_f32_s"
        | b"visit_i32_trunc_sat_f32_u"
        | b"visit_i32_trunc_sat_f64_s"
        | b"visit_i32_trunc_sat_f64_u"
        | b"visit_i64_trunc_sat_f32_s"
        | b"visit_i64_trunc_sat_f32_u"
        | b"visit_i64_trunc_sat_f64_s"
        | b"visit_i64_trunc_sat_f64_u"
        | b"visit_drop" => FloatUse::Consumes,
        _ => FloatUse::Other,
    }
}

/// Writes code that makes a NaN on top of the stack canonical, with a local of the same type.
///
/// A branch that is never taken costs less than a `select`, which computes the constant each time.
pub(super) fn canonicalise(out: &mut Vec<u8>, width: Width, local: u32) {
    let (differs, canonical) = match width {
        Width::F32 => (Instruction::F32Ne, Instruction::F32Const(f32::from_bits(CANONICAL_F32))),
        Width::F64 => (Instruction::F64Ne, Instruction::F64Const(f64::from_bits(CANONICAL_F64))),
    };
    let code = [
        Instruction::LocalTee(local),
        Instruction::LocalGet(local),
        differs,
        Instruction::If(BlockType::Empty),
        canonical,
        Instruction::LocalSet(local),
        Instruction::End,
        Instruction::LocalGet(local),
    ];
    for instruction in code {
        instruction.encode(out);
    }
}
