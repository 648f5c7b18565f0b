//! One instruction over many operands, in the forms in which compilers may find it.

use crate::contract::{
    Contract, NEXT_RESULT, advance, assert_traps, constant, load, place, returned, store, width,
};
use crate::operands::{all, few, fewest, many};
use crate::operation::Operation;
use torr_vm_logic::error::WasmTrap;
use torr_vm_runner::Code;
use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

/// Where an instruction's operands come from. What a compiler knows of them decides which code it
/// makes: constants are folded, or go into the machine's instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// From memory, directly.
    Memory,
    /// From memory, through locals.
    Locals,
    /// They are a function's parameters, and its result is returned.
    Parameters,
    /// The first is a constant, the second comes from memory.
    ConstantFirst,
    /// The second is.
    ConstantSecond,
    /// All are constants.
    Constants,
}

impl Form {
    /// The forms that `operation` can have.
    pub(crate) fn of(operation: &Operation) -> Vec<Form> {
        use Form::{ConstantFirst, ConstantSecond, Constants, Locals, Memory, Parameters};
        match operation.is_binary() {
            true => vec![Memory, Locals, Parameters, ConstantFirst, ConstantSecond, Constants],
            false => vec![Memory, Locals, Parameters, Constants],
        }
    }
}

/// What is done with the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is stored.
    Stored,
    /// It decides where control goes and what is selected; so does its opposite. One byte tells all.
    Branched,
}

/// The bits that [`Use::Branched`] makes of yes and no.
const YES: u8 = 0b000_111;
const NO: u8 = 0b111_000;

/// Locals of a function that sweeps; what comes behind them are the operands.
const FIRST: u32 = 0;
const SECOND: u32 = 1;
const SKIP: u32 = 2;
const OPERANDS: u32 = 3;

/// The operands of a type in memory, eight bytes each.
#[derive(Clone)]
struct List {
    at: u32,
    values: Vec<u64>,
}

impl List {
    fn new(contract: &mut Contract, values: Vec<u64>) -> List {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        List { at: contract.data(bytes), values }
    }

    fn end(&self) -> i32 {
        self.at.cast_signed() + 8 * self.values.len() as i32
    }
}

/// How many operands, or pairs of them, an instruction was tried on.
pub(crate) type Tried = usize;

/// Tries `operation` in one form on all operands that do not make it trap.
///
/// # Panics
/// When engines differ from each other or from the host.
pub(crate) fn sweep(operation: &Operation, form: Form, how: Use) -> Tried {
    let mut sweep =
        Sweep { contract: Contract::new(), operation, how, expected: Vec::new(), tried: 0 };
    let functions = match form {
        Form::Memory | Form::Locals | Form::Parameters => vec![sweep.all(form)],
        Form::ConstantFirst | Form::ConstantSecond => sweep.with_a_constant(form),
        Form::Constants => sweep.with_constants(),
    };
    let context = format!("{} {form:?} {how:?}", operation.name);
    sweep.contract.method_of(&context, functions);
    let results = returned(&sweep.contract.finish(), &context);
    assert_eq!(results.len(), sweep.expected.len(), "{context}");
    let step = sweep.result_width();
    let pairs = results.chunks(step).zip(sweep.expected.chunks(step));
    for (number, (result, expected)) in pairs.enumerate() {
        assert_eq!(result, expected, "{context}: operands number {number}");
    }
    sweep.tried
}

struct Sweep<'o> {
    contract: Contract,
    operation: &'o Operation,
    how: Use,
    expected: Vec<u8>,
    tried: Tried,
}

