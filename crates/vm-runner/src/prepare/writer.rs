//! Writing the prepared module: sections as they are, except for types, imports, memory, globals,
//! exports, start and code.
//!
//! **Invariant:** whatever is added comes behind what the module has, so that no index changes.

use super::Style;
use super::analysis::{ModuleAnalysis, Tariff};
use super::body::BodyWriter;
use super::interface::{
    GAS_EXPORT, GasPassing, MEMORY_EXPORT, METHOD_PREFIX, MethodKind, STACK_EXPORT, START_EXPORT,
};
use super::metering::{GLOBALS, Meter, amount};
use super::module::Module;
use std::collections::{BTreeMap, BTreeSet};
use torr_parameters::VmConfig;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    ConstExpr, Encode, EntityType, ExportKind, ExportSection, GlobalSection, GlobalType,
    ImportSection, MemorySection, MemoryType, Section, SectionId, TableSection, ValType,
};
use wasmparser::{BinaryReader, ExternalKind, TableSectionReader};

/// Most elements of a table where the parameters set no limit.
const MOST_TABLE_ELEMENTS: u64 = 10_000;

/// What the type of a function begins with.
const FUNCTION_TYPE: u8 = 0x60;

/// How much longer than its code a prepared module is at first expected to be.
const USUAL_GROWTH: usize = 4;

/// The prepared module; `None` if the analysis does not fit it.
pub(super) fn write(
    code: &[u8],
    module: &Module<'_>,
    methods: &BTreeMap<String, MethodKind>,
    analysis: &ModuleAnalysis,
    tariff: Tariff,
    config: &VmConfig,
    style: Style,
) -> Option<Vec<u8>> {
    let meter = Meter::new(module.globals, tariff, style.charging);
    let bodies = BodyWriter { code, module, meter: &meter, tariff, style };
    let sections = &module.sections;
    let mut out = Vec::with_capacity(code.len().saturating_mul(USUAL_GROWTH));
    out.extend_from_slice(&wasm_encoder::Module::HEADER);
    let metered = MeteredTypes::of(module, style.passing);
    metered.write_types(&mut out, module)?;
    if module.sections.imports.is_some() {
        metered.imports(module).append_to(&mut out);
    }
    copy(&mut out, SectionId::Function, sections.functions)?;
    write_tables(&mut out, sections.tables, config)?;
    memory(config).append_to(&mut out);
    write_globals(&mut out, module, config)?;
    exports(module, methods, &meter).append_to(&mut out);
    copy(&mut out, SectionId::Element, sections.elements)?;
    copy(&mut out, SectionId::DataCount, sections.data_count)?;
    write_code(&mut out, module, analysis, &bodies)?;
    copy(&mut out, SectionId::Data, sections.data)?;
    Some(out)
}

/// Types of imported functions that gas is handed over to, behind those of the contract.
struct MeteredTypes {
    /// The index of each, by that of the contract's type; empty when no gas is handed over.
    indices: BTreeMap<u32, u32>,
}

impl MeteredTypes {
    fn of(module: &Module<'_>, passing: GasPassing) -> MeteredTypes {
        let handed_over = passing == GasPassing::AsParameter;
        let metered = module.imports.iter().filter(|import| handed_over && !import.is_referenced);
        let types: BTreeSet<u32> = metered.map(|import| import.type_index).collect();
        let first = u32::try_from(module.types.len()).unwrap_or(u32::MAX);
        MeteredTypes { indices: types.into_iter().zip(first..).collect() }
    }

    fn write_types(&self, out: &mut Vec<u8>, module: &Module<'_>) -> Option<()> {
        if module.sections.types.is_none() {
            return Some(());
        }
        let number = module.types.len().checked_add(self.indices.len())?;
        let mut content = Vec::with_capacity(module.sections.type_items.len());
        u32::try_from(number).ok()?.encode(&mut content);
        content.extend_from_slice(module.sections.type_items);
        for index in self.indices.keys() {
            let ty = RoundtripReencoder.func_type(module.type_at(*index)?.clone()).ok()?;
            let with_gas = |types: &[ValType]| [types, &[ValType::I64]].concat();
            let (parameters, results) = (with_gas(ty.params()), with_gas(ty.results()));
            content.push(FUNCTION_TYPE);
            parameters.encode(&mut content);
            results.encode(&mut content);
        }
        copy(out, SectionId::Type, Some(&content))
    }

    fn imports(&self, module: &Module<'_>) -> ImportSection {
        let mut section = ImportSection::new();
        for import in &module.imports {
            let metered = self.indices.get(&import.type_index).filter(|_| !import.is_referenced);
            let (passing, ty) = match metered {
                Some(&metered) => (GasPassing::AsParameter, metered),
                None => (GasPassing::InGlobal, import.type_index),
            };
            section.import(passing.module(), import.name, EntityType::Function(ty));
        }
        section
    }
}

