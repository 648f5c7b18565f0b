//! What is done with a world, on all engines and both ways of charging, against what the script
//! expects.

use crate::bare::Contract;
use crate::link::World;
use crate::replay::{ALL, Failure, Recorded, Records, Replay};
use crate::report::Report;
use crate::run::is_about_limits;
use crate::script::{Expected, Step, StepKind};
use crate::worlds::Linked;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::thread;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{RuntimeConfig, VmConfig};
use torr_testkit::referee::run_everywhere_under;
use torr_testkit::world;
use torr_vm_logic::error::{ContractError, HostError, WasmTrap};
use torr_vm_logic::outcome::ReturnData;
use torr_vm_runner::prepare::prepare;
use torr_vm_runner::{Charging, Code};
use wasm_encoder::MemoryType;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this value.
    Returned(Vec<u8>),
    Trapped(WasmTrap),
    /// The stack ran out.
    Exhausted,
    OutOfGas,
}

/// Does all that is done with the modules of `linked`, in the script `name`.
///
/// # Panics
/// When an assertion does not hold, and not because contracts have other memories.
pub(crate) fn run(name: &str, linked: &Linked<'_>, report: &mut Report) {
    let Linked { world, steps } = linked;
    let replay = Replay::of(world, steps);
    for (_, reason) in &replay.left_out {
        report.left_out(reason.clone());
    }
    let trial = Trial::new(name, world, &replay, steps.first().map_or(0, |step| step.line));
    let failures = replay.failures.par_iter().map(|failure| trial.failure(failure));
    let mut verdicts: Vec<Verdict> = failures.collect();
    // When making the instance has to trap, no method comes to its end.
    let traps = |step: &Step| matches!(step.kind, StepKind::InstantiateTrapping(_));
    if !matches!(steps.as_slice(), [step] if traps(step)) {
        verdicts.extend(trial.results());
    }
    for verdict in verdicts {
        match verdict {
            Verdict::Holds(adaptations) => report.ran_adapted(&adaptations),
            Verdict::NeedsMemory => report.left_out("needs more memory than contracts have"),
        }
    }
}

/// What is found of an assertion.
enum Verdict {
    /// It holds, with these changes to modules and parameters.
    Holds(Vec<&'static str>),
    /// It does not, but does without preparation and with the memory as declared; and without
    /// preparation and with the memory as it is here the same happens as here.
    NeedsMemory,
}

/// Says where it was when engines differ, which they do without knowing of it.
struct Place(String);

impl Drop for Place {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("in {}", self.0);
        }
    }
}

struct Trial<'w> {
    name: &'w str,
    first_line: usize,
    world: &'w World,
    replay: &'w Replay<'w>,
    /// The memory that calls have.
    memory: MemoryType,
    code: Code,
    parameters: Arc<RuntimeConfig>,
    adaptations: Vec<&'static str>,
    with_scripts_memory: OnceLock<Contract>,
    with_this_memory: OnceLock<Contract>,
}