impl Sweep<'_> {
    fn result_width(&self) -> usize {
        match self.how {
            Use::Stored => width(self.operation.result),
            Use::Branched => 1,
        }
    }

    /// Notes what comes out for these operands; says whether anything does.
    fn expect(&mut self, first: u64, second: u64) -> bool {
        let result = (self.operation.compute)([first, second]);
        let step = self.result_width();
        let bytes = match (self.how, result) {
            (Use::Stored, result) => result.unwrap_or(0).to_le_bytes(),
            (Use::Branched, result) => [if result == Some(1) { YES } else { NO }; 8],
        };
        self.expected.extend_from_slice(&bytes[..step]);
        self.tried += usize::from(result.is_some());
        result.is_some()
    }

    /// Notes what comes out for all pairs, and puts into memory which of them are to be skipped.
    fn expect_all(&mut self, first: &[u64], second: &[u64]) -> Option<u32> {
        let mut skipped = Vec::new();
        for &a in first {
            for &b in second {
                skipped.push(u8::from(!self.expect(a, b)));
            }
        }
        self.operation.can_trap().then(|| self.contract.data(skipped))
    }

    /// The operands that come from memory. Compilers see pairs in memory, in locals and in parameters
    /// as the same, nearly; so all pairs are tried of the first only.
    fn operands(&self, form: Form) -> fn(ValType) -> Vec<u64> {
        match (form, self.how) {
            _ if !self.operation.is_binary() => all,
            (Form::Locals | Form::Parameters, _) | (Form::ConstantFirst, Use::Branched) => few,
            (Form::ConstantSecond, Use::Branched) => few,
            _ => many,
        }
    }

    /// The operands that are constants.
    fn constants(&self, ty: ValType) -> Vec<u64> {
        match self.how {
            Use::Stored => few(ty),
            Use::Branched => fewest(ty),
        }
    }

    /// A function over all operands in memory.
    fn all(&mut self, form: Form) -> u32 {
        let operation = self.operation;
        let operands = self.operands(form);
        let lists: Vec<List> = operation
            .parameters
            .iter()
            .map(|ty| List::new(&mut self.contract, operands(*ty)))
            .collect();
        let second = lists.get(1).map_or(vec![0], |list| list.values.clone());
        let skipped = self.expect_all(&lists[0].values, &second);
        let called = (form == Form::Parameters).then(|| self.called());
        let mut body = looping(operation);
        let sources =
            [Source::Memory(&lists[0]), lists.get(1).map_or(Source::None, Source::Memory)];
        let inner = |body: &mut Function| match called {
            Some(function) => {
                push(body, operation, sources);
                body.instructions().call(function);
            }
            None => {
                push(body, operation, sources);
                if form == Form::Locals {
                    through_locals(body, operation);
                }
                body.instruction(&operation.instruction);
            }
        };
        self.write_loops(&mut body, sources, skipped, &inner);
        body.instructions().end();
        self.contract.function(&[], None, &body)
    }

    /// The instruction as a function of its own.
    fn called(&mut self) -> u32 {
        let mut body = Function::new([]);
        for index in 0..self.operation.parameters.len() as u32 {
            body.instructions().local_get(index);
        }
        body.instruction(&self.operation.instruction).instructions().end();
        self.contract.function(self.operation.parameters, Some(self.operation.result), &body)
    }

    /// For each constant a function over all operands in memory.
    fn with_a_constant(&mut self, form: Form) -> Vec<u32> {
        let operation = self.operation;
        let ty = operation.operand();
        let operands = self.operands(form);
        let list = List::new(&mut self.contract, operands(ty));
        let mut functions = Vec::new();
        for value in self.constants(ty) {
            let (sources, skipped) = if form == Form::ConstantFirst {
                let skipped = self.expect_all(&[value], &list.values);
                ([Source::Constant(value), Source::Memory(&list)], skipped)
            } else {
                let skipped = self.expect_all(&list.values, &[value]);
                ([Source::Memory(&list), Source::Constant(value)], skipped)
            };
            let mut body = looping(operation);
            let inner = |body: &mut Function| {
                push(body, operation, sources);
                body.instruction(&operation.instruction);
            };
            self.write_loops(&mut body, sources, skipped, &inner);
            body.instructions().end();
            functions.push(self.contract.function(&[], None, &body));
        }
        functions
    }

    /// The instruction written out for each pair of constants.
    fn with_constants(&mut self) -> Vec<u32> {
        let operation = self.operation;
        let values = self.constants(operation.operand());
        let second = if operation.is_binary() { values.clone() } else { vec![0] };
        let mut functions = Vec::new();
        for &a in &values {
            let mut body = looping(operation);
            for &b in &second {
                if (operation.compute)([a, b]).is_none() {
                    continue;
                }
                self.expect(a, b);
                let sources = [Source::Constant(a), Source::Constant(b)];
                self.write_use(&mut body, &|body| {
                    push(body, operation, sources);
                    body.instruction(&operation.instruction);
                });
                advance(&mut body.instructions(), self.result_width());
            }
            body.instructions().end();
            functions.push(self.contract.function(&[], None, &body));
        }
        functions
    }

    /// A loop for each operand from memory, the second inside of the first.
    fn write_loops(
        &self,
        body: &mut Function,
        sources: [Source<'_>; 2],
        skipped: Option<u32>,
        inner: &dyn Fn(&mut Function),
    ) {
        if let Some(skipped) = skipped {
            body.instructions().i32_const(skipped.cast_signed()).local_set(SKIP);
        }
        let [first, second] = sources;
        open_loop(&mut body.instructions(), first, FIRST);
        open_loop(&mut body.instructions(), second, SECOND);
        if skipped.is_some() {
            let mut code = body.instructions();
            code.local_get(SKIP).i32_load8_u(place(0)).i32_eqz().if_(BlockType::Empty);
        }
        self.write_use(body, inner);
        let mut code = body.instructions();
        if skipped.is_some() {
            code.end().local_get(SKIP).i32_const(1).i32_add().local_set(SKIP);
        }
        advance(&mut code, self.result_width());
        close_loop(&mut code, second, SECOND);
        close_loop(&mut code, first, FIRST);
    }

    /// Computes by `inner` and uses what comes out.
    fn write_use(&self, body: &mut Function, inner: &dyn Fn(&mut Function)) {
        match self.how {
            Use::Stored => {
                body.instructions().global_get(NEXT_RESULT);
                inner(body);
                store(&mut body.instructions(), self.operation.result);
            }
            Use::Branched => write_branches(body, inner),
        }
    }
}

