//! Many threads that want the same code at once: one compiles, all get the same outcome, nobody
//! waits for ever. Also as workers of a rayon pool, which take up other work while they wait.

use rayon::prelude::*;
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;
use torr_testkit::counting::CountingEngine;
use torr_testkit::{contracts, world};
use torr_vm_logic::outcome::Outcome;
use torr_vm_runner::{CacheConfig, Code, EngineKind, Policy, Runner};

const THREADS: usize = 8;

/// Far longer than anything here takes.
const FOR_EVER: Duration = Duration::from_secs(100);

/// Fails, rather than hangs, when `work` does not come to its end.
fn in_finite_time(work: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        // Nobody listens when time is up.
        let _ = sender.send(());
    });
    if let Err(mpsc::RecvTimeoutError::Timeout) = receiver.recv_timeout(FOR_EVER) {
        panic!("threads wait for each other");
    }
    worker.join().expect("the work succeeds");
}

fn runner(kind: EngineKind) -> (Runner, Arc<CountingEngine>) {
    let engine = CountingEngine::new(kind);
    let runner =
        Runner::with_policy(Arc::clone(&engine) as _, Policy::default(), CacheConfig::default());
    (runner.expect("nothing to open"), engine)
}

/// A contract that the compiler uses many threads for, and one that it does not.
fn codes() -> [Code; 2] {
    [Code::new(contracts::COUNTER), Code::new(contracts::C_KV_STORE)]
}

fn run(runner: &Runner, code: &Code) -> Outcome {
    runner
        .run(code, "get", &mut world::chain(), &world::context(), &world::config())
        .expect("the node can go on")
}

#[test]
fn threads_that_want_the_same_code_compile_it_once() {
    in_finite_time(|| {
        for &kind in EngineKind::ALL {
            let (runner, engine) = runner(kind);
            for (number, code) in (1..).zip(codes()) {
                let together = Barrier::new(THREADS);
                let outcomes: Vec<_> = thread::scope(|scope| {
                    let start = || {
                        together.wait();
                        run(&runner, &code)
                    };
                    let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(start)).collect();
                    threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
                });
                assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]));
                assert_eq!(engine.compilations(), number, "{kind}");
            }
        }
    });
}

/// A worker that waits for a compilation takes up other work of its pool. If that wanted the entry
/// that is being made, the worker would wait for itself.
#[test]
fn workers_of_a_pool_do_not_wait_for_themselves() {
    in_finite_time(|| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().expect("a pool");
        for &kind in EngineKind::ALL {
            // In a pool of the caller, then in the one that everybody shares.
            pool.install(|| call_in_pool(kind));
            call_in_pool(kind);
        }
    });
}

fn call_in_pool(kind: EngineKind) {
    let (runner, engine) = runner(kind);
    let codes = codes();
    let outcomes: Vec<Vec<Outcome>> = (0..4 * THREADS)
        .into_par_iter()
        .map(|_| codes.par_iter().map(|code| run(&runner, code)).collect())
        .collect();
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]));
    assert_eq!(engine.compilations(), codes.len(), "{kind}");
}