impl<'w> Trial<'w> {
    fn new(
        name: &'w str,
        world: &'w World,
        replay: &'w Replay<'w>,
        first_line: usize,
    ) -> Trial<'w> {
        let memory = memory(world, replay);
        let parameters = parameters(memory, Prices::Protocol);
        let mut trial = Trial {
            name,
            first_line,
            world,
            replay,
            memory,
            code: Code::new(replay.contract(world, memory, Records::Returned)),
            parameters,
            adaptations: world.adaptations.clone(),
            with_scripts_memory: OnceLock::new(),
            with_this_memory: OnceLock::new(),
        };
        match prepare(trial.code.bytes(), &trial.parameters.vm, Charging::Exact) {
            Ok(_) => {}
            Err(refused) if is_about_limits(&refused.error) => {
                trial.adaptations.push("beyond a limit of the protocol");
                trial.parameters = self::parameters(memory, Prices::Low);
            }
            Err(refused) => panic!("{}: {refused}", trial.place(first_line)),
        }
        trial
    }

    fn place(&self, line: usize) -> String {
        format!("{}, line {line}", self.name)
    }

    /// All steps that have to succeed.
    fn results(&self) -> Vec<Verdict> {
        let (end, adaptations) = self.call(self.first_line, ALL);
        let End::Returned(bytes) = &end else {
            panic!("{}: {end:?}", self.place(self.first_line));
        };
        let words = bytes.as_chunks().0.iter();
        let records: Vec<u64> = words.map(|word| u64::from_le_bytes(*word)).collect();
        let alone = OnceLock::new();
        let judge = |result: &Recorded<'_>| {
            if result.holds(&records, |bits, nan| bits == canonical(nan)) {
                return Verdict::Holds(adaptations.clone());
            }
            let alone = alone.get_or_init(|| self.alone().map(|contract| contract.run(ALL).1));
            let explained = result.holds(&alone[0], is_nan_of_arithmetic)
                && result.of(&alone[1]) == result.of(&records);
            let place = self.place(result.step.line);
            assert!(explained, "{place}: {:x?}", result.of(&records));
            Verdict::NeedsMemory
        };
        self.replay.results.iter().map(judge).collect()
    }

    /// A step that has to fail.
    fn failure(&self, failure: &Failure<'_>) -> Verdict {
        let place = self.place(failure.step.line);
        let expected = expected_end(failure)
            .unwrap_or_else(|message| panic!("{place}: an unknown kind of trap: {message}"));
        let (end, adaptations) = self.call(failure.step.line, &failure.method);
        if end == expected {
            return Verdict::Holds(adaptations);
        }
        let alone = self.alone().map(|contract| contract.run(&failure.method).0);
        assert!(alone == [expected, end.clone()], "{place}: {end:?}, alone {alone:?}");
        Verdict::NeedsMemory
    }

    /// Calls a method for the assertion in `line`.
    fn call(&self, line: usize, method: &str) -> (End, Vec<&'static str>) {
        let _place = Place(self.place(line));
        let mut adaptations = self.adaptations.clone();
        let mut end = on_torr(&self.parameters, &self.code, method);
        if end == End::OutOfGas {
            adaptations.push("cheaper bulk instructions");
            end = on_torr(&parameters(self.memory, Prices::Low), &self.code, method);
        }
        (end, adaptations)
    }

    /// The contract without preparation: with the memory as declared, and with the one that calls have.
    fn alone(&self) -> [&Contract; 2] {
        let make =
            |memory| Contract::new(&self.replay.contract(self.world, memory, Records::Passed));
        let declared = self.world.memory.unwrap_or(self.memory);
        [
            self.with_scripts_memory.get_or_init(|| make(declared)),
            self.with_this_memory.get_or_init(|| make(self.memory)),
        ]
    }
}

/// Pages of the largest memory that a contract can get.
const MOST_PAGES: u64 = 2048;

/// The memory that a world has here: the one that it declares, as far as a contract can have it and
/// results fit into it. Else it is the protocol's.
fn memory(world: &World, replay: &Replay<'_>) -> MemoryType {
    let plain = |minimum, maximum| MemoryType {
        minimum,
        maximum: Some(maximum),
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    let Some(declared) = world.memory else { return plain(1, 1) };
    let maximum = declared.maximum.unwrap_or(MOST_PAGES).min(MOST_PAGES);
    match replay.fits_into(maximum) && declared.minimum <= maximum {
        true => plain(declared.minimum, maximum),
        false => plain(1024, MOST_PAGES),
    }
}

/// What instructions cost, and how many tables and parameters there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Prices {
    /// As by the protocol.
    Protocol,
    /// As many as are wanted, and gas suffices for bulk instructions whatever they are told to do.
    Low,
}

