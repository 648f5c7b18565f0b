//! Loads and stores of every width, at the edges of the memory.

use crate::contract::{
    Contract, NEXT_RESULT, PAGES, advance, assert_traps, constant, load, place, returned, store,
    width,
};
use std::collections::BTreeMap;
use torr_vm_logic::error::WasmTrap;
use wasm_encoder::{Function, Instruction, MemArg, ValType};

/// The end of the memory.
const END: u64 = PAGES << 16;

/// A load or a store.
pub(crate) struct Access {
    /// Its name, as parser and encoder have it.
    pub(crate) name: &'static str,
    instruction: fn(MemArg) -> Instruction<'static>,
    ty: ValType,
    /// Bytes in memory.
    width: u64,
    is_signed: bool,
}

impl Access {
    fn is_load(&self) -> bool {
        self.name.contains("Load")
    }
}

macro_rules! accesses {
    ($($op:ident: $ty:ident, $width:literal, $is_signed:literal;)*) => {
        vec![$(
            Access {
                name: stringify!($op),
                instruction: |place| Instruction::$op(place),
                ty: ValType::$ty,
                width: $width,
                is_signed: $is_signed,
            }
        ),*]
    };
}

/// All of them.
pub(crate) fn accesses() -> Vec<Access> {
    accesses! {
        I32Load: I32, 4, false;
        I64Load: I64, 8, false;
        F32Load: F32, 4, false;
        F64Load: F64, 8, false;
        I32Load8S: I32, 1, true;
        I32Load8U: I32, 1, false;
        I32Load16S: I32, 2, true;
        I32Load16U: I32, 2, false;
        I64Load8S: I64, 1, true;
        I64Load8U: I64, 1, false;
        I64Load16S: I64, 2, true;
        I64Load16U: I64, 2, false;
        I64Load32S: I64, 4, true;
        I64Load32U: I64, 4, false;
        I32Store: I32, 4, false;
        I64Store: I64, 8, false;
        F32Store: F32, 4, false;
        F64Store: F64, 8, false;
        I32Store8: I32, 1, false;
        I32Store16: I32, 2, false;
        I64Store8: I64, 1, false;
        I64Store16: I64, 2, false;
        I64Store32: I64, 4, false;
    }
}

/// Whether a compiler knows the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    Constant,
    FromMemory,
}

/// Addresses with offsets at which an access of `width` bytes is within the memory.
fn inside(width: u64) -> Vec<(u32, u64)> {
    let last = END - width;
    let last_address = last as u32;
    vec![
        (0, 0),
        (1, 0),
        (3, 4),
        (0xfffc, 1),
        (0xffff, 0),
        (last_address, 0),
        (last_address - 1, 0),
        (last_address - 1, 1),
        (0, last),
        (1, last - 1),
        (last_address - 9, 9),
        (16, last - 16),
    ]
}

/// Such at which it is not: by one byte, by far, and where 32 bits overflow.
fn outside(width: u64) -> Vec<(u32, u64)> {
    let last = END - width;
    let last_address = last as u32;
    vec![
        (last_address + 1, 0),
        (last_address, 1),
        (1, last),
        (0, last + 1),
        (END as u32 + 1, 0),
        (0, END + 1),
        (0x7fff_ffff, 0),
        (0x8000_0000, 0),
        (u32::MAX, 0),
        (0, u64::from(u32::MAX)),
        (1, u64::from(u32::MAX)),
        (u32::MAX, u64::from(u32::MAX)),
        (0x8000_0000, 0x8000_0000),
        (0xffff_0000, 0x1_0000),
    ]
}

/// What is stored: a signalling NaN of either width, with the sign bit of each part set.
const STORED: u64 = 0xfff4_8586_ffa4_8182;

/// Memory as it has to be: parts of it that accesses reach.
struct Model(BTreeMap<u64, u8>);

impl Model {
    /// Bytes that differ from their neighbours, of both signs.
    fn new(contract: &mut Contract) -> Model {
        let mut model = BTreeMap::new();
        for start in [0, 0xffe0, END - 32] {
            let bytes = (0..32_u8).map(|index| index.wrapping_mul(37).wrapping_add(0x81));
            contract.data_at(start as u32, bytes.clone().collect());
            model.extend((start..).zip(bytes));
        }
        model.extend((0x1_0000..0x1_0020).map(|at| (at, 0)));
        Model(model)
    }

