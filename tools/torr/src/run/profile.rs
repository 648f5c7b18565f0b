//! Where the gas of a call went: Wasm instructions, host functions, actions.

use serde::Serialize;
use torr_primitives::Gas;
use torr_vm_logic::profile::Profile;

/// What a part of the gas was burnt for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Instructions of the contract.
    Wasm,
    /// A cost of host functions.
    Host,
    /// Sending an action.
    Action,
}

/// The gas of one parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    /// What it was burnt for.
    pub(crate) kind: Kind,
    /// The parameter's name.
    pub(crate) parameter: &'static str,
    /// Gas burnt.
    pub(crate) gas: Gas,
}

/// The gas of a call, by what it was burnt for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ProfileReport {
    /// All of it.
    pub(crate) burnt: Gas,
    /// For Wasm instructions.
    pub(crate) wasm: Gas,
    /// For host functions, loading the contract included.
    pub(crate) host: Gas,
    /// For sending actions.
    pub(crate) actions: Gas,
    /// By parameter, the largest first.
    pub(crate) parameters: Vec<Row>,
}

/// The parameter of Wasm instructions.
const INSTRUCTIONS: &str = "wasm_regular_op_cost";

impl ProfileReport {
    /// The report of a call that burnt `burnt`.
    pub(crate) fn new(profile: &Profile, burnt: Gas) -> ProfileReport {
        let wasm = Row { kind: Kind::Wasm, parameter: INSTRUCTIONS, gas: profile.wasm() };
        let host = profile.host_costs().map(|(cost, gas)| Row {
            kind: Kind::Host,
            parameter: cost.name(),
            gas,
        });
        let actions = profile.action_costs().map(|(cost, gas)| Row {
            kind: Kind::Action,
            parameter: cost.name(),
            gas,
        });
        let mut parameters: Vec<Row> = std::iter::once(wasm)
            .filter(|row| row.gas != Gas::ZERO)
            .chain(host)
            .chain(actions)
            .collect();
        parameters.sort_by(|a, b| b.gas.cmp(&a.gas).then(a.parameter.cmp(b.parameter)));
        let sum = |kind| {
            let rows = parameters.iter().filter(|row| row.kind == kind);
            rows.fold(Gas::ZERO, |sum, row| sum.saturating_add(row.gas))
        };
        ProfileReport {
            burnt,
            wasm: sum(Kind::Wasm),
            host: sum(Kind::Host),
            actions: sum(Kind::Action),
            parameters,
        }
    }
}
