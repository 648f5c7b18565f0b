//! What a contract call costs, step by step, on each engine. `cargo xtask bench` prints the medians.
//!
//! Preparation and compilation are linear in the length of the code, a call in its instructions and
//! host calls, so each is given per byte, per iteration or per call.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use torr_parameters::RuntimeConfig;
use torr_testkit::world;
use torr_vm_logic::context::Context;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::artifact::Artifact;
use torr_vm_runner::prepare::{Charging, prepare};
use torr_vm_runner::{CacheConfig, Code, EngineKind, Runner};

/// The example token, a contract of near-sdk.
const TOKEN: &[u8] = include_bytes!("../../../examples/contracts/prebuilt/fungible-token.wasm");
/// What it is made with.
const SUPPLY: &[u8] = br#"{"owner_id": "ann.near", "total_supply": "1000"}"#;
/// Iterations of the loops below.
const ITERATIONS: u64 = 100_000;

/// A call that does nothing, and loops without and with a host call in them.
const LOOPS: &str = r#"(module
    (import "env" "block_index" (func $host (result i64)))
    (func (export "nothing"))
    (func (export "compute") (local $i i32) (local $x i64)
        (loop $again
            (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 31)) (i64.const 7)))
            (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 13))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 100000)))))
    (func (export "call_host") (local $i i32)
        (loop $again
            (drop (call $host))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 100000))))))"#;

fn loops() -> Code {
    Code::new(wat::parse_str(LOOPS).expect("valid text"))
}

fn runner(kind: EngineKind) -> Runner {
    Runner::new(kind, CacheConfig::default()).expect("nothing on disk")
}

/// Calls a method where nothing is stored; gives what is stored then.
fn call(
    runner: &Runner,
    code: &Code,
    method: &str,
    context: &Context,
    config: &RuntimeConfig,
) -> SimulatedChain {
    let mut chain = SimulatedChain::default();
    call_on(&mut chain, runner, code, method, context, config);
    chain
}

fn call_on(
    chain: &mut SimulatedChain,
    runner: &Runner,
    code: &Code,
    method: &str,
    context: &Context,
    config: &RuntimeConfig,
) {
    let outcome = runner.run(code, method, chain, context, config).expect("no fault");
    assert_eq!(outcome.error, None);
    black_box(outcome);
}

fn preparation(c: &mut Criterion) {
    let config = Arc::clone(&world::config().vm);
    let mut group = c.benchmark_group("token");
    group.throughput(Throughput::Bytes(TOKEN.len() as u64));
    group.bench_function("prepare", |b| {
        b.iter(|| prepare(black_box(TOKEN), &config, Charging::Fast))
    });
    let code = Code::new(TOKEN);
    for kind in EngineKind::ALL {
        let engine = kind.build().expect("an engine");
        group.bench_function(format!("prepare + compile, {kind}"), |b| {
            b.iter(|| {
                Artifact::compile(&code, &config, Charging::Fast, &*engine).expect("no fault")
            });
        });
    }
    group.finish();
}

/// A contract of a usual size: from an artifact on disk to the end of a first call, as after a restart,
/// and calls after that.
fn token_calls(c: &mut Criterion) {
    let (context, config) = (world::context(), world::config());
    let code = Code::new(TOKEN);
    for kind in EngineKind::ALL {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = CacheConfig { folder: Some(folder.path().join("cache")), ..Default::default() };
        let fresh = || Runner::new(*kind, cache.clone()).expect("a folder of our own");
        let runner = fresh();
        let supply = Context { input: Arc::from(SUPPLY), ..context.clone() };
        let mut chain = call(&runner, &code, "new_default_meta", &supply, &config);
        let mut view = |runner: &Runner| {
            call_on(&mut chain, runner, &code, "ft_metadata", &context, &config);
        };
        c.bench_function(&format!("token/load from disk + view call, {kind}"), |b| {
            b.iter_batched(fresh, |runner| view(&runner), BatchSize::PerIteration);
        });
        c.bench_function(&format!("token/warm view call, {kind}"), |b| b.iter(|| view(&runner)));
    }
}

fn calls(c: &mut Criterion) {
    let config = world::config();
    let context = Context { prepaid_gas: config.vm.limits.max_gas_burnt, ..world::context() };
    let code = loops();
    for kind in EngineKind::ALL {
        let runner = runner(*kind);
        let mut group = c.benchmark_group("call");
        group.bench_function(format!("warm, does nothing, {kind}"), |b| {
            b.iter(|| call(&runner, &code, "nothing", &context, &config));
        });
        group.throughput(Throughput::Elements(ITERATIONS));
        group.bench_function(format!("100 000 metered iterations, {kind}"), |b| {
            b.iter(|| call(&runner, &code, "compute", &context, &config));
        });
        group.bench_function(format!("100 000 host calls, {kind}"), |b| {
            b.iter(|| call(&runner, &code, "call_host", &context, &config));
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = preparation, token_calls, calls
}
criterion_main!(benches);
