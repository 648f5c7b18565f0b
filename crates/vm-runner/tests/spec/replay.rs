//! What a script does with the modules of a world, as methods of one contract.
//!
//! The method [`ALL`] does all that has to succeed and records each result. For each step that has to
//! fail there is a method that first does what came before it, as each call has a fresh instance. Steps
//! that fail change nothing but what an instance's segments wrote before the one that does not fit.

use crate::link::{Begin, Constant, NOTHING_TYPE, World};
use crate::script::{Action, Argument, Expected, Step, StepKind};
use std::borrow::Cow;
use wasm_encoder::{
    BlockType, ConstExpr, DataCountSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalType, HeapType, ImportSection, MemArg, MemorySection,
    MemoryType, Module, RefType, StartSection, TableType, ValType,
};
use wasmparser::ExternalKind;

/// The method that does all that has to succeed.
pub(crate) const ALL: &str = "all";

/// Bytes of a page of memory.
const PAGE: u64 = 1 << 16;

/// Most steps of one function, so that compilers see short ones.
const MOST_STEPS: usize = 64;

/// What is recorded for a reference that is null.
const NULL_RECORD: u64 = u64::MAX;
/// What is recorded for a function.
const FUNCTION_RECORD: u64 = 1;

/// Where results go in the end. Up to then they are in globals, so that no step finds anything of them.
#[derive(Clone, Copy)]
pub(crate) enum Records {
    /// They are the value that the method returns.
    Returned,
    /// Each is the first argument of a call of `value_return`.
    Passed,
}

/// The steps of a world.
pub(crate) struct Replay<'s> {
    /// Results to be recorded, in order.
    pub(crate) results: Vec<Recorded<'s>>,
    /// Methods that have to fail.
    pub(crate) failures: Vec<Failure<'s>>,
    /// Steps that are left out, and why.
    pub(crate) left_out: Vec<(&'s Step, String)>,
    segments: Vec<Function>,
    methods: Vec<Function>,
    hosts: u32,
    /// How many results are recorded.
    records: u32,
}

/// A step with results.
pub(crate) struct Recorded<'s> {
    pub(crate) step: &'s Step,
    /// Where its records begin.
    pub(crate) first: usize,
    pub(crate) expected: &'s [Expected],
}

/// A step that has to fail, and the method that does it.
pub(crate) struct Failure<'s> {
    pub(crate) step: &'s Step,
    pub(crate) method: String,
}

impl Recorded<'_> {
    /// Whether the step's records are what the script expects, under `nan_matches` for NaNs of
    /// arithmetic.
    pub(crate) fn holds(
        &self,
        records: &[u64],
        nan_matches: impl Fn(u64, Expected) -> bool,
    ) -> bool {
        let records = records.get(self.first..self.first + self.expected.len());
        records.is_some_and(|records| {
            records.iter().zip(self.expected).all(|(&bits, &expected)| match expected {
                Expected::I32(value) => bits == u64::from(value.cast_unsigned()),
                Expected::I64(value) => bits == value.cast_unsigned(),
                Expected::F32(value) => bits == u64::from(value),
                Expected::F64(value) => bits == value,
                Expected::NanF32 | Expected::NanF64 => nan_matches(bits, expected),
                Expected::Null => bits == NULL_RECORD,
                Expected::Function => bits == FUNCTION_RECORD,
                Expected::Host(number) => bits == u64::from(number),
                Expected::Unknown => false,
            })
        })
    }

    /// The step's part of `records`.
    pub(crate) fn of<'r>(&self, records: &'r [u64]) -> Option<&'r [u64]> {
        records.get(self.first..self.first + self.expected.len())
    }
}

/// Indices of the functions that come behind those of the world.
#[derive(Clone, Copy)]
struct Helpers {
    reference: u32,
    host: u32,
    first_host: u32,
    first_segment: u32,
}

impl Helpers {
    fn new(world: &World, hosts: u32) -> Helpers {
        let reference = world.functions.len() as u32;
        let host = reference + 1;
        let first_host = host + u32::from(hosts != 0);
        Helpers { reference, host, first_host, first_segment: first_host + hosts }
    }
}

