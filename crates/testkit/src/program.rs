//! Random programs of host calls, made from the table of host functions.
//!
//! A program is a contract with one method, [`METHOD`], that makes calls one after the other.
//! Arguments are drawn so that many calls get past their checks: pointers to prepared data, lengths
//! that fit it, registers that are set, results of earlier calls. Each result is kept in memory,
//! and at the end the method returns all of that memory, so that engines cannot differ in it
//! unseen.

use crate::module::value_type;
use crate::world;
use arbitrary::{Result, Unstructured};
use torr_vm_logic::function::{HostFunction, Parameters, Specification, Visitor, WasmType};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, ImportSection, InstructionSink, MemArg, MemorySection, MemoryType, Module,
    TypeSection, ValType,
};

/// The method of every program.
pub const METHOD: &str = "main";

/// Texts that host functions take, at the places below.
const DATA: &[(u32, &[u8])] = &[
    (TEXTS, b"bob.near\0alice.near\0main\0a,b\0\xff\xfe{\"x\":1}"),
    // One yoctoNEAR.
    (AMOUNT, &[1]),
    // A public key of kind ed25519; zeros follow.
    (KEY, &[0, 215, 90, 152, 1, 130, 177, 10, 183, 213, 75, 254, 211, 201, 100, 7, 58, 14]),
];

const TEXTS: u32 = 1_024;
const AMOUNT: u32 = 2_048;
const KEY: u32 = 3_072;
/// Results of calls, eight bytes each.
const RESULTS: u32 = 4_096;
/// Most calls of a program.
const MAX_CALLS: u32 = 64;

/// A host call: the function, by its place in the table, and what it is given.
struct Call {
    function: Specification,
    arguments: Vec<Argument>,
}

enum Argument {
    Value(u64),
    /// Result of the call of this number.
    Earlier(u32),
}

/// A program drawn from all of `input`, as Wasm code.
///
/// # Errors
/// None that bytes can cause; drawing is fallible by its type.
pub fn arbitrary(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let functions = functions();
    let mut calls = Vec::new();
    for number in 0..MAX_CALLS {
        // Input that has run out would yield zeros for ever.
        if input.is_empty() {
            break;
        }
        calls.push(draw_call(input, &functions, number)?);
    }
    Ok(Assembler::default().program(&calls))
}

fn draw_call(
    input: &mut Unstructured<'_>,
    functions: &[Specification],
    number: u32,
) -> Result<Call> {
    let function = *input.choose(functions)?;
    let arguments = function.parameters.iter();
    let arguments =
        arguments.map(|&(name, ty)| draw_argument(input, function.name, (name, ty), number));
    Ok(Call { function, arguments: arguments.collect::<Result<_>>()? })
}

/// Mostly something that makes sense for the parameter `name`, sometimes the result of an earlier
/// call, sometimes anything.
fn draw_argument(
    input: &mut Unstructured<'_>,
    function: &str,
    (name, ty): (&str, WasmType),
    calls: u32,
) -> Result<Argument> {
    let value = match input.int_in_range(0..=31_u8)? {
        0..=2 if calls > 0 && ty == WasmType::I64 => {
            return Ok(Argument::Earlier(input.int_in_range(0..=calls - 1)?));
        }
        3 => input.arbitrary()?,
        4 => *input.choose(&[0, 1, u64::MAX, u64::MAX - 1, 1 << 32, 64 << 20, (64 << 20) - 8])?,
        _ => draw_sensible(input, function, name)?,
    };
    Ok(Argument::Value(value))
}

fn draw_sensible(input: &mut Unstructured<'_>, function: &str, name: &str) -> Result<u64> {
    Ok(match name {
        name if name.ends_with("amount_ptr") || name.ends_with("balance_ptr") => AMOUNT.into(),
        name if name.contains("public_key_ptr") => KEY.into(),
        name if name.contains("public_key_len") => 33,
        "method_name_ptr" | "method_names_ptr" => u64::from(TEXTS) + 20,
        "method_name_len" | "method_names_len" => *input.choose(&[4, 0])?,
        name if name.ends_with("ptr") => TEXTS.into(),
        name if name.ends_with("len") => length(function, name) * input.int_in_range(0..=2)?,
        name if name.contains("register") => input.int_in_range(0..=3)?,
        name if name.contains("promise") => input.int_in_range(0..=1)?,
        name if name.contains("gas") => *input.choose(&[0, 1, 10_000_000_000])?,
        _ => input.int_in_range(0..=1)?,
    })
}

/// A length that `function` takes for its parameter `name`; multiples of it often do as well.
fn length(function: &str, name: &str) -> u64 {
    match (function, name) {
        (_, "account_id_len" | "beneficiary_id_len" | "receiver_id_len") => 8,
        (_, "code_hash_len" | "data_id_len" | "yield_id_len" | "hash_len") => 32,
        ("ml_dsa_verify", "sig_len") => 3_309,
        ("ml_dsa_verify", "pub_key_len") => 1_952,
        ("p256_verify", "pub_key_len") => 33,
        (_, "sig_len" | "sign_len") => 64,
        (_, "pub_key_len") => 32,
        ("alt_bn128_g1_multiexp", _) => 96,
        ("alt_bn128_g1_sum", _) => 65,
        ("alt_bn128_pairing_check", _) => 192,
        ("bls12381_p1_sum", _) => 97,
        ("bls12381_p2_sum", _) => 193,
        ("bls12381_g1_multiexp", _) => 128,
        ("bls12381_g2_multiexp", _) => 224,
        ("bls12381_pairing_check", _) => 288,
        (function, _) if function.starts_with("bls12381") => 96,
        _ => 8,
    }
}

