//! Reading a module: validation, the limits of what it declares, and all that writing the prepared
//! module needs to know.
//!
//! Sections that pass unchanged are kept as ranges of the input. Errors come in the order in which
//! the sections stand, as the protocol has it.

use super::features;
use super::interface::ENV;
use super::limits::DeclarationLimits;
use super::rejection::Rejection;
use super::scan::{Boundary, EditAt, Notes, Scan};
use super::size::{section_len, u32_len};
use std::ops::Range;
use torr_parameters::VmConfig;
use torr_vm_logic::error::PrepareError;
use wasmparser::{
    ConstExpr, ElementItems, Export, ExternalKind, FuncToValidate, FuncType,
    FuncValidatorAllocations, FunctionBody, Operator, Parser, Payload, TypeRef, ValidPayload,
    Validator, ValidatorResources, WasmFeatures,
};

/// A valid module within the limits.
pub(super) struct Module<'a> {
    pub(super) types: Vec<FuncType>,
    pub(super) imports: Vec<Import<'a>>,
    /// Types of the module's own functions.
    pub(super) functions: Vec<u32>,
    pub(super) tables: u32,
    pub(super) globals: u32,
    pub(super) exports: Vec<Export<'a>>,
    pub(super) start: Option<u32>,
    pub(super) bodies: Vec<Body>,
    /// Edits of all bodies, in the order of their places.
    pub(super) edits: Vec<EditAt>,
    /// Boundaries of all bodies, in order.
    pub(super) boundaries: Vec<Boundary>,
    pub(super) sections: Sections<'a>,
}

/// An imported function.
pub(super) struct Import<'a> {
    pub(super) name: &'a str,
    pub(super) type_index: u32,
    /// Whether it is more than called: it is exported, in a table, or started with. Then it keeps its
    /// type.
    pub(super) is_referenced: bool,
}

/// The contents of sections, without id and length; `None`: the module has no such section.
#[derive(Default)]
pub(super) struct Sections<'a> {
    /// The types themselves, without their number.
    pub(super) type_items: &'a [u8],
    pub(super) types: Option<&'a [u8]>,
    pub(super) imports: Option<&'a [u8]>,
    pub(super) functions: Option<&'a [u8]>,
    pub(super) tables: Option<&'a [u8]>,
    pub(super) globals: Option<&'a [u8]>,
    /// The globals themselves, without their number.
    pub(super) global_items: &'a [u8],
    pub(super) elements: Option<&'a [u8]>,
    pub(super) data_count: Option<&'a [u8]>,
    pub(super) data: Option<&'a [u8]>,
    /// Bytes of all custom sections with their heads.
    pub(super) custom_bytes: u64,
}

/// The body of a function.
pub(super) struct Body {
    /// Index of the function's type.
    pub(super) type_index: u32,
    /// The declarations of locals, without their number.
    pub(super) local_runs: Range<usize>,
    /// How many runs of locals are declared.
    pub(super) local_run_count: u32,
    /// Bytes of the declarations, each number in its shortest form.
    pub(super) local_runs_len: u64,
    /// Parameters and locals.
    pub(super) locals: u32,
    /// The instructions, up to the end of the body.
    pub(super) operators: Range<usize>,
    /// Where this body's edits are in those of the module.
    pub(super) edits: Range<usize>,
    /// Where this body's boundaries are in those of the module.
    pub(super) boundaries: Range<usize>,
    pub(super) notes: Notes,
    /// How many bytes instructions that name functions would grow by with the indices that the
    /// protocol's own instrumentation gives; padded numbers become shorter.
    pub(super) renumbering: i64,
}

/// How far the protocol's own instrumentation shifts the indices of functions.
pub(super) const SHIFT: u32 = 3;

impl Module<'_> {
    /// The type with the index `index`.
    pub(super) fn type_at(&self, index: u32) -> Option<&FuncType> {
        self.types.get(usize::try_from(index).ok()?)
    }

    /// Notes that more is done with a function than calling it.
    fn note_reference(&mut self, function: u32) {
        let index = usize::try_from(function).unwrap_or(usize::MAX);
        if let Some(import) = self.imports.get_mut(index) {
            import.is_referenced = true;
        }
    }

    fn note_references(&mut self, expression: &ConstExpr<'_>) -> Result<(), Rejection> {
        let mut operators = expression.get_operators_reader();
        while !operators.is_end_then_eof() {
            if let Operator::RefFunc { function_index } = operators.read()? {
                self.note_reference(function_index);
            }
        }
        Ok(())
    }

    fn note_elements(&mut self, items: ElementItems<'_>) -> Result<(), Rejection> {
        match items {
            ElementItems::Functions(functions) => {
                for function in functions {
                    self.note_reference(function?);
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions {
                    self.note_references(&expression?)?;
                }
            }
        }
        Ok(())
    }

    /// The type of the function with the index `function`, imported ones counted first.
    pub(super) fn function_type(&self, function: u32) -> Option<&FuncType> {
        let function = usize::try_from(function).ok()?;
        let index = match function.checked_sub(self.imports.len()) {
            None => self.imports.get(function)?.type_index,
            Some(own) => *self.functions.get(own)?,
        };
        self.type_at(index)
    }
}

