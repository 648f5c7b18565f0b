//! A module taken apart, as far as linking needs.

use wasmparser::{
    BinaryReaderError, Data, Element, Export, FuncType, FunctionBody, Global, Import, MemoryType,
    Operator, Parser, Payload, Table,
};

/// The parts of a module, each in the order of the module.
#[derive(Default)]
pub(crate) struct Parts<'a> {
    pub(crate) types: Vec<FuncType>,
    pub(crate) imports: Vec<Import<'a>>,
    /// Types of the module's own functions.
    pub(crate) functions: Vec<u32>,
    pub(crate) tables: Vec<Table<'a>>,
    pub(crate) memories: Vec<MemoryType>,
    pub(crate) globals: Vec<Global<'a>>,
    pub(crate) exports: Vec<Export<'a>>,
    pub(crate) start: Option<u32>,
    pub(crate) elements: Vec<Element<'a>>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) data: Vec<Data<'a>>,
}

impl<'a> Parts<'a> {
    /// Takes `code` apart. It need not be valid.
    pub(crate) fn read(code: &'a [u8]) -> Result<Parts<'a>, BinaryReaderError> {
        let mut parts = Parts::default();
        for payload in Parser::new(0).parse_all(code) {
            match payload? {
                Payload::TypeSection(types) => {
                    parts.types = types.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
                }
                Payload::ImportSection(all) => parts.imports = list(all)?,
                Payload::FunctionSection(all) => parts.functions = list(all)?,
                Payload::TableSection(all) => parts.tables = list(all)?,
                Payload::MemorySection(all) => parts.memories = list(all)?,
                Payload::GlobalSection(all) => parts.globals = list(all)?,
                Payload::ExportSection(all) => parts.exports = list(all)?,
                Payload::StartSection { func, .. } => parts.start = Some(func),
                Payload::ElementSection(all) => parts.elements = list(all)?,
                Payload::CodeSectionEntry(body) => parts.bodies.push(body),
                Payload::DataSection(all) => parts.data = list(all)?,
                _ => {}
            }
        }
        Ok(parts)
    }

    /// Whether an instance can change.
    pub(crate) fn have_state(&self) -> bool {
        !(self.memories.is_empty() && self.tables.is_empty())
            || self.globals.iter().any(|global| global.ty.mutable)
    }

    /// Whether code or data reach the memory.
    pub(crate) fn use_memory(&self) -> bool {
        !self.data.is_empty()
            || self.bodies.iter().any(|body| operators(body).any(|it| reaches_memory(&it)))
    }
}

fn list<'a, T: wasmparser::FromReader<'a>>(
    section: wasmparser::SectionLimited<'a, T>,
) -> Result<Vec<T>, BinaryReaderError> {
    section.into_iter().collect()
}

/// The instructions of a function in a module that parses.
pub(crate) fn operators<'a>(body: &FunctionBody<'a>) -> impl Iterator<Item = Operator<'a>> {
    let reader = body.get_operators_reader().expect("the locals were read");
    reader.into_iter().map(|operator| operator.expect("the module was parsed"))
}

/// Accesses have a memory argument; the others have `memory` in their names.
fn reaches_memory(operator: &Operator<'_>) -> bool {
    let text = format!("{operator:?}");
    text.starts_with("Memory") || text.contains("memarg")
}
