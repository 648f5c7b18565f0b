//! Functions with more locals than wasmi takes.
//!
//! wasmi takes 30 000 locals a function, the protocol 50 000. The locals beyond are kept in a second
//! memory, as a stack of frames below a pointer in a global. Such a function is rewritten as
//!
//! ```text
//! base = top; top += size; memory.fill(base, 0, size)
//! block … end        ;; the body; `return` branches to its end
//! top = base
//! ```
//!
//! References cannot be kept in a memory, so they stay locals; a function with more than 29 000 of
//! them is a fault of this engine. What a trap leaves in the memory goes with the instance.

use super::{engine_fault, select};
use std::ops::Range;
use torr_vm_logic::error::Fault;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, CodeSection, Function, InstructionSink, MemArg, ValType};
use wasmparser::{FuncType, FunctionBody, Operator};

/// Locals that a function keeps, parameters included: numbers up to the half of it, references up to
/// all of it. The base and the scratch locals come on top.
const KEPT: usize = 29_000;
/// Pages of the second memory. A kept-away local takes eight bytes, at most twice what the
/// instrumentation counts, of a stack of 256 KiB; a frame that is one too many is made before it is
/// refused.
pub(super) const PAGES: u64 = 16;
/// Index of the second memory; the first is the contract's.
const MEMORY: u32 = 1;
/// Bytes of a local in it.
const SLOT: usize = 8;

/// What to rewrite functions with: the type of each, and the global that points to the top.
pub(super) struct LargeFrames {
    /// Index of the global with the top of the stack of frames.
    pub(super) top: u32,
}

/// Where a local of the original function is now.
#[derive(Clone, Copy)]
enum Place {
    Local(u32),
    Slot { offset: u64, ty: ValType },
}

/// Whether `body` of a function of type `ty` has more locals than wasmi takes.
pub(super) fn is_large(body: &FunctionBody<'_>, ty: &FuncType) -> Result<bool, Fault> {
    let mut count = ty.params().len() as u64;
    for group in body.get_locals_reader().map_err(engine_fault)? {
        count = count.saturating_add(group.map_err(engine_fault)?.0.into());
    }
    Ok(count > KEPT as u64)
}

impl LargeFrames {
    /// Adds `body`, rewritten, to `section`. `wasm` is the module that it is in.
    pub(super) fn rewrite(
        &self,
        wasm: &[u8],
        body: &FunctionBody<'_>,
        ty: &FuncType,
        section: &mut CodeSection,
    ) -> Result<(), Fault> {
        let frame = Frame::new(body, ty)?;
        let mut function = Function::new(frame.groups());
        let size = frame.size();
        let mut code = function.instructions();
        code.global_get(self.top).local_tee(frame.base()).i32_const(0).i32_const(size);
        code.memory_fill(MEMORY);
        code.local_get(frame.base()).i32_const(size).i32_add().global_set(self.top);
        code.block(match ty.results() {
            [] => BlockType::Empty,
            [result, ..] => BlockType::Result(val_type(*result)?),
        });
        self.rewrite_operators(wasm, body, &frame, &mut function)?;
        let mut code = function.instructions();
        code.local_get(frame.base()).global_set(self.top).end();
        section.function(&function);
        Ok(())
    }

    /// The operators of the body, its last `end` closing the block around it.
    fn rewrite_operators(
        &self,
        wasm: &[u8],
        body: &FunctionBody<'_>,
        frame: &Frame,
        function: &mut Function,
    ) -> Result<(), Fault> {
        let mut operators = body.get_operators_reader().map_err(engine_fault)?;
        let mut depth = 0u32;
        while !operators.eof() {
            let start = operators.original_position();
            let operator = operators.read().map_err(engine_fault)?;
            let bytes = start..operators.original_position();
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => depth += 1,
                Operator::End => depth = depth.saturating_sub(1),
                _ => {}
            }
            let code = &mut function.instructions();
            match operator {
                Operator::Return => {
                    code.br(depth);
                }
                Operator::LocalGet { local_index } => frame.get(code, frame.place(local_index)?),
                Operator::LocalSet { local_index } => frame.set(code, frame.place(local_index)?),
                Operator::LocalTee { local_index } => {
                    let place = frame.place(local_index)?;
                    frame.set(code, place);
                    frame.get(code, place);
                }
                operator => {
                    if select::is_select(&operator) {
                        function.instruction(&select::GUARD);
                    }
                    copy(wasm, bytes, function)?;
                }
            }
        }
        Ok(())
    }
}