/// Whether calls of the function with this index hand the gas over: it is imported, and nothing is done
/// with it but calling it. Known before the first body.
pub(super) fn is_metered(imports: &[Import<'_>], function: u32) -> bool {
    let import = usize::try_from(function).ok().and_then(|index| imports.get(index));
    import.is_some_and(|import| !import.is_referenced)
}

/// Reads `code`.
///
/// # Errors
/// When the code is no valid module with the features of `config`, or passes a limit.
pub(super) fn read<'a>(code: &'a [u8], config: &VmConfig) -> Result<Module<'a>, Rejection> {
    let mut reader = Reader::new(code, config);
    for payload in Parser::new(0).parse_all(code) {
        reader.read(payload?)?;
    }
    Ok(reader.module)
}

struct Reader<'a> {
    code: &'a [u8],
    features: WasmFeatures,
    limits: DeclarationLimits,
    validator: Validator,
    allocations: FuncValidatorAllocations,
    module: Module<'a>,
}

impl<'a> Reader<'a> {
    fn new(code: &'a [u8], config: &VmConfig) -> Reader<'a> {
        let features = features::enabled(config);
        Reader {
            code,
            features,
            limits: DeclarationLimits::new(config, code.len()),
            validator: Validator::new_with_features(features),
            allocations: FuncValidatorAllocations::default(),
            module: Module {
                types: Vec::new(),
                imports: Vec::new(),
                functions: Vec::new(),
                tables: 0,
                globals: 0,
                exports: Vec::new(),
                start: None,
                bodies: Vec::new(),
                edits: Vec::new(),
                boundaries: Vec::new(),
                sections: Sections::default(),
            },
        }
    }

    /// The limit of a section's items comes before its validation for types, functions and bodies,
    /// and after it for the others.
    fn read(&mut self, payload: Payload<'a>) -> Result<(), Rejection> {
        match &payload {
            Payload::TypeSection(types) => self.limits.types.take(types.count().into())?,
            Payload::CodeSectionStart { count, .. } => {
                self.limits.functions.take((*count).into())?;
            }
            Payload::CodeSectionEntry(body) => self.test_body(body)?,
            _ => {}
        }
        if let ValidPayload::Func(function, body) = self.validator.payload(&payload)? {
            return self.read_body(function, &body);
        }
        self.read_valid(payload)
    }

    fn read_valid(&mut self, payload: Payload<'a>) -> Result<(), Rejection> {
        let code = self.code;
        let bytes = |range: Range<usize>| code.get(range);
        let module = &mut self.module;
        let sections = &mut module.sections;
        match payload {
            Payload::TypeSection(types) => {
                // The reader stands behind the number.
                let items = types.original_position()..types.range().end;
                sections.type_items = bytes(items).unwrap_or_default();
                sections.types = bytes(types.range());
                for ty in types.into_iter_err_on_gc_types() {
                    module.types.push(ty?);
                }
            }
            Payload::ImportSection(imports) => {
                sections.imports = bytes(imports.range());
                for import in imports {
                    let import = import?;
                    self.read_import(&import)?;
                }
            }
            Payload::FunctionSection(functions) => {
                sections.functions = bytes(functions.range());
                for ty in functions {
                    module.functions.push(ty?);
                }
            }
            Payload::TableSection(tables) => {
                sections.tables = bytes(tables.range());
                module.tables = tables.count();
                self.limits.tables.take(tables.count().into())?;
                for table in tables {
                    self.limits.table_elements.test(table?.ty.initial)?;
                }
            }
            Payload::GlobalSection(globals) => {
                // The reader stands behind the number.
                let items = globals.original_position()..globals.range().end;
                sections.globals = bytes(globals.range());
                sections.global_items = bytes(items).unwrap_or_default();
                module.globals = globals.count();
                self.limits.globals.take(globals.count().into())?;
                for global in globals {
                    module.note_references(&global?.init_expr)?;
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        module.note_reference(export.index);
                    }
                    module.exports.push(export);
                }
            }
            Payload::StartSection { func, .. } => {
                module.note_reference(func);
                module.start = Some(func);
            }
            Payload::ElementSection(elements) => {
                sections.elements = bytes(elements.range());
                for element in elements {
                    module.note_elements(element?.items)?;
                }
            }
            Payload::DataCountSection { range, .. } => sections.data_count = bytes(range),
            Payload::DataSection(data) => sections.data = bytes(data.range()),
            Payload::CustomSection(custom) => {
                sections.custom_bytes += section_len(custom.range().len() as u64);
            }
            // Code is read body by body, but a section that is cut short comes before all else in
            // the bodies that are there.
            Payload::CodeSectionStart { range, .. } => {
                if bytes(range.clone()).is_none() {
                    let rule = "unexpected end: the code section is longer than the module";
                    let rejection = Rejection::new(PrepareError::Deserialization, rule);
                    return Err(rejection.at(range.start));
                }
            }
            // The contract's own memory is replaced.
            Payload::Version { .. } | Payload::MemorySection(_) | Payload::End(_) => {}
            _ => {
                let rule = "a section that modules do not have";
                return Err(Rejection::new(PrepareError::Deserialization, rule));
            }
        }
        Ok(())
    }

