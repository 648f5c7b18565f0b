//! What may help against a failure. Suggestions only: whatever is said here can be wrong for a
//! given contract, so it stands apart from the facts.

use super::call::Call;
use crate::amount::Tgas;
use crate::inspect::{self, Exports, Problem};
use torr_primitives::Gas;
use torr_vm_logic::error::{ContractError, HostError, MethodResolveError, WasmTrap};
use torr_vm_logic::outcome::Outcome;
use torr_vm_runner::prepare::{Charging, prepare};

/// A part of what contracts say when they panic, and what helps. The words are those of near-sdk
/// and near-contract-standards.
const BY_PANIC: &[(&str, &str)] = &[
    (
        "The contract is not initialized",
        "call its initialisation method first, in a run with the same --state FILE",
    ),
    (
        "already been initialized",
        "the state is set up; leave this call out, or begin a new --state",
    ),
    (
        "Cannot deserialize the contract state",
        "the state was written by other code; migrate it, or begin a new --state FILE",
    ),
    ("Failed to deserialize input from JSON", "look at the names and types in --args"),
    ("Expected input since method has arguments", "pass the arguments: --args '{\"name\": ...}'"),
    ("is private", "only the account itself may call it: set --predecessor to the --account"),
    ("Requires attached deposit of exactly 1 yoctoNEAR", "add --deposit 1yN"),
    ("Requires attached deposit of at least 1 yoctoNEAR", "add --deposit 1yN"),
    ("doesn't accept deposit", "leave out --deposit"),
    ("is not registered", "register the account first: storage_deposit, with a --deposit"),
    ("attached deposit is less than", "attach more: --deposit AMOUNT"),
    ("Requires at least 1 promise result", "it is a callback: give its results, --promise-result"),
    ("expected 1 promise result", "it is a callback: give its result, --promise-result"),
    ("Not enough gas", "attach more gas: --gas 300Tgas"),
];

/// Suggestions against `error`, the most helpful first.
pub(super) fn advice(call: &Call, outcome: &Outcome, error: &ContractError) -> Vec<String> {
    match error {
        ContractError::HostError(error) => against_host_error(call, outcome, error),
        ContractError::WasmTrap(trap) => vec![against_trap(*trap).to_owned()],
        ContractError::MethodResolveError(error) => against_unresolved(call, *error),
        ContractError::LinkError { msg } => against_import(call, msg),
        ContractError::LoadingError { .. } => {
            vec!["declare less memory, fewer or smaller tables".to_owned(), INSPECT.to_owned()]
        }
        ContractError::CompilationError(_) => against_rejection(call),
    }
}

const INSPECT: &str = "`torr inspect` shows the module against the protocol's limits";

fn against_host_error(call: &Call, outcome: &Outcome, error: &HostError) -> Vec<String> {
    let advice = match error {
        HostError::GuestPanic { panic_msg } => {
            let known = BY_PANIC.iter().filter(|(part, _)| panic_msg.contains(part));
            return known.map(|(_, advice)| (*advice).to_owned()).collect();
        }
        HostError::GasExceeded => return out_of_gas(call, outcome),
        HostError::GasLimitExceeded => {
            "a call burns no more than this, whatever is attached: split the work into several \
             calls; --profile shows where the gas goes"
        }
        HostError::ProhibitedInView { .. } => {
            "a view call only looks; leave out --view to let it act"
        }
        HostError::BalanceExceeded => {
            "the promises' deposits are more than the account has; --balance sets what it has"
        }
        HostError::InvalidPromiseResultIndex { .. } => {
            "the method is a callback: give the results it waits for with --promise-result"
        }
        HostError::MemoryAccessViolation => {
            "a pointer or length passed to the host is wrong, or recursion used up the stack"
        }
        HostError::Deprecated { .. } => "build with an SDK that no longer imports it",
        _ => return Vec::new(),
    };
    vec![advice.to_owned()]
}

fn out_of_gas(call: &Call, outcome: &Outcome) -> Vec<String> {
    let limit = call.config.vm.limits.max_total_prepaid_gas;
    let reserved = outcome.gas_used.saturating_sub(outcome.gas_burnt);
    let mut advice = Vec::new();
    if call.context.is_view() {
        advice.push("allow it more gas with --gas".to_owned());
    } else if call.context.prepaid_gas < limit {
        advice.push(format!("attach up to {} with --gas", Tgas(limit)));
    }
    if reserved != Gas::ZERO {
        advice.push(format!(
            "{} of it was set aside for promises: attach less to them",
            Tgas(reserved)
        ));
    }
    advice.push("--profile shows where the gas goes".to_owned());
    advice
}

