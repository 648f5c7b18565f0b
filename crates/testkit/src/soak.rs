//! Both native engines trapping at the same time, on many threads of one process.
//!
//! wasmer and wasmtime each put their handlers of signals in place for the whole process and tell
//! their own traps from the other's, and from crashes. So threads call contracts that end in every way
//! there is, each on a runner drawn by chance, and compare each answer with what the interpreter said
//! beforehand. Meanwhile threads come and go, with small stacks and large, modules are compiled and
//! dropped, a runner swaps engines, contracts run contracts on the other engine, and the chain below
//! one panics.
//!
//! What is called, and how it is to end, stands beside this file: `soak/*.wat`, `contracts.rs`.

#![expect(clippy::disallowed_types, reason = "how long a soak goes on is no contract's business")]

mod contracts;
mod descent;
mod process;
mod questions;
mod random;
mod shift;
mod subjects;

pub use process::Process;

use contracts::Contracts;
use descent::{Bottom, Level};
use questions::Book;
use shift::Shift;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use subjects::{Subject, Subjects};
use torr_vm_logic::error::{ContractError, HostError, WasmTrap};
use torr_vm_runner::EngineKind;

/// How the process is to be put under stress.
pub struct Settings<'s> {
    /// All choices follow from it.
    pub seed: u64,
    /// Threads that run at once.
    pub threads: u64,
    /// When it is over.
    pub length: Length,
    /// The engine that is made and used first.
    pub first: EngineKind,
    /// Too low limits of gas for each method.
    pub limits: usize,
    /// How many nestings of contracts there are to choose from.
    pub nested: usize,
    /// Makes modules of texts.
    pub assemble: &'s (dyn Fn(&str) -> Vec<u8> + Sync),
    /// Runs a piece of work on the worker of a pool, and waits for it.
    pub in_pool: &'s (dyn Fn(&(dyn Fn() + Sync)) + Sync),
}

/// When a soak is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// After so many calls of all threads together.
    Calls(u64),
    /// After this time.
    Time(Duration),
    /// After one shift, which is named by its lane and its number.
    Shift(u64, u64),
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Well.
    Returned,
    /// By `unreachable`.
    Unreachable,
    /// By a division or conversion that has no result.
    Arithmetic,
    /// By an access beyond the memory or a table.
    OutOfBounds,
    /// By an indirect call of nothing.
    NullCall,
    /// By an indirect call of a function of another type.
    OtherSignature,
    /// By too deep recursion, or a place outside of the memory that a host function was given; the
    /// protocol does not tell these apart.
    AccessViolation,
    /// By the limit of gas.
    Gas,
    /// By a panic that the contract reported.
    GuestPanic,
    /// By another failure of a host function.
    HostError,
    /// Before it began.
    Refused,
    /// By a failure of the chain below.
    Fault,
    /// By a panic of the chain below.
    Panic,
}

impl End {
    /// All of them, in order.
    pub const ALL: [End; 13] = [
        End::Returned,
        End::Unreachable,
        End::Arithmetic,
        End::OutOfBounds,
        End::NullCall,
        End::OtherSignature,
        End::AccessViolation,
        End::Gas,
        End::GuestPanic,
        End::HostError,
        End::Refused,
        End::Fault,
        End::Panic,
    ];

    /// How a call with this error ended.
    fn of(error: Option<&ContractError>) -> End {
        match error {
            None => End::Returned,
            Some(ContractError::WasmTrap(trap)) => match trap {
                WasmTrap::Unreachable => End::Unreachable,
                WasmTrap::IllegalArithmetic => End::Arithmetic,
                WasmTrap::IndirectCallToNull => End::NullCall,
                WasmTrap::IncorrectCallIndirectSignature => End::OtherSignature,
                _ => End::OutOfBounds,
            },
            Some(ContractError::HostError(error)) => match error {
                HostError::MemoryAccessViolation => End::AccessViolation,
                HostError::GasExceeded | HostError::GasLimitExceeded => End::Gas,
                HostError::GuestPanic { .. } => End::GuestPanic,
                _ => End::HostError,
            },
            Some(_) => End::Refused,
        }
    }
}

/// How a soak stands.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Since the threads began.
    pub elapsed: Duration,
    /// Outermost calls.
    pub calls: u64,
    /// Threads that were made.
    pub threads: u64,
    /// Calls on runners that have gone since.
    pub gone: u64,
    /// How often calls on each runner ended in each way, calls inside of calls included.
    pub ends: Vec<(String, BTreeMap<End, u64>)>,
    /// What the process takes.
    pub process: Process,
}

/// How a soak ended.
#[derive(Clone, Debug)]
pub struct Report {
    /// What the process took when the threads began.
    pub start: Process,
    /// What it took at half time, or at the first progress after it.
    pub middle: Option<Process>,
    /// How it stood in the end.
    pub end: Progress,
    /// The first difference, with all that is known of it.
    pub failure: Option<String>,
}

/// How often progress is told.
const INTERVAL: Duration = Duration::from_secs(5);

/// A soak under way.
struct Soak<'s> {
    settings: &'s Settings<'s>,
    contracts: Contracts,
    book: Book,
    subjects: Subjects,
    began: Instant,
    calls: AtomicU64,
    threads: AtomicU64,
    is_over: AtomicBool,
    failure: Mutex<Option<String>>,
}

