//! Loading a contract that has been compiled before, from a file, and beginning a call of it.

use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Lap, Parameter, Work};
use crate::price::Price;
use crate::work::scene::Scene;
use std::sync::Arc;
use tempfile::TempDir;
use torr_parameters::{ActionCost, ExtCost};
use torr_primitives::Gas;
use torr_testkit::bomb::{Family, METHOD, Size};
use torr_testkit::world;
use torr_vm_logic::context::Context;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::prepare::{Compilation, prepare};
use torr_vm_runner::{CacheConfig, Charging, Code, Runner};

/// Lengths of contracts, in bytes, about.
const LENGTHS: [u64; 4] = [1_000, 30_000, 300_000, 1_500_000];
/// The longest that is measured in a quick run.
const LONGEST_QUICK: u64 = 300_000;
/// Numbers that families of modules grow with.
const GROWTHS: [u64; 3] = [30, 5, 200];
/// A family of modules that compilers take, and one that they are not given, by their numbers.
const COMPILED: u64 = 0;
const INTERPRETED: u64 = 28;
/// How often a length is halved in search of a contract that is accepted, and one more.
const HALVINGS: u32 = 5;
/// The most functions of a contract.
const MOST_COPIES: u64 = 9_000;

/// Experiments on loading.
pub(super) fn all() -> Vec<Experiment> {
    vec![compiled()]
}

/// What is charged as loading, for contracts that no compiler is given. It tells no price: one that pays for
/// it would be too much for every other contract.
pub(super) fn of_the_interpreter() -> Vec<Experiment> {
    vec![interpreted()]
}

/// How a contract runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Compiled,
    Interpreted,
}

fn compiled() -> Experiment {
    Experiment {
        name: "contract_loading",
        about: "Calls contracts that were compiled before and are not in memory: the artifact is read \
                from a file and checked. The structure of the contract that takes longest for its length \
                is searched for among those that are meant to be slow to compile.",
        finds: [ExtCost::ContractLoadingBase, ExtCost::ContractLoadingBytes]
            .map(Price::host)
            .into(),
        apart: of_a_call(),
        bound: Bound::Storage,
        cases: LENGTHS.map(case).into(),
    }
}

