//! Choices between two values: for every type, every way to choose, conditions of every kind, and values
//! from everywhere. Compilers join the condition with what decides, and find values in many places.

use crate::contract::{
    Contract, NEXT_RESULT, advance, constant, load, place, returned, store, width,
};
use wasm_encoder::{BlockType, Function, Instruction, ValType};

/// The types of values that are chosen from.
pub(crate) const TYPES: [ValType; 4] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];

/// What conditions are made of.
const INPUTS: [u32; 5] = [0, 1, 2, 0x100, 0x8000_0000];

/// Parameters of a function that chooses, and its locals.
const INPUT: u32 = 0;
const FIRST: u32 = 1;
const SECOND: u32 = 2;
const REFERENCE: u32 = 3;

/// Where memory has the input, the values, and all inputs.
const INPUT_AT: i32 = 1 << 20;
const VALUES_AT: i32 = INPUT_AT + 8;
const INPUTS_AT: i32 = VALUES_AT + 16;

/// Functions that are called on the way.
struct Called {
    /// Returns the `i32` that it is given.
    input: u32,
    /// Returns the value that it is given.
    value: u32,
    /// Returns null for zero, and a function for anything else.
    reference: u32,
}

/// A condition made of the input.
struct Condition {
    name: &'static str,
    write: fn(&mut Function, &Called),
    holds: fn(u32) -> bool,
}

const CONDITIONS: &[Condition] = &[
    Condition {
        name: "local",
        write: |body, _| {
            body.instructions().local_get(INPUT);
        },
        holds: |input| input != 0,
    },
    Condition {
        name: "not local",
        write: |body, _| {
            body.instructions().local_get(INPUT).i32_eqz();
        },
        holds: |input| input == 0,
    },
    Condition {
        name: "not not local",
        write: |body, _| {
            body.instructions().local_get(INPUT).i32_eqz().i32_eqz();
        },
        holds: |input| input != 0,
    },
    Condition {
        name: "local = 0",
        write: |body, _| {
            body.instructions().local_get(INPUT).i32_const(0).i32_eq();
        },
        holds: |input| input == 0,
    },
    Condition {
        name: "0 = local",
        write: |body, _| {
            body.instructions().i32_const(0).local_get(INPUT).i32_eq();
        },
        holds: |input| input == 0,
    },
    Condition {
        name: "local <> 0",
        write: |body, _| {
            body.instructions().local_get(INPUT).i32_const(0).i32_ne();
        },
        holds: |input| input != 0,
    },
    Condition {
        name: "call",
        write: |body, called| {
            body.instructions().local_get(INPUT).call(called.input);
        },
        holds: |input| input != 0,
    },
    Condition {
        name: "not call",
        write: |body, called| {
            body.instructions().local_get(INPUT).call(called.input).i32_eqz();
        },
        holds: |input| input == 0,
    },
    Condition {
        name: "memory",
        write: |body, _| {
            body.instructions().i32_const(INPUT_AT).i32_load(place(0));
        },
        holds: |input| input != 0,
    },
    Condition {
        name: "not memory",
        write: |body, _| {
            body.instructions().i32_const(INPUT_AT).i32_load(place(0)).i32_eqz();
        },
        holds: |input| input == 0,
    },
    Condition {
        name: "bit",
        write: |body, _| {
            body.instructions().local_get(INPUT).i32_const(0x100).i32_and();
        },
        holds: |input| input & 0x100 != 0,
    },
    Condition {
        name: "not bit",
        write: |body, _| {
            body.instructions().local_get(INPUT).i32_const(0x100).i32_and().i32_eqz();
        },
        holds: |input| input & 0x100 == 0,
    },
    Condition {
        name: "local < 2",
        write: |body, _| {
            body.instructions().local_get(INPUT).i32_const(2).i32_lt_u();
        },
        holds: |input| input < 2,
    },
    Condition {
        name: "not local < 2",
        write: |body, _| {
            body.instructions().local_get(INPUT).i32_const(2).i32_lt_u().i32_eqz();
        },
        holds: |input| input >= 2,
    },
    Condition {
        name: "not wide",
        write: |body, _| {
            body.instructions().local_get(INPUT).i64_extend_i32_u().i64_eqz();
        },
        holds: |input| input == 0,
    },
    Condition {
        name: "wide <> 0",
        write: |body, _| {
            body.instructions().local_get(INPUT).i64_extend_i32_s().i64_const(0).i64_ne();
        },
        holds: |input| input != 0,
    },
    Condition {
        name: "float = 0",
        write: |body, _| {
            let mut code = body.instructions();
            code.local_get(INPUT).f64_convert_i32_s().f64_const(0.0).f64_eq();
        },
        holds: |input| input == 0,
    },
    Condition {
        name: "null",
        write: |body, called| {
            body.instructions().local_get(INPUT).call(called.reference).ref_is_null();
        },
        holds: |input| input == 0,
    },
    Condition {
        name: "not null",
        write: |body, called| {
            let mut code = body.instructions();
            code.local_get(INPUT).call(called.reference).local_tee(REFERENCE).drop();
            code.local_get(REFERENCE).ref_is_null().i32_eqz();
        },
        holds: |input| input != 0,
    },
];

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Local,
    Constant,
    Memory,
    Call,
    Computed,
}

