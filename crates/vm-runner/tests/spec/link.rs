//! Modules of a script that import from each other, made one module: a contract can import from
//! nobody but its host.
//!
//! Indices move, and imports become what they stand for. Three things become something that
//! contracts may have: `externref` becomes `funcref`; a block's type that names a function type
//! without parameters becomes the type of its result; and a function that needs what stays becomes
//! one that only traps, and nobody may call it (see [`World::lost`]).

use crate::parts::{Parts, operators};
use crate::script::ModuleId;
use crate::spectest;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementMode, ElementSection, ElementSegment, Elements,
    Encode, Function, GlobalSection, Instruction, MemoryType, TableSection, TypeSection, ValType,
};
use wasmparser::{
    AbstractHeapType, BinaryReader, BlockType, DataKind, ElementItems, ElementKind, ExternalKind,
    FuncType, FunctionBody, Operator, TableInit, TypeRef,
};

/// Parameters and results of a function.
pub(crate) type Signature = (Vec<ValType>, Vec<ValType>);

/// The type of the only import, `value_return`.
const VALUE_RETURN_TYPE: u32 = 0;
/// The type of functions that take and return nothing.
pub(crate) const NOTHING_TYPE: u32 = 1;

/// Linked modules. Its first function is the import `value_return`.
pub(crate) struct World {
    pub(crate) types: TypeSection,
    pub(crate) signatures: Vec<Signature>,
    /// Types of all functions, the import included.
    pub(crate) functions: Vec<u32>,
    pub(crate) code: CodeSection,
    pub(crate) tables: TableSection,
    /// Elements that tables begin with.
    pub(crate) table_lengths: Vec<u64>,
    pub(crate) memory: Option<MemoryType>,
    pub(crate) globals: GlobalSection,
    pub(crate) global_types: Vec<ValType>,
    pub(crate) start: Option<u32>,
    pub(crate) elements: ElementSection,
    pub(crate) data: DataSection,
    pub(crate) instances: BTreeMap<ModuleId, Instance>,
    /// Functions that only trap, with what contracts lack to have them.
    pub(crate) lost: BTreeMap<u32, &'static str>,
    /// Functions that code names without calling them, which it may when something else names them.
    pub(crate) named: BTreeSet<u32>,
    /// What was changed beside indices.
    pub(crate) adaptations: Vec<&'static str>,
    /// What globals begin with.
    values: Vec<Constant>,
}

/// A module in a world.
#[derive(Default)]
pub(crate) struct Instance {
    /// What it exports, by the indices of the world.
    pub(crate) exports: BTreeMap<String, (ExternalKind, u32)>,
    /// What making an instance of it does, as far as the world's own beginning does not.
    pub(crate) beginning: Vec<Begin>,
}

/// A step of making an instance.
pub(crate) enum Begin {
    Elements { table: u32, segment: u32, offset: Constant, len: u32 },
    Data { segment: u32, offset: Constant, len: u32 },
    Start(u32),
}

/// When the segments and the start function of a module take effect.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// When an instance of the world is made.
    WithWorld,
    /// Later, as [`Instance::beginning`] says.
    Later,
}

/// An instruction that pushes a constant.
#[derive(Clone)]
pub(crate) struct Constant(pub(crate) Vec<u8>);

impl Constant {
    /// Its value, if it is an `i32.const`.
    pub(crate) fn offset(&self) -> Option<u32> {
        let mut reader = BinaryReader::new(self.0.strip_prefix(&[0x41])?, 0);
        Some(reader.read_var_i32().ok()?.cast_unsigned())
    }

    fn expression(&self) -> ConstExpr {
        ConstExpr::raw(self.0.iter().copied())
    }
}

