//! The numeric instructions, and what each computes by the arithmetic of the host.
//!
//! A NaN that arithmetic makes is the protocol's: positive, without payload. Instructions that move
//! bits keep a payload; here they work on bits, since a host's float need not.

#![expect(clippy::float_arithmetic, reason = "the host's arithmetic is what engines are tested by")]

use wasm_encoder::{Instruction, ValType};

/// A numeric instruction.
#[derive(Clone)]
pub(crate) struct Operation {
    /// Its name, as parser and encoder have it.
    pub(crate) name: &'static str,
    pub(crate) instruction: Instruction<'static>,
    pub(crate) parameters: &'static [ValType],
    pub(crate) result: ValType,
    /// What it makes of the bits of its operands; `None`: it traps.
    pub(crate) compute: fn([u64; 2]) -> Option<u64>,
}

impl Operation {
    /// Whether it has two operands.
    pub(crate) fn is_binary(&self) -> bool {
        self.parameters.len() == 2
    }

    /// The type of its first operand.
    pub(crate) fn operand(&self) -> ValType {
        self.parameters[0]
    }

    /// Whether some operands make it trap.
    pub(crate) fn can_trap(&self) -> bool {
        let is_trunc = self.name.contains("Trunc") && self.name.starts_with('I');
        self.name.contains("Div") && self.name.starts_with('I')
            || self.name.contains("Rem")
            || (is_trunc && !self.name.contains("Sat"))
    }

    /// Whether it says yes or no.
    pub(crate) fn is_comparison(&self) -> bool {
        ["Eqz", "Eq", "Ne", "Lt", "Gt", "Le", "Ge"]
            .iter()
            .any(|it| self.name[3..].trim_end_matches(['S', 'U']) == *it)
    }
}

/// An operand of the host's type, by its bits.
trait Operand {
    const TYPE: ValType;
    fn of(bits: u64) -> Self;
}

/// What a computation of the host's comes to.
trait Computed {
    fn bits(self) -> Option<u64>;
}

macro_rules! integer {
    ($($ty:ident as $unsigned:ident: $wasm:ident;)*) => {
        $(
            impl Operand for $ty {
                const TYPE: ValType = ValType::$wasm;
                fn of(bits: u64) -> $ty {
                    bits as $ty
                }
            }
            impl Computed for $ty {
                fn bits(self) -> Option<u64> {
                    Some(u64::from(self as $unsigned))
                }
            }
        )*
    };
}

integer! {
    i32 as u32: I32;
    u32 as u32: I32;
    i64 as u64: I64;
    u64 as u64: I64;
}

/// A float that is moved, not computed with.
struct Bits32(u32);
struct Bits64(u64);

macro_rules! float {
    ($ty:ident, $bits:ident, $integer:ident, $wasm:ident, $nan:literal) => {
        impl Operand for $ty {
            const TYPE: ValType = ValType::$wasm;
            fn of(bits: u64) -> $ty {
                $ty::from_bits(bits as $integer)
            }
        }
        impl Computed for $ty {
            fn bits(self) -> Option<u64> {
                Some(if self.is_nan() { $nan } else { u64::from(self.to_bits()) })
            }
        }
        impl Operand for $bits {
            const TYPE: ValType = ValType::$wasm;
            fn of(bits: u64) -> $bits {
                $bits(bits as $integer)
            }
        }
        impl Computed for $bits {
            fn bits(self) -> Option<u64> {
                Some(u64::from(self.0))
            }
        }
    };
}

float!(f32, Bits32, u32, F32, 0x7fc0_0000);
float!(f64, Bits64, u64, F64, 0x7ff8_0000_0000_0000);

impl Computed for bool {
    fn bits(self) -> Option<u64> {
        Some(u64::from(self))
    }
}

impl<T: Computed> Computed for Option<T> {
    fn bits(self) -> Option<u64> {
        self.and_then(Computed::bits)
    }
}

macro_rules! min_and_max {
    ($min:ident, $max:ident, $ty:ident) => {
        /// The lesser; −0 is less than 0.
        fn $min(a: $ty, b: $ty) -> $ty {
            if a.is_nan() || b.is_nan() {
                $ty::NAN
            } else if a == b {
                $ty::from_bits(a.to_bits() | b.to_bits())
            } else if a < b {
                a
            } else {
                b
            }
        }

        /// The greater; 0 is greater than −0.
        fn $max(a: $ty, b: $ty) -> $ty {
            if a.is_nan() || b.is_nan() {
                $ty::NAN
            } else if a == b {
                $ty::from_bits(a.to_bits() & b.to_bits())
            } else if a > b {
                a
            } else {
                b
            }
        }
    };
}