/// The host functions that there are under the latest parameters.
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
    let config = world::config();
    // Those that always end the call would end most programs at once.
    collect.0.retain(|function| {
        function.is_available(&config.vm)
            && !["panic", "panic_utf8", "abort"].contains(&function.name)
    });
    collect.0
}

/// Writes a program as a module that imports what it calls.
#[derive(Default)]
struct Assembler {
    types: TypeSection,
    imports: ImportSection,
    imported: Vec<&'static str>,
}

impl Assembler {
    fn program(mut self, calls: &[Call]) -> Vec<u8> {
        let mut body = Function::new([]);
        let mut code = body.instructions();
        self.prelude(&mut code);
        for (number, call) in (0_u32..).zip(calls) {
            self.call(&mut code, call, number);
        }
        let end = RESULTS + 8 * u32::try_from(calls.len()).unwrap_or(MAX_CALLS);
        let value_return = self.import("value_return", &[WasmType::I64; 2], None);
        code.i64_const(i64::from(end - TEXTS)).i64_const(i64::from(TEXTS)).call(value_return).end();
        self.module(&body)
    }

    /// Sets registers 0 to 3 and makes promises 0 and 1, so that calls find some.
    fn prelude(&mut self, code: &mut InstructionSink<'_>) {
        let write_register = self.import("write_register", &[WasmType::I64; 3], None);
        for register in 0..4 {
            code.i64_const(register).i64_const(8).i64_const(TEXTS.into()).call(write_register);
        }
        let promise = self.import("promise_batch_create", &[WasmType::I64; 2], Some(WasmType::I64));
        for _ in 0..2 {
            code.i64_const(8).i64_const(TEXTS.into()).call(promise).drop();
        }
    }

    /// Makes a call and keeps its result.
    fn call(&mut self, code: &mut InstructionSink<'_>, call: &Call, number: u32) {
        let place = MemArg { offset: 0, align: 0, memory_index: 0 };
        let Specification { name, parameters, result, .. } = call.function;
        let types: Vec<WasmType> = parameters.iter().map(|&(_, ty)| ty).collect();
        let index = self.import(name, &types, result);
        code.i32_const(address_of_result(number));
        for (argument, ty) in call.arguments.iter().zip(types) {
            match (argument, ty) {
                (Argument::Earlier(call), _) => {
                    code.i32_const(address_of_result(*call)).i64_load(place)
                }
                (Argument::Value(value), WasmType::I64) => code.i64_const(*value as i64),
                (Argument::Value(value), WasmType::I32) => code.i32_const(*value as i32),
            };
        }
        code.call(index);
        match result {
            None => code.drop(),
            Some(WasmType::I64) => code.i64_store(place),
            Some(WasmType::I32) => code.i32_store(place),
        };
    }

    /// The index of a function, which is imported when it has not been yet.
    fn import(
        &mut self,
        name: &'static str,
        parameters: &[WasmType],
        result: Option<WasmType>,
    ) -> u32 {
        if let Some(index) = (0_u32..).zip(&self.imported).find(|(_, known)| **known == name) {
            return index.0;
        }
        let index = self.types.len();
        let parameters = parameters.iter().map(|&ty| value_type(ty));
        self.types.ty().function(parameters.collect::<Vec<ValType>>(), result.map(value_type));
        self.imports.import("env", name, EntityType::Function(index));
        self.imported.push(name);
        index
    }

    fn module(mut self, body: &Function) -> Vec<u8> {
        let own_type = self.types.len();
        self.types.ty().function([], []);
        let mut functions = FunctionSection::new();
        functions.function(own_type);
        let mut memory = MemorySection::new();
        memory.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export(METHOD, ExportKind::Func, self.imports.len());
        let mut code = CodeSection::new();
        code.function(body);
        let mut data = DataSection::new();
        for (offset, bytes) in DATA {
            data.active(0, &ConstExpr::i32_const(*offset as i32), bytes.iter().copied());
        }
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&functions).section(&memory);
        module.section(&exports).section(&code).section(&data);
        module.finish()
    }
}

fn address_of_result(call: u32) -> i32 {
    (RESULTS + 8 * call) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::referee;
    use torr_vm_runner::Code;

    /// All programs are accepted, and enough calls succeed for some of the short ones to finish.
    #[test]
    fn programs_are_accepted_and_some_finish() {
        let mut finished = 0;
        for seed in 0..40_u8 {
            let bytes: Vec<u8> = (0..4 + 2 * u32::from(seed))
                .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed.wrapping_mul(37))
                .collect();
            let code = arbitrary(&mut Unstructured::new(&bytes)).unwrap();
            let code = Code::new(code);
            let answer = referee::run_everywhere(&code, METHOD, &world::context(), &world::chain());
            let error = answer.outcome.error;
            assert!(!matches!(
                error,
                Some(
                    torr_vm_logic::error::ContractError::CompilationError(_)
                        | torr_vm_logic::error::ContractError::LinkError { .. }
                )
            ));
            finished += u32::from(error.is_none());
        }
        assert!(finished >= 4, "{finished} of 40 programs finished");
    }
}
