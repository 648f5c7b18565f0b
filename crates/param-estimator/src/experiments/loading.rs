//! Loading a contract that has been compiled before, from a file, and beginning a call of it.

use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Lap, Parameter, Work};
use crate::price::Price;
use crate::scene::Scene;
use std::sync::Arc;
use tempfile::TempDir;
use torr_parameters::ExtCost;
use torr_primitives::Gas;
use torr_testkit::bomb::{Family, METHOD, Size};
use torr_testkit::world;
use torr_vm_logic::context::Context;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::{CacheConfig, Code, Runner};

/// Lengths of contracts, in bytes, about.
const LENGTHS: [u64; 4] = [1_000, 30_000, 300_000, 1_500_000];
/// The longest that is measured in a quick run.
const LONGEST_QUICK: u64 = 300_000;
/// Numbers that families of modules grow with.
const GROWTHS: [u64; 3] = [30, 5, 200];

/// The experiment.
pub(super) fn all() -> Vec<Experiment> {
    let case = |length: u64| {
        let families = (0..Family::all().len() as u64).collect();
        let parameters = vec![
            Parameter { name: "family", values: families },
            Parameter { name: "n", values: GROWTHS.into() },
        ];
        Case::searched("first call", length, parameters, move |scene, values| {
            let length = if scene.scale.quick { length.min(LONGEST_QUICK) } else { length };
            let code = code(scene, length, values)?;
            Ok(Box::new(Loading::new(scene, code)?) as Box<dyn Work + '_>)
        })
    };
    vec![Experiment {
        name: "contract_loading",
        about: "Calls contracts that were compiled before and are not in memory: the artifact is read \
                from a file and checked. The structure of the contract that takes longest for its length \
                is searched for among those that are meant to be slow to compile.",
        finds: [ExtCost::ContractLoadingBase, ExtCost::ContractLoadingBytes]
            .map(Price::host)
            .into(),
        bound: Bound::Storage,
        cases: LENGTHS.map(case).into(),
    }]
}

/// A contract of about a length.
fn code(scene: &Scene, length: u64, values: &[u64]) -> Result<Code, EstimatorError> {
    let family = values.first().copied().unwrap_or(0) as usize;
    let n = values.get(1).copied().unwrap_or(1) as u32;
    let families = Family::all();
    let Some(family) = families.get(family) else {
        return Err(EstimatorError::of_work("there is no such family of modules"));
    };
    let config = &scene.config.vm;
    let length_of = |size: Size| family.module(size, config).len() as u64;
    let one = length_of(Size::one(n));
    let size = if family.has_copies() {
        let each = length_of(Size { n, copies: 2 }).saturating_sub(one).max(1);
        let copies = length.saturating_sub(one) / each + 1;
        Size { n, copies: copies.min(9_000) as u32 }
    } else {
        // What grows as a whole is about as long as it is large.
        let each = (one / u64::from(n.max(1))).max(1);
        Size::one((length / each).clamp(1, 1 << 20) as u32)
    };
    if family.is_accepted(size, config) {
        return Ok(Code::new(family.module(size, config)));
    }
    Ok(Code::new(family.module(Size::one(n), config)))
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
        Ok(Charges::default()
            .with(Price::host(ExtCost::ContractLoadingBase), 1.0)
            .with(Price::host(ExtCost::ContractLoadingBytes), self.code.bytes().len() as f64)
            .with(regular, outcome.profile.wasm().as_gas() as f64 / each))
    }
}
