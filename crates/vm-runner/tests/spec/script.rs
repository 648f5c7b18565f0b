//! A script of the specification, read: its modules, what it does with them, and what it expects.

use crate::parts::Parts;
use std::collections::BTreeMap;
use wasmparser::TypeRef;
use wast::core::{NanPattern, WastArgCore, WastRetCore};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};

/// A script's place in [`Script::modules`].
pub(crate) type ModuleId = usize;

/// A script in the order of its text.
#[derive(Default)]
pub(crate) struct Script {
    /// The modules that it makes instances of.
    pub(crate) modules: Vec<Definition>,
    /// What it does with them.
    pub(crate) steps: Vec<Step>,
    /// The modules that it says are no good.
    pub(crate) refusals: Vec<Refusal>,
}

/// A module that a script makes an instance of.
pub(crate) struct Definition {
    /// Its line in the script.
    pub(crate) line: usize,
    /// The module.
    pub(crate) code: Vec<u8>,
    /// The modules whose exports it can import, by the names they are registered under.
    pub(crate) suppliers: BTreeMap<String, ModuleId>,
    /// The modules that it imports something from.
    pub(crate) imports_from: Vec<ModuleId>,
    /// The module that it imports its memory from; `None` also for `spectest`'s.
    pub(crate) imports_memory_from: Option<ModuleId>,
    /// Whether something that it makes can change.
    pub(crate) has_state: bool,
    /// Whether it has a memory, its own or `spectest`'s, that its code or data reach.
    pub(crate) uses_own_memory: bool,
}

/// Something that a script does.
pub(crate) struct Step {
    /// Its line in the script.
    pub(crate) line: usize,
    /// The module it is done with.
    pub(crate) module: ModuleId,
    /// What it is.
    pub(crate) kind: StepKind,
}

/// What a script does and expects.
pub(crate) enum StepKind {
    /// Makes an instance.
    Instantiate,
    /// Makes an instance, which has to trap.
    InstantiateTrapping(String),
    /// Acts without looking at results.
    Act(Action),
    /// Acts and gets these results.
    Return(Action, Vec<Expected>),
    /// Acts, which has to trap.
    Trap(Action, String),
    /// Acts, which has to exhaust the stack.
    Exhaust(Action),
}

/// A call or a look at a global.
pub(crate) enum Action {
    /// Calls an exported function.
    Invoke(String, Vec<Argument>),
    /// Reads an exported global.
    Get(String),
}

impl Action {
    /// The export.
    pub(crate) fn name(&self) -> &str {
        match self {
            Action::Invoke(name, _) | Action::Get(name) => name,
        }
    }
}

/// An argument, by its bits.
#[derive(Clone, Copy)]
pub(crate) enum Argument {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    Null,
    /// A reference of the host's, with a number to tell it by.
    Host(u32),
    /// Of a type that contracts do not have.
    Unknown,
}

/// What a result has to be.
#[derive(Clone, Copy)]
pub(crate) enum Expected {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    /// A NaN that arithmetic made.
    NanF32,
    /// A NaN that arithmetic made.
    NanF64,
    Null,
    /// A reference to a function.
    Function,
    /// The reference of the host's with this number.
    Host(u32),
    /// Of a type that contracts do not have.
    Unknown,
}

/// A module that is to be refused.
pub(crate) struct Refusal {
    /// Its line in the script.
    pub(crate) line: usize,
    /// Why.
    pub(crate) kind: RefusalKind,
    /// The module; `None`: its text is refused already.
    pub(crate) code: Option<Vec<u8>>,
}

/// Why a module is to be refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusalKind {
    /// It breaks a rule of the binary format or of validation.
    Invalid,
    /// It imports what there is not.
    Unlinkable,
}

impl Script {
    /// Reads the script `text`.
    pub(crate) fn read(text: &str) -> Result<Script, wast::Error> {
        let mut lexer = Lexer::new(text);
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer)?;
        let directives = parser::parse::<Wast<'_>>(&buffer)?.directives;
        let mut reader = Reader { text, ..Reader::default() };
        for directive in directives {
            reader.read(directive)?;
        }
        Ok(reader.script)
    }
}

#[derive(Default)]
struct Reader<'t> {
    text: &'t str,
    script: Script,
    named: BTreeMap<String, ModuleId>,
    registered: BTreeMap<String, ModuleId>,
    last: Option<ModuleId>,
}