impl<'s> Replay<'s> {
    /// The methods for `steps`, which are all that is done with `world`.
    pub(crate) fn of(world: &World, steps: &[&'s Step]) -> Replay<'s> {
        let hosts = steps.iter().map(|step| hosts(&step.kind)).max().unwrap_or(0);
        let replay = Replay {
            results: Vec::new(),
            failures: Vec::new(),
            left_out: Vec::new(),
            segments: Vec::new(),
            methods: Vec::new(),
            hosts,
            records: 0,
        };
        let helpers = Helpers::new(world, hosts);
        let mut composer = Composer { world, helpers, replay, open: None };
        for step in steps {
            if let Err(reason) = composer.take(step) {
                composer.replay.left_out.push((step, reason));
            }
        }
        composer.close();
        composer.replay
    }

    /// The contract, with a memory of this type.
    pub(crate) fn contract(&self, world: &World, memory: MemoryType, records: Records) -> Vec<u8> {
        let helpers = Helpers::new(world, self.hosts);
        let mut types = world.types.clone();
        let first_type = types.len();
        types.ty().function([ValType::FUNCREF], [ValType::I64]);
        types.ty().function([], [ValType::I64]);
        let (of_reference, number) = (first_type, first_type + 1);
        let mut imports = ImportSection::new();
        imports.import("env", "value_return", EntityType::Function(0));

        let mut functions = FunctionSection::new();
        for ty in world.functions.iter().skip(1).chain([&of_reference]) {
            functions.function(*ty);
        }
        let mut code = world.code.clone();
        code.function(&reference_record());
        if self.hosts != 0 {
            functions.function(of_reference);
            code.function(&host_record(world.tables.len(), number));
        }
        for host in 0..self.hosts {
            functions.function(number);
            let mut body = Function::new([]);
            body.instructions().i64_const(i64::from(host)).end();
            code.function(&body);
        }
        let all = self.method_for_all(world, memory, records);
        for body in self.segments.iter().chain([&all]).chain(&self.methods) {
            functions.function(NOTHING_TYPE);
            code.function(body);
        }
        let mut exports = ExportSection::new();
        let first_method = helpers.first_segment + self.segments.len() as u32;
        let names = self.failures.iter().map(|failure| failure.method.as_str());
        for (index, name) in (first_method..).zip([ALL].into_iter().chain(names)) {
            exports.export(name, ExportKind::Func, index);
        }

        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        let mut memories = MemorySection::new();
        memories.memory(memory);
        module.section(&self.tables(world)).section(&memories).section(&self.globals(world));
        module.section(&exports);
        if let Some(function_index) = world.start {
            module.section(&StartSection { function_index });
        }
        module.section(&self.elements(world, helpers));
        if !world.data.is_empty() {
            module.section(&DataCountSection { count: world.data.len() });
        }
        module.section(&code).section(&world.data);
        module.finish()
    }

    fn method_for_all(&self, world: &World, memory: MemoryType, records: Records) -> Function {
        let helpers = Helpers::new(world, self.hosts);
        let mut body = Function::new([]);
        let mut code = body.instructions();
        for segment in 0..self.segments.len() as u32 {
            code.call(helpers.first_segment + segment);
        }
        let first = world.global_types.len() as u32;
        let globals = (first..).take(self.records as usize);
        match records {
            Records::Passed => {
                for global in globals {
                    code.global_get(global).i64_const(0).call(0);
                }
            }
            Records::Returned => {
                let bytes = 8 * u64::from(self.records);
                if bytes > PAGE * memory.minimum {
                    code.i32_const(bytes.div_ceil(PAGE) as i32).memory_grow(0).drop();
                }
                for (number, global) in (0..).zip(globals) {
                    let place = MemArg { offset: 8 * number, align: 0, memory_index: 0 };
                    code.i32_const(0).global_get(global).i64_store(place);
                }
                code.i64_const(bytes.cast_signed()).i64_const(0).call(0);
            }
        }
        code.end();
        body
    }

    /// Whether a memory with as many pages has room for the results in the end.
    pub(crate) fn fits_into(&self, most_pages: u64) -> bool {
        8 * u64::from(self.records) <= PAGE * most_pages
    }

    /// The world's, and one for each result.
    fn globals(&self, world: &World) -> wasm_encoder::GlobalSection {
        let mut globals = world.globals.clone();
        let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
        for _ in 0..self.records {
            globals.global(ty, &ConstExpr::i64_const(0));
        }
        globals
    }

    /// The world's, and one for [`host_record`].
    fn tables(&self, world: &World) -> wasm_encoder::TableSection {
        let mut tables = world.tables.clone();
        if self.hosts != 0 {
            tables.table(TableType {
                element_type: RefType::FUNCREF,
                table64: false,
                minimum: 1,
                maximum: Some(1),
                shared: false,
            });
        }
        tables
    }

    /// Code may only name functions that something else names too.
    fn elements(&self, world: &World, helpers: Helpers) -> wasm_encoder::ElementSection {
        let mut elements = world.elements.clone();
        let hosts = (helpers.first_host..).take(self.hosts as usize);
        let named: Vec<u32> = world.named.iter().copied().chain(hosts).collect();
        if !named.is_empty() {
            elements.declared(Elements::Functions(Cow::Owned(named)));
        }
        elements
    }
}

/// How many references of the host's a step needs.
fn hosts(kind: &StepKind) -> u32 {
    let (StepKind::Act(action)
    | StepKind::Return(action, _)
    | StepKind::Trap(action, _)
    | StepKind::Exhaust(action)) = kind
    else {
        return 0;
    };
    let Action::Invoke(_, arguments) = action else { return 0 };
    let numbers = arguments.iter().map(|argument| match argument {
        Argument::Host(number) => number + 1,
        _ => 0,
    });
    numbers.max().unwrap_or(0)
}

struct Composer<'w, 's> {
    world: &'w World,
    helpers: Helpers,
    replay: Replay<'s>,
    /// The segment that is being written, with its steps.
    open: Option<(Function, usize)>,
}

impl<'s> Composer<'_, 's> {
    fn take(&mut self, step: &'s Step) -> Result<(), String> {
        match &step.kind {
            StepKind::Instantiate => self.append(self.beginning(step, usize::MAX)),
            StepKind::InstantiateTrapping(_) => {
                self.fail(step, self.beginning(step, usize::MAX));
                self.append(self.beginning(step, self.fitting(step)));
            }
            StepKind::Act(action) => {
                let (mut body, results) = self.action(step, action)?;
                for _ in results {
                    body.instructions().drop();
                }
                self.append(body);
            }
            StepKind::Return(action, expected) => {
                let (mut body, results) = self.action(step, action)?;
                assert_eq!(results.len(), expected.len(), "line {}", step.line);
                let first = self.replay.records as usize;
                for (ty, expected) in results.iter().zip(expected) {
                    self.record(&mut body, *ty, *expected);
                }
                self.append(body);
                self.replay.results.push(Recorded { step, first, expected });
            }
            StepKind::Trap(action, _) | StepKind::Exhaust(action) => {
                let (mut body, results) = self.action(step, action)?;
                for _ in results {
                    body.instructions().drop();
                }
                self.fail(step, body);
            }
        }
        Ok(())
    }

    /// Adds a step to a segment.
    fn append(&mut self, step: Function) {
        let (segment, steps) = self.open.get_or_insert_with(|| (Function::new([]), 0));
        // Neither has locals; the first byte says so.
        segment.raw(step.into_raw_body().into_iter().skip(1));
        *steps += 1;
        if *steps == MOST_STEPS {
            self.close();
        }
    }

    fn close(&mut self) {
        if let Some((mut segment, _)) = self.open.take() {
            segment.instructions().end();
            self.replay.segments.push(segment);
        }
    }

    /// Adds a method that does `step`, which has to fail, after all before it.
    fn fail(&mut self, step: &'s Step, body: Function) {
        self.close();
        let mut method = Function::new([]);
        for segment in 0..self.replay.segments.len() as u32 {
            method.instructions().call(self.helpers.first_segment + segment);
        }
        method.raw(body.into_raw_body().into_iter().skip(1));
        method.instructions().end();
        self.replay.methods.push(method);
        let method = format!("fail_{}", self.replay.failures.len());
        self.replay.failures.push(Failure { step, method });
    }

    /// How many parts of making an instance come before the one that fails: a segment that does not
    /// fit, else the start function. What they write stays.
    fn fitting(&self, step: &Step) -> usize {
        let world = self.world;
        let fits = |offset: &Constant, len: u32, end: u64| {
            offset.offset().is_some_and(|at| u64::from(at) + u64::from(len) <= end)
        };
        let memory = world.memory.map_or(0, |memory| memory.minimum << 16);
        let parts = world.instances.get(&step.module).map_or(&[][..], |it| &it.beginning);
        let fitting = parts.iter().take_while(|part| match part {
            Begin::Elements { table, offset, len, .. } => {
                fits(offset, *len, world.table_lengths[*table as usize])
            }
            Begin::Data { offset, len, .. } => fits(offset, *len, memory),
            Begin::Start(_) => false,
        });
        fitting.count()
    }

    /// The first `parts` parts of making an instance.
    fn beginning(&self, step: &Step, parts: usize) -> Function {
        let mut body = Function::new([]);
        let instance = self.world.instances.get(&step.module);
        for part in instance.iter().flat_map(|instance| &instance.beginning).take(parts) {
            match part {
                Begin::Elements { table, segment, offset, len } => {
                    body.raw(offset.0.iter().copied());
                    let mut code = body.instructions();
                    code.i32_const(0).i32_const(len.cast_signed()).table_init(*table, *segment);
                    code.elem_drop(*segment);
                }
                Begin::Data { segment, offset, len } => {
                    body.raw(offset.0.iter().copied());
                    let mut code = body.instructions();
                    code.i32_const(0).i32_const(len.cast_signed()).memory_init(0, *segment);
                    code.data_drop(*segment);
                }
                Begin::Start(function) => {
                    body.instructions().call(*function);
                }
            }
        }
        body
    }

    /// Code that acts, and the types of what it leaves on the stack.
    fn action(&self, step: &Step, action: &Action) -> Result<(Function, Vec<ValType>), String> {
        let instance = self.world.instances.get(&step.module);
        let instance = instance.unwrap_or_else(|| panic!("line {}: no instance", step.line));
        let export = instance.exports.get(action.name());
        let &(kind, index) = export.unwrap_or_else(|| panic!("line {}: no export", step.line));
        let mut body = Function::new([]);
        match (action, kind) {
            (Action::Invoke(_, arguments), ExternalKind::Func) => {
                if let Some(missing) = self.world.lost.get(&index) {
                    return Err(format!("needs {missing}"));
                }
                for argument in arguments {
                    self.push(&mut body, *argument);
                }
                body.instructions().call(index);
                let ty = self.world.functions[index as usize];
                Ok((body, self.world.signatures[ty as usize].1.clone()))
            }
            (Action::Get(_), ExternalKind::Global) => {
                body.instructions().global_get(index);
                Ok((body, vec![self.world.global_types[index as usize]]))
            }
            _ => panic!("line {}: an export of another kind", step.line),
        }
    }

    fn push(&self, body: &mut Function, argument: Argument) {
        match argument {
            Argument::I32(value) => {
                body.instructions().i32_const(value);
            }
            Argument::I64(value) => {
                body.instructions().i64_const(value);
            }
            // As bytes: no float of the host's has to carry a payload.
            Argument::F32(bits) => {
                body.raw([0x43]).raw(bits.to_le_bytes());
            }
            Argument::F64(bits) => {
                body.raw([0x44]).raw(bits.to_le_bytes());
            }
            Argument::Null => {
                body.instructions().ref_null(HeapType::FUNC);
            }
            Argument::Host(number) => {
                body.instructions().ref_func(self.helpers.first_host + number);
            }
            Argument::Unknown => panic!("an argument of a type that contracts do not have"),
        }
    }

    /// Records the value on top of the stack.
    fn record(&mut self, body: &mut Function, ty: ValType, expected: Expected) {
        let mut code = body.instructions();
        match ty {
            ValType::I32 => code.i64_extend_i32_u(),
            ValType::I64 => &mut code,
            ValType::F32 => code.i32_reinterpret_f32().i64_extend_i32_u(),
            ValType::F64 => code.i64_reinterpret_f64(),
            ValType::Ref(_) if matches!(expected, Expected::Host(_)) => {
                code.call(self.helpers.host)
            }
            ValType::Ref(_) => code.call(self.helpers.reference),
            ValType::V128 => panic!("functions with vectors are left out"),
        };
        code.global_set(self.world.global_types.len() as u32 + self.replay.records);
        self.replay.records += 1;
    }
}

/// A function from a reference to what is recorded of it: whether it is null.
fn reference_record() -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    code.local_get(0).ref_is_null().if_(BlockType::Result(ValType::I64));
    code.i64_const(NULL_RECORD.cast_signed()).else_();
    code.i64_const(FUNCTION_RECORD.cast_signed()).end().end();
    body
}

/// A function from a reference of the host's to its number, which the function that stands for it
/// returns.
fn host_record(table: u32, number: u32) -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    code.i32_const(0).local_get(0).table_set(table);
    code.i32_const(0).call_indirect(table, number).end();
    body
}
