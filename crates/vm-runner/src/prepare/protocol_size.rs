//! How large the module would be with the instrumentation that the protocol measures.
//!
//! `max_instrumented_code_size` bounds the output of one particular instrumentation, which is not
//! ours. Its shape is known, so the size is computed rather than produced: for the code exactly and
//! always; for the rest exactly only where a bound shows that it might matter. That instrumentation
//! - imports three functions in front, which shifts the indices of all others by three;
//! - adds two types, two globals, and two locals to each function;
//! - wraps each body in a block, to give the stack back behind it;
//! - compares before it subtracts, with calls on the failing path.
//!
//! Numbers that it writes anew are in their shortest form; instructions that name no function are
//! copied as they are.

use super::analysis::{Analysed, Charge, Tariff};
use super::metering::amount;
use super::module::{Body, Module, SHIFT};
use super::rejection::Rejection;
use super::size::{i64_len, len_len, section_len, u32_len};
use std::convert::Infallible;
use torr_parameters::VmConfig;
use torr_vm_logic::error::PrepareError;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    ConstExpr, ElementSection, Encode, EntityType, GlobalSection, GlobalType, ImportSection,
    TypeSection, ValType,
};
use wasmparser::{
    BinaryReader, ElementSectionReader, Export, ExternalKind, GlobalSectionReader,
    TypeSectionReader,
};

/// Bytes of `i64.const 0`.
const ZERO: u64 = 2;
/// Bytes of a 128-bit operation and the test that nothing carried: operation, `i64.eqz`, `if`,
/// `else`, `call`, `unreachable`, `end`.
const CHECKED: u64 = 10;
/// Bytes of an instruction with a byte behind it: an empty `if`, a `call` of an added function.
const SHORT: u64 = 2;
/// Bytes of a section's id.
const ID: u64 = 1;
/// Bytes in front of a module's sections.
const MODULE_HEADER: u64 = 8;

/// Sizes of the metering in one module.
pub(super) struct Metering {
    tariff: Tariff,
    /// Bytes of `global.get` or `global.set` of the gas.
    gas: u64,
    /// The same of the stack.
    stack: u64,
}

impl Metering {
    /// Metering for a module that has `globals` globals of its own.
    pub(super) fn new(globals: u32, tariff: Tariff) -> Metering {
        Metering {
            tariff,
            gas: 1 + u32_len(globals),
            stack: 1 + u32_len(globals.saturating_add(1)),
        }
    }

    /// A charge of a fixed amount: compare; call and stop, or subtract.
    fn charge(&self, gas: u64) -> u64 {
        let constant = 1 + i64_len(gas.cast_signed());
        let compare = self.gas + constant + 1 + SHORT;
        let fail = constant + SHORT + 1;
        let subtract = 1 + self.gas + constant + 1 + self.gas + 1;
        compare + fail + subtract
    }

    /// A charge of a bulk instruction, with two locals behind the `locals` of the function.
    fn charge_bulk(&self, locals: u32) -> u64 {
        let sum = 1 + u32_len(locals);
        let count = 1 + u32_len(locals.saturating_add(1));
        let unit = 1 + i64_len(amount(self.tariff.bulk_unit));
        let base = 1 + i64_len(amount(self.tariff.bulk_base));
        let product = count + 1 + unit + CHECKED;
        let total = ZERO + base + ZERO + CHECKED;
        let compare = sum + self.gas + 1 + SHORT;
        let fail = sum + SHORT + 1;
        let subtract = 1 + self.gas + sum + 1 + self.gas + 1;
        product + total + compare + fail + subtract + count
    }

    /// Taking or giving back `bytes` of stack.
    fn stack(&self, bytes: u64) -> u64 {
        self.stack + ZERO + 1 + i64_len(bytes.cast_signed()) + ZERO + CHECKED + self.stack
    }