/// Puts the process under stress, and tells `watch` every few seconds how it stands.
///
/// # Panics
/// When a contract does not end as it is said to on the interpreter, or an engine cannot be made.
pub fn run(settings: &Settings<'_>, watch: &mut dyn FnMut(&Progress)) -> Report {
    let contracts = Contracts::assembled(settings.assemble);
    let book = Book::written(&contracts, settings);
    let used = |subject: &Subject| use_once(subject, &contracts);
    let subjects = Subjects::starting_with(settings.first, &used);
    let (start, mut middle) = (Process::now(), None);
    let soak = Soak {
        settings,
        contracts,
        book,
        subjects,
        began: Instant::now(),
        calls: AtomicU64::new(0),
        threads: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
        failure: Mutex::new(None),
    };
    thread::scope(|scope| {
        // Nothing is sent; the channel closes when the last lane ends.
        let (lane_runs, lanes_run) = mpsc::channel::<()>();
        let lanes = match settings.length {
            Length::Shift(lane, _) => lane..lane + 1,
            Length::Calls(_) | Length::Time(_) => 0..settings.threads,
        };
        for lane in lanes {
            let (soak, lane_runs) = (&soak, lane_runs.clone());
            scope.spawn(move || {
                soak.work_lane(lane);
                drop(lane_runs);
            });
        }
        drop(lane_runs);
        while let Err(mpsc::RecvTimeoutError::Timeout) = lanes_run.recv_timeout(INTERVAL) {
            let progress = soak.progress();
            let half = |length| progress.elapsed >= length / 2;
            if middle.is_none() && matches!(settings.length, Length::Time(time) if half(time)) {
                middle = Some(progress.process);
            }
            watch(&progress);
        }
    });
    let end = soak.progress();
    let failure = soak.failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    Report { start, middle, end, failure }
}

/// The first trap on a runner, so that its engine's handlers are in place before another's.
fn use_once(subject: &Subject, contracts: &Contracts) {
    for (call, end) in Contracts::calls().filter(|(_, end)| *end == End::OutOfBounds).take(1) {
        let code = &contracts.at(call.contract).code;
        let heard = descent::ask(&[Level { subject, code, call: &call }], Bottom::Nothing);
        assert_eq!(heard.end(), end, "{}: {heard:?}", subject.name);
    }
}

impl Soak<'_> {
    /// One thread after the other.
    fn work_lane(&self, lane: u64) {
        let shifts = match self.settings.length {
            Length::Shift(_, number) => number..number + 1,
            Length::Calls(_) | Length::Time(_) => 0..u64::MAX,
        };
        for number in shifts {
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
            let shift = Shift::new(self, lane, number);
            let ended = thread::scope(|scope| {
                let thread = thread::Builder::new().stack_size(shift.stack());
                thread.spawn_scoped(scope, || shift.work()).map(|thread| thread.join().is_ok())
            });
            self.threads.fetch_add(1, Ordering::Relaxed);
            match ended {
                Ok(true) => {}
                Ok(false) => self.fail(format!("lane {lane}, shift {number}: the thread panicked")),
                Err(error) => self.fail(format!("no thread can be made: {error}")),
            }
        }
    }

    /// Whether there is a call left to make; it is taken.
    fn takes_one_more_call(&self) -> bool {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let is_over = match self.settings.length {
            Length::Calls(calls) => number >= calls,
            Length::Time(time) => self.began.elapsed() >= time,
            Length::Shift(..) => false,
        };
        if is_over {
            self.is_over.store(true, Ordering::Relaxed);
        }
        let goes_on = !self.is_over.load(Ordering::Relaxed);
        if !goes_on {
            self.calls.fetch_sub(1, Ordering::Relaxed);
        }
        goes_on
    }

    /// Ends it all; the first failure stays.
    fn fail(&self, failure: String) {
        self.is_over.store(true, Ordering::Relaxed);
        let mut first = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(failure);
    }

    fn progress(&self) -> Progress {
        Progress {
            elapsed: self.began.elapsed(),
            calls: self.calls.load(Ordering::Relaxed),
            threads: self.threads.load(Ordering::Relaxed),
            gone: self.subjects.gone(),
            ends: self.subjects.tally(),
            process: Process::now(),
        }
    }
}

impl Progress {
    /// How often calls ended in each way, on all runners together.
    pub fn ends_in_sum(&self) -> BTreeMap<End, u64> {
        let mut sum = BTreeMap::new();
        for (end, number) in self.ends.iter().flat_map(|(_, ends)| ends) {
            *sum.entry(*end).or_default() += number;
        }
        sum
    }
}

/// One line.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Progress { elapsed, calls, threads, process, .. } = self;
        write!(f, "{:>5} s: {calls} calls on {threads} threads; {process};", elapsed.as_secs())?;
        self.ends_in_sum().iter().try_for_each(|(end, number)| write!(f, " {end:?} {number}"))
    }
}

/// Sizes, and a table of ends: a line for each runner and a column for each end.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { start, middle, end, failure } = self;
        writeln!(
            f,
            "{} calls on {} threads in {} s; {} of them on runners that are gone",
            end.calls,
            end.threads,
            end.elapsed.as_secs(),
            end.gone
        )?;
        writeln!(f, "at the start:  {start}")?;
        if let Some(middle) = middle {
            writeln!(f, "at half time:  {middle}")?;
        }
        writeln!(f, "in the end:    {}", end.process)?;
        write!(f, "{:<18}", "ends")?;
        End::ALL.iter().try_for_each(|end| write!(f, "{:>15}", format!("{end:?}")))?;
        for (name, ends) in &end.ends {
            write!(f, "\n{name:<18}")?;
            let number = |end| ends.get(end).copied().unwrap_or(0);
            End::ALL.iter().try_for_each(|end| write!(f, "{:>15}", number(end)))?;
        }
        writeln!(f)?;
        match failure {
            None => write!(f, "every answer was the interpreter's"),
            Some(failure) => write!(f, "A DIFFERENCE: {failure}"),
        }
    }
}