fn interpreted() -> Experiment {
    Experiment {
        name: "interpreted_contracts",
        about: "Calls a contract that would take compilers more time than its length bounds, and so runs \
                in the interpreter. No price is found of them, but the gas truth of loading is theirs if \
                it is worse.",
        finds: Vec::new(),
        apart: of_a_call(),
        bound: Bound::Storage,
        cases: vec![Case::new("first call", 12_000, |scene| {
            let code = code(scene, 12_000, &[], Way::Interpreted, INTERPRETED)?;
            Ok(Box::new(Loading::new(scene, code)?) as Box<dyn Work + '_>)
        })],
    }
}

/// A contract is loaded for a call only. What a receipt and a call are charged beside counts in the gas
/// truth; what they take is measured elsewhere.
fn of_a_call() -> Vec<Price> {
    [ActionCost::NewActionReceipt, ActionCost::FunctionCallBase].map(Price::execution).into()
}

fn case(length: u64) -> Case {
    let families = (0..Family::all().len() as u64).collect();
    let parameters = vec![
        Parameter { name: "family", values: families },
        Parameter { name: "n", values: GROWTHS.into() },
    ];
    Case::searched("first call", length, parameters, move |scene, values| {
        let length = if scene.scale.quick { length.min(LONGEST_QUICK) } else { length };
        let code = code(scene, length, values, Way::Compiled, COMPILED)?;
        Ok(Box::new(Loading::new(scene, code)?) as Box<dyn Work + '_>)
    })
}

/// A contract of about a length, or of a part of it where a longer one does not run so. Where the values
/// make none at all, it is one of the family that the search begins with: it is never found to be worse
/// than itself.
fn code(
    scene: &Scene,
    length: u64,
    values: &[u64],
    way: Way,
    first: u64,
) -> Result<Code, EstimatorError> {
    let family = values.first().copied().unwrap_or(first);
    let n = values.get(1).copied().unwrap_or(1) as u32;
    let kinds = [(family, n), (first, n), (first, GROWTHS[0] as u32)];
    let mut tries = kinds
        .into_iter()
        .flat_map(|(family, n)| (0..HALVINGS).map(move |halvings| (family, n, length >> halvings)));
    let found = tries.find_map(|(family, n, length)| contract(scene, length, family, n, way));
    found.ok_or_else(|| EstimatorError::of_work("no contract of that kind is accepted"))
}

fn contract(scene: &Scene, length: u64, family: u64, n: u32, way: Way) -> Option<Code> {
    let family = Family::all().into_iter().nth(family as usize)?;
    let config = &scene.config.vm;
    let length_of = |size: Size| family.module(size, config).len() as u64;
    let one = length_of(Size::one(n));
    let size = if family.has_copies() {
        let each = length_of(Size { n, copies: 2 }).saturating_sub(one).max(1);
        let copies = length.saturating_sub(one) / each + 1;
        Size { n, copies: copies.min(MOST_COPIES) as u32 }
    } else {
        // What grows as a whole is about as long as it is large.
        let each = (one / u64::from(n.max(1))).max(1);
        Size::one((length / each).clamp(1, 1 << 20) as u32)
    };
    let code = family.module(size, config);
    let prepared = prepare(&code, config, Charging::Fast).ok()?;
    let runs = match prepared.best_compilation {
        Compilation::Interpreted => Way::Interpreted,
        Compilation::SinglePass | Compilation::Optimised => Way::Compiled,
    };
    (prepared.loading_error.is_none() && runs == way).then(|| Code::new(code))
}

/// A call of a contract by a runner that has it on disk and not in memory.
#[derive(Debug)]
struct Loading<'s> {
    scene: &'s Scene,
    code: Code,
    context: Context,
    cache: CacheConfig,
    fresh: Option<Runner>,
    _folder: TempDir,
}

impl<'s> Loading<'s> {
    fn new(scene: &'s Scene, code: Code) -> Result<Loading<'s>, EstimatorError> {
        let folder = TempDir::with_prefix("param-estimator-")
            .map_err(|source| EstimatorError::File { path: std::env::temp_dir(), source })?;
        let cache =
            CacheConfig { folder: Some(folder.path().join("cache")), ..CacheConfig::default() };
        let context = Context { prepaid_gas: Gas::from_gas(1 << 60), ..world::context() };
        let loading = Loading { scene, code, context, cache, fresh: None, _folder: folder };
        // Compiles it, once.
        loading.runner()?.precompile(&loading.code, &scene.config.vm)?;
        Ok(loading)
    }

    fn runner(&self) -> Result<Runner, EstimatorError> {
        Ok(Runner::new(self.scene.engine, self.cache.clone())?)
    }
}

impl Work for Loading<'_> {
    fn units(&self) -> u64 {
        1
    }

    fn size(&self) -> Option<u64> {
        Some(self.code.bytes().len() as u64)
    }

    fn prepare(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        self.fresh = None;
        if lap == Lap::Full {
            self.fresh = Some(self.runner()?);
        }
        Ok(())
    }

    fn run(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        let (Lap::Full, Some(runner)) = (lap, &self.fresh) else { return Ok(()) };
        let config = &self.scene.config;
        let mut chain = SimulatedChain::default();
        let outcome = runner.run(&self.code, METHOD, &mut chain, &self.context, config)?;
        match outcome.error {
            None => Ok(()),
            Some(error) => Err(EstimatorError::of_work(error.to_string())),
        }
    }

    fn charges(&mut self) -> Result<Charges, EstimatorError> {
        let config = Arc::clone(&self.scene.counting);
        let mut chain = SimulatedChain::default();
        let outcome = self.runner()?.run(&self.code, METHOD, &mut chain, &self.context, &config)?;
        if let Some(error) = outcome.error {
            return Err(EstimatorError::of_work(error.to_string()));
        }
        let regular = Price::of("wasm_regular_op_cost");
        let each = regular.amount(&self.scene.counting_table)?.gas.as_gas() as f64;
        let call: Charges = of_a_call().into_iter().map(|price| (price, 1.0)).collect();
        Ok(call
            .with(Price::host(ExtCost::ContractLoadingBase), 1.0)
            .with(Price::host(ExtCost::ContractLoadingBytes), self.code.bytes().len() as f64)
            .with(regular, outcome.profile.wasm().as_gas() as f64 / each))
    }
}