    fn bytes(&self, at: u64, width: u64) -> u64 {
        let bytes = (0..width).map(|index| u64::from(self.0[&(at + index)]) << (8 * index));
        bytes.fold(0, |all, byte| all | byte)
    }

    fn store(&mut self, at: u64, width: u64, bits: u64) {
        self.0.extend((0..width).map(|index| (at + index, (bits >> (8 * index)) as u8)));
    }
}

/// Where addresses stand that the compiler is not to know.
const ADDRESSES_AT: u32 = 1 << 20;

/// Pushes the address, as a constant or out of memory.
fn push_address(contract: &mut Contract, body: &mut Function, how: Address, case: u32, at: u32) {
    match how {
        Address::Constant => constant(body, ValType::I32, at.into()),
        Address::FromMemory => {
            let place_of_address = ADDRESSES_AT + 4 * case;
            contract.data_at(place_of_address, at.to_le_bytes().to_vec());
            let mut code = body.instructions();
            code.i32_const(place_of_address.cast_signed());
            load(&mut code, ValType::I32);
        }
    }
}

/// Accesses memory in every place where it can, and returns what comes out.
///
/// # Panics
/// When engines differ from each other or from the model.
pub(crate) fn sweep_inside(access: &Access) -> usize {
    let mut tried = 0;
    for how in [Address::Constant, Address::FromMemory] {
        let mut contract = Contract::new();
        let mut model = Model::new(&mut contract);
        let mut body = Function::new([]);
        let mut expected = Vec::new();
        for (case, (at, offset)) in (0..).zip(inside(access.width)) {
            let effective = u64::from(at) + offset;
            let instruction = (access.instruction)(place(offset));
            if access.is_load() {
                body.instructions().global_get(NEXT_RESULT);
                push_address(&mut contract, &mut body, how, case, at);
                body.instruction(&instruction);
                store(&mut body.instructions(), access.ty);
                let bits = model.bytes(effective, access.width);
                let unused = 64 - 8 * access.width;
                let bits = match access.is_signed {
                    true => ((bits << unused).cast_signed() >> unused).cast_unsigned(),
                    false => bits,
                };
                let result = width(access.ty);
                expected.extend_from_slice(&bits.to_le_bytes()[..result]);
                advance(&mut body.instructions(), result);
            } else {
                push_address(&mut contract, &mut body, how, case, at);
                let bits = STORED.rotate_left(8 * (case % 2)) ^ u64::from(case);
                constant(&mut body, access.ty, bits);
                body.instruction(&instruction);
                model.store(effective, access.width, bits);
                // With what is beside it.
                let around = effective.saturating_sub(4).min(END - 16);
                for part in [around, around + 8] {
                    let mut code = body.instructions();
                    code.global_get(NEXT_RESULT).i32_const(part as i32);
                    code.i64_load(place(0)).i64_store(place(0));
                    expected.extend_from_slice(&model.bytes(part, 8).to_le_bytes());
                    advance(&mut code, 8);
                }
            }
            tried += 1;
        }
        body.instructions().end();
        let function = contract.function(&[], None, &body);
        let method = format!("{} {how:?}", access.name);
        contract.method_of(&method, [function]);
        assert_eq!(returned(&contract.finish(), &method), expected, "{method}");
    }
    tried
}

/// Accesses memory in places where it ends, each alone.
///
/// # Panics
/// When that does not trap, on any engine.
pub(crate) fn sweep_outside(access: &Access) -> usize {
    let mut contract = Contract::new();
    let mut methods = Vec::new();
    for how in [Address::Constant, Address::FromMemory] {
        for (case, (at, offset)) in (0..).zip(outside(access.width)) {
            let name = format!("{} {at:#x} {offset:#x} {how:?}", access.name);
            let mut body = Function::new([]);
            push_address(&mut contract, &mut body, how, case, at);
            let instruction = (access.instruction)(place(offset));
            if access.is_load() {
                body.instruction(&instruction).instructions().drop().end();
            } else {
                constant(&mut body, access.ty, STORED);
                body.instruction(&instruction).instructions().end();
            }
            contract.method(&name, &body);
            methods.push(name);
        }
    }
    let code = contract.finish();
    for method in &methods {
        assert_traps(&code, method, WasmTrap::MemoryOutOfBounds);
    }
    methods.len()
}
