//! Bombs of declarations: many functions, types, imports, exports, globals and segments, each of
//! which costs something before a single instruction is looked at.

use super::contract::{CONDITION, memory, table};
use super::{Family, METHOD, module};
use crate::module::value_type;
use torr_vm_logic::function::{HostFunction, Parameters, Specification, Visitor, WasmType};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    Module, TypeSection, ValType,
};

pub(super) const FAMILIES: &[Family] = &[
    module("functions", "functions", "functions without code", functions),
    module("functions-exported", "functions", "functions with names", functions_exported),
    module(
        "functions-locals",
        "functions",
        "functions with 100 locals each",
        functions_with_locals,
    ),
    module(
        "functions-and-giant",
        "functions",
        "small functions beside one that grows with them",
        functions_and_giant,
    ),
    module(
        "functions-calls",
        "functions",
        "functions each of which calls the next",
        functions_calling,
    ),
    module("exports", "exports", "names for one function", exports),
    module("types", "types", "signatures, each another, with a function each", types),
    module("imports", "imports", "one host function, imported again and again", imports),
    module("host-calls", "calls", "calls of all host functions", host_calls),
    module("globals", "globals", "globals, each read and written", globals),
    module("data-segments", "segments", "segments of one byte", data_segments),
    module("data-bytes", "bytes", "one long segment", data_bytes),
    module("element-segments", "segments", "segments of one function", element_segments),
    module(
        "element-functions",
        "functions",
        "a table filled with functions of its own",
        element_functions,
    ),
];

/// A module in the making: type 0 is that of the method, whose index is the number of imports.
#[derive(Default)]
struct Parts {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    table_elements: u32,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    code: CodeSection,
    data: DataSection,
}

impl Parts {
    fn new() -> Parts {
        let mut parts = Parts::default();
        parts.types.ty().function([], []);
        parts
    }

    /// Parts with a method that does nothing.
    fn with_method() -> Parts {
        let mut parts = Parts::new();
        let method = parts.function(0, &empty());
        parts.exports.export(METHOD, ExportKind::Func, method);
        parts
    }

    /// Adds a function; its index, which is right once all imports are there.
    fn function(&mut self, ty: u32, function: &Function) -> u32 {
        self.functions.function(ty);
        self.code.function(function);
        self.imports.len() + self.functions.len() - 1
    }

    fn finish(self) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&self.functions);
        module.section(&table(self.table_elements)).section(&memory()).section(&self.globals);
        module.section(&self.exports).section(&self.elements).section(&self.code);
        module.section(&self.data);
        module.finish()
    }
}

fn empty() -> Function {
    let mut function = Function::new([]);
    function.instructions().end();
    function
}

fn functions(n: u32) -> Vec<u8> {
    let mut parts = Parts::with_method();
    for _ in 0..n {
        parts.function(0, &empty());
    }
    parts.finish()
}

fn functions_exported(n: u32) -> Vec<u8> {
    let mut parts = Parts::with_method();
    for i in 0..n {
        let index = parts.function(0, &empty());
        parts.exports.export(&format!("f{i}"), ExportKind::Func, index);
    }
    parts.finish()
}

fn functions_with_locals(n: u32) -> Vec<u8> {
    const LOCALS: u32 = 100;
    let mut function = Function::new([(LOCALS, ValType::I64)]);
    for i in 0..LOCALS {
        function.instructions().local_get(i).drop();
    }
    function.instructions().end();
    let mut parts = Parts::with_method();
    for _ in 0..n {
        parts.function(0, &function);
    }
    parts.finish()
}

fn functions_and_giant(n: u32) -> Vec<u8> {
    const INSTRUCTIONS: u32 = 8;
    let mut giant = Function::new([(1, ValType::I32)]);
    let mut sink = giant.instructions();
    sink.block(BlockType::Empty);
    for _ in 0..n.saturating_mul(INSTRUCTIONS) {
        sink.local_get(CONDITION).br_if(0);
    }
    sink.end().end();
    let mut parts = Parts::with_method();
    parts.function(0, &giant);
    for _ in 0..n {
        parts.function(0, &empty());
    }
    parts.finish()
}

/// Behind a condition, so that the method ends.
fn functions_calling(n: u32) -> Vec<u8> {
    let mut parts = Parts::with_method();
    for i in 0..n {
        let mut function = Function::new([(1, ValType::I32)]);
        let mut sink = function.instructions();
        sink.local_get(CONDITION).if_(BlockType::Empty).call(i).end().end();
        parts.function(0, &function);
    }
    parts.finish()
}

fn exports(n: u32) -> Vec<u8> {
    let mut parts = Parts::with_method();
    for i in 0..n {
        parts.exports.export(&format!("{i}"), ExportKind::Func, 0);
    }
    parts.finish()
}