fn copy(out: &mut Vec<u8>, id: SectionId, content: Option<&[u8]>) -> Option<()> {
    if let Some(content) = content {
        write_section(out, id, content.len(), |out| out.extend_from_slice(content))?;
    }
    Some(())
}

fn write_section(
    out: &mut Vec<u8>,
    id: SectionId,
    len: usize,
    content: impl FnOnce(&mut Vec<u8>),
) -> Option<()> {
    out.push(id.into());
    u32::try_from(len).ok()?.encode(out);
    content(out);
    Some(())
}

/// The tables as declared, but never to grow beyond what a contract's table may have: what is more
/// is not refused, it just does not grow that far.
fn write_tables(out: &mut Vec<u8>, declared: Option<&[u8]>, config: &VmConfig) -> Option<()> {
    let Some(declared) = declared else { return Some(()) };
    let most = config.limits.max_elements_per_contract_table.unwrap_or(MOST_TABLE_ELEMENTS);
    let mut section = TableSection::new();
    for table in TableSectionReader::new(BinaryReader::new(declared, 0)).ok()? {
        let mut table = RoundtripReencoder.table_type(table.ok()?.ty).ok()?;
        table.maximum = Some(table.maximum.unwrap_or(most).min(most));
        section.table(table);
    }
    section.append_to(out);
    Some(())
}

/// The memory that every contract gets, whatever it declares.
fn memory(config: &VmConfig) -> MemorySection {
    let mut section = MemorySection::new();
    section.memory(MemoryType {
        minimum: config.limits.initial_memory_pages,
        maximum: Some(config.limits.max_memory_pages),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    section
}

fn write_globals(out: &mut Vec<u8>, module: &Module<'_>, config: &VmConfig) -> Option<()> {
    let [gas, stack, count] = GLOBALS;
    let added = [
        (gas, ConstExpr::i64_const(0)),
        (stack, ConstExpr::i64_const(amount(config.limits.max_stack_height))),
        (count, ConstExpr::i32_const(0)),
    ];
    // A section of the added ones alone, to take its items from.
    let mut section = GlobalSection::new();
    for (val_type, init) in &added {
        section.global(GlobalType { val_type: *val_type, mutable: true, shared: false }, init);
    }
    let mut own = Vec::new();
    section.encode(&mut own);
    // Behind the length and the number of items, each of one byte.
    let items = own.get(2..)?;
    let declared = module.sections.global_items;
    let number = module.globals.checked_add(u32::try_from(GLOBALS.len()).ok()?)?;
    let mut content = Vec::with_capacity(declared.len() + items.len() + 5);
    number.encode(&mut content);
    content.extend_from_slice(declared);
    content.extend_from_slice(items);
    copy(out, SectionId::Global, Some(&content))
}

/// What is ours, and the methods that can be called. Other exports of a contract reach nobody.
fn exports(
    module: &Module<'_>,
    methods: &BTreeMap<String, MethodKind>,
    meter: &Meter,
) -> ExportSection {
    let mut section = ExportSection::new();
    section.export(MEMORY_EXPORT, ExportKind::Memory, 0);
    section.export(GAS_EXPORT, ExportKind::Global, meter.gas_global());
    section.export(STACK_EXPORT, ExportKind::Global, meter.stack_global());
    if let Some(start) = module.start {
        section.export(START_EXPORT, ExportKind::Func, start);
    }
    let mut name = String::new();
    for export in module.exports.iter().filter(|export| export.kind == ExternalKind::Func) {
        if methods.get(export.name) == Some(&MethodKind::Method) {
            name.clear();
            name.push(METHOD_PREFIX);
            name.push_str(export.name);
            section.export(&name, ExportKind::Func, export.index);
        }
    }
    section
}

fn write_code(
    out: &mut Vec<u8>,
    module: &Module<'_>,
    analysis: &ModuleAnalysis,
    bodies: &BodyWriter<'_>,
) -> Option<()> {
    if module.bodies.is_empty() {
        return Some(());
    }
    let mut content = Vec::with_capacity(out.capacity());
    u32::try_from(module.bodies.len()).ok()?.encode(&mut content);
    let mut scratch = Vec::new();
    for (index, body) in module.bodies.iter().enumerate() {
        scratch.clear();
        bodies.write(body, &analysis.function(index)?, &mut scratch)?;
        u32::try_from(scratch.len()).ok()?.encode(&mut content);
        content.extend_from_slice(&scratch);
    }
    copy(out, SectionId::Code, Some(&content))
}