min_and_max!(min_f32, max_f32, f32);
min_and_max!(min_f64, max_f64, f64);

const TWO_31: f64 = 2_147_483_648.0;
const TWO_32: f64 = 4_294_967_296.0;
const TWO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

/// `value` without its fraction, if that is at least `least` and below `end`.
fn whole(value: f64, least: f64, end: f64) -> Option<f64> {
    let whole = value.trunc();
    (whole >= least && whole < end).then_some(whole)
}

macro_rules! compute {
    ($compute:expr, $bits:ident, $a:ident) => {{
        let compute: fn($a) -> _ = $compute;
        Computed::bits(compute($a::of($bits[0])))
    }};
    ($compute:expr, $bits:ident, $a:ident, $b:ident) => {{
        let compute: fn($a, $b) -> _ = $compute;
        Computed::bits(compute($a::of($bits[0]), $b::of($bits[1])))
    }};
}

macro_rules! operations {
    ($($op:ident($($ty:ident),*) -> $result:ident = $compute:expr;)*) => {
        vec![$(
            Operation {
                name: stringify!($op),
                instruction: Instruction::$op,
                parameters: &[$(<$ty as Operand>::TYPE),*],
                result: <$result as Operand>::TYPE,
                compute: |bits| compute!($compute, bits, $($ty),*),
            }
        ),*]
    };
}

/// All of them.
pub(crate) fn operations() -> Vec<Operation> {
    [integers_32(), integers_64(), floats_32(), floats_64(), conversions()]
        .into_iter()
        .flatten()
        .collect()
}

fn integers_32() -> Vec<Operation> {
    operations! {
        I32Eqz(i32) -> i32 = |a| a == 0;
        I32Eq(i32, i32) -> i32 = |a, b| a == b;
        I32Ne(i32, i32) -> i32 = |a, b| a != b;
        I32LtS(i32, i32) -> i32 = |a, b| a < b;
        I32LtU(u32, u32) -> i32 = |a, b| a < b;
        I32GtS(i32, i32) -> i32 = |a, b| a > b;
        I32GtU(u32, u32) -> i32 = |a, b| a > b;
        I32LeS(i32, i32) -> i32 = |a, b| a <= b;
        I32LeU(u32, u32) -> i32 = |a, b| a <= b;
        I32GeS(i32, i32) -> i32 = |a, b| a >= b;
        I32GeU(u32, u32) -> i32 = |a, b| a >= b;
        I32Clz(u32) -> i32 = u32::leading_zeros;
        I32Ctz(u32) -> i32 = u32::trailing_zeros;
        I32Popcnt(u32) -> i32 = u32::count_ones;
        I32Add(u32, u32) -> i32 = u32::wrapping_add;
        I32Sub(u32, u32) -> i32 = u32::wrapping_sub;
        I32Mul(u32, u32) -> i32 = u32::wrapping_mul;
        I32DivS(i32, i32) -> i32 = i32::checked_div;
        I32DivU(u32, u32) -> i32 = u32::checked_div;
        I32RemS(i32, i32) -> i32 = |a, b| (b != 0).then(|| a.wrapping_rem(b));
        I32RemU(u32, u32) -> i32 = u32::checked_rem;
        I32And(u32, u32) -> i32 = |a, b| a & b;
        I32Or(u32, u32) -> i32 = |a, b| a | b;
        I32Xor(u32, u32) -> i32 = |a, b| a ^ b;
        I32Shl(u32, u32) -> i32 = u32::wrapping_shl;
        I32ShrS(i32, u32) -> i32 = i32::wrapping_shr;
        I32ShrU(u32, u32) -> i32 = u32::wrapping_shr;
        I32Rotl(u32, u32) -> i32 = |a, b| a.rotate_left(b % 32);
        I32Rotr(u32, u32) -> i32 = |a, b| a.rotate_right(b % 32);
        I32Extend8S(i32) -> i32 = |a| i32::from(a as i8);
        I32Extend16S(i32) -> i32 = |a| i32::from(a as i16);
    }
}