const ORIGINS: [Origin; 5] =
    [Origin::Local, Origin::Constant, Origin::Memory, Origin::Call, Origin::Computed];

/// How it is chosen. The first value is on the stack before the second, and before the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Select,
    TypedSelect,
    If,
    BrIf,
    BrTable,
}

const WAYS: [Way; 5] = [Way::Select, Way::TypedSelect, Way::If, Way::BrIf, Way::BrTable];

/// The bits of the two values: normal numbers as floats.
fn values(ty: ValType) -> [u64; 2] {
    match ty {
        ValType::I32 | ValType::F32 => [0x4048_f5c3, 0xc0b0_0000],
        _ => [0x4009_1eb8_51eb_851f, 0xc016_0000_0000_0001],
    }
}

/// Pushes the first or the second value.
fn push(body: &mut Function, ty: ValType, origin: Origin, called: &Called, local: u32) {
    let index = (local - FIRST) as usize;
    match origin {
        Origin::Local => {
            body.instructions().local_get(local);
        }
        Origin::Constant => constant(body, ty, values(ty)[index]),
        Origin::Memory => {
            let mut code = body.instructions();
            code.i32_const(VALUES_AT + 8 * index as i32);
            load(&mut code, ty);
        }
        Origin::Call => {
            body.instructions().local_get(local).call(called.value);
        }
        Origin::Computed => {
            body.instructions().local_get(local);
            let (neutral, instruction) = match ty {
                ValType::I32 => (0, Instruction::I32Or),
                ValType::I64 => (0, Instruction::I64Or),
                ValType::F32 => (u64::from(1_f32.to_bits()), Instruction::F32Mul),
                _ => (1_f64.to_bits(), Instruction::F64Mul),
            };
            constant(body, ty, neutral);
            body.instruction(&instruction);
        }
    }
}

/// A function that takes the input and both values and chooses one.
fn choosing(
    ty: ValType,
    way: Way,
    condition: &Condition,
    origins: [Origin; 2],
    called: &Called,
) -> Function {
    let mut body = Function::new([(1, ValType::FUNCREF)]);
    let first = |body: &mut Function| push(body, ty, origins[0], called, FIRST);
    let second = |body: &mut Function| push(body, ty, origins[1], called, SECOND);
    let ask = |body: &mut Function| (condition.write)(body, called);
    let block = BlockType::Result(ty);
    match way {
        Way::Select => {
            first(&mut body);
            second(&mut body);
            ask(&mut body);
            body.instructions().select();
        }
        Way::TypedSelect => {
            first(&mut body);
            second(&mut body);
            ask(&mut body);
            body.instructions().typed_select(ty);
        }
        Way::If => {
            ask(&mut body);
            body.instructions().if_(block);
            first(&mut body);
            body.instructions().else_();
            second(&mut body);
            body.instructions().end();
        }
        Way::BrIf => {
            body.instructions().block(block);
            first(&mut body);
            ask(&mut body);
            body.instructions().br_if(0).drop();
            second(&mut body);
            body.instructions().end();
        }
        Way::BrTable => {
            body.instructions().block(block).block(block);
            first(&mut body);
            ask(&mut body);
            // Zero goes to the inner end, anything else to the outer.
            body.instructions().br_table([0], 1).end().drop();
            second(&mut body);
            body.instructions().end();
        }
    }
    body.instructions().end();
    body
}