    /// Bytes of a function's body, without the length in front of it.
    pub(super) fn body(&self, body: &Body, analysed: &Analysed<'_>) -> u64 {
        let locals = u32_len(body.local_run_count.saturating_add(2)) + body.local_runs_len + 4;
        let stack = self.stack(analysed.stack_bytes());
        let frame = self.charge(self.tariff.of_frame(analysed.frame_bytes));
        // The block around the body: its start with a type of one byte, and its end.
        let wrapped = SHORT + stack + frame + 1 + stack;
        let returns = body.notes.returns.saturating_mul(stack);
        let charges: u64 = analysed
            .charges()
            .map(|point| match point.charge {
                Charge::Fixed(gas) => self.charge(gas),
                Charge::Bulk => self.charge_bulk(body.locals),
            })
            .sum();
        let operators = u64::try_from(body.operators.len()).unwrap_or(u64::MAX);
        (locals + wrapped + charges)
            .saturating_add(returns)
            .saturating_add(operators.saturating_add_signed(body.renumbering))
    }
}

/// Bytes of the code section with bodies of these sizes.
pub(super) fn code_section(bodies: &[u64]) -> u64 {
    if bodies.is_empty() {
        return 0;
    }
    let content: u64 = bodies.iter().map(|&body| len_len(body).saturating_add(body)).sum();
    section_len(number(bodies.len()) + content)
}

fn number(count: usize) -> u64 {
    u32_len(u32::try_from(count).unwrap_or(u32::MAX))
}

/// An upper bound of the bytes of everything but the code section. A type or a name may become
/// longer by a byte, a reference to a function by up to four; what is added is small.
pub(super) fn rest_at_most(module: &Module<'_>) -> u64 {
    const ADDED: u64 = 1024;
    let sections = &module.sections;
    let all = [
        sections.types,
        sections.imports,
        sections.functions,
        sections.tables,
        sections.globals,
        sections.elements,
        sections.data_count,
        sections.data,
    ];
    let len: u64 = all.into_iter().flatten().map(|bytes| bytes.len() as u64).sum();
    let data = sections.data.map_or(0, |bytes| bytes.len() as u64);
    let exports: u64 = module.exports.iter().map(|export| 16 + export.name.len() as u64).sum();
    ADDED + data + 5 * (len - data) + exports + sections.custom_bytes
}

/// The bytes of everything but the code section. Custom sections count as they are, if `config`
/// keeps them at all, which no version since 84 does.
///
/// # Errors
/// When a section cannot be written anew, for which valid modules give no reason.
pub(super) fn rest(module: &Module<'_>, config: &VmConfig) -> Result<u64, Rejection> {
    let sections = &module.sections;
    let has_code = !module.bodies.is_empty();
    let mut size = MODULE_HEADER + memory(config) + functions(module);
    for copied in [sections.tables, sections.data_count, sections.data].into_iter().flatten() {
        size += section_len(copied.len() as u64);
    }
    if !config.discard_custom_sections {
        size += sections.custom_bytes;
    }
    let added = Added {
        functions: has_code || sections.imports.is_some(),
        globals: has_code || sections.globals.is_some(),
    };
    size += exports(module, &added);
    let rewritten = rewritten(module, &added, config).map_err(|error| {
        let rule = format!("the size of the module cannot be measured: {error}");
        Rejection::new(PrepareError::Serialization, rule)
    })?;
    Ok(size + rewritten)
}

/// Which of its additions the protocol's instrumentation makes.
struct Added {
    functions: bool,
    globals: bool,
}

fn memory(config: &VmConfig) -> u64 {
    let pages = |pages: u64| len_len(pages);
    let limits = &config.limits;
    // Number of memories, flags, and the two numbers of pages.
    section_len(2 + pages(limits.initial_memory_pages) + pages(limits.max_memory_pages))
}

fn functions(module: &Module<'_>) -> u64 {
    if module.functions.is_empty() {
        return 0;
    }
    let types: u64 = module.functions.iter().map(|&ty| u32_len(ty)).sum();
    section_len(number(module.functions.len()) + types)
}

