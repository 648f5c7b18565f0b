//! Writing the body of one function: its instructions as they are, with metering and canonical NaNs
//! between them.
//!
//! Nothing is parsed. The places where something is added are known from the analysis and from the
//! scan; between them ranges of bytes are copied. Indices stay what they are, because all that is
//! added to the module is added behind what it has.

use super::Style;
use super::analysis::{Analysed, Charge, ChargePoint, Tariff};
use super::charging::{BlockCharges, Charging};
use super::interface::GasPassing;
use super::metering::{Entry, Meter, amount};
use super::module::{Body, Module};
use super::nan::{self, Width};
use super::scan::{Edit, EditAt};
use std::iter::Peekable;
use wasm_encoder::{BlockType, Encode, Instruction};
use wasmparser::FuncType;

/// The instruction `end`.
const END: u8 = 0x0b;

/// Writes bodies of one module.
pub(super) struct BodyWriter<'m> {
    pub(super) code: &'m [u8],
    pub(super) module: &'m Module<'m>,
    pub(super) meter: &'m Meter,
    pub(super) tariff: Tariff,
    pub(super) style: Style,
}

impl BodyWriter<'_> {
    /// Appends the function `body`, without its length, to `out`. `None` if the analysis does not
    /// fit the module.
    pub(super) fn write(
        &self,
        body: &Body,
        analysed: &Analysed<'_>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        match self.style.charging {
            Charging::Exact => self.write_charged(body, analysed, analysed.charges(), out),
            Charging::Fast => {
                let boundaries = self.module.boundaries.get(body.boundaries.clone())?;
                let charges = BlockCharges::new(analysed.charges(), boundaries);
                self.write_charged(body, analysed, charges, out)
            }
        }
    }

    /// Appends the function with `charges` at their places.
    fn write_charged(
        &self,
        body: &Body,
        analysed: &Analysed<'_>,
        charges: impl Iterator<Item = ChargePoint>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        self.write_locals(body, out)?;
        let mut charges = charges.peekable();
        let entry = Entry {
            stack: amount(analysed.stack_bytes()),
            frame: amount(self.tariff.of_frame(analysed.frame_bytes)),
            first: first_charge(&mut charges, body),
        };
        if !body.notes.calls {
            self.meter.enter_leaf(out, &entry);
            self.write_operators(body, charges, out)?;
            out.push(END);
            return Some(());
        }
        // Whatever leaves the function, other than a trap, goes through the end of this block.
        Instruction::Block(block_type(self.module.type_at(body.type_index)?)?).encode(out);
        self.meter.enter(out, &entry);
        self.write_operators(body, charges, out)?;
        out.push(END);
        self.meter.leave(out, &entry);
        out.push(END);
        Some(())
    }

    /// The locals, and one more for each width of NaN that the function makes canonical. The
    /// protocol's own instrumentation adds two to each function, so these are never too many.
    fn write_locals(&self, body: &Body, out: &mut Vec<u8>) -> Option<()> {
        let notes = &body.notes;
        let added = u32::from(notes.canonical_f32) + u32::from(notes.canonical_f64);
        body.local_run_count.checked_add(added)?.encode(out);
        out.extend_from_slice(self.code.get(body.local_runs.clone())?);
        for (is_added, width) in
            [(notes.canonical_f32, Width::F32), (notes.canonical_f64, Width::F64)]
        {
            if is_added {
                1_u32.encode(out);
                width.val_type().encode(out);
            }
        }
        Some(())
    }

    /// The instructions without the last `end`.
    fn write_operators(
        &self,
        body: &Body,
        mut charges: Peekable<impl Iterator<Item = ChargePoint>>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let edits = self.module.edits.get(body.edits.clone())?;
        let end = body.operators.end.checked_sub(1)?;
        let mut copied = body.operators.start;
        for edit in edits {
            self.copy_metered(&mut copied, edit_place(edit)?, &mut charges, out)?;
            match edit.edit {
                Edit::Canonicalise(width) => nan::canonicalise(out, width, scratch(body, width)),
                Edit::HandOver | Edit::TakeBack if self.style.passing == GasPassing::InGlobal => {}
                Edit::HandOver => {
                    // What the call itself is charged comes before.
                    self.copy_charges(copied, &mut charges, out);
                    self.meter.hand_over(out);
                }
                Edit::TakeBack => self.meter.take_back(out),
                Edit::Return { depth } if body.notes.calls => {
                    // A charge before the `return` itself.
                    self.copy_charges(copied, &mut charges, out);
                    Instruction::Br(depth).encode(out);
                    copied = copied.checked_add(1)?;
                }
                Edit::Return { .. } => {}
            }
        }
        self.copy_metered(&mut copied, end, &mut charges, out)?;
        self.copy_charges(end, &mut charges, out);
        Some(())
    }

    /// Copies the instructions up to `end` with the charges before each of them.
    fn copy_metered(
        &self,
        copied: &mut usize,
        end: usize,
        charges: &mut Peekable<impl Iterator<Item = ChargePoint>>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        while let Some(point) = charges.next_if(|point| point.offset < end) {
            out.extend_from_slice(self.code.get(*copied..point.offset)?);
            *copied = point.offset;
            self.write_charge(&point, out);
        }
        out.extend_from_slice(self.code.get(*copied..end)?);
        *copied = end;
        Some(())
    }

    /// The charges at exactly this place.
    fn copy_charges(
        &self,
        place: usize,
        charges: &mut Peekable<impl Iterator<Item = ChargePoint>>,
        out: &mut Vec<u8>,
    ) {
        while let Some(point) = charges.next_if(|point| point.offset <= place) {
            self.write_charge(&point, out);
        }
    }

    fn write_charge(&self, point: &ChargePoint, out: &mut Vec<u8>) {
        match point.charge {
            Charge::Fixed(gas) if point.is_tested => self.meter.charge(out, amount(gas)),
            Charge::Fixed(gas) => self.meter.charge_untested(out, amount(gas)),
            Charge::Bulk => self.meter.charge_bulk(out),
        }
    }
}

/// Takes the charge before the first instruction, which nothing separates from that of the frame.
fn first_charge(charges: &mut Peekable<impl Iterator<Item = ChargePoint>>, body: &Body) -> i64 {
    let first = |point: &ChargePoint| {
        point.offset == body.operators.start && matches!(point.charge, Charge::Fixed(_))
    };
    match charges.next_if(first).map(|point| point.charge) {
        Some(Charge::Fixed(gas)) => amount(gas),
        Some(Charge::Bulk) | None => 0,
    }
}

fn edit_place(edit: &EditAt) -> Option<usize> {
    usize::try_from(edit.offset).ok()
}

/// The added local of a width: those of `f32` come first.
fn scratch(body: &Body, width: Width) -> u32 {
    let after_f32 = width == Width::F64 && body.notes.canonical_f32;
    body.locals.saturating_add(u32::from(after_f32))
}

/// A block that yields what a function of type `ty` returns: one value at most.
fn block_type(ty: &FuncType) -> Option<BlockType> {
    match ty.results() {
        [] => Some(BlockType::Empty),
        &[result] => Some(BlockType::Result(result.try_into().ok()?)),
        _ => None,
    }
}
