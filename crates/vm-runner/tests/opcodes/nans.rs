//! What becomes of a NaN that arithmetic has just made, for every instruction that makes one and
//! every way in which its bits can be seen: preparation makes it canonical as late as it can.

use crate::contract::{
    Contract, NEXT_RESULT, advance, constant, load, place, returned, store, width,
};
use crate::operation::Operation;
use wasm_encoder::{BlockType, Function, Instruction, ValType};

/// The use of a float on top of the stack, which leaves a float there, and what it makes of its bits.
struct Way {
    name: &'static str,
    write: fn(&mut Function, &Types),
    makes: fn(u64, u64) -> u64,
}

/// What depends on the type of the float. The sign is that of the type.
struct Types {
    float: ValType,
    /// A function that returns what it is given.
    identity: u32,
    /// Two locals: one that is free, one with the other operand.
    locals: [u32; 2],
}

impl Types {
    fn pick(
        &self,
        narrow: Instruction<'static>,
        wide: Instruction<'static>,
    ) -> Instruction<'static> {
        match self.float {
            ValType::F32 => narrow,
            _ => wide,
        }
    }

    fn block(&self) -> BlockType {
        BlockType::Result(self.float)
    }
}

/// Bits of the other operand of instructions that take two: negative, and no NaN.
const OTHER_BITS: [u64; 2] = [0xc020_0000, 0xc004_0000_0000_0000];

