//! Compiles contracts again, in the background, on threads of its own.
//!
//! Calls hand a contract over and go on; they never wait. When the better code is there, later calls
//! run on it. A compilation that fails leaves the contract on its first code for good.

use crate::artifact::{self, Artifact};
use crate::cache::Caches;
use crate::code::Code;
use crate::engine::Engine;
use crate::policy::Optimise;
use crate::prepare::{Charging, Compilation, Prepared};
use crate::ready::{Optimised, Ready};
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread;
use torr_crypto::hash::CryptoHash;
use torr_parameters::VmConfig;
use torr_vm_logic::error::Fault;

/// Threads that compile, and the way to them.
pub(crate) struct Optimiser {
    jobs: SyncSender<Job>,
    under_way: Arc<UnderWay>,
}

/// A contract to be compiled again.
pub(crate) struct Job {
    /// Not kept alive by waiting: a contract that the cache dropped is not compiled.
    pub(crate) ready: Weak<Ready>,
    pub(crate) code: Code,
    pub(crate) config: Arc<VmConfig>,
    pub(crate) charging: Charging,
    /// Of the first code.
    pub(crate) first_key: CryptoHash,
    /// Of the better code.
    pub(crate) key: CryptoHash,
}

/// Contracts that were handed over and are not done.
#[derive(Default)]
struct UnderWay {
    number: Mutex<usize>,
    done: Condvar,
}

/// What the threads share.
struct Workshop {
    settings: Optimise,
    caches: Arc<Caches>,
    jobs: Mutex<Receiver<Job>>,
    under_way: Arc<UnderWay>,
}

impl Optimiser {
    /// Starts the threads. They end when the optimiser was dropped and they have nothing under way.
    pub(crate) fn start(settings: Optimise, caches: Arc<Caches>) -> Result<Optimiser, Fault> {
        let (sender, receiver) = mpsc::sync_channel(settings.queue);
        let under_way = Arc::new(UnderWay::default());
        let threads = settings.threads.get();
        let jobs = Mutex::new(receiver);
        let workshop = Workshop { settings, caches, jobs, under_way: Arc::clone(&under_way) };
        let workshop = Arc::new(workshop);
        for _ in 0..threads {
            let workshop = Arc::clone(&workshop);
            let thread = thread::Builder::new().name("torr optimiser".to_owned());
            thread.spawn(move || workshop.work()).map_err(|error| Fault::Engine {
                message: format!("cannot start a thread to optimise on: {error}"),
            })?;
        }
        Ok(Optimiser { jobs: sender, under_way })
    }

    /// Hands a contract over; false when too many wait already.
    pub(crate) fn hand_over(&self, job: Job) -> bool {
        self.under_way.add();
        match self.jobs.try_send(job) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.under_way.remove();
                false
            }
        }
    }

    /// Waits until nothing is under way.
    pub(crate) fn wait(&self) {
        let number = self.under_way.number.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = self.under_way.done.wait_while(number, |number| *number > 0);
        drop(wait.unwrap_or_else(PoisonError::into_inner));
    }
}

impl UnderWay {
    fn add(&self) {
        *self.number.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    fn remove(&self) {
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        *number = number.saturating_sub(1);
        self.done.notify_all();
    }
}

impl Workshop {
    fn work(&self) {
        while let Some(job) = self.next() {
            // A compiler that panics has a bug; the contract stays on the code that it has.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| self.carry_out(&job)));
            self.under_way.remove();
        }
    }

    fn next(&self) -> Option<Job> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }

    fn carry_out(&self, job: &Job) {
        if job.ready.strong_count() == 0 {
            return;
        }
        if let Ok(Some(optimised)) = self.compile(job)
            && let Some(ready) = job.ready.upgrade()
            && let Ok(contract) = &ready.result
        {
            contract.optimise(optimised);
            self.caches.memory.weigh_again(job.first_key, Arc::clone(&ready));
        }
    }

    /// The better code; `None` for a contract that would take the compiler too long.
    fn compile(&self, job: &Job) -> Result<Option<Optimised>, Fault> {
        let Optimise { engine, longest_code, longest_function, .. } = &self.settings;
        if job.code.bytes().len() > *longest_code {
            return Ok(None);
        }
        let engine: &dyn Engine = &**engine;
        let prepared = artifact::prepare_for(engine, &job.code, &job.config, job.charging);
        let is_fit = |module: &Prepared| {
            module.best_compilation == Compilation::Optimised
                && module.longest_function <= *longest_function
        };
        if !prepared.as_ref().is_ok_and(is_fit) {
            return Ok(None);
        }
        let (artifact, module) = Artifact::of(&job.code, prepared, &job.config, engine)?;
        self.caches.store(&job.key, &artifact, &module);
        let more_bytes = module.len() as u64;
        Ok(Some(Optimised { module: engine.load(&module)?, more_bytes }))
    }
}