fn integers_64() -> Vec<Operation> {
    operations! {
        I64Eqz(i64) -> i32 = |a| a == 0;
        I64Eq(i64, i64) -> i32 = |a, b| a == b;
        I64Ne(i64, i64) -> i32 = |a, b| a != b;
        I64LtS(i64, i64) -> i32 = |a, b| a < b;
        I64LtU(u64, u64) -> i32 = |a, b| a < b;
        I64GtS(i64, i64) -> i32 = |a, b| a > b;
        I64GtU(u64, u64) -> i32 = |a, b| a > b;
        I64LeS(i64, i64) -> i32 = |a, b| a <= b;
        I64LeU(u64, u64) -> i32 = |a, b| a <= b;
        I64GeS(i64, i64) -> i32 = |a, b| a >= b;
        I64GeU(u64, u64) -> i32 = |a, b| a >= b;
        I64Clz(u64) -> i64 = |a| u64::from(a.leading_zeros());
        I64Ctz(u64) -> i64 = |a| u64::from(a.trailing_zeros());
        I64Popcnt(u64) -> i64 = |a| u64::from(a.count_ones());
        I64Add(u64, u64) -> i64 = u64::wrapping_add;
        I64Sub(u64, u64) -> i64 = u64::wrapping_sub;
        I64Mul(u64, u64) -> i64 = u64::wrapping_mul;
        I64DivS(i64, i64) -> i64 = i64::checked_div;
        I64DivU(u64, u64) -> i64 = u64::checked_div;
        I64RemS(i64, i64) -> i64 = |a, b| (b != 0).then(|| a.wrapping_rem(b));
        I64RemU(u64, u64) -> i64 = u64::checked_rem;
        I64And(u64, u64) -> i64 = |a, b| a & b;
        I64Or(u64, u64) -> i64 = |a, b| a | b;
        I64Xor(u64, u64) -> i64 = |a, b| a ^ b;
        I64Shl(u64, u64) -> i64 = |a, b| a << (b % 64);
        I64ShrS(i64, u64) -> i64 = |a, b| a >> (b % 64);
        I64ShrU(u64, u64) -> i64 = |a, b| a >> (b % 64);
        I64Rotl(u64, u64) -> i64 = |a, b| a.rotate_left((b % 64) as u32);
        I64Rotr(u64, u64) -> i64 = |a, b| a.rotate_right((b % 64) as u32);
        I64Extend8S(i64) -> i64 = |a| i64::from(a as i8);
        I64Extend16S(i64) -> i64 = |a| i64::from(a as i16);
        I64Extend32S(i64) -> i64 = |a| i64::from(a as i32);
    }
}

fn floats_32() -> Vec<Operation> {
    const SIGN: u32 = 1 << 31;
    operations! {
        F32Eq(f32, f32) -> i32 = |a, b| a == b;
        F32Ne(f32, f32) -> i32 = |a, b| a != b;
        F32Lt(f32, f32) -> i32 = |a, b| a < b;
        F32Gt(f32, f32) -> i32 = |a, b| a > b;
        F32Le(f32, f32) -> i32 = |a, b| a <= b;
        F32Ge(f32, f32) -> i32 = |a, b| a >= b;
        F32Abs(Bits32) -> f32 = |a| Bits32(a.0 & !SIGN);
        F32Neg(Bits32) -> f32 = |a| Bits32(a.0 ^ SIGN);
        F32Ceil(f32) -> f32 = f32::ceil;
        F32Floor(f32) -> f32 = f32::floor;
        F32Trunc(f32) -> f32 = f32::trunc;
        F32Nearest(f32) -> f32 = f32::round_ties_even;
        F32Sqrt(f32) -> f32 = f32::sqrt;
        F32Add(f32, f32) -> f32 = |a, b| a + b;
        F32Sub(f32, f32) -> f32 = |a, b| a - b;
        F32Mul(f32, f32) -> f32 = |a, b| a * b;
        F32Div(f32, f32) -> f32 = |a, b| a / b;
        F32Min(f32, f32) -> f32 = min_f32;
        F32Max(f32, f32) -> f32 = max_f32;
        F32Copysign(Bits32, Bits32) -> f32 = |a, b| Bits32(a.0 & !SIGN | b.0 & SIGN);
    }
}

