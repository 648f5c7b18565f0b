//! All engines give the same outcome: for random modules, random programs of host calls, contracts
//! that once showed a difference or might, and with any amount of gas.

use arbitrary::Unstructured;
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use torr_primitives::Gas;
use torr_testkit::referee::{Answer, run_all_methods, run_everywhere};
use torr_testkit::{contracts, module, program, world};
use torr_vm_logic::context::{CallMode, Context};
use torr_vm_logic::error::{ContractError, HostError};
use torr_vm_runner::Code;

proptest! {
    // Failures are kept as contracts in `data/contracts`, which stay what they are when the
    // generators change.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn on_programs(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut input = Unstructured::new(&bytes);
        let context = world::arbitrary_context(&mut input, 48).expect("any bytes will do");
        let code = program::arbitrary(&mut input).expect("any bytes will do");
        run_everywhere(&Code::new(code), program::METHOD, &context, &world::chain());
    }

    #[test]
    fn on_modules(bytes in proptest::collection::vec(any::<u8>(), 200..2_000)) {
        let mut input = Unstructured::new(&bytes);
        let context = world::arbitrary_context(&mut input, 36).expect("any bytes will do");
        if let Ok(code) = module::arbitrary(&mut input) {
            run_all_methods(&code, &context);
        }
    }
}

/// Every method of every contract in `data/contracts`.
#[test]
fn on_contracts() {
    for path in contract_files() {
        println!("{}", path.display());
        let code = wat::parse_file(&path).expect("a module as text");
        run_all_methods(&code, &context(Gas::from_gas(10_u64.pow(12))));
    }
}

/// With any amount of gas a call burns what it needs or all it has, and stops at the same place on
/// every engine.
#[test]
fn on_where_gas_runs_out() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/contracts/gas.wat");
    let gas = Code::new(wat::parse_file(path).expect("a module as text"));
    for (code, method) in [(&gas, "loop"), (&gas, "host"), (&gas, "memory")] {
        let whole = run(code, method, Gas::from_gas(300 * 10_u64.pow(12)));
        assert_eq!(whole.outcome.error, None, "{method}");
        let need = whole.outcome.gas_burnt.as_gas();
        // A few hundred over all, and every one where the last charges are.
        let limits = (0..need).step_by(need as usize / 200).chain(need - 40..need + 3);
        for limit in limits {
            let answer = run(code, method, Gas::from_gas(limit));
            assert_eq!(answer.outcome.gas_burnt.as_gas(), need.min(limit), "{method}");
            if limit < need {
                let error = answer.outcome.error;
                let expected = Some(ContractError::HostError(HostError::GasExceeded));
                assert_eq!(error, expected, "{method} with {limit} of {need}");
            } else {
                assert_eq!(answer, whole);
            }
        }
    }
}

/// A view is bounded by its own limit, and may do less.
#[test]
fn on_views() {
    let gas = Gas::from_gas(300 * 10_u64.pow(12));
    let code = Code::new(contracts::C_KV_STORE);
    for method in ["get", "set", "no such method"] {
        for limit in [0, 10_u64.pow(9), 10_u64.pow(11), 10_u64.pow(14)] {
            let mode = CallMode::View { max_gas_burnt: Gas::from_gas(limit) };
            let answer =
                run_everywhere(&code, method, &Context { mode, ..context(gas) }, &world::chain());
            assert!(answer.outcome.gas_burnt.as_gas() <= limit);
        }
    }
}

fn contract_files() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/contracts");
    let entries = fs::read_dir(folder).expect("the folder of contracts");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn context(prepaid_gas: Gas) -> Context {
    Context { prepaid_gas, ..world::context() }
}

fn run(code: &Code, method: &str, gas: Gas) -> Answer {
    run_everywhere(code, method, &context(gas), &world::chain())
}
