//! Contracts that do something again and again: made of steps, with one method that does them many
//! times and one that does not.
//!
//! Both methods are of one module, so that loading it costs the same, and do the same before and after
//! their loops. The difference between calls of them is what the steps cost.

use crate::error::EstimatorError;
use torr_vm_logic::function::{HostFunction, Parameters, Specification, Visitor, WasmType};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction,
    InstructionSink, MemArg, MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// The method that does the steps many times.
pub const FULL: &str = "full";
/// The method that does none of them.
pub const IDLE: &str = "idle";

/// What a key's number is multiplied by, so that keys that follow each other stand far apart.
pub const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The local with how many times are left.
const LEFT: u32 = 0;
/// The first local that steps may use, of type i64; there are [`FREE_LOCALS`].
pub const FIRST_LOCAL: u32 = 1;
/// Locals that steps may use; behind them is one more, of type i32.
pub const FREE_LOCALS: u32 = 8;
/// The global with the number of the next key.
const NEXT_KEY: u32 = 0;

/// Something that a contract does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Calls a host function; its result is dropped.
    Call {
        /// The function.
        function: &'static str,
        /// What it is given.
        arguments: Vec<u64>,
    },
    /// Puts the next key, eight bytes that look random, at this place of the memory.
    NextKey(u32),
    /// Begins keys with the number that the first eight bytes of this place say, little-endian.
    KeysFrom(u32),
    /// Instructions that leave the stack as it is.
    Wasm(Vec<Instruction<'static>>),
}

impl Step {
    /// A call with numbers.
    pub fn call(function: &'static str, arguments: &[u64]) -> Step {
        Step::Call { function, arguments: arguments.to_vec() }
    }
}

/// A contract, before it is written.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Pages of memory.
    pub pages: u64,
    /// What is in memory at first.
    pub data: Vec<(u32, Vec<u8>)>,
    /// What is done once, before.
    pub before: Vec<Step>,
    /// What is done again and again.
    pub repeated: Vec<Step>,
    /// How often the steps stand in the loop; at least once is meant. The loop's own instructions are then
    /// so much less of it.
    pub unrolled: u32,
}

impl Script {
    /// Some steps again and again, in a page of memory.
    pub fn repeating(repeated: Vec<Step>) -> Script {
        Script { pages: 1, repeated, unrolled: 1, ..Script::default() }
    }

    /// The same with data in memory.
    pub fn with_data(mut self, at: u32, bytes: impl Into<Vec<u8>>) -> Script {
        self.data.push((at, bytes.into()));
        self
    }

    /// The same with steps before.
    pub fn after_steps(mut self, before: Vec<Step>) -> Script {
        self.before = before;
        self
    }

    /// The same with so much memory.
    pub fn with_pages(mut self, pages: u64) -> Script {
        self.pages = pages;
        self
    }

    /// The same with the steps so often in the loop.
    pub fn unrolled(mut self, times: u32) -> Script {
        self.unrolled = times;
        self
    }

    /// The host functions that it calls.
    pub fn functions(&self) -> Vec<&'static str> {
        let steps = self.before.iter().chain(&self.repeated);
        let function = |step: &Step| match step {
            Step::Call { function, .. } => Some(*function),
            _ => None,
        };
        steps.filter_map(function).collect()
    }

    /// The contract as Wasm code; its full method goes through the loop `rounds` times.
    ///
    /// # Errors
    /// When there is no host function of a name, or it takes another number of arguments.
    pub fn code(&self, rounds: u64) -> Result<Vec<u8>, EstimatorError> {
        Assembler::default().module(self, rounds)
    }
}

/// All host functions.
pub fn host_functions() -> Vec<Specification> {
    struct Collect(Vec<Specification>);
    impl Visitor for Collect {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: Parameters,
        {
            self.0.push(F::SPECIFICATION);
        }
    }
    let mut collect = Collect(Vec::new());
    torr_vm_logic::visit_host_functions(&mut collect);
    collect.0
}

const fn value_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 => ValType::I32,
        WasmType::I64 => ValType::I64,
    }
}

/// Writes a script as a module that imports what it calls.
#[derive(Default)]
struct Assembler {
    types: TypeSection,
    imports: ImportSection,
    imported: Vec<Specification>,
}

