//! Where gas is charged and how much stack a function takes, by the analysis that defines both.
//!
//! The protocol's charge points are those of the crate `finite-wasm`: runs of instructions that
//! nothing can be observed between are charged at once, before the first of them. The prices of
//! instructions and the sizes of values are given here.

use super::rejection::Rejection;
use finite_wasm::gas::InstrumentationKind;
use finite_wasm::max_stack::SizeConfig;
use finite_wasm::prefix_sum_vec::PrefixSumVec;
use finite_wasm::{Analysis, AnalysisOutcome, Fee};
use torr_parameters::VmConfig;
use torr_vm_logic::error::PrepareError;
use wasmparser::{ValType, VisitOperator, VisitSimdOperator};

/// What a frame takes beside its locals, in bytes: return address, frame pointer, spilled registers.
const FRAME_OVERHEAD: u64 = 64;

/// Prices of instructions, in gas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tariff {
    /// Of any instruction that the others are not for.
    pub(super) regular: u64,
    /// Of a bulk instruction, whatever its length.
    pub(super) bulk_base: u64,
    /// Of a bulk instruction, for each byte, element or page.
    pub(super) bulk_unit: u64,
}

impl Tariff {
    /// No price may pass this, so that no sum of the charges of one function, and no charge of a
    /// bulk instruction of `u32::MAX` units, leaves an `i64`.
    const HIGHEST: u64 = 1 << 30;

    /// The prices of `config`.
    ///
    /// # Errors
    /// When one is higher than metering can count. No protocol version comes near.
    pub(super) fn new(config: &VmConfig) -> Result<Tariff, Rejection> {
        let tariff = Tariff {
            regular: config.regular_op_cost,
            bulk_base: config.linear_op_base_cost,
            bulk_unit: config.linear_op_unit_cost,
        };
        let highest = tariff.regular.max(tariff.bulk_base).max(tariff.bulk_unit);
        if highest > Tariff::HIGHEST {
            let rule = format!("the price of an instruction, {highest}, is too high to be metered");
            return Err(Rejection::new(PrepareError::GasInstrumentation, rule));
        }
        Ok(tariff)
    }

    /// What entering a function costs whose frame has so many bytes.
    pub(super) fn of_frame(&self, frame_bytes: u64) -> u64 {
        frame_bytes.div_ceil(8).saturating_mul(self.regular)
    }

    fn fee(&self, price: Price) -> Fee {
        match price {
            Price::Free => Fee::ZERO,
            Price::Regular => Fee::constant(self.regular),
            Price::Bulk => Fee { constant: self.bulk_base, linear: self.bulk_unit },
        }
    }
}

/// How an instruction is priced.
#[derive(Clone, Copy)]
enum Price {
    Free,
    Regular,
    Bulk,
}

impl Price {
    const fn of(visit: &str) -> Price {
        match visit.as_bytes() {
            b"visit_block" | b"visit_else" | b"visit_end" => Price::Free,
            b"visit_memory_init" | b"visit_memory_copy" | b"visit_memory_fill"
            | b"visit_memory_grow" | b"visit_table_init" | b"visit_table_copy"
            | b"visit_table_fill" | b"visit_table_grow" => Price::Bulk,
            _ => Price::Regular,
        }
    }
}

macro_rules! price {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })?
        => $visit:ident ($($ann:tt)*))*) => {
        $(
            #[inline(always)]
            fn $visit(&mut self $($(, _: $argty)*)?) -> Fee {
                self.fee(const { Price::of(stringify!($visit)) })
            }
        )*
    };
}

impl<'a> VisitOperator<'a> for Tariff {
    type Output = Fee;

    wasmparser::for_each_visit_operator!(price);
}

/// The analysis asks for it; no contract has such instructions.
impl VisitSimdOperator<'_> for Tariff {
    wasmparser::for_each_visit_simd_operator!(price);
}

/// Sizes on the stack.
struct Sizes;

