//! A short soak: both native engines trap on many threads of one process, and every answer is the
//! interpreter's. `cargo xtask soak` goes on for longer.

use std::env;
use std::process::Command;
use torr_testkit::soak::{self, Length, Settings};
use torr_vm_runner::EngineKind;

#[test]
fn wasmer_is_first() {
    in_a_process_of_its_own("wasmer_is_first", EngineKind::Wasmer);
}

#[test]
fn wasmtime_is_first() {
    in_a_process_of_its_own("wasmtime_is_first", EngineKind::Wasmtime);
}

/// Handlers of signals are the process's, so each order of the engines gets one to itself: this
/// program again, with nothing but the test of this name.
fn in_a_process_of_its_own(test: &str, first: EngineKind) {
    if env::args().any(|argument| argument == test) {
        return soak(first);
    }
    let mut command = Command::new(env::current_exe().expect("this program"));
    let output = command.args([test, "--exact"]).output().expect("it can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{first} first: {}\n{text}", output.status);
}

fn soak(first: EngineKind) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
    let settings = Settings {
        seed: 1,
        threads: 8,
        length: Length::Calls(2_000),
        first,
        limits: 0,
        nested: 16,
        assemble: &|text| wat::parse_str(text).expect("a module as text"),
        in_pool: &|work| pool.install(work),
    };
    let report = soak::run(&settings, &mut |_| {});
    assert!(report.failure.is_none(), "{report}");
    let ends = report.end.ends_in_sum();
    let missing = soak::End::ALL.iter().filter(|end| !ends.contains_key(end));
    assert_eq!(missing.collect::<Vec<_>>(), [&soak::End::Refused], "{report}");
}