impl World {
    pub(crate) fn new() -> World {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I64, ValType::I64], []);
        types.ty().function([], []);
        World {
            types,
            signatures: vec![(vec![ValType::I64; 2], Vec::new()), (Vec::new(), Vec::new())],
            functions: vec![VALUE_RETURN_TYPE],
            code: CodeSection::new(),
            tables: TableSection::new(),
            table_lengths: Vec::new(),
            memory: None,
            globals: GlobalSection::new(),
            global_types: Vec::new(),
            start: None,
            elements: ElementSection::new(),
            data: DataSection::new(),
            instances: BTreeMap::new(),
            lost: BTreeMap::new(),
            named: BTreeSet::new(),
            adaptations: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Adds the module `id`. Fails with what cannot be linked.
    pub(crate) fn link(
        &mut self,
        id: ModuleId,
        parts: &Parts<'_>,
        suppliers: &BTreeMap<String, ModuleId>,
        beginning: Beginning,
    ) -> Result<(), String> {
        let places = self.import(parts, suppliers)?;
        let instance = Linker { world: self, places, parts }.link(beginning)?;
        self.instances.insert(id, instance);
        Ok(())
    }

    /// What the imports of a module stand for.
    fn import(
        &mut self,
        parts: &Parts<'_>,
        suppliers: &BTreeMap<String, ModuleId>,
    ) -> Result<Places, String> {
        let mut places = Places::default();
        // Each module has its own of what `spectest` supplies.
        let mut spectest = BTreeMap::new();
        for import in &parts.imports {
            let missing = || format!("imports `{}`", import.module);
            let supplier = if import.module == "spectest" {
                self.note("linked");
                let part = spectest::part(import.name).ok_or_else(missing)?;
                if !spectest.contains_key(part) {
                    let parts = Parts::read(part).map_err(|error| error.to_string())?;
                    let places = Places::default();
                    let linker = Linker { world: self, places, parts: &parts };
                    spectest.insert(part, linker.link(Beginning::WithWorld)?);
                }
                spectest.get(part)
            } else {
                self.note("linked");
                suppliers.get(import.module).and_then(|id| self.instances.get(id))
            };
            let export = supplier.and_then(|it| it.exports.get(import.name));
            let &(kind, index) = export.ok_or_else(missing)?;
            match (import.ty, kind) {
                (TypeRef::Func(_), ExternalKind::Func) => places.functions.push(index),
                (TypeRef::Table(_), ExternalKind::Table) => places.tables.push(index),
                (TypeRef::Global(_), ExternalKind::Global) => places.globals.push(index),
                (TypeRef::Memory(_), ExternalKind::Memory) => {}
                _ => return Err(missing()),
            }
        }
        Ok(places)
    }

    fn note(&mut self, adaptation: &'static str) {
        if !self.adaptations.contains(&adaptation) {
            self.adaptations.push(adaptation);
        }
    }
}

/// Where the things of one module are in the world: what the module calls 3, the world may call 17.
#[derive(Default)]
struct Places {
    first_type: u32,
    functions: Vec<u32>,
    tables: Vec<u32>,
    globals: Vec<u32>,
    first_element: u32,
    first_data: u32,
    has_externref: bool,
    /// For each type, the result of a block of it, if it takes nothing and returns at most one value.
    blocks: Vec<Option<wasm_encoder::BlockType>>,
}

fn place(places: &[u32], index: u32) -> u32 {
    places[index as usize]
}

impl Reencode for Places {
    type Error = Infallible;

    fn type_index(&mut self, index: u32) -> u32 {
        self.first_type + index
    }

    fn function_index(&mut self, index: u32) -> u32 {
        place(&self.functions, index)
    }

    fn table_index(&mut self, index: u32) -> u32 {
        place(&self.tables, index)
    }

    fn global_index(&mut self, index: u32) -> u32 {
        place(&self.globals, index)
    }

    fn element_index(&mut self, index: u32) -> u32 {
        self.first_element + index
    }

    fn data_index(&mut self, index: u32) -> u32 {
        self.first_data + index
    }

    fn abstract_heap_type(&mut self, ty: AbstractHeapType) -> wasm_encoder::AbstractHeapType {
        if ty == AbstractHeapType::Extern {
            self.has_externref = true;
            return wasm_encoder::AbstractHeapType::Func;
        }
        reencode::utils::abstract_heap_type(self, ty)
    }

    fn block_type(
        &mut self,
        ty: BlockType,
    ) -> Result<wasm_encoder::BlockType, reencode::Error<Infallible>> {
        if let BlockType::FuncType(index) = ty
            && let Some(simple) = self.blocks[index as usize]
        {
            return Ok(simple);
        }
        reencode::utils::block_type(self, ty)
    }
}

struct Linker<'w, 'p, 'a> {
    world: &'w mut World,
    places: Places,
    parts: &'p Parts<'a>,
}

