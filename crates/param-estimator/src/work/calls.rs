//! Work that is a call of a contract on a simulated chain: for what depends on no state.

use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Lap, Work};
use crate::price::Price;
use crate::work::contract::{FULL, IDLE, Script};
use crate::work::scene::Scene;
use std::sync::Arc;
use torr_parameters::{ActionCost, ExtCost, Locality, RuntimeConfig};
use torr_primitives::Gas;
use torr_testkit::world;
use torr_vm_logic::context::Context;
use torr_vm_logic::outcome::Outcome;
use torr_vm_logic::profile::Profile;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::Code;

/// The most rounds of a lap: steps that cost nearly no gas are not repeated for ever.
const MOST_ROUNDS: u64 = 200_000;
/// Rounds of a lap of short steps, at least: what a call makes once, as lists that grow, is little of them.
const FEWEST_SHORT: u64 = 400;
/// The most gas of a short step.
const SHORT: u64 = 10_000_000_000;

/// A contract that is called again and again.
#[derive(Debug)]
pub struct Calls<'s> {
    scene: &'s Scene,
    code: Code,
    rounds: u64,
    units: u64,
    context: Context,
    /// The chain before a call.
    chain: SimulatedChain,
    /// The chain during a call.
    changing: SimulatedChain,
    /// Linear instructions of a unit, and what they are charged for by length; they are in the gas of
    /// instructions.
    linear: [f64; 2],
    locality: Locality,
    functions: Vec<&'static str>,
}

/// What a call is made in, beside its script.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The chain.
    pub chain: SimulatedChain,
    /// The call.
    pub context: Context,
    /// Units of work in a step through the script.
    pub units_of_round: u64,
    /// The fewest rounds: for steps that are charged far more than they take, and so would not be
    /// repeated.
    pub fewest_rounds: u64,
    /// The most rounds: for steps that leave something behind.
    pub most_rounds: u64,
    /// Linear instructions of a unit, and what they are charged for by length.
    pub linear: [f64; 2],
    /// Whether actions go to the contract itself.
    pub locality: Locality,
}

impl Default for Setting {
    fn default() -> Setting {
        let chain = SimulatedChain::default();
        Setting {
            chain,
            context: world::context(),
            units_of_round: 1,
            fewest_rounds: 1,
            most_rounds: MOST_ROUNDS,
            linear: [0.0; 2],
            locality: Locality::SenderIsNotReceiver,
        }
    }
}

