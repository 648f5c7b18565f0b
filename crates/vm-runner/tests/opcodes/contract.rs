//! A contract that is put together from functions, and its calls.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};
use std::thread;
use torr_parameters::RuntimeConfig;
use torr_testkit::referee::{Answer, run_everywhere_under};
use torr_testkit::world;
use torr_vm_logic::error::{ContractError, WasmTrap};
use torr_vm_logic::outcome::ReturnData;
use torr_vm_runner::Code;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    InstructionSink, MemArg, MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// Where results are written: above all data.
pub(crate) const RESULTS_AT: i32 = 2 << 20;

/// Pages of the memory that contracts have here. The protocol's is larger, but to clear that for each
/// call of the interpreter takes longer than most calls do.
pub(crate) const PAGES: u64 = 64;

/// The parameters of the latest version with that memory.
static PARAMETERS: LazyLock<Arc<RuntimeConfig>> = LazyLock::new(|| {
    let mut config = RuntimeConfig::clone(&world::config());
    let limits = &mut Arc::make_mut(&mut config.vm).limits;
    (limits.initial_memory_pages, limits.max_memory_pages) = (PAGES, PAGES);
    Arc::new(config)
});

/// The global that says where the next result goes. Methods begin with [`RESULTS_AT`] in it.
pub(crate) const NEXT_RESULT: u32 = 0;

/// A contract. Its only import is `value_return`.
pub(crate) struct Contract {
    types: TypeSection,
    /// Parameters and result of each type but the import's.
    signatures: Vec<(Vec<ValType>, Option<ValType>)>,
    functions: FunctionSection,
    code: CodeSection,
    exports: ExportSection,
    data: DataSection,
    data_end: u32,
}

impl Contract {
    pub(crate) fn new() -> Contract {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I64, ValType::I64], []);
        Contract {
            types,
            signatures: Vec::new(),
            functions: FunctionSection::new(),
            code: CodeSection::new(),
            exports: ExportSection::new(),
            data: DataSection::new(),
            data_end: 0,
        }
    }

    /// Puts `bytes` into memory and says where.
    pub(crate) fn data(&mut self, bytes: Vec<u8>) -> u32 {
        let at = self.data_end;
        self.data_end += bytes.len().next_multiple_of(8) as u32;
        self.data_at(at, bytes);
        at
    }

    /// Puts `bytes` at a place of memory.
    pub(crate) fn data_at(&mut self, at: u32, bytes: Vec<u8>) {
        self.data.active(0, &ConstExpr::i32_const(at.cast_signed()), bytes);
    }

    /// Adds a function and says its index.
    pub(crate) fn function(
        &mut self,
        parameters: &[ValType],
        result: Option<ValType>,
        body: &Function,
    ) -> u32 {
        let signature = (parameters.to_vec(), result);
        let ty = self.signatures.iter().position(|it| *it == signature).unwrap_or_else(|| {
            self.types.ty().function(parameters.iter().copied(), result);
            self.signatures.push(signature);
            self.signatures.len() - 1
        });
        // The import's type comes first.
        let ty = 1 + ty as u32;
        self.functions.function(ty);
        self.code.function(body);
        // The import comes first.
        self.functions.len()
    }

    /// The index of a function that code may name without calling it.
    pub(crate) fn named(&self) -> u32 {
        // The first of them; `finish` declares it.
        1
    }

    /// Adds a method.
    pub(crate) fn method(&mut self, name: &str, body: &Function) {
        let index = self.function(&[], None, body);
        self.exports.export(name, ExportKind::Func, index);
    }

    /// Adds a method that calls `functions` and returns what they wrote to the results.
    pub(crate) fn method_of(&mut self, name: &str, functions: impl IntoIterator<Item = u32>) {
        let mut body = Function::new([]);
        let mut code = body.instructions();
        for function in functions {
            code.call(function);
        }
        return_results(&mut code);
        code.end();
        self.method(name, &body);
    }

    /// The contract's code.
    pub(crate) fn finish(&self) -> Code {
        let mut imports = ImportSection::new();
        imports.import("env", "value_return", EntityType::Function(0));
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut globals = GlobalSection::new();
        let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(ty, &ConstExpr::i32_const(RESULTS_AT));
        let mut module = Module::new();
        module.section(&self.types).section(&imports).section(&self.functions);
        module.section(&memories).section(&globals).section(&self.exports);
        let mut elements = ElementSection::new();
        elements.declared(Elements::Functions(Cow::Borrowed(&[1])));
        module.section(&elements);
        module.section(&self.code).section(&self.data);
        Code::new(module.finish())
    }
}

