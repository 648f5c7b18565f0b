//! What a module has, read without judging it: as much as can be read of any bytes.
//!
//! Whether the protocol accepts a module is said by the preparation that runs use; this only counts.

use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::{
    BinaryReaderError, ExternalKind, FuncType, FunctionBody, KnownCustom, Name, NameSectionReader,
    Operator, Parser, Payload, TypeRef,
};

/// The contents of a module.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its sections in order, each with its bytes including the header.
    pub(super) sections: Vec<(String, u64)>,
    pub(super) imports: Vec<Import>,
    /// Types of the functions among them.
    imported_functions: Vec<u32>,
    pub(super) exports: Vec<Export>,
    /// Types, as far as they are functions'.
    pub(super) types: Vec<FuncType>,
    /// Types of the module's own functions.
    pub(super) functions: Vec<u32>,
    pub(super) bodies: Vec<Body>,
    pub(super) tables: u64,
    /// Elements of the largest table.
    pub(super) table_elements: u64,
    /// Names of functions, by index.
    names: BTreeMap<u32, String>,
}

/// Something that the module imports.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) module: String,
    pub(super) name: String,
    /// Index of its type, for a function.
    pub(super) function_type: Option<u32>,
}

/// Something that the module exports.
#[derive(Debug)]
pub(super) struct Export {
    pub(super) name: String,
    pub(super) kind: ExternalKind,
    pub(super) index: u32,
}

/// The body of a function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body {
    pub(super) bytes: u64,
    /// Locals that it declares.
    pub(super) locals: u64,
    /// `block`, `loop` and `if` instructions.
    pub(super) blocks: u64,
}

/// Longest name of a function that is kept, in characters.
const LONGEST_NAME: usize = 200;

impl Module {
    /// Reads `code` up to its end or the first thing that cannot be read.
    pub(crate) fn read(code: &[u8]) -> Module {
        let mut module = Module::default();
        // Bytes in front of the first section: magic number and version.
        let mut end = 8;
        for payload in Parser::new(0).parse_all(code) {
            let Ok(payload) = payload else { break };
            if let Some((_, range)) = payload.as_section() {
                module.sections.push((section_name(&payload), size(&(end..range.end))));
                end = range.end;
            }
            if module.read_payload(payload).is_err() {
                break;
            }
        }
        module
    }

    fn read_payload(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    self.types.push(ty?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports {
                    let import = import?;
                    let function_type = match import.ty {
                        TypeRef::Func(index) => Some(index),
                        _ => None,
                    };
                    self.imported_functions.extend(function_type);
                    let (module, name) = (import.module.to_owned(), import.name.to_owned());
                    self.imports.push(Import { module, name, function_type });
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(tables) => {
                self.tables = tables.count().into();
                for table in tables {
                    self.table_elements = self.table_elements.max(table?.ty.initial);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    let (name, kind, index) = (export.name.to_owned(), export.kind, export.index);
                    self.exports.push(Export { name, kind, index });
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(Body::read(&body)?),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    self.read_names(names);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Names that cannot be read are left out: the protocol does not look at them.
    fn read_names(&mut self, names: NameSectionReader<'_>) {
        for name in names.into_iter().flatten() {
            let Name::Function(functions) = name else { continue };
            for function in functions.into_iter().flatten() {
                self.names.insert(function.index, function.name.to_owned());
            }
        }
    }

    /// Number of all functions, imported ones included.
    pub(super) fn function_count(&self) -> usize {
        self.imported_functions.len() + self.bodies.len()
    }

    /// The type with this index.
    pub(super) fn type_at(&self, index: u32) -> Option<&FuncType> {
        self.types.get(usize::try_from(index).ok()?)
    }

    /// The type of a function, imported ones counted first.
    pub(super) fn function_type(&self, index: u32) -> Option<&FuncType> {
        let index = usize::try_from(index).ok()?;
        let ty = match index.checked_sub(self.imported_functions.len()) {
            Some(own) => self.functions.get(own),
            None => self.imported_functions.get(index),
        };
        self.type_at(*ty?)
    }

    /// Parameters of each of the module's own functions.
    pub(super) fn parameters(&self) -> impl Iterator<Item = u64> + '_ {
        self.functions
            .iter()
            .map(|index| self.type_at(*index).map_or(0, |ty| ty.params().len() as u64))
    }

    /// The largest functions: index, name as in its source, bytes.
    pub(super) fn largest(&self, count: usize) -> Vec<(u32, Option<String>, u64)> {
        let imported = self.imported_functions.len();
        let mut bodies: Vec<(usize, u64)> =
            self.bodies.iter().map(|body| body.bytes).enumerate().collect();
        bodies.sort_by_key(|&(index, bytes)| (std::cmp::Reverse(bytes), index));
        bodies.truncate(count);
        let named = bodies.into_iter().map(|(own, bytes)| {
            let index = u32::try_from(imported + own).unwrap_or(u32::MAX);
            (index, self.names.get(&index).map(|name| source_name(name)), bytes)
        });
        named.collect()
    }
}

impl Body {
    fn read(body: &FunctionBody<'_>) -> Result<Body, BinaryReaderError> {
        let mut locals = 0u64;
        for run in body.get_locals_reader()? {
            locals = locals.saturating_add(run?.0.into());
        }
        let mut blocks = 0;
        for operator in body.get_operators_reader()? {
            if let Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } = operator?
            {
                blocks += 1;
            }
        }
        Ok(Body { bytes: size(&body.range()), locals, blocks })
    }
}

fn size(range: &Range<usize>) -> u64 {
    range.end.saturating_sub(range.start) as u64
}

/// A function's name as its source has it, cut to a sensible length.
pub(super) fn source_name(name: &str) -> String {
    let name = match rustc_demangle::try_demangle(name) {
        // Without the hash that tells versions of a crate apart.
        Ok(demangled) => format!("{demangled:#}"),
        Err(_) => name.to_owned(),
    };
    crate::bytes::cut(&name, LONGEST_NAME)
}

fn section_name(payload: &Payload<'_>) -> String {
    let name = match payload {
        Payload::TypeSection(_) => "types",
        Payload::ImportSection(_) => "imports",
        Payload::FunctionSection(_) => "functions",
        Payload::TableSection(_) => "tables",
        Payload::MemorySection(_) => "memory",
        Payload::GlobalSection(_) => "globals",
        Payload::ExportSection(_) => "exports",
        Payload::StartSection { .. } => "start",
        Payload::ElementSection(_) => "elements",
        Payload::DataCountSection { .. } => "data count",
        Payload::CodeSectionStart { .. } => "code",
        Payload::DataSection(_) => "data",
        Payload::CustomSection(section) => {
            return format!("custom {}", crate::bytes::cut(section.name(), LONGEST_NAME));
        }
        _ => "other",
    };
    name.to_owned()
}