/// The locals of one function and where they are now: kept ones first, in their order, then the base
/// of the frame, then a scratch local for each type of number.
struct Frame {
    params: usize,
    places: Vec<Place>,
    kept: Vec<ValType>,
    slots: usize,
}

/// Types of the scratch locals, in their order.
const SCRATCH: [ValType; 4] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];

impl Frame {
    fn new(body: &FunctionBody<'_>, ty: &FuncType) -> Result<Frame, Fault> {
        let params = ty.params().len();
        let mut frame = Frame { params, places: Vec::new(), kept: Vec::new(), slots: 0 };
        for param in ty.params() {
            frame.add(val_type(*param)?)?;
        }
        for group in body.get_locals_reader().map_err(engine_fault)? {
            let (count, ty) = group.map_err(engine_fault)?;
            for _ in 0..count {
                frame.add(val_type(ty)?)?;
            }
        }
        Ok(frame)
    }

    fn add(&mut self, ty: ValType) -> Result<(), Fault> {
        let is_number = SCRATCH.contains(&ty);
        if is_number && self.kept.len() >= KEPT / 2 {
            self.places.push(Place::Slot { offset: (self.slots * SLOT) as u64, ty });
            self.slots += 1;
        } else if self.kept.len() < KEPT {
            self.places.push(Place::Local(self.kept.len() as u32));
            self.kept.push(ty);
        } else {
            return Err(engine_fault("more references in locals than this engine takes"));
        }
        Ok(())
    }

    /// Declarations of the locals after the parameters, one after the other.
    fn groups(&self) -> Vec<(u32, ValType)> {
        let kept = self.kept.iter().skip(self.params).copied();
        kept.chain([ValType::I32]).chain(SCRATCH).map(|ty| (1, ty)).collect()
    }

    fn base(&self) -> u32 {
        self.kept.len() as u32
    }

    fn size(&self) -> i32 {
        (self.slots * SLOT) as i32
    }

    fn place(&self, local: u32) -> Result<Place, Fault> {
        let place = usize::try_from(local).ok().and_then(|local| self.places.get(local));
        place.copied().ok_or(Fault::Bug { what: "a prepared module is valid" })
    }

    fn get(&self, code: &mut InstructionSink<'_>, place: Place) {
        match place {
            Place::Local(index) => code.local_get(index),
            Place::Slot { offset, ty } => load(code.local_get(self.base()), ty, offset),
        };
    }

    fn set(&self, code: &mut InstructionSink<'_>, place: Place) {
        match place {
            Place::Local(index) => code.local_set(index),
            Place::Slot { offset, ty } => {
                let number = SCRATCH.iter().position(|scratch| *scratch == ty).unwrap_or_default();
                let scratch = self.base() + 1 + number as u32;
                code.local_set(scratch).local_get(self.base()).local_get(scratch);
                store(code, ty, offset)
            }
        };
    }
}

fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 0, memory_index: MEMORY }
}

fn load<'c, 'b>(
    code: &'c mut InstructionSink<'b>,
    ty: ValType,
    offset: u64,
) -> &'c mut InstructionSink<'b> {
    match ty {
        ValType::I64 => code.i64_load(at(offset)),
        ValType::F32 => code.f32_load(at(offset)),
        ValType::F64 => code.f64_load(at(offset)),
        _ => code.i32_load(at(offset)),
    }
}

fn store<'c, 'b>(
    code: &'c mut InstructionSink<'b>,
    ty: ValType,
    offset: u64,
) -> &'c mut InstructionSink<'b> {
    match ty {
        ValType::I64 => code.i64_store(at(offset)),
        ValType::F32 => code.f32_store(at(offset)),
        ValType::F64 => code.f64_store(at(offset)),
        _ => code.i32_store(at(offset)),
    }
}

fn copy(wasm: &[u8], bytes: Range<usize>, function: &mut Function) -> Result<(), Fault> {
    let bytes = wasm.get(bytes).ok_or(Fault::Bug { what: "operators are in the module" })?;
    function.raw(bytes.iter().copied());
    Ok(())
}

fn val_type(ty: wasmparser::ValType) -> Result<ValType, Fault> {
    RoundtripReencoder.val_type(ty).map_err(engine_fault)
}