impl<'s> Calls<'s> {
    /// A call of a script, which is repeated as often as the scene wants laps to be long.
    ///
    /// # Errors
    /// When the script is none, or fails.
    pub fn new(
        scene: &'s Scene,
        script: &Script,
        setting: &Setting,
    ) -> Result<Calls<'s>, EstimatorError> {
        let code = |rounds| Ok::<Code, EstimatorError>(Code::new(script.code(rounds)?));
        let calls = Calls::of_code(scene, u64::from(script.unrolled.max(1)), setting, &code)?;
        Ok(Calls { functions: script.functions(), ..calls })
    }

    /// The same of a contract that is made for a number of rounds, with units in each.
    ///
    /// # Errors
    /// When a contract cannot be made, or fails.
    pub fn of_code(
        scene: &'s Scene,
        units_of_round: u64,
        setting: &Setting,
        code: &dyn Fn(u64) -> Result<Code, EstimatorError>,
    ) -> Result<Calls<'s>, EstimatorError> {
        let gas = Gas::from_gas(1 << 60);
        let context = Context { prepaid_gas: gas, ..setting.context.clone() };
        let units_of_round = units_of_round.saturating_mul(setting.units_of_round);
        let mut calls = Calls {
            scene,
            code: code(1)?,
            rounds: 1,
            units: units_of_round,
            context,
            chain: setting.chain.clone(),
            changing: setting.chain.clone(),
            linear: setting.linear,
            locality: setting.locality,
            functions: Vec::new(),
        };
        let [full, idle] = [FULL, IDLE].map(|method| calls.call(method, &scene.config));
        let each = full?.gas_burnt.as_gas().saturating_sub(idle?.gas_burnt.as_gas()).max(1);
        let most = setting.most_rounds.clamp(1, MOST_ROUNDS);
        let fewest = if each <= SHORT { FEWEST_SHORT } else { 1 };
        let fewest = fewest.max(setting.fewest_rounds).min(most);
        calls.rounds = (scene.scale.gas_of_lap / each).clamp(fewest, most);
        calls.units = units_of_round.saturating_mul(calls.rounds);
        calls.code = code(calls.rounds)?;
        Ok(calls)
    }

    fn call(&mut self, method: &str, config: &RuntimeConfig) -> Result<Outcome, EstimatorError> {
        self.changing = self.chain.clone();
        self.call_unprepared(method, config)
    }

    fn call_unprepared(
        &mut self,
        method: &str,
        config: &RuntimeConfig,
    ) -> Result<Outcome, EstimatorError> {
        let runner = self.scene.runner();
        let outcome = runner.run(&self.code, method, &mut self.changing, &self.context, config)?;
        match &outcome.error {
            None => Ok(outcome),
            Some(error) => Err(EstimatorError::of_work(error.to_string())),
        }
    }

    /// How often everything is charged in a profile.
    fn counted(&self, profile: &Profile) -> Result<Charges, EstimatorError> {
        let table = &self.scene.counting_table;
        let mut charges = Charges::default();
        let mut add = |price: Price, gas: Gas| {
            let each = price.amount(table)?.gas.as_gas().max(1);
            charges.add(price, gas.as_gas() as f64 / each as f64);
            Ok::<(), EstimatorError>(())
        };
        for cost in ExtCost::ALL {
            add(Price::host(*cost), profile.host(*cost))?;
        }
        for cost in ActionCost::ALL {
            add(Price::send(*cost, self.locality), profile.action(*cost))?;
        }
        add(Price::of("wasm_regular_op_cost"), profile.wasm())?;
        Ok(charges)
    }
}

impl Work for Calls<'_> {
    fn units(&self) -> u64 {
        self.units
    }

    fn prepare(&mut self, _lap: Lap) -> Result<(), EstimatorError> {
        self.changing = self.chain.clone();
        Ok(())
    }

    fn run(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        let method = match lap {
            Lap::Full => FULL,
            Lap::Idle => IDLE,
        };
        let config = Arc::clone(&self.scene.config);
        self.call_unprepared(method, &config).map(drop)
    }

    fn functions(&self) -> Vec<&'static str> {
        self.functions.clone()
    }

    fn charges(&mut self) -> Result<Charges, EstimatorError> {
        let config = Arc::clone(&self.scene.counting);
        let [full, idle] = [FULL, IDLE].map(|method| self.call(method, &config));
        let (full, idle) = (self.counted(&full?.profile)?, self.counted(&idle?.profile)?);
        let units = self.units as f64;
        let mut charges = Charges::default();
        for (price, count) in full.iter() {
            let count = (count - idle.count(price)) / units;
            charges.add(price.clone(), count);
        }
        self.take_linear_apart(&mut charges)?;
        Ok(charges)
    }
}

impl Calls<'_> {
    /// Linear instructions are in the gas of all; they are prices of their own.
    fn take_linear_apart(&self, charges: &mut Charges) -> Result<(), EstimatorError> {
        let regular = Price::of("wasm_regular_op_cost");
        let each = regular.amount(&self.scene.counting_table)?.gas.as_gas() as f64;
        let prices = ["wasm_linear_op_base_cost", "wasm_linear_op_unit_cost"].map(Price::of);
        for (price, count) in prices.into_iter().zip(self.linear) {
            let gas = price.amount(&self.scene.counting_table)?.gas.as_gas() as f64;
            charges.add(regular.clone(), -count * gas / each);
            charges.add(price, count);
        }
        Ok(())
    }
}