fn called(contract: &mut Contract, ty: ValType) -> Called {
    let mut identity = Function::new([]);
    identity.instructions().local_get(0).end();
    let input = contract.function(&[ValType::I32], Some(ValType::I32), &identity);
    let value = contract.function(&[ty], Some(ty), &identity);
    let mut reference = Function::new([]);
    let mut code = reference.instructions();
    code.local_get(0).if_(BlockType::Result(ValType::FUNCREF)).ref_func(contract.named());
    code.else_().ref_null(wasm_encoder::HeapType::FUNC).end().end();
    let reference = contract.function(&[ValType::I32], Some(ValType::FUNCREF), &reference);
    Called { input, value, reference }
}

/// Calls a function that chooses with each input, and stores what it chooses.
fn call_with_inputs(body: &mut Function, ty: ValType, chooses: u32) {
    let next_input = 0;
    let mut code = body.instructions();
    code.i32_const(INPUTS_AT).local_set(next_input).loop_(BlockType::Empty);
    code.i32_const(INPUT_AT).local_get(next_input).i32_load(place(0)).i32_store(place(0));
    code.global_get(NEXT_RESULT).local_get(next_input).i32_load(place(0));
    for value in values(ty) {
        constant(body, ty, value);
    }
    let mut code = body.instructions();
    code.call(chooses);
    store(&mut code, ty);
    advance(&mut code, width(ty));
    code.local_get(next_input).i32_const(4).i32_add().local_tee(next_input);
    code.i32_const(INPUTS_AT + 4 * INPUTS.len() as i32).i32_ne().br_if(0).end();
}

/// Chooses between values of type `ty` in every way.
///
/// # Panics
/// When engines differ from each other, or the wrong one is chosen.
pub(crate) fn sweep(ty: ValType) -> usize {
    let mut contract = Contract::new();
    let called = called(&mut contract, ty);
    let values = values(ty);
    for (index, value) in (0..).zip(values) {
        contract.data_at((VALUES_AT + 8 * index) as u32, value.to_le_bytes().to_vec());
    }
    contract.data_at(INPUTS_AT as u32, INPUTS.iter().flat_map(|it| it.to_le_bytes()).collect());
    let (mut functions, mut expected) = (Vec::new(), Vec::new());
    for way in WAYS {
        for condition in CONDITIONS {
            let mut all = Function::new([(1, ValType::I32)]);
            for first in ORIGINS {
                for second in ORIGINS {
                    let body = choosing(ty, way, condition, [first, second], &called);
                    let chooses = contract.function(&[ValType::I32, ty, ty], Some(ty), &body);
                    call_with_inputs(&mut all, ty, chooses);
                    for input in INPUTS {
                        let value = values[usize::from(!(condition.holds)(input))];
                        expected.push(((way, condition.name, first, second, input), value));
                    }
                }
            }
            all.instructions().end();
            functions.push(contract.function(&[], None, &all));
        }
    }
    let method = format!("choices between {ty:?}");
    contract.method_of(&method, functions);
    let results = returned(&contract.finish(), &method);
    for (result, (what, value)) in results.chunks(width(ty)).zip(&expected) {
        assert_eq!(result, &value.to_le_bytes()[..width(ty)], "{ty:?} {what:?}");
    }
    assert_eq!(results.len(), width(ty) * expected.len());
    expected.len()
}