const WAYS: &[Way] = &[
    Way { name: "nothing", write: |_, _| {}, makes: |nan, _| nan },
    Way {
        name: "neg",
        write: |body, types| {
            body.instruction(&types.pick(Instruction::F32Neg, Instruction::F64Neg));
        },
        makes: |nan, sign| nan ^ sign,
    },
    Way {
        name: "abs",
        write: |body, types| {
            body.instruction(&types.pick(Instruction::F32Abs, Instruction::F64Abs));
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "copysign of it",
        write: |body, types| {
            body.instructions().local_get(types.locals[1]);
            body.instruction(&types.pick(Instruction::F32Copysign, Instruction::F64Copysign));
        },
        makes: |nan, sign| nan | sign,
    },
    Way {
        name: "reinterpret",
        write: |body, types| {
            use Instruction::{
                F32ReinterpretI32, F64ReinterpretI64, I32ReinterpretF32, I64ReinterpretF64,
            };
            body.instruction(&types.pick(I32ReinterpretF32, I64ReinterpretF64));
            body.instruction(&types.pick(F32ReinterpretI32, F64ReinterpretI64));
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "local.set",
        write: |body, types| {
            body.instructions().local_set(types.locals[0]).local_get(types.locals[0]);
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "local.tee",
        write: |body, types| {
            body.instructions().local_tee(types.locals[0]).drop().local_get(types.locals[0]);
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "select of it",
        write: |body, types| {
            body.instructions().local_get(types.locals[1]).i32_const(1).select();
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "select of it by memory",
        write: |body, types| {
            body.instructions().local_get(types.locals[1]);
            body.instructions().i32_const(1 << 20).i32_load8_u(place(0)).i32_eqz().select();
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "call",
        write: |body, types| {
            body.instructions().call(types.identity);
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "memory",
        write: |body, types| {
            // The address has to be below the value.
            body.instructions().local_set(types.locals[0]).i32_const(1 << 19);
            body.instructions().local_get(types.locals[0]);
            store(&mut body.instructions(), types.float);
            body.instructions().i32_const(1 << 19);
            load(&mut body.instructions(), types.float);
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "nop",
        write: |body, _| {
            body.instructions().nop();
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "neg of neg",
        write: |body, types| {
            for _ in 0..2 {
                body.instruction(&types.pick(Instruction::F32Neg, Instruction::F64Neg));
            }
        },
        makes: |nan, _| nan,
    },
    Way {
        name: "neg of abs",
        write: |body, types| {
            body.instruction(&types.pick(Instruction::F32Abs, Instruction::F64Abs));
            body.instruction(&types.pick(Instruction::F32Neg, Instruction::F64Neg));
        },
        makes: |nan, sign| nan | sign,
    },
    Way {
        name: "more arithmetic, then neg",
        write: |body, types| {
            body.instructions().local_get(types.locals[1]);
            body.instruction(&types.pick(Instruction::F32Add, Instruction::F64Add));
            body.instruction(&types.pick(Instruction::F32Sqrt, Instruction::F64Sqrt));
            body.instruction(&types.pick(Instruction::F32Neg, Instruction::F64Neg));
        },
        makes: |nan, sign| nan ^ sign,
    },
];

/// Writes what a block begins with.
type Begin = fn(&mut Function, BlockType);
/// Writes what it ends with.
type Finish = fn(&mut Function);

/// Ways in which control takes a value along: how a block begins, and how it ends.
const BLOCKS: [(&str, Begin, Finish); 5] = [
    (
        "end",
        |body, ty| {
            body.instructions().block(ty);
        },
        |body| {
            body.instructions().end();
        },
    ),
    (
        "loop's end",
        |body, ty| {
            body.instructions().loop_(ty);
        },
        |body| {
            body.instructions().end();
        },
    ),
    (
        "br",
        |body, ty| {
            body.instructions().block(ty);
        },
        |body| {
            body.instructions().br(0).end();
        },
    ),
    (
        "br_if",
        |body, ty| {
            body.instructions().block(ty);
        },
        |body| {
            body.instructions().i32_const(1).br_if(0).end();
        },
    ),
    (
        "br_table",
        |body, ty| {
            body.instructions().block(ty);
        },
        |body| {
            body.instructions().i32_const(0).br_table([0], 0).end();
        },
    ),
];

/// A NaN with sign and payload, signalling.
fn odd_nan(ty: ValType) -> u64 {
    match ty {
        ValType::F32 => 0xffa1_2345,
        _ => 0xfff4_1234_5678_9abc,
    }
}

/// Makes NaNs with `operation` and looks at them in every way.
///
/// # Panics
/// When engines differ from each other, or a NaN is not what it has to be.
pub(crate) fn sweep(operation: &Operation) -> usize {
    let ty = operation.result;
    let (sign, nan) = match ty {
        ValType::F32 => (1 << 31, 0x7fc0_0000),
        _ => (1 << 63, 0x7ff8_0000_0000_0000),
    };
    let other = OTHER_BITS[usize::from(ty == ValType::F64)];
    let operand = operation.operand();
    let mut contract = Contract::new();
    let mut identity = Function::new([]);
    identity.instructions().local_get(0).end();
    let identity = contract.function(&[ty], Some(ty), &identity);
    let types = Types { float: ty, identity, locals: [0, 1] };
    let locals = || Function::new([(2, ty), (2, operand)]);
    let mut functions = Vec::new();
    let mut expected = Vec::new();
    for way in WAYS {
        for (_, begin, end) in BLOCKS {
            // A function that makes the NaN, uses it and returns it.
            let mut body = locals();
            constant(&mut body, ty, other);
            body.instructions().local_set(1);
            constant(&mut body, operand, odd_nan(operand));
            body.instructions().local_set(2);
            begin(&mut body, types.block());
            for _ in operation.parameters {
                body.instructions().local_get(2);
            }
            body.instruction(&operation.instruction);
            (way.write)(&mut body, &types);
            end(&mut body);
            body.instructions().return_().end();
            let makes = contract.function(&[], Some(ty), &body);

            let mut body = Function::new([]);
            body.instructions().global_get(NEXT_RESULT).call(makes);
            store(&mut body.instructions(), ty);
            advance(&mut body.instructions(), width(ty));
            body.instructions().end();
            functions.push(contract.function(&[], None, &body));
            expected.push((way.name, (way.makes)(nan, sign)));
        }
    }
    contract.method_of(operation.name, functions);
    let results = returned(&contract.finish(), operation.name);
    for (result, (way, bits)) in results.chunks(width(ty)).zip(&expected) {
        assert_eq!(result, &bits.to_le_bytes()[..width(ty)], "{}, then {way}", operation.name);
    }
    assert_eq!(results.len(), width(ty) * expected.len());
    expected.len()
}
