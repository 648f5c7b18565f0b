//! The module around a function that is a bomb: what it may call and touch, and a method that calls it.

use super::METHOD;
use torr_parameters::VmConfig;
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, InstructionSink, MemArg, MemorySection,
    MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};

/// A parameter of every body, and of type `i32`: zero when it runs, which no compiler can know.
pub(super) const CONDITION: u32 = 0;
/// The first local that a body declares.
pub(super) const FIRST_LOCAL: u32 = 1;

/// Type of a function without parameters and result.
const PLAIN_TYPE: u32 = 0;
/// Type of [`LEAF`], from `i64` to `i64`.
pub(super) const LEAF_TYPE: u32 = 1;
/// Type of the body.
pub(super) const BODY_TYPE: u32 = 2;

/// A function that adds one. It is also the only element of the table.
pub(super) const LEAF: u32 = 0;
/// The first copy of the body.
pub(super) const BODY: u32 = 1;

/// A mutable global of type `i64`. What is stored there has to be computed.
pub(super) const SINK: u32 = 0;

/// A function of a contract.
pub(super) struct Body {
    params: Vec<ValType>,
    locals: Vec<(u32, ValType)>,
    /// The instructions but for the last `end`.
    instructions: Vec<u8>,
}

impl Body {
    /// A function with one parameter, [`CONDITION`], these runs of locals, and what `write` writes.
    pub(super) fn new(
        locals: impl IntoIterator<Item = (u32, ValType)>,
        write: impl FnOnce(&mut InstructionSink<'_>),
    ) -> Body {
        Body::with_params(vec![ValType::I32], locals, write)
    }

    /// A function with any parameters.
    pub(super) fn with_params(
        params: Vec<ValType>,
        locals: impl IntoIterator<Item = (u32, ValType)>,
        write: impl FnOnce(&mut InstructionSink<'_>),
    ) -> Body {
        let mut instructions = Vec::new();
        write(&mut InstructionSink::new(&mut instructions));
        Body { params, locals: locals.into_iter().collect(), instructions }
    }

    fn function(&self) -> Function {
        let mut function = Function::new(self.locals.iter().copied());
        function.raw(self.instructions.iter().copied()).instructions().end();
        function
    }

    /// Locals that it declares.
    fn locals(&self) -> u64 {
        self.locals.iter().map(|&(count, _)| u64::from(count)).sum()
    }
}

/// A contract with `copies` of `body`, of which its method calls the first.
pub(super) fn with_copies(body: &Body, copies: u32, config: &VmConfig) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([ValType::I64], [ValType::I64]);
    types.ty().function(body.params.iter().copied(), []);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    functions.function(LEAF_TYPE);
    code.function(&leaf());
    let function = body.function();
    for _ in 0..copies {
        functions.function(BODY_TYPE);
        code.function(&function);
    }
    functions.function(PLAIN_TYPE);
    code.function(&method(body));
    let mut exports = ExportSection::new();
    exports.export(METHOD, ExportKind::Func, BODY.saturating_add(copies));
    let mut elements = ElementSection::new();
    elements.active(None, &ConstExpr::i32_const(0), Elements::Functions([LEAF].as_slice().into()));
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&table(1)).section(&memory());
    module.section(&sink()).section(&exports).section(&elements).section(&code);
    pad(&mut module, body.locals().saturating_mul(copies.into()), config);
    module.finish()
}

fn leaf() -> Function {
    let mut function = Function::new([]);
    function.instructions().local_get(0).i64_const(1).i64_add().end();
    function
}

/// Calls the first copy of the body with zeros.
fn method(body: &Body) -> Function {
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    for param in &body.params {
        zero(&mut sink, *param);
    }
    sink.call(BODY).end();
    function
}

/// Puts a zero on the stack.
fn zero(sink: &mut InstructionSink<'_>, ty: ValType) {
    match ty {
        ValType::I32 => sink.i32_const(0),
        ValType::F32 => sink.f32_const(0.0),
        ValType::F64 => sink.f64_const(0.0),
        _ => sink.i64_const(0),
    };
}

/// A contract has to have some bytes for each local: a custom section that nobody looks at.
fn pad(module: &mut Module, locals: u64, config: &VmConfig) {
    let wanted = locals.saturating_mul(config.limits.min_contract_size_per_local.unwrap_or(0));
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    if let Some(missing) = wanted.checked_sub(module.len()) {
        let data = vec![0; missing].into();
        module.section(&CustomSection { name: "padding".into(), data });
    }
}

/// A table of so many functions.
pub(super) fn table(elements: u32) -> TableSection {
    let mut section = TableSection::new();
    section.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: elements.into(),
        maximum: None,
        shared: false,
    });
    section
}

/// A memory; the protocol makes it larger.
pub(super) fn memory() -> MemorySection {
    let mut section = MemorySection::new();
    section.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    section
}

/// The global [`SINK`].
fn sink() -> GlobalSection {
    let mut section = GlobalSection::new();
    let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    section.global(ty, &ConstExpr::i64_const(0));
    section
}

/// A place in memory: an address on the stack and this `offset`.
pub(super) fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 0, memory_index: 0 }
}

/// A number below `n`, which must not be zero: neighbours go far from each other.
pub(super) fn scattered(index: u32, n: u32) -> u32 {
    index.wrapping_mul(2_654_435_761) % n
}