/// Returns all results that were written.
pub(crate) fn return_results(code: &mut InstructionSink<'_>) {
    code.global_get(NEXT_RESULT).i32_const(RESULTS_AT).i32_sub().i64_extend_i32_u();
    code.i64_const(i64::from(RESULTS_AT)).call(0);
}

/// A place in memory that needs no alignment.
pub(crate) const fn place(offset: u64) -> MemArg {
    MemArg { offset, align: 0, memory_index: 0 }
}

/// Bytes of a number in memory.
pub(crate) fn width(ty: ValType) -> usize {
    match ty {
        ValType::I32 | ValType::F32 => 4,
        _ => 8,
    }
}

/// Pushes the number with these bits.
pub(crate) fn constant(body: &mut Function, ty: ValType, bits: u64) {
    match ty {
        ValType::I32 => {
            body.instructions().i32_const(bits as i32);
        }
        ValType::I64 => {
            body.instructions().i64_const(bits.cast_signed());
        }
        // As bytes: no float of the host's has to carry a payload.
        ValType::F32 => {
            body.raw([0x43]).raw((bits as u32).to_le_bytes());
        }
        ValType::F64 => {
            body.raw([0x44]).raw(bits.to_le_bytes());
        }
        other => panic!("{other:?} is no number"),
    }
}

/// Loads a number from the address on top of the stack.
pub(crate) fn load(code: &mut InstructionSink<'_>, ty: ValType) {
    match ty {
        ValType::I32 => code.i32_load(place(0)),
        ValType::I64 => code.i64_load(place(0)),
        ValType::F32 => code.f32_load(place(0)),
        ValType::F64 => code.f64_load(place(0)),
        other => panic!("{other:?} is no number"),
    };
}

/// Stores the number on top of the stack at the address below it.
pub(crate) fn store(code: &mut InstructionSink<'_>, ty: ValType) {
    match ty {
        ValType::I32 => code.i32_store(place(0)),
        ValType::I64 => code.i64_store(place(0)),
        ValType::F32 => code.f32_store(place(0)),
        ValType::F64 => code.f64_store(place(0)),
        other => panic!("{other:?} is no number"),
    };
}

/// Moves on to the next result, `bytes` further.
pub(crate) fn advance(code: &mut InstructionSink<'_>, bytes: usize) {
    code.global_get(NEXT_RESULT).i32_const(bytes as i32).i32_add().global_set(NEXT_RESULT);
}

/// Says what was tried when engines differ, which they do without knowing of it.
struct Trying<'t>(&'t str);

impl Drop for Trying<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("while trying {}", self.0);
        }
    }
}

/// Calls `method` on all engines and both ways of charging, which have to agree.
fn call(code: &Code, method: &str) -> Answer {
    let _trying = Trying(method);
    run_everywhere_under(&PARAMETERS, code, method, &world::context(), &world::chain())
}

/// What `method` returns.
pub(crate) fn returned(code: &Code, method: &str) -> Vec<u8> {
    let outcome = call(code, method).outcome;
    assert_eq!(outcome.error, None, "{method}");
    match outcome.return_data {
        ReturnData::Value(bytes) => bytes,
        other => panic!("{method} returned {other:?}"),
    }
}

/// Calls `method`, which has to trap so.
pub(crate) fn assert_traps(code: &Code, method: &str, trap: WasmTrap) {
    let error = call(code, method).outcome.error;
    assert_eq!(error, Some(ContractError::WasmTrap(trap)), "{method}");
}
