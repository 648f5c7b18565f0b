//! What a prepared module needs to run here: its memory becomes an import, so that a workspace can
//! lend it one, every `select` is guarded, and functions with more locals than wasmi takes are rewritten.

use super::engine_fault;
use super::large_frame::{self, LargeFrames};
use super::select;
use torr_vm_logic::error::Fault;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, EntityType, GlobalSection, GlobalType, ImportSection, MemorySection,
    MemoryType, RawSection, SectionId, ValType,
};
use wasmparser::{FuncType, FunctionBody, Parser, Payload};

/// Name of the imported memory; contracts import from `env` only.
pub(super) const MEMORY_IMPORT: (&str, &str) = ("torr", "memory");

/// A prepared module as read for adapting.
#[derive(Default)]
struct Source<'a> {
    sections: Vec<RawSection<'a>>,
    imports: ImportSection,
    memory: Option<MemoryType>,
    globals: GlobalSection,
    types: Vec<FuncType>,
    /// Indices of the types of the module's own functions.
    functions: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
}

/// `wasm`, a prepared module, adapted. Linear in its length.
pub(super) fn adapt(wasm: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut source = Source::read(wasm)?;
    let memory = source.memory.ok_or(Fault::Bug { what: "a prepared module has a memory" })?;
    source.imports.import(MEMORY_IMPORT.0, MEMORY_IMPORT.1, EntityType::Memory(memory));
    let Code { section: code, frames } = source.rewritten_code(wasm)?;
    let mut module = wasm_encoder::Module::new();
    let mut imported = false;
    for section in &source.sections {
        // Imports stand right after the types.
        if section.id != SectionId::Type as u8 && !imported {
            module.section(&source.imports);
            imported = true;
        }
        match section.id {
            id if id == SectionId::Import as u8 => {}
            id if id == SectionId::Memory as u8 => {
                if frames {
                    module.section(&frames_memory());
                }
            }
            id if id == SectionId::Global as u8 && frames => {
                module.section(&source.globals);
            }
            id if id == SectionId::Code as u8 => {
                module.section(&code);
            }
            _ => {
                module.section(section);
            }
        }
    }
    Ok(module.finish())
}

/// The functions, rewritten.
struct Code {
    section: CodeSection,
    /// Whether locals are kept away, which takes a memory and a global.
    frames: bool,
}

/// The second memory, for locals that are kept away.
fn frames_memory() -> MemorySection {
    let mut section = MemorySection::new();
    section.memory(MemoryType {
        minimum: large_frame::PAGES,
        maximum: Some(large_frame::PAGES),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    section
}

impl<'a> Source<'a> {
    fn read(wasm: &'a [u8]) -> Result<Source<'a>, Fault> {
        let mut source = Source::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(engine_fault)?;
            if let Some((id, range)) = payload.as_section() {
                let data =
                    wasm.get(range).ok_or(Fault::Bug { what: "sections are in the module" })?;
                source.sections.push(RawSection { id, data });
            }
            source.take(payload)?;
        }
        Ok(source)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), Fault> {
        let encoder = &mut RoundtripReencoder;
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    self.types.push(ty.map_err(engine_fault)?);
                }
            }
            Payload::ImportSection(imports) => {
                encoder.parse_import_section(&mut self.imports, imports).map_err(engine_fault)?
            }
            Payload::FunctionSection(functions) => {
                for function in functions {
                    self.functions.push(function.map_err(engine_fault)?);
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memory = Some(memory.map_err(engine_fault)?.into());
                }
            }
            Payload::GlobalSection(globals) => {
                encoder.parse_global_section(&mut self.globals, globals).map_err(engine_fault)?
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    fn own_functions(&self) -> impl Iterator<Item = Result<(&FunctionBody<'a>, &FuncType), Fault>> {
        let valid = || Fault::Bug { what: "a prepared module is valid" };
        self.bodies.iter().enumerate().map(move |(index, body)| {
            let ty = self.functions.get(index).and_then(|&ty| self.types.get(ty as usize));
            Ok((body, ty.ok_or_else(valid)?))
        })
    }

    /// The code section with what has to be rewritten in it.
    fn rewritten_code(&mut self, wasm: &[u8]) -> Result<Code, Fault> {
        // All globals of a prepared module are its own; contracts import none.
        let large_frames = LargeFrames { top: self.globals.len() };
        let mut section = CodeSection::new();
        let mut frames = false;
        for function in self.own_functions() {
            let (body, ty) = function?;
            if large_frame::is_large(body, ty)? {
                frames = true;
                large_frames.rewrite(wasm, body, ty, &mut section)?;
            } else {
                section.raw(&select::guarded(wasm, body)?);
            }
        }
        if frames {
            let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
            self.globals.global(ty, &ConstExpr::i32_const(0));
        }
        Ok(Code { section, frames })
    }
}
