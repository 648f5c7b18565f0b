//! Random programs of host calls, made from the table of host functions.
//!
//! A program is a contract with one method, `main`, that makes calls one after the other. Arguments
//! are drawn so that many calls get past their checks: pointers to prepared data, lengths that fit
//! it, registers that are set, results of earlier calls. Each result is kept in memory, and at the
//! end the method returns all of that memory, so that engines cannot differ in it unseen.

use crate::module::value_type;
use arbitrary::{Result, Unstructured};
use torr_vm_logic::function::{HostFunction, Parameters, Specification, Visitor, WasmType};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, ImportSection, InstructionSink, MemArg, Module, TypeSection, ValType,
};

/// Texts that host functions take, at the places below.
const DATA: &[(u32, &[u8])] = &[
    (TEXTS, b"bob.near\0alice.near\0main\0a,b\0\xff\xfe{\"x\":1}"),
    // A deposit of one yoctoNEAR; then a public key of kind ed25519.
    (AMOUNT, &[1]),
    (KEY, &[0, 215, 90, 152, 1, 130, 177, 10, 183, 213, 75, 254, 211, 201, 100, 7, 58, 14]),
];

const TEXTS: u32 = 1_024;
const AMOUNT: u32 = 2_048;
const KEY: u32 = 3_072;
/// Results of calls, eight bytes each.
const RESULTS: u32 = 4_096;
/// Most calls of a program.
const MAX_CALLS: u32 = 64;

/// A program made from `bytes`, as Wasm code.
pub fn arbitrary(bytes: &[u8]) -> Vec<u8> {
    let mut input = Unstructured::new(bytes);
    let functions = functions();
    let mut body = Function::new([]);
    let mut calls = 0;
    // Input that has run out yields zeros; the program ends there.
    while !input.is_empty() && calls < MAX_CALLS {
        if emit_call(&mut body.instructions(), &mut input, &functions, calls).is_err() {
            break;
        }
        calls += 1;
    }
    let value_return = index_of(&functions, "value_return");
    body.instructions()
        .i64_const(i64::from(calls) * 8)
        .i64_const(i64::from(RESULTS))
        .call(value_return)
        .end();
    module(&functions, &body)
}

/// Calls a function with drawn arguments and keeps its result.
fn emit_call(
    code: &mut InstructionSink<'_>,
    input: &mut Unstructured<'_>,
    functions: &[Specification],
    number: u32,
) -> Result<()> {
    let index = input.choose_index(functions.len())?;
    let Some(function) = functions.get(index) else { return Ok(()) };
    let slot = RESULTS + number * 8;
    code.i32_const(slot as i32);
    for &(name, ty) in function.parameters {
        emit_argument(code, input, name, ty, number)?;
    }
    code.call(index as u32);
    match function.result {
        None => code.drop(),
        Some(WasmType::I64) => code.i64_store(MemArg { offset: 0, align: 0, memory_index: 0 }),
        Some(WasmType::I32) => code.i32_store(MemArg { offset: 0, align: 0, memory_index: 0 }),
    };
    Ok(())
}

/// Puts an argument for the parameter `name` on the stack: mostly one that makes sense, sometimes
/// the result of an earlier call, sometimes anything.
fn emit_argument(
    code: &mut InstructionSink<'_>,
    input: &mut Unstructured<'_>,
    name: &str,
    ty: WasmType,
    calls: u32,
) -> Result<()> {
    let way = input.int_in_range(0..=9u8)?;
    if way == 0 && calls > 0 && ty == WasmType::I64 {
        let earlier = RESULTS + input.int_in_range(0..=calls - 1)? * 8;
        code.i32_const(earlier as i32).i64_load(MemArg { offset: 0, align: 0, memory_index: 0 });
        return Ok(());
    }
    let value = match way {
        1 => input.arbitrary::<u64>()?,
        2 => *input.choose(&[0, 1, u64::MAX, u64::MAX - 1, 1 << 32, 128 << 20])?,
        _ => sensible(input, name)?,
    };
    match ty {
        WasmType::I64 => code.i64_const(value as i64),
        WasmType::I32 => code.i32_const(value as i32),
    };
    Ok(())
}

fn sensible(input: &mut Unstructured<'_>, name: &str) -> Result<u64> {
    Ok(match name {
        name if name.ends_with("amount_ptr") || name.ends_with("balance_ptr") => AMOUNT.into(),
        name if name.contains("key_ptr") => *input.choose(&[KEY, TEXTS])? as u64,
        name if name.contains("key_len") => *input.choose(&[33, 8, 4])?,
        name if name.ends_with("ptr") => u64::from(TEXTS) + *input.choose(&[0, 9, 20, 25])?,
        name if name.ends_with("len") => {
            *input.choose(&[8, 4, 10, 0, 32, 64, 96, 97, 128, 192, 288, u64::MAX])?
        }
        name if name.contains("register") => input.int_in_range(0..=3)?,
        name if name.contains("gas") => *input.choose(&[0, 1, 10_000_000_000])?,
        _ => input.int_in_range(0..=4)?,
    })
}

/// All host functions, whether switched on or not: a program may import what does not exist.
fn functions() -> Vec<Specification> {
    struct Collect(Vec<Specification>);
    impl Visitor for Collect {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: Parameters,
        {
            self.0.push(F::SPECIFICATION);
        }
    }
    let mut collect = Collect(Vec::new());
    torr_vm_logic::visit_host_functions(&mut collect);
    // The two that always end the call would end most programs at once.
    collect.0.retain(|function| !["panic", "panic_utf8", "abort"].contains(&function.name));
    collect.0
}

fn index_of(functions: &[Specification], name: &str) -> u32 {
    let index = functions.iter().position(|function| function.name == name);
    index.map_or(0, |index| index as u32)
}

fn module(functions: &[Specification], body: &Function) -> Vec<u8> {
    let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
    types.ty().function([], []);
    for function in functions {
        let parameters = function.parameters.iter().map(|&(_, ty)| value_type(ty));
        imports.import("env", function.name, EntityType::Function(types.len()));
        types.ty().function(parameters.collect::<Vec<ValType>>(), function.result.map(value_type));
    }
    let mut own = FunctionSection::new();
    own.function(0);
    let mut exports = ExportSection::new();
    exports.export("main", ExportKind::Func, functions.len() as u32);
    let mut code = CodeSection::new();
    code.function(body);
    let mut data = DataSection::new();
    for (offset, bytes) in DATA {
        data.active(0, &ConstExpr::i32_const(*offset as i32), bytes.iter().copied());
    }
    let mut memory = wasm_encoder::MemorySection::new();
    memory.memory(wasm_encoder::MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&own).section(&memory);
    module.section(&exports).section(&code).section(&data);
    module.finish()
}
