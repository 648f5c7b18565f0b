//! What an instance of a module takes of the protocol's engine, which gives it 1 MiB at most.
//!
//! The limit is on that engine's own record of an instance, not on anything of WebAssembly, but
//! contracts can observe it: a module that passes it cannot be loaded. So the record's layout is
//! part of the protocol. It has a fixed part, 16 bytes for each global and each table, 32 for each
//! imported function, and 32 for each function that can be referred to: imported, exported, the
//! start function, and those named by element segments and the initial values of globals.

use super::module::{Module, SHIFT};
use super::rejection::Rejection;
use wasmparser::{
    BinaryReader, ConstExpr, ElementItems, ElementSectionReader, ExternalKind, GlobalSectionReader,
    Operator,
};

/// Most bytes of an instance.
const MOST: u64 = 1 << 20;
/// Bytes of what all instances have.
const FIXED: u64 = 160 + 48;
/// Bytes of the memory that every contract gets.
const MEMORY: u64 = 8 + 16;
/// Bytes of a table.
const TABLE: u64 = 16;
/// Bytes of an imported function, beside those of a reference to it.
const IMPORT: u64 = 32;
/// Bytes of a global.
const GLOBAL: u64 = 16;
/// Globals are aligned to their size.
const ALIGNMENT: u64 = 16;
/// Bytes of a function that can be referred to.
const REFERENCE: u64 = 32;
/// Globals that the protocol's instrumentation adds: gas and stack.
const ADDED_GLOBALS: u64 = 2;

/// Why an instance of the module cannot be loaded, if it cannot.
///
/// # Errors
/// When a section cannot be read again, for which valid modules give no reason.
pub(super) fn loading_error(module: &Module<'_>) -> Result<Option<String>, Rejection> {
    let all = module.imports.len().saturating_add(module.functions.len()) as u64;
    if size(module, all) <= MOST {
        return Ok(None);
    }
    let size = size(module, referable(module)?);
    Ok((size > MOST).then(|| format!("an instance takes {size} bytes, more than {MOST}")))
}

/// Bytes of an instance in which `referable` functions of the module's can be referred to.
fn size(module: &Module<'_>, referable: u64) -> u64 {
    let sections = &module.sections;
    let has_code = !module.bodies.is_empty();
    let added_functions = if has_code || sections.imports.is_some() { u64::from(SHIFT) } else { 0 };
    let added_globals = if has_code || sections.globals.is_some() { ADDED_GLOBALS } else { 0 };
    let imports = added_functions + module.imports.len() as u64;
    let head = FIXED + MEMORY + IMPORT * imports + TABLE * u64::from(module.tables);
    let globals = GLOBAL * (u64::from(module.globals) + added_globals);
    head.next_multiple_of(ALIGNMENT) + globals + REFERENCE * (added_functions + referable)
}

/// How many functions of the module can be referred to.
fn referable(module: &Module<'_>) -> Result<u64, Rejection> {
    let mut marks = Marks(vec![false; module.imports.len() + module.functions.len()]);
    marks.0.iter_mut().take(module.imports.len()).for_each(|mark| *mark = true);
    let exported = module.exports.iter().filter(|export| export.kind == ExternalKind::Func);
    exported.for_each(|export| marks.set(export.index));
    module.start.iter().for_each(|&start| marks.set(start));
    if let Some(content) = module.sections.globals {
        for global in GlobalSectionReader::new(BinaryReader::new(content, 0))? {
            marks.set_in(&global?.init_expr)?;
        }
    }
    if let Some(content) = module.sections.elements {
        for segment in ElementSectionReader::new(BinaryReader::new(content, 0))? {
            match segment?.items {
                ElementItems::Functions(functions) => {
                    for function in functions {
                        marks.set(function?);
                    }
                }
                ElementItems::Expressions(_, values) => {
                    for value in values {
                        marks.set_in(&value?)?;
                    }
                }
            }
        }
    }
    Ok(marks.0.into_iter().filter(|&mark| mark).count() as u64)
}

/// A mark for each function that can be referred to.
struct Marks(Vec<bool>);

impl Marks {
    fn set(&mut self, function: u32) {
        if let Some(mark) = usize::try_from(function).ok().and_then(|at| self.0.get_mut(at)) {
            *mark = true;
        }
    }

    fn set_in(&mut self, value: &ConstExpr<'_>) -> Result<(), Rejection> {
        for operator in value.get_operators_reader().into_iter_with_offsets() {
            if let (Operator::RefFunc { function_index }, _) = operator? {
                self.set(function_index);
            }
        }
        Ok(())
    }
}