fn floats_64() -> Vec<Operation> {
    const SIGN: u64 = 1 << 63;
    operations! {
        F64Eq(f64, f64) -> i32 = |a, b| a == b;
        F64Ne(f64, f64) -> i32 = |a, b| a != b;
        F64Lt(f64, f64) -> i32 = |a, b| a < b;
        F64Gt(f64, f64) -> i32 = |a, b| a > b;
        F64Le(f64, f64) -> i32 = |a, b| a <= b;
        F64Ge(f64, f64) -> i32 = |a, b| a >= b;
        F64Abs(Bits64) -> f64 = |a| Bits64(a.0 & !SIGN);
        F64Neg(Bits64) -> f64 = |a| Bits64(a.0 ^ SIGN);
        F64Ceil(f64) -> f64 = f64::ceil;
        F64Floor(f64) -> f64 = f64::floor;
        F64Trunc(f64) -> f64 = f64::trunc;
        F64Nearest(f64) -> f64 = f64::round_ties_even;
        F64Sqrt(f64) -> f64 = f64::sqrt;
        F64Add(f64, f64) -> f64 = |a, b| a + b;
        F64Sub(f64, f64) -> f64 = |a, b| a - b;
        F64Mul(f64, f64) -> f64 = |a, b| a * b;
        F64Div(f64, f64) -> f64 = |a, b| a / b;
        F64Min(f64, f64) -> f64 = min_f64;
        F64Max(f64, f64) -> f64 = max_f64;
        F64Copysign(Bits64, Bits64) -> f64 = |a, b| Bits64(a.0 & !SIGN | b.0 & SIGN);
    }
}

fn conversions() -> Vec<Operation> {
    operations! {
        I32WrapI64(u64) -> i32 = |a| a as u32;
        I32TruncF32S(f32) -> i32 = |a| whole(a.into(), -TWO_31, TWO_31).map(|it| it as i32);
        I32TruncF32U(f32) -> i32 = |a| whole(a.into(), 0.0, TWO_32).map(|it| it as u32);
        I32TruncF64S(f64) -> i32 = |a| whole(a, -TWO_31, TWO_31).map(|it| it as i32);
        I32TruncF64U(f64) -> i32 = |a| whole(a, 0.0, TWO_32).map(|it| it as u32);
        I64ExtendI32S(i32) -> i64 = i64::from;
        I64ExtendI32U(u32) -> i64 = u64::from;
        I64TruncF32S(f32) -> i64 = |a| whole(a.into(), -TWO_63, TWO_63).map(|it| it as i64);
        I64TruncF32U(f32) -> i64 = |a| whole(a.into(), 0.0, TWO_64).map(|it| it as u64);
        I64TruncF64S(f64) -> i64 = |a| whole(a, -TWO_63, TWO_63).map(|it| it as i64);
        I64TruncF64U(f64) -> i64 = |a| whole(a, 0.0, TWO_64).map(|it| it as u64);
        F32ConvertI32S(i32) -> f32 = |a| a as f32;
        F32ConvertI32U(u32) -> f32 = |a| a as f32;
        F32ConvertI64S(i64) -> f32 = |a| a as f32;
        F32ConvertI64U(u64) -> f32 = |a| a as f32;
        F32DemoteF64(f64) -> f32 = |a| a as f32;
        F64ConvertI32S(i32) -> f64 = f64::from;
        F64ConvertI32U(u32) -> f64 = f64::from;
        F64ConvertI64S(i64) -> f64 = |a| a as f64;
        F64ConvertI64U(u64) -> f64 = |a| a as f64;
        F64PromoteF32(f32) -> f64 = f64::from;
        I32ReinterpretF32(Bits32) -> i32 = |a| a.0;
        I64ReinterpretF64(Bits64) -> i64 = |a| a.0;
        F32ReinterpretI32(u32) -> f32 = Bits32;
        F64ReinterpretI64(u64) -> f64 = Bits64;
        I32TruncSatF32S(f32) -> i32 = |a| a as i32;
        I32TruncSatF32U(f32) -> i32 = |a| a as u32;
        I32TruncSatF64S(f64) -> i32 = |a| a as i32;
        I32TruncSatF64U(f64) -> i32 = |a| a as u32;
        I64TruncSatF32S(f32) -> i64 = |a| a as i64;
        I64TruncSatF32U(f32) -> i64 = |a| a as u64;
        I64TruncSatF64S(f64) -> i64 = |a| a as i64;
        I64TruncSatF64U(f64) -> i64 = |a| a as u64;
    }
}