/// The export section: a contract's exports other than its memory, under names longer by a byte, and
/// those of the instrumentation.
fn exports(module: &Module<'_>, added: &Added) -> u64 {
    let export = |name: u64, index: u32| len_len(name) + name + 1 + u32_len(index);
    let mut count = 1;
    let mut size = export("memory".len() as u64, 0);
    if added.globals {
        count += 1;
        size += export("remaining_gas".len() as u64, module.globals);
    }
    if let Some(start) = module.start {
        count += 1;
        size += export("start".len() as u64, start.saturating_add(SHIFT));
    }
    for &Export { name, kind, index } in &module.exports {
        let index = match kind {
            ExternalKind::Memory => continue,
            ExternalKind::Func => index.saturating_add(SHIFT),
            ExternalKind::Table | ExternalKind::Global | ExternalKind::Tag => index,
        };
        count += 1;
        size += export(name.len() as u64 + 1, index);
    }
    section_len(number(count) + size)
}

type Rewriting<T> = Result<T, Error<Infallible>>;

/// Writes sections as the protocol's instrumentation does.
struct Shifted;

impl Reencode for Shifted {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> u32 {
        function.saturating_add(SHIFT)
    }
}

/// Bytes of the sections that the instrumentation parses and writes anew.
fn rewritten(module: &Module<'_>, added: &Added, config: &VmConfig) -> Rewriting<u64> {
    let sections = &module.sections;
    let mut size = types(sections.types, added)? + globals(module, added, config)?;
    if added.functions {
        size += imports(module)?;
    }
    Ok(size + elements(sections.elements)?)
}

/// Length of a section: what `content` encodes to begins with the length of the rest.
fn encoded(content: &impl Encode) -> u64 {
    let mut bytes = Vec::new();
    content.encode(&mut bytes);
    ID + bytes.len() as u64
}

fn types(content: Option<&[u8]>, added: &Added) -> Rewriting<u64> {
    let mut section = TypeSection::new();
    if let Some(content) = content {
        let reader = TypeSectionReader::new(BinaryReader::new(content, 0))?;
        for ty in reader.into_iter_err_on_gc_types() {
            section.ty().func_type(&Shifted.func_type(ty?)?);
        }
    }
    if added.functions {
        section.ty().function([], []);
        section.ty().function([ValType::I64], []);
    }
    Ok(if section.is_empty() { 0 } else { encoded(&section) })
}

fn imports(module: &Module<'_>) -> Rewriting<u64> {
    const MODULE: &str = "internal";
    let mut section = ImportSection::new();
    let exhausted = u32::try_from(module.types.len()).unwrap_or(u32::MAX);
    let charge = exhausted.saturating_add(1);
    section.import(MODULE, "finite_wasm_gas_exhausted", EntityType::Function(exhausted));
    section.import(MODULE, "finite_wasm_stack_exhausted", EntityType::Function(exhausted));
    section.import(MODULE, "finite_wasm_gas", EntityType::Function(charge));
    for import in &module.imports {
        section.import("env", import.name, EntityType::Function(import.type_index));
    }
    Ok(encoded(&section))
}

fn globals(module: &Module<'_>, added: &Added, config: &VmConfig) -> Rewriting<u64> {
    if !added.globals {
        return Ok(0);
    }
    let mut section = GlobalSection::new();
    if let Some(content) = module.sections.globals {
        let reader = GlobalSectionReader::new(BinaryReader::new(content, 0))?;
        Shifted.parse_global_section(&mut section, reader)?;
    }
    let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    section.global(ty, &ConstExpr::i64_const(0));
    section.global(ty, &ConstExpr::i64_const(amount(config.limits.max_stack_height)));
    Ok(encoded(&section))
}

fn elements(content: Option<&[u8]>) -> Rewriting<u64> {
    let mut section = ElementSection::new();
    if let Some(content) = content {
        let reader = ElementSectionReader::new(BinaryReader::new(content, 0))?;
        Shifted.parse_element_section(&mut section, reader)?;
    }
    Ok(if section.is_empty() { 0 } else { encoded(&section) })
}