impl Assembler {
    fn module(mut self, script: &Script, rounds: u64) -> Result<Vec<u8>, EstimatorError> {
        self.import_all(script)?;
        let worker_type = self.types.len();
        self.types.ty().function([ValType::I64], []);
        let method_type = self.types.len();
        self.types.ty().function([], []);
        let worker = self.imports.len();
        let mut functions = FunctionSection::new();
        let mut exports = ExportSection::new();
        let mut code = CodeSection::new();
        functions.function(worker_type);
        code.function(&self.worker(script)?);
        for (index, (name, rounds)) in (1..).zip([(FULL, rounds), (IDLE, 0)]) {
            functions.function(method_type);
            exports.export(name, ExportKind::Func, worker + index);
            let mut method = Function::new([]);
            method.instructions().i64_const(rounds as i64).call(worker).end();
            code.function(&method);
        }
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&functions);
        module.section(&memory(script.pages)).section(&next_key()).section(&exports);
        module.section(&code).section(&data(&script.data));
        Ok(module.finish())
    }

    fn import_all(&mut self, script: &Script) -> Result<(), EstimatorError> {
        let known = host_functions();
        for step in script.before.iter().chain(&script.repeated) {
            let Step::Call { function, arguments } = step else { continue };
            if self.imported.iter().any(|imported| imported.name == *function) {
                continue;
            }
            let found = known.iter().find(|known| known.name == *function);
            let found = found.filter(|found| found.parameters.len() == arguments.len());
            let Some(found) = found else {
                let reason = format!("no host function `{function}` takes {arguments:?}");
                return Err(EstimatorError::of_work(reason));
            };
            let index = self.types.len();
            let parameters = found.parameters.iter().map(|(_, ty)| value_type(*ty));
            let result = found.result.map(value_type);
            self.types.ty().function(parameters.collect::<Vec<_>>(), result);
            self.imports.import("env", found.name, EntityType::Function(index));
            self.imported.push(*found);
        }
        Ok(())
    }

    /// The function with the loop; it takes how many times to go through it.
    fn worker(&self, script: &Script) -> Result<Function, EstimatorError> {
        let mut function = Function::new([(FREE_LOCALS, ValType::I64), (1, ValType::I32)]);
        self.steps(&mut function, &script.before)?;
        let mut code = function.instructions();
        code.block(BlockType::Empty).loop_(BlockType::Empty);
        code.local_get(LEFT).i64_eqz().br_if(1);
        for _ in 0..script.unrolled.max(1) {
            self.steps(&mut function, &script.repeated)?;
        }
        let mut code = function.instructions();
        code.local_get(LEFT).i64_const(1).i64_sub().local_set(LEFT).br(0).end().end().end();
        Ok(function)
    }

    fn steps(&self, function: &mut Function, steps: &[Step]) -> Result<(), EstimatorError> {
        steps.iter().try_for_each(|step| self.step(function, step))
    }

    fn step(&self, function: &mut Function, step: &Step) -> Result<(), EstimatorError> {
        if let Step::Wasm(instructions) = step {
            for instruction in instructions {
                function.instruction(instruction);
            }
            return Ok(());
        }
        let mut code = function.instructions();
        let at = |offset: u32| MemArg { offset: offset.into(), align: 0, memory_index: 0 };
        match step {
            Step::Wasm(_) => {}
            Step::Call { function, arguments } => self.call(&mut code, function, arguments)?,
            Step::NextKey(place) => {
                code.i32_const(0).global_get(NEXT_KEY).i64_const(SPREAD as i64).i64_mul();
                code.i64_store(at(*place));
                code.global_get(NEXT_KEY).i64_const(1).i64_add().global_set(NEXT_KEY);
            }
            Step::KeysFrom(place) => {
                code.i32_const(0).i64_load(at(*place)).global_set(NEXT_KEY);
            }
        }
        Ok(())
    }

    fn call(
        &self,
        code: &mut InstructionSink<'_>,
        function: &str,
        arguments: &[u64],
    ) -> Result<(), EstimatorError> {
        let found = (0_u32..).zip(&self.imported).find(|(_, known)| known.name == function);
        let Some((index, specification)) = found else {
            return Err(EstimatorError::of_work(format!("`{function}` is not imported")));
        };
        for (argument, (_, ty)) in arguments.iter().zip(specification.parameters) {
            match ty {
                WasmType::I64 => code.i64_const(*argument as i64),
                WasmType::I32 => code.i32_const(*argument as i32),
            };
        }
        code.call(index);
        if specification.result.is_some() {
            code.drop();
        }
        Ok(())
    }
}

fn memory(pages: u64) -> MemorySection {
    let mut memory = MemorySection::new();
    memory.memory(MemoryType {
        minimum: pages,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    memory
}

fn next_key() -> GlobalSection {
    let mut globals = GlobalSection::new();
    let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    globals.global(ty, &ConstExpr::i64_const(0));
    globals
}

fn data(segments: &[(u32, Vec<u8>)]) -> DataSection {
    let mut data = DataSection::new();
    for (at, bytes) in segments {
        data.active(0, &ConstExpr::i32_const(*at as i32), bytes.iter().copied());
    }
    data
}