impl Sizes {
    const fn of(ty: ValType) -> u8 {
        match ty {
            ValType::I32 | ValType::F32 => 4,
            ValType::I64 | ValType::F64 | ValType::Ref(_) => 8,
            ValType::V128 => 16,
        }
    }
}

impl SizeConfig for Sizes {
    fn size_of_value(&self, ty: ValType) -> u8 {
        Sizes::of(ty)
    }

    /// The locals come as runs of one type, each with the index of its last local.
    fn size_of_function_activation(&self, locals: &PrefixSumVec<ValType, u32>) -> u64 {
        let mut first = 0;
        locals.into_iter().fold(FRAME_OVERHEAD, |size, (&last, &ty)| {
            let end = u64::from(last) + 1;
            let run = u64::saturating_sub(end, first);
            first = end;
            size.saturating_add(run.saturating_mul(u64::from(Sizes::of(ty))))
        })
    }
}

/// A place where gas is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChargePoint {
    /// Place of the instruction that is paid for first, in bytes from the start of the code.
    pub(super) offset: usize,
    /// What is charged.
    pub(super) charge: Charge,
    /// Whether the call ends here if that was too much.
    pub(super) is_tested: bool,
}

/// What a charge point takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charge {
    /// So much gas.
    Fixed(u64),
    /// The price of a bulk instruction, whose count is on top of the stack.
    Bulk,
}

/// What the analysis says of one function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Analysed<'a> {
    /// Most bytes of operands.
    pub(super) operand_bytes: u64,
    /// Bytes of parameters, locals and the frame itself.
    pub(super) frame_bytes: u64,
    offsets: &'a [usize],
    fees: &'a [Fee],
    kinds: &'a [InstrumentationKind],
}

impl<'a> Analysed<'a> {
    /// Bytes of stack that a call of the function takes until it returns.
    pub(super) fn stack_bytes(&self) -> u64 {
        self.operand_bytes.saturating_add(self.frame_bytes)
    }

    /// The charge points by their places. Those that are free or never reached are left out.
    pub(super) fn charges(&self) -> impl Iterator<Item = ChargePoint> + use<'a> {
        let points = self.offsets.iter().zip(self.fees).zip(self.kinds);
        points.filter_map(|((&offset, &fee), &kind)| {
            if kind == InstrumentationKind::Unreachable || fee == Fee::ZERO {
                return None;
            }
            let charge = if fee.linear == 0 { Charge::Fixed(fee.constant) } else { Charge::Bulk };
            Some(ChargePoint { offset, charge, is_tested: true })
        })
    }
}

/// The analysis of a module.
pub(super) struct ModuleAnalysis(AnalysisOutcome);

impl ModuleAnalysis {
    /// Analyses `code`, a valid module.
    ///
    /// Takes time linear in the length of the code, and while it runs at most 50 bytes of memory
    /// for each byte of code: no instruction has more than two charge points of 25 bytes.
    ///
    /// # Errors
    /// When the analysis does not understand the module, which a valid one gives no reason for.
    pub(super) fn of(code: &[u8], tariff: Tariff) -> Result<ModuleAnalysis, Rejection> {
        let outcome = Analysis::new().with_stack(Sizes).with_gas(tariff).analyze(code);
        outcome.map(ModuleAnalysis).map_err(|error| {
            Rejection::new(PrepareError::Deserialization, format!("analysis failed: {error}"))
        })
    }

    /// What it says of the function with the index `body` in the code section.
    pub(super) fn function(&self, body: usize) -> Option<Analysed<'_>> {
        let outcome = &self.0;
        Some(Analysed {
            operand_bytes: *outcome.function_operand_stack_sizes.get(body)?,
            frame_bytes: *outcome.function_frame_sizes.get(body)?,
            offsets: outcome.gas_offsets.get(body)?,
            fees: outcome.gas_costs.get(body)?,
            kinds: outcome.gas_kinds.get(body)?,
        })
    }
}
