//! Methods that show what a module computes.
//!
//! Two engines that compute differently would often still end with the same gas and the same trap.
//! So each function of a module gets a method beside it, which calls it with given arguments, puts
//! its result and all globals into memory, and returns that memory.

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, ImportSection, InstructionSink,
    MemArg, MemorySection, MemoryType, Module, StartSection, TableSection, TypeSection, ValType,
};
use wasmparser::{Parser, Payload};

/// What the names of the methods begin with; the function's number follows.
pub const PREFIX: &str = "probe_";
/// Most functions of a module that get a method.
const MOST_PROBES: u32 = 8;
/// Bytes of memory that a method returns.
const SHOWN_BYTES: i64 = 4_096;
/// Where results go; globals stand behind, eight bytes each.
const RESULT_AT: u64 = 0;

/// `code` with methods for its functions. `None` when it is not a module that this knows to rewrite.
pub fn added(code: &[u8], arguments: &[u64]) -> Option<Vec<u8>> {
    let mut sections = Sections::read(code)?;
    let value_return = 0;
    let own = sections.types.len();
    sections.types.ty().function([], []);
    if sections.memories.is_empty() {
        sections.memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
    }
    let imported = sections.imports.len();
    let functions = sections.functions.len();
    for number in 0..functions.min(MOST_PROBES) {
        let ty = sections.type_indices.get(number as usize)?;
        let signature = sections.signatures.get(*ty as usize)?;
        let body =
            body(imported + number, signature, &sections.global_types, arguments, value_return);
        let name = format!("{PREFIX}{number}");
        let index = imported + sections.functions.len();
        sections.exports.export(&name, ExportKind::Func, index);
        sections.functions.function(own);
        sections.code.function(&body);
    }
    Some(sections.finish())
}

/// Parameters and results of a function.
type Signature = (Vec<ValType>, Vec<ValType>);

fn body(
    function: u32,
    (parameters, results): &Signature,
    globals: &[ValType],
    arguments: &[u64],
    value_return: u32,
) -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    if results.len() == 1 {
        // The address below the value.
        code.i32_const(0);
    }
    let mut values = arguments.iter().copied().cycle();
    for ty in parameters {
        constant(&mut code, *ty, values.next().unwrap_or_default());
    }
    code.call(function);
    match results.as_slice() {
        [] => {}
        [ty] => store(&mut code, *ty, RESULT_AT),
        more => more.iter().for_each(|_| {
            code.drop();
        }),
    }
    for (index, ty) in (0_u32..).zip(globals) {
        code.i32_const(0).global_get(index);
        store(&mut code, *ty, RESULT_AT + 8 + 8 * u64::from(index));
    }
    code.i64_const(SHOWN_BYTES).i64_const(0).call(value_return).end();
    body
}

fn constant(code: &mut InstructionSink<'_>, ty: ValType, bits: u64) {
    match ty {
        ValType::I32 => code.i32_const(bits as i32),
        ValType::I64 => code.i64_const(bits as i64),
        ValType::F32 => code.f32_const(f32::from_bits(bits as u32)),
        ValType::F64 => code.f64_const(f64::from_bits(bits)),
        ValType::Ref(ty) => code.ref_null(ty.heap_type),
        ValType::V128 => code.v128_const(i128::from(bits)),
    };
}

/// Stores the value above an address; of a reference, whether it is null.
fn store(code: &mut InstructionSink<'_>, ty: ValType, offset: u64) {
    let place = MemArg { offset, align: 0, memory_index: 0 };
    match ty {
        ValType::I32 => code.i32_store(place),
        ValType::I64 => code.i64_store(place),
        ValType::F32 => code.f32_store(place),
        ValType::F64 => code.f64_store(place),
        ValType::Ref(_) => code.ref_is_null().i32_store(place),
        ValType::V128 => code.v128_store(place),
    };
}