fn against_trap(trap: WasmTrap) -> &'static str {
    match trap {
        WasmTrap::Unreachable => {
            "a Rust contract panics like this when its panic hook is not set (near-sdk sets it) or \
             with panic_immediate_abort; build without either to see the message"
        }
        WasmTrap::IncorrectCallIndirectSignature | WasmTrap::IndirectCallToNull => {
            "a function pointer is not what it is called as: look at casts between function types, \
             and at memory that is overwritten"
        }
        WasmTrap::MemoryOutOfBounds | WasmTrap::CallIndirectOOB => {
            "an index or a pointer is out of bounds: of memory, or of the table of functions that \
             function pointers point into"
        }
        WasmTrap::IllegalArithmetic => {
            "check for division by zero, i32::MIN / -1, and floats too large to be integers"
        }
        WasmTrap::MisalignedAtomicAccess => "build without atomics",
        WasmTrap::StackOverflow => {
            "recursion is too deep or frames are too large: use a loop, or put large values on the \
             heap"
        }
        WasmTrap::GenericTrap => INSPECT,
    }
}

fn against_unresolved(call: &Call, error: MethodResolveError) -> Vec<String> {
    let Exports { methods, .. } = inspect::exports(call.code.bytes());
    match error {
        MethodResolveError::MethodEmptyName => vec!["name a method".to_owned()],
        MethodResolveError::MethodInvalidSignature => {
            vec![
                "export it without parameters and results; arguments are read with `input`"
                    .to_owned(),
            ]
        }
        MethodResolveError::MethodNotFound => match nearest(&call.method, &methods) {
            Some(nearest) => vec![format!("there is `{nearest}`")],
            None if methods.is_empty() => vec!["the contract exports no methods".to_owned()],
            None => vec![format!("it has: {}", methods.join(", "))],
        },
    }
}

/// The name that `name` most probably stands for, if any is close.
fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a String> {
    let closeness = |other: &&String| (distance(name.as_bytes(), other.as_bytes()), other.len());
    let close_enough = (name.len() / 3).max(1);
    names.iter().min_by_key(closeness).filter(|other| closeness(other).0 <= close_enough)
}

/// Names longer than this are not compared: nobody typed them.
const LONGEST_TYPED: usize = 256;

/// How many letters have to be put in, left out or replaced to make `b` of `a`.
fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.len().max(b.len()) > LONGEST_TYPED {
        return usize::MAX;
    }
    // Row by row of the table of distances between beginnings of both; only one row is needed.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (other, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = *above;
            left = replaced.min(diagonal + 1).min(left + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

fn against_import(call: &Call, message: &str) -> Vec<String> {
    let imports = inspect::imports(call.code.bytes(), &call.config.vm);
    let problems = imports.iter().filter_map(|import| import.problem());
    let mut advice: Vec<String> = problems.take(5).collect();
    if advice.is_empty() {
        advice.push(format!("build with an SDK for this protocol version; {message}"));
    }
    advice.push(INSPECT.to_owned());
    advice
}

fn against_rejection(call: &Call) -> Vec<String> {
    let Err(rejection) = prepare(call.code.bytes(), &call.config.vm, Charging::Exact) else {
        return vec![INSPECT.to_owned()];
    };
    let problem = Problem::of(&rejection);
    let mut advice = vec![problem.place()];
    advice.extend(problem.advice);
    advice.push(INSPECT.to_owned());
    advice
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn a_typing_error_finds_its_method() {
        let methods =
            ["ft_transfer", "ft_transfer_call", "new", "ft_balance_of"].map(str::to_owned);
        for (typed, meant) in [
            ("ft_transfr", Some("ft_transfer")),
            ("transfer", None),
            ("ft_balance", Some("ft_balance_of")),
            ("ft_balanceof", Some("ft_balance_of")),
            ("nw", Some("new")),
            ("", None),
        ] {
            assert_eq!(nearest(typed, &methods).map(String::as_str), meant, "{typed}");
        }
        assert_eq!(nearest("new", &[]), None);
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (a, b, expected) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
        }
    }
}
