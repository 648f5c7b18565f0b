//! What is under test: runners on the two native engines, with both ways of charging, and one that
//! swaps between the engines; and the interpreter, which says beforehand what is right.

use super::End;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use torr_vm_runner::engine::Engine;
use torr_vm_runner::{CacheConfig, Charging, EngineKind, Optimise, Policy, Runner};

/// Compiled code that a runner keeps, in bytes: little, so that modules come and go while others trap.
const MEMORY_BYTES: u64 = 4 << 20;

/// Calls after which the runner of two tiers optimises.
const AFTER_CALLS: u64 = 3;

/// A runner, and how its calls have ended.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) runner: Runner,
    ends: [AtomicU64; End::ALL.len()],
}

impl Subject {
    fn new(name: impl Into<String>, engine: &Arc<dyn Engine>, policy: Policy) -> Subject {
        let cache = CacheConfig { memory_bytes: MEMORY_BYTES, ..CacheConfig::default() };
        let runner = Runner::with_policy(Arc::clone(engine), policy, cache);
        let runner = runner.unwrap_or_else(|error| panic!("{error}"));
        Subject { name: name.into(), runner, ends: std::array::from_fn(|_| AtomicU64::new(0)) }
    }

    /// The interpreter on exact charges.
    pub(super) fn referee() -> Subject {
        Subject::new("wasmi", &built(EngineKind::Wasmi), Policy::EXACT)
    }

    /// Runners on `engine`, exact and fast.
    fn both(kind: EngineKind, engine: &Arc<dyn Engine>) -> impl Iterator<Item = Subject> {
        [Charging::Exact, Charging::Fast].into_iter().map(move |charging| {
            let policy = Policy { charging, optimise: None };
            Subject::new(format!("{kind} {charging}"), engine, policy)
        })
    }

    /// Wasmer first and wasmtime soon.
    fn tiered(wasmer: &Arc<dyn Engine>, wasmtime: &Arc<dyn Engine>) -> Subject {
        let mut optimise = Optimise::on(Arc::clone(wasmtime));
        optimise.after_calls = AFTER_CALLS;
        optimise.threads = NonZeroUsize::MIN.saturating_add(1);
        optimise.queue = 8;
        let policy = Policy { charging: Charging::Fast, optimise: Some(optimise) };
        Subject::new("tiered", wasmer, policy)
    }

    /// A runner on an engine of its own, which goes when the runner does.
    pub(super) fn on_its_own(kind: EngineKind) -> Subject {
        Subject::new(format!("{kind} of its own"), &built(kind), Policy::default())
    }

    /// Notes how a call ended.
    pub(super) fn count(&self, end: End) {
        self.ends[end as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often its calls have ended so.
    fn ends(&self, end: End) -> u64 {
        self.ends[end as usize].load(Ordering::Relaxed)
    }
}

fn built(kind: EngineKind) -> Arc<dyn Engine> {
    kind.build().unwrap_or_else(|fault| panic!("{fault}"))
}

/// The runners under test.
pub(super) struct Subjects {
    all: Vec<Subject>,
    /// Calls on runners that are gone.
    gone: AtomicU64,
}

impl Subjects {
    /// The runners. The engine `first` is made and `used` for calls that trap; while it is, the other
    /// is made and used too, so that handlers of signals are put in place under fire.
    pub(super) fn starting_with(first: EngineKind, used: &(dyn Fn(&Subject) + Sync)) -> Subjects {
        let second = match first {
            EngineKind::Wasmtime => EngineKind::Wasmer,
            EngineKind::Wasmer | EngineKind::Wasmi => EngineKind::Wasmtime,
        };
        let first_engine = built(first);
        let mut all: Vec<Subject> = Subject::both(first, &first_engine).collect();
        all.iter().for_each(used);
        let (second_engine, others) = thread::scope(|scope| {
            let others = scope.spawn(|| {
                let engine = built(second);
                let others: Vec<Subject> = Subject::both(second, &engine).collect();
                others.iter().for_each(used);
                (engine, others)
            });
            while !others.is_finished() {
                all.iter().for_each(used);
            }
            others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        all.extend(others);
        all.push(match first {
            EngineKind::Wasmtime => Subject::tiered(&second_engine, &first_engine),
            EngineKind::Wasmer | EngineKind::Wasmi => {
                Subject::tiered(&first_engine, &second_engine)
            }
        });
        Subjects { all, gone: AtomicU64::new(0) }
    }

    /// All runners that stay.
    pub(super) fn all(&self) -> &[Subject] {
        &self.all
    }

    /// Counts the calls of a runner in that is going.
    pub(super) fn bid_farewell(&self, subject: &Subject) {
        let calls = End::ALL.iter().map(|&end| subject.ends(end)).sum();
        self.gone.fetch_add(calls, Ordering::Relaxed);
    }

    /// Calls on runners that are gone.
    pub(super) fn gone(&self) -> u64 {
        self.gone.load(Ordering::Relaxed)
    }

    /// How often the calls on each runner have ended in each way.
    pub(super) fn tally(&self) -> Vec<(String, BTreeMap<End, u64>)> {
        let of = |subject: &Subject| {
            let ends = End::ALL.iter().map(|&end| (end, subject.ends(end)));
            (subject.name.clone(), ends.filter(|&(_, number)| number > 0).collect())
        };
        self.all.iter().map(of).collect()
    }
}