impl Linker<'_, '_, '_> {
    fn link(mut self, beginning: Beginning) -> Result<Instance, String> {
        self.types()?;
        self.declarations()?;
        self.bodies()?;
        let mut instance = Instance { exports: self.exports(), ..Instance::default() };
        self.segments(beginning, &mut instance)?;
        if let Some(start) = self.parts.start {
            let start = self.places.function_index(start);
            match beginning {
                Beginning::WithWorld => self.world.start = Some(start),
                Beginning::Later => instance.beginning.push(Begin::Start(start)),
            }
        }
        if self.places.has_externref {
            self.world.note("funcref for externref");
        }
        Ok(instance)
    }

    fn types(&mut self) -> Result<(), String> {
        self.places.first_type = self.world.types.len();
        for ty in &self.parts.types {
            let mut values = |types: &[wasmparser::ValType]| {
                let types = types.iter().map(|ty| self.places.val_type(*ty).map_err(text));
                types.collect::<Result<Vec<_>, _>>()
            };
            let (parameters, results) = (values(ty.params())?, values(ty.results())?);
            self.places.blocks.push(match (parameters.as_slice(), results.as_slice()) {
                ([], []) => Some(wasm_encoder::BlockType::Empty),
                ([], [result]) => Some(wasm_encoder::BlockType::Result(*result)),
                _ => None,
            });
            let signature = if missing_for_type(ty).is_some() {
                Signature::default()
            } else {
                (parameters, results)
            };
            self.world.types.ty().function(signature.0.clone(), signature.1.clone());
            self.world.signatures.push(signature);
        }
        Ok(())
    }

    fn declarations(&mut self) -> Result<(), String> {
        for table in &self.parts.tables {
            if !matches!(table.init, TableInit::RefNull) {
                return Err("needs tables that begin with functions".to_owned());
            }
            self.places.tables.push(self.world.tables.len());
            self.world.table_lengths.push(table.ty.initial);
            self.world.tables.table(self.places.table_type(table.ty).map_err(text)?);
        }
        // Memories that nobody reaches are dropped; who assigns modules to worlds has seen to it that
        // one is left.
        if let Some(memory) = self.parts.memories.first()
            && (self.parts.use_memory() || self.world.memory.is_none())
        {
            self.world.memory = Some(self.places.memory_type(*memory));
        }
        let first = self.world.functions.len() as u32;
        let own = (first..).take(self.parts.functions.len());
        self.places.functions.extend(own);
        for global in &self.parts.globals {
            let value = self.constant(&global.init_expr)?;
            self.places.globals.push(self.world.globals.len());
            let ty = self.places.global_type(global.ty).map_err(text)?;
            self.world.globals.global(ty, &value.expression());
            self.world.global_types.push(ty.val_type);
            self.world.values.push(value);
        }
        Ok(())
    }

    fn bodies(&mut self) -> Result<(), String> {
        let lost = self.lost();
        let imported = self.places.functions.len() - self.parts.functions.len();
        for (own, (ty, body)) in self.parts.functions.iter().zip(&self.parts.bodies).enumerate() {
            if let Some(missing) = lost[imported + own] {
                let function = self.world.functions.len() as u32;
                self.world.lost.insert(function, missing);
                self.world.note("without some functions");
                self.world.functions.push(NOTHING_TYPE);
                let mut body = Function::new([]);
                body.instructions().unreachable().end();
                self.world.code.function(&body);
            } else {
                self.world.functions.push(self.places.first_type + ty);
                for operator in operators(body) {
                    if let Operator::RefFunc { function_index } = operator {
                        self.world.named.insert(self.places.function_index(function_index));
                    }
                }
                let code = &mut self.world.code;
                self.places.parse_function_body(code, body.clone()).map_err(text)?;
            }
        }
        Ok(())
    }

    /// For each function of the module, imported ones first, what contracts lack to have it.
    fn lost(&self) -> Vec<Option<&'static str>> {
        let own = self.parts.functions.len();
        let imported = &self.places.functions[..self.places.functions.len() - own];
        let mut lost: Vec<_> =
            imported.iter().map(|index| self.world.lost.get(index).copied()).collect();
        lost.extend(self.parts.functions.iter().map(|ty| self.missing_for_type_at(*ty)));
        loop {
            let before = lost.iter().flatten().count();
            for (own, body) in self.parts.bodies.iter().enumerate() {
                let function = imported.len() + own;
                if lost[function].is_none() {
                    lost[function] = self.missing_for_body(body, &lost);
                }
            }
            if lost.iter().flatten().count() == before {
                return lost;
            }
        }
    }

    fn missing_for_body(
        &self,
        body: &FunctionBody<'_>,
        lost: &[Option<&'static str>],
    ) -> Option<&'static str> {
        let locals = body.get_locals_reader().expect("the module was parsed");
        let types = locals.into_iter().map(|local| local.expect("the module was parsed").1);
        types
            .map(missing_for_value)
            .chain(operators(body).map(|operator| match operator {
                Operator::Block { blockty }
                | Operator::Loop { blockty }
                | Operator::If { blockty } => match blockty {
                    BlockType::Empty => None,
                    BlockType::Type(ty) => missing_for_value(ty),
                    BlockType::FuncType(index) => match self.places.blocks[index as usize] {
                        Some(_) => self.missing_for_type_at(index),
                        None => Some("multi-value"),
                    },
                },
                Operator::CallIndirect { type_index, .. } => self.missing_for_type_at(type_index),
                Operator::Call { function_index } | Operator::RefFunc { function_index } => {
                    lost[function_index as usize]
                }
                Operator::TypedSelect { ty } => missing_for_value(ty),
                Operator::V128Const { .. } => Some("simd"),
                _ => None,
            }))
            .find_map(|missing| missing)
    }

    fn missing_for_type_at(&self, index: u32) -> Option<&'static str> {
        missing_for_type(&self.parts.types[index as usize])
    }

    fn exports(&mut self) -> BTreeMap<String, (ExternalKind, u32)> {
        let exports = self.parts.exports.iter().map(|export| {
            let index = match export.kind {
                ExternalKind::Memory => 0,
                kind => self.places.external_index(kind, export.index),
            };
            (export.name.to_owned(), (export.kind, index))
        });
        exports.collect()
    }

    fn segments(&mut self, beginning: Beginning, instance: &mut Instance) -> Result<(), String> {
        self.places.first_element = self.world.elements.len();
        self.places.first_data = self.world.data.len();
        for element in &self.parts.elements {
            self.element(&element.kind, &element.items, beginning, instance)?;
        }
        for data in &self.parts.data {
            let bytes = data.data.iter().copied();
            match &data.kind {
                DataKind::Passive => {
                    self.world.data.passive(bytes);
                }
                DataKind::Active { offset_expr, .. } => {
                    let offset = self.constant(offset_expr)?;
                    match beginning {
                        Beginning::WithWorld => {
                            self.world.data.active(0, &offset.expression(), bytes);
                        }
                        Beginning::Later => {
                            let segment = self.world.data.len();
                            let len = data.data.len() as u32;
                            instance.beginning.push(Begin::Data { segment, offset, len });
                            self.world.data.passive(bytes);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn element(
        &mut self,
        kind: &ElementKind<'_>,
        items: &ElementItems<'_>,
        beginning: Beginning,
        instance: &mut Instance,
    ) -> Result<(), String> {
        let (elements, len) = self.items(items)?;
        let segment = self.world.elements.len();
        let offset;
        let mode = match kind {
            ElementKind::Passive => ElementMode::Passive,
            ElementKind::Declared => ElementMode::Declared,
            ElementKind::Active { table_index, offset_expr } => {
                let table = self.places.table_index(table_index.unwrap_or(0));
                let start = self.constant(offset_expr)?;
                match beginning {
                    Beginning::WithWorld => {
                        offset = start.expression();
                        let table = (table_index.is_some() || table != 0).then_some(table);
                        ElementMode::Active { table, offset: &offset }
                    }
                    Beginning::Later => {
                        let offset = start;
                        instance.beginning.push(Begin::Elements { table, segment, offset, len });
                        ElementMode::Passive
                    }
                }
            }
        };
        self.world.elements.segment(ElementSegment { mode, elements });
        Ok(())
    }

    fn items(&mut self, items: &ElementItems<'_>) -> Result<(Elements<'static>, u32), String> {
        Ok(match items {
            ElementItems::Functions(functions) => {
                let functions = functions.clone().into_iter().map(|index| {
                    Ok(self.places.function_index(index.map_err(|error| error.to_string())?))
                });
                let functions = functions.collect::<Result<Vec<u32>, String>>()?;
                let len = functions.len() as u32;
                (Elements::Functions(Cow::Owned(functions)), len)
            }
            ElementItems::Expressions(ty, expressions) => {
                let expressions = expressions.clone().into_iter().map(|expression| {
                    let expression = expression.map_err(|error| error.to_string())?;
                    Ok(self.constant(&expression)?.expression())
                });
                let expressions = expressions.collect::<Result<Vec<ConstExpr>, String>>()?;
                let len = expressions.len() as u32;
                let ty = self.places.ref_type(*ty).map_err(text)?;
                (Elements::Expressions(ty, Cow::Owned(expressions)), len)
            }
        })
    }

    /// Contracts cannot initialise a global with one of their own, which an imported one becomes: so
    /// its value is taken.
    fn constant(&mut self, expression: &wasmparser::ConstExpr<'_>) -> Result<Constant, String> {
        let operators = expression.get_operators_reader().into_iter();
        let operators = operators.collect::<Result<Vec<_>, _>>().map_err(|it| it.to_string())?;
        match operators.as_slice() {
            [Operator::GlobalGet { global_index }, Operator::End] => {
                let index = self.places.global_index(*global_index);
                Ok(self.world.values[index as usize].clone())
            }
            [operator, Operator::End] => {
                let instruction = self.places.instruction(operator.clone()).map_err(text)?;
                let mut bytes = Vec::new();
                Instruction::encode(&instruction, &mut bytes);
                Ok(Constant(bytes))
            }
            _ => Err("needs extended constants".to_owned()),
        }
    }
}

fn text(error: reencode::Error<Infallible>) -> String {
    error.to_string()
}

fn missing_for_type(ty: &FuncType) -> Option<&'static str> {
    if ty.results().len() > 1 {
        return Some("multi-value");
    }
    ty.params().iter().chain(ty.results()).find_map(|ty| missing_for_value(*ty))
}

fn missing_for_value(ty: wasmparser::ValType) -> Option<&'static str> {
    (ty == wasmparser::ValType::V128).then_some("simd")
}