    fn read_import(&mut self, import: &wasmparser::Import<'a>) -> Result<(), Rejection> {
        let refuse = |error, what| {
            Err(Rejection::new(
                error,
                format!("{what} is imported: {}.{}", import.module, import.name),
            ))
        };
        if import.module != ENV {
            return refuse(PrepareError::Instantiate, "something of another module");
        }
        match import.ty {
            TypeRef::Func(type_index) => {
                self.limits.functions.take(1)?;
                let import = Import { name: import.name, type_index, is_referenced: false };
                self.module.imports.push(import);
                Ok(())
            }
            TypeRef::Table(_) => refuse(PrepareError::Instantiate, "a table"),
            TypeRef::Global(_) => refuse(PrepareError::Instantiate, "a global"),
            TypeRef::Memory(_) => refuse(PrepareError::Memory, "a memory"),
            TypeRef::Tag(_) => refuse(PrepareError::Deserialization, "a tag"),
        }
    }

    /// Index of the function that the next body is of.
    fn next_function(&self) -> u32 {
        u32::try_from(self.module.imports.len() + self.module.bodies.len()).unwrap_or(u32::MAX)
    }

    fn test_body(&mut self, body: &FunctionBody<'a>) -> Result<(), Rejection> {
        let place =
            |rejection: Rejection, function| rejection.in_function(function).at(body.range().start);
        let function = self.next_function();
        let len = u64::try_from(body.range().len()).unwrap_or(u64::MAX);
        self.limits.body_bytes.test(len).map_err(|rejection| place(rejection, function))?;
        for run in body.get_locals_reader()? {
            let (count, _) = run?;
            let taken = self.limits.locals.take(count.into());
            taken.map_err(|rejection| place(rejection, function))?;
        }
        Ok(())
    }

    fn read_body(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'a>,
    ) -> Result<(), Rejection> {
        let index = self.next_function();
        let read =
            self.scan_body(function, body).map_err(|rejection| rejection.in_function(index))?;
        self.module.bodies.push(read);
        Ok(())
    }

    /// Validates a body as the parser's own `FuncValidator::validate` does, taking notes on the way.
    fn scan_body(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'a>,
    ) -> Result<Body, Rejection> {
        let allocations = std::mem::take(&mut self.allocations);
        let type_index = function.ty;
        let mut validator = function.into_validator(allocations);
        let mut reader = body.get_binary_reader();
        let local_run_count = reader.read_var_u32()?;
        let locals_start = reader.original_position();
        let mut local_runs_len = 0;
        for _ in 0..local_run_count {
            let offset = reader.original_position();
            let (count, ty) = (reader.read()?, reader.read()?);
            validator.define_locals(offset, count, ty)?;
            // A type takes one byte: there are no others than numbers and `funcref`.
            local_runs_len += u32_len(count) + 1;
        }
        let operators = reader.original_position()..body.range().end;
        reader.set_features(self.features);
        let mut notes = Notes::default();
        let mut open = Vec::new();
        let mut renumbering = 0;
        let Module { imports, edits, boundaries, .. } = &mut self.module;
        let (first_edit, first_boundary) = (edits.len(), boundaries.len());
        while !reader.eof() {
            let start = reader.original_position();
            let mut scan = Scan {
                validator: validator.visitor(start),
                notes: &mut notes,
                imports: imports.as_slice(),
                edits: &mut *edits,
                boundaries: &mut *boundaries,
                open: &mut open,
                offset: u32::try_from(start).unwrap_or(u32::MAX),
            };
            reader.visit_operator(&mut scan)??;
            drop(scan);
            if let Some(function) = notes.named_function.take() {
                let before = reader.original_position().saturating_sub(start);
                let after = 1 + u32_len(function.saturating_add(SHIFT));
                renumbering += after.cast_signed() - i64::try_from(before).unwrap_or(i64::MAX);
            }
        }
        validator.finish(reader.original_position())?;
        let locals = validator.len_locals();
        self.allocations = validator.into_allocations();
        Ok(Body {
            type_index,
            local_runs: locals_start..operators.start,
            local_run_count,
            local_runs_len,
            locals,
            operators,
            edits: first_edit..self.module.edits.len(),
            boundaries: first_boundary..self.module.boundaries.len(),
            notes,
            renumbering,
        })
    }
}