/// The parameters of the latest version, with a memory of this size.
fn parameters(memory: MemoryType, prices: Prices) -> Arc<RuntimeConfig> {
    /// Made once each: runners know parameters by their address.
    static MADE: Mutex<BTreeMap<(u64, u64, Prices), Arc<RuntimeConfig>>> =
        Mutex::new(BTreeMap::new());
    let maximum = memory.maximum.unwrap_or(MOST_PAGES);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let config = made.entry((memory.minimum, maximum, prices)).or_insert_with(|| {
        let mut config = RuntimeConfig::clone(&world::config());
        let vm = Arc::make_mut(&mut config.vm);
        vm.limits.initial_memory_pages = memory.minimum;
        vm.limits.max_memory_pages = maximum;
        if prices == Prices::Low {
            vm.linear_op_unit_cost = 1;
            vm.limits.max_tables_per_contract = None;
            vm.limits.max_params_per_function = None;
        }
        Arc::new(config)
    });
    Arc::clone(config)
}

/// The NaN that arithmetic makes of the protocol.
fn canonical(nan: Expected) -> u64 {
    match nan {
        Expected::NanF32 => 0x7fc0_0000,
        _ => 0x7ff8_0000_0000_0000,
    }
}

/// Whether `bits` is a NaN that arithmetic may make by the specification.
fn is_nan_of_arithmetic(bits: u64, nan: Expected) -> bool {
    bits & canonical(nan) == canonical(nan)
}

/// How a step that fails has to end.
fn expected_end<'s>(failure: &Failure<'s>) -> Result<End, &'s str> {
    let (StepKind::Trap(_, message) | StepKind::InstantiateTrapping(message)) = &failure.step.kind
    else {
        return Ok(End::Exhausted);
    };
    let is = |text: &str| message.starts_with(text);
    Ok(End::Trapped(if is("integer") || is("invalid conversion") {
        WasmTrap::IllegalArithmetic
    } else if is("out of bounds") || is("undefined") {
        // The protocol does not tell accesses beyond a table from those beyond the memory.
        WasmTrap::MemoryOutOfBounds
    } else if is("uninitialized") {
        WasmTrap::IndirectCallToNull
    } else if is("indirect call") {
        WasmTrap::IncorrectCallIndirectSignature
    } else if is("unreachable") {
        WasmTrap::Unreachable
    } else {
        return Err(message);
    }))
}

/// Code, its price, the pages of its memory, and a method.
type Call = (CryptoHash, u64, u64, u64, String);

/// Calls that were made: many scripts are in more than one version.
static MADE: LazyLock<Mutex<BTreeMap<Call, End>>> = LazyLock::new(Mutex::default);

/// Calls `method` on all engines and both ways of charging, which have to agree.
fn on_torr(parameters: &RuntimeConfig, code: &Code, method: &str) -> End {
    let VmConfig { linear_op_unit_cost, limits, .. } = &*parameters.vm;
    let pages = (limits.initial_memory_pages, limits.max_memory_pages);
    let key = (code.hash(), *linear_op_unit_cost, pages.0, pages.1, method.to_owned());
    let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(end) = made().get(&key) {
        return end.clone();
    }
    let (context, chain) = (world::context(), world::chain());
    let answer = run_everywhere_under(parameters, code, method, &context, &chain);
    let end = match (answer.outcome.error, answer.outcome.return_data) {
        (None, ReturnData::Value(bytes)) => End::Returned(bytes),
        (None, _) => End::Returned(Vec::new()),
        (Some(ContractError::WasmTrap(trap)), _) => End::Trapped(trap),
        (Some(ContractError::HostError(HostError::MemoryAccessViolation)), _) => End::Exhausted,
        (Some(ContractError::HostError(HostError::GasLimitExceeded)), _) => End::OutOfGas,
        (Some(error), _) => panic!("`{method}` ends otherwise: {error}"),
    };
    made().insert(key, end.clone());
    end
}