/// The digits of a number, in base 4, say of which types the parameters are.
fn types(n: u32) -> Vec<u8> {
    const PARAMETERS: u32 = 12;
    let mut parts = Parts::with_method();
    for i in 0..n {
        let params = (0..PARAMETERS).map(|digit| match (i >> (2 * digit)) & 3 {
            0 => ValType::I32,
            1 => ValType::I64,
            2 => ValType::F32,
            _ => ValType::F64,
        });
        parts.types.ty().function(params.collect::<Vec<_>>(), []);
        parts.function(i + 1, &empty());
    }
    parts.finish()
}

/// The host functions that there are in all versions, and so in every one.
fn host_functions() -> Vec<Specification> {
    struct Collect(Vec<Specification>);
    impl Visitor for Collect {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: Parameters,
        {
            if F::SPECIFICATION.since.is_none() {
                self.0.push(F::SPECIFICATION);
            }
        }
    }
    let mut collect = Collect(Vec::new());
    torr_vm_logic::visit_host_functions(&mut collect);
    collect.0
}

/// Imports a host function.
fn import(parts: &mut Parts, host: &Specification) {
    let ty = parts.types.len();
    let params = host.parameters.iter().map(|&(_, ty)| value_type(ty));
    parts.types.ty().function(params.collect::<Vec<_>>(), host.result.map(value_type));
    parts.imports.import("env", host.name, EntityType::Function(ty));
}

fn imports(n: u32) -> Vec<u8> {
    let mut parts = Parts::new();
    parts.types.ty().function([ValType::I64], []);
    for _ in 0..n {
        parts.imports.import("env", "input", EntityType::Function(1));
    }
    let method = parts.function(0, &empty());
    parts.exports.export(METHOD, ExportKind::Func, method);
    parts.finish()
}

/// Behind a condition, in functions of some calls each.
fn host_calls(n: u32) -> Vec<u8> {
    const CALLS: usize = 1_000;
    let hosts = host_functions();
    let mut parts = Parts::new();
    hosts.iter().for_each(|host| import(&mut parts, host));
    let method = parts.function(0, &empty());
    parts.exports.export(METHOD, ExportKind::Func, method);
    let calls: Vec<_> = (0..n).zip((0_u32..).zip(&hosts).cycle()).map(|(_, host)| host).collect();
    for calls in calls.chunks(CALLS) {
        let mut function = Function::new([(1, ValType::I32)]);
        let mut sink = function.instructions();
        sink.local_get(CONDITION).if_(BlockType::Empty);
        for &(index, host) in calls {
            for &(_, ty) in host.parameters {
                match ty {
                    WasmType::I32 => sink.i32_const(0),
                    WasmType::I64 => sink.i64_const(0),
                };
            }
            sink.call(index);
            if host.result.is_some() {
                sink.drop();
            }
        }
        sink.end().end();
        parts.function(0, &function);
    }
    parts.finish()
}

fn globals(n: u32) -> Vec<u8> {
    const ACCESSES: u32 = 1_000;
    let mut parts = Parts::with_method();
    let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    for i in 0..n {
        parts.globals.global(ty, &ConstExpr::i64_const(i.into()));
    }
    for first in (0..n).step_by(ACCESSES as usize) {
        let mut function = Function::new([]);
        let mut sink = function.instructions();
        for i in first..first.saturating_add(ACCESSES).min(n) {
            sink.global_get(i).global_set(n - 1 - i);
        }
        sink.end();
        parts.function(0, &function);
    }
    parts.finish()
}

fn data_segments(n: u32) -> Vec<u8> {
    let mut parts = Parts::with_method();
    for i in 0..n {
        parts.data.active(0, &ConstExpr::i32_const(i.cast_signed()), [7]);
    }
    parts.finish()
}

fn data_bytes(n: u32) -> Vec<u8> {
    let mut parts = Parts::with_method();
    parts.data.active(0, &ConstExpr::i32_const(0), (0..n).map(|i| i.to_le_bytes()[0]));
    parts.finish()
}

fn element_segments(n: u32) -> Vec<u8> {
    let mut parts = Parts::with_method();
    parts.table_elements = 1;
    for _ in 0..n {
        parts.elements.active(
            None,
            &ConstExpr::i32_const(0),
            Elements::Functions([0].as_slice().into()),
        );
    }
    parts.finish()
}

fn element_functions(n: u32) -> Vec<u8> {
    let mut parts = Parts::with_method();
    parts.table_elements = n;
    let functions: Vec<u32> = (0..n).map(|_| parts.function(0, &empty())).collect();
    let elements = Elements::Functions(functions.into());
    parts.elements.active(None, &ConstExpr::i32_const(0), elements);
    parts.finish()
}