/// An operand's source.
#[derive(Clone, Copy)]
enum Source<'l> {
    Memory(&'l List),
    Constant(u64),
    None,
}

/// A function with the locals that a sweep needs.
fn looping(operation: &Operation) -> Function {
    let mut locals = vec![(OPERANDS, ValType::I32)];
    locals.extend(operation.parameters.iter().map(|ty| (1, *ty)));
    Function::new(locals)
}

/// Pushes the operands.
fn push(body: &mut Function, operation: &Operation, sources: [Source<'_>; 2]) {
    for ((ty, source), local) in operation.parameters.iter().zip(sources).zip([FIRST, SECOND]) {
        match source {
            Source::Memory(_) => {
                let mut code = body.instructions();
                code.local_get(local);
                load(&mut code, *ty);
            }
            Source::Constant(bits) => constant(body, *ty, bits),
            Source::None => {}
        }
    }
}

/// Puts the operands into locals and takes them out again.
fn through_locals(body: &mut Function, operation: &Operation) {
    let locals: Vec<u32> = (OPERANDS..).take(operation.parameters.len()).collect();
    let mut code = body.instructions();
    for local in locals.iter().rev() {
        code.local_set(*local);
    }
    for local in &locals {
        code.local_get(*local);
    }
}

fn open_loop(code: &mut InstructionSink<'_>, source: Source<'_>, local: u32) {
    if let Source::Memory(list) = source {
        code.i32_const(list.at.cast_signed()).local_set(local).loop_(BlockType::Empty);
    }
}

fn close_loop(code: &mut InstructionSink<'_>, source: Source<'_>, local: u32) {
    if let Source::Memory(list) = source {
        code.local_get(local).i32_const(8).i32_add().local_tee(local);
        code.i32_const(list.end()).i32_ne().br_if(0).end();
    }
}

/// Writes a byte with a bit for each way in which yes and no can be asked: `if`, `br_if`, `select`, and
/// the same for the opposite.
fn write_branches(body: &mut Function, inner: &dyn Fn(&mut Function)) {
    body.instructions().global_get(NEXT_RESULT);
    for (bit, opposite) in [false, true].into_iter().enumerate() {
        let ask = |body: &mut Function| {
            inner(body);
            if opposite {
                body.instructions().i32_eqz();
            }
        };
        let yes = |number: usize| 1_i32 << (3 * bit + number);
        ask(body);
        body.instructions().if_(BlockType::Result(ValType::I32)).i32_const(yes(0));
        body.instructions().else_().i32_const(0).end();

        body.instructions().block(BlockType::Result(ValType::I32)).i32_const(yes(1));
        ask(body);
        body.instructions().br_if(0).drop().i32_const(0).end().i32_or();

        body.instructions().i32_const(yes(2)).i32_const(0);
        ask(body);
        body.instructions().select().i32_or();
        if opposite {
            body.instructions().i32_or();
        }
    }
    body.instructions().i32_store8(place(0));
}

/// Calls `operation` alone with each of the operands that make it trap.
///
/// # Panics
/// When it does not, on any engine.
pub(crate) fn sweep_traps(operation: &Operation) -> Tried {
    let values = few(operation.operand());
    let second = if operation.is_binary() { values.clone() } else { vec![0] };
    let mut contract = Contract::new();
    let first_list = List::new(&mut contract, values.clone());
    let mut methods = Vec::new();
    for (i, &a) in values.iter().enumerate() {
        for (j, &b) in second.iter().enumerate() {
            if (operation.compute)([a, b]).is_some() {
                continue;
            }
            for form in [Form::Memory, Form::Constants] {
                let name = format!("{} {a:#x} {b:#x} {form:?}", operation.name);
                let mut body = Function::new([]);
                for (ty, (bits, index)) in operation.parameters.iter().zip([(a, i), (b, j)]) {
                    if form == Form::Constants {
                        constant(&mut body, *ty, bits);
                        continue;
                    }
                    let mut code = body.instructions();
                    code.i32_const(first_list.at.cast_signed() + 8 * index as i32);
                    load(&mut code, *ty);
                }
                body.instruction(&operation.instruction).instructions().drop().end();
                contract.method(&name, &body);
                methods.push(name);
            }
        }
    }
    let code: Code = contract.finish();
    for method in &methods {
        assert_traps(&code, method, WasmTrap::IllegalArithmetic);
    }
    methods.len()
}