/// A module taken apart, with `value_return` as its first import.
#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    start: Option<StartSection>,
    elements: ElementSection,
    data_count: Option<DataCountSection>,
    code: CodeSection,
    data: DataSection,
    signatures: Vec<Signature>,
    /// Types of the module's own functions.
    type_indices: Vec<u32>,
    global_types: Vec<ValType>,
}

/// Keeps everything but the numbers of functions, which an import moves by one.
struct MovedFunctions;

impl Reencode for MovedFunctions {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> u32 {
        function.saturating_add(1)
    }
}

impl Sections {
    fn read(code: &[u8]) -> Option<Sections> {
        let mut sections = Sections::default();
        for payload in Parser::new(0).parse_all(code) {
            sections.take(payload.ok()?)?;
        }
        if sections.imports.is_empty() {
            sections.import_value_return();
        }
        Some(sections)
    }

    fn take(&mut self, payload: Payload<'_>) -> Option<()> {
        let moved = &mut MovedFunctions;
        match payload {
            Payload::TypeSection(reader) => {
                for ty in reader.clone().into_iter_err_on_gc_types() {
                    let ty = ty.ok()?;
                    let types = |types: &[wasmparser::ValType]| {
                        let types = types.iter().map(|ty| RoundtripReencoder.val_type(*ty).ok());
                        types.collect::<Option<Vec<_>>>()
                    };
                    self.signatures.push((types(ty.params())?, types(ty.results())?));
                }
                moved.parse_type_section(&mut self.types, reader).ok()?;
            }
            Payload::ImportSection(reader) => {
                self.import_value_return();
                moved.parse_import_section(&mut self.imports, reader).ok()?;
            }
            Payload::FunctionSection(reader) => {
                self.type_indices = reader.clone().into_iter().collect::<Result<_, _>>().ok()?;
                moved.parse_function_section(&mut self.functions, reader).ok()?;
            }
            Payload::TableSection(reader) => {
                moved.parse_table_section(&mut self.tables, reader).ok()?;
            }
            Payload::MemorySection(reader) => {
                moved.parse_memory_section(&mut self.memories, reader).ok()?;
            }
            Payload::GlobalSection(reader) => {
                for global in reader.clone() {
                    let ty = global.ok()?.ty.content_type;
                    self.global_types.push(RoundtripReencoder.val_type(ty).ok()?);
                }
                moved.parse_global_section(&mut self.globals, reader).ok()?;
            }
            Payload::ExportSection(reader) => {
                moved.parse_export_section(&mut self.exports, reader).ok()?;
            }
            Payload::StartSection { func, .. } => {
                self.start = Some(StartSection { function_index: moved.function_index(func) });
            }
            Payload::ElementSection(reader) => {
                moved.parse_element_section(&mut self.elements, reader).ok()?;
            }
            Payload::DataCountSection { count, .. } => {
                self.data_count = Some(DataCountSection { count });
            }
            Payload::DataSection(reader) => {
                moved.parse_data_section(&mut self.data, reader).ok()?;
            }
            Payload::CodeSectionEntry(body) => {
                moved.parse_function_body(&mut self.code, body).ok()?;
            }
            Payload::CodeSectionStart { .. }
            | Payload::Version { .. }
            | Payload::CustomSection(_)
            | Payload::End(_) => {}
            _ => return None,
        }
        Some(())
    }

    /// Imports have to come after types are known and before other imports.
    fn import_value_return(&mut self) {
        let ty = self.types.len();
        self.types.ty().function([ValType::I64, ValType::I64], []);
        self.imports.import("env", "value_return", EntityType::Function(ty));
    }

    fn finish(&self) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&self.functions);
        module.section(&self.tables).section(&self.memories).section(&self.globals);
        module.section(&self.exports);
        if let Some(start) = &self.start {
            module.section(start);
        }
        module.section(&self.elements);
        if let Some(count) = &self.data_count {
            module.section(count);
        }
        module.section(&self.code).section(&self.data);
        module.finish()
    }
}