impl Reader<'_> {
    fn read(&mut self, directive: WastDirective<'_>) -> Result<(), wast::Error> {
        let line = directive.span().linecol_in(self.text).0 + 1;
        match directive {
            WastDirective::Module(mut module) => {
                let id = self.define(line, module.encode()?);
                if let Some(name) = module.name() {
                    self.named.insert(name.name().to_owned(), id);
                }
                self.last = Some(id);
                self.step(line, id, StepKind::Instantiate);
            }
            WastDirective::Register { name, module, .. } => {
                let id = self.module(module);
                self.registered.insert(name.to_owned(), id);
            }
            WastDirective::Invoke(invoke) => {
                self.invoke(line, invoke, StepKind::Act);
            }
            WastDirective::AssertReturn { exec, results, .. } => {
                let results = results.iter().map(expected).collect();
                self.execute(line, exec, |action| StepKind::Return(action, results))?;
            }
            WastDirective::AssertTrap { exec: WastExecute::Wat(mut module), message, .. } => {
                let id = self.define(line, module.encode()?);
                self.step(line, id, StepKind::InstantiateTrapping(message.to_owned()));
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                self.execute(line, exec, |action| StepKind::Trap(action, message.to_owned()))?;
            }
            WastDirective::AssertExhaustion { call, .. } => {
                self.invoke(line, call, StepKind::Exhaust);
            }
            WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertInvalid { module, .. } => self.refusal(line, module),
            WastDirective::AssertUnlinkable { mut module, .. } => {
                let (kind, code) = (RefusalKind::Unlinkable, Some(module.encode()?));
                self.script.refusals.push(Refusal { line, kind, code });
            }
            other => panic!("line {line}: a directive that core scripts do not have: {other:?}"),
        }
        Ok(())
    }

    fn refusal(&mut self, line: usize, mut module: QuoteWat<'_>) {
        let code = module.encode().ok();
        self.script.refusals.push(Refusal { line, kind: RefusalKind::Invalid, code });
    }

    fn define(&mut self, line: usize, code: Vec<u8>) -> ModuleId {
        // What cannot be taken apart is left out: it needs more than contracts have.
        let parts = Parts::read(&code).unwrap_or_default();
        let suppliers = self.registered.clone();
        let supplier = |name: &str| suppliers.get(name).copied();
        let imports_memory = parts.imports.iter().find(|it| matches!(it.ty, TypeRef::Memory(_)));
        let imports_memory_from = imports_memory.and_then(|it| supplier(it.module));
        let has_own = !parts.memories.is_empty() || imports_memory.is_some();
        let definition = Definition {
            line,
            imports_from: parts.imports.iter().filter_map(|it| supplier(it.module)).collect(),
            imports_memory_from,
            uses_own_memory: has_own && imports_memory_from.is_none() && parts.use_memory(),
            has_state: parts.have_state(),
            suppliers,
            code,
        };
        self.script.modules.push(definition);
        self.script.modules.len() - 1
    }

    fn module(&self, name: Option<Id<'_>>) -> ModuleId {
        let id = match name {
            Some(name) => self.named.get(name.name()).copied(),
            None => self.last,
        };
        id.expect("a script acts on modules that it has")
    }

    fn step(&mut self, line: usize, module: ModuleId, kind: StepKind) {
        self.script.steps.push(Step { line, module, kind });
    }

    fn invoke(
        &mut self,
        line: usize,
        invoke: WastInvoke<'_>,
        kind: impl FnOnce(Action) -> StepKind,
    ) {
        let module = self.module(invoke.module);
        let arguments = invoke.args.iter().map(argument).collect();
        self.step(line, module, kind(Action::Invoke(invoke.name.to_owned(), arguments)));
    }

    fn execute(
        &mut self,
        line: usize,
        execute: WastExecute<'_>,
        kind: impl FnOnce(Action) -> StepKind,
    ) -> Result<(), wast::Error> {
        match execute {
            WastExecute::Invoke(invoke) => self.invoke(line, invoke, kind),
            WastExecute::Get { module, global, .. } => {
                let module = self.module(module);
                self.step(line, module, kind(Action::Get(global.to_owned())));
            }
            WastExecute::Wat(module) => {
                return Err(wast::Error::new(module.span(), "a module returns nothing".to_owned()));
            }
        }
        Ok(())
    }
}

fn argument(argument: &WastArg<'_>) -> Argument {
    let WastArg::Core(argument) = argument else { return Argument::Unknown };
    match argument {
        WastArgCore::I32(value) => Argument::I32(*value),
        WastArgCore::I64(value) => Argument::I64(*value),
        WastArgCore::F32(value) => Argument::F32(value.bits),
        WastArgCore::F64(value) => Argument::F64(value.bits),
        WastArgCore::RefNull(_) => Argument::Null,
        WastArgCore::RefExtern(number) => Argument::Host(*number),
        _ => Argument::Unknown,
    }
}

fn expected(result: &WastRet<'_>) -> Expected {
    let WastRet::Core(result) = result else { return Expected::Unknown };
    match result {
        WastRetCore::I32(value) => Expected::I32(*value),
        WastRetCore::I64(value) => Expected::I64(*value),
        WastRetCore::F32(NanPattern::Value(value)) => Expected::F32(value.bits),
        WastRetCore::F64(NanPattern::Value(value)) => Expected::F64(value.bits),
        WastRetCore::F32(_) => Expected::NanF32,
        WastRetCore::F64(_) => Expected::NanF64,
        WastRetCore::RefNull(_) => Expected::Null,
        WastRetCore::RefFunc(None) => Expected::Function,
        WastRetCore::RefExtern(Some(number)) => Expected::Host(*number),
        _ => Expected::Unknown,
    }
}
