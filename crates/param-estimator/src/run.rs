//! A run: experiments are chosen and made, prices found, and all of it put together.

use crate::document::{Document, FORMAT, Machine, MetricKind, Settings};
use crate::error::EstimatorError;
use crate::estimate::{self, Findings};
use crate::experiment::{Case, Experiment};
use crate::experiments;
use crate::measure::journal::Journal;
use crate::measure::metric::Metric;
use crate::measure::{MeasuredCase, MeasuredCases, Observer, measure};
use crate::price::Price;
use crate::work::scene::{Scale, Scene};
use crate::work::states::{StateSettings, States};
use std::collections::BTreeSet;
use std::path::Path;
use torr_parameters::{LATEST_VERSION, Table};
use torr_primitives::ProtocolVersion;
use torr_vm_runner::EngineKind;

/// What a run is to be like.
#[derive(Clone, Debug)]
pub struct Request {
    /// The base table.
    pub table: Table,
    /// What it is called.
    pub base: String,
    /// Its protocol version, if it is one of a version.
    pub base_version: Option<ProtocolVersion>,
    /// The version whose rules hold.
    pub protocol_version: ProtocolVersion,
    /// What is measured.
    pub metric: MetricKind,
    /// Whether the run is to be a quick one.
    pub quick: bool,
    /// The engine.
    pub engine: EngineKind,
    /// The states.
    pub state: StateSettings,
    /// Texts of which a cost's or an experiment's name has to have one; none: all are measured.
    pub filter: Vec<String>,
    /// Gas for a second.
    pub gas_per_second: f64,
    /// Instructions that count as a second.
    pub instructions_per_second: f64,
    /// What estimates are multiplied by.
    pub safety: f64,
    /// The share of points that a price has to pay for.
    pub quantile: f64,
    /// The machine, as it was before a thread was bound to one of its processors.
    pub machine: Machine,
}

impl Request {
    fn scene(&self) -> Result<Scene, EstimatorError> {
        let scale = Scale::of(self.metric, self.quick);
        let states = States::new(self.state.clone());
        Scene::new(self.table.clone(), self.protocol_version, self.engine, scale, states)
    }

    fn settings(&self, metric: &dyn Metric, pace: Option<f64>) -> Settings {
        Settings {
            base_version: self.base_version,
            base: self.base.clone(),
            metric: self.metric,
            measured_by: metric.by(),
            pace,
            quick: self.quick,
            engine: self.engine.to_string(),
            database: self.state.database.name().to_owned(),
            state_size: self.state.size,
            gas_per_second: self.gas_per_second,
            instructions_per_second: self.instructions_per_second,
            safety: self.safety,
            quantile: self.quantile,
        }
    }

    /// What decides what is measured: a journal of another run is not gone on with. What is done with
    /// what was measured is not in it.
    fn description(&self) -> String {
        format!(
            "{} {:?} quick={} {} {} state={} {:?} filter={:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            self.metric,
            self.quick,
            self.engine,
            self.protocol_version,
            self.state.size,
            self.state.database,
            self.filter,
            self.table,
        )
    }
}

/// Makes the experiments that are asked for, and finds prices. What has been measured goes to `journal`
/// as it comes, and is gone on with; it is removed by whoever has written what came of it.
///
/// # Errors
/// When something cannot be measured, or what was measured tells no prices.
pub fn run(
    request: &Request,
    metric: &mut dyn Metric,
    journal: &Path,
    observer: &mut dyn RunObserver,
) -> Result<(Document, Journal), EstimatorError> {
    let scene = request.scene()?;
    let mut all = experiments::all();
    if request.base_version != Some(LATEST_VERSION) {
        all = available(all, &scene, observer)?;
    }
    let (chosen, left_out) = chosen(all, &request.filter, &scene)?;
    let mut journal = Journal::open(journal, &request.description())?;
    let cases: usize = chosen.iter().map(|experiment| experiment.cases.len()).sum();
    observer.starts(cases * metric.rounds() as usize, journal.len());
    let measured = measure(&chosen, &scene, metric, &mut journal, observer)?;
    let MeasuredCases { experiments: measured, pace } = measured;
    let made: Vec<(&Experiment, Vec<MeasuredCase>)> = chosen.iter().zip(measured).collect();
    let left_out: Vec<&Experiment> = left_out.iter().collect();
    let settings = request.settings(metric, pace);
    let findings = estimate::find(&made, &left_out, &request.table, &settings)?;
    let Findings { experiments, estimates, coverage } = findings;
    let document = Document {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        machine: request.machine.clone(),
        settings,
        coverage,
        experiments,
        estimates,
    };
    Ok((document, journal))
}

/// Who is told how far a run is.
pub trait RunObserver: Observer {
    /// Begins to measure so many cases, some of the experiments from an earlier run.
    fn starts(&mut self, cases: usize, known_experiments: usize);
    /// A line of an experiment is left out, because the base table does not have what it needs.
    fn leaves_out(&mut self, experiment: &str, series: &str, reason: &EstimatorError);
}

/// What can be done under a table that is not the latest. All experiments can be made under the latest, as
/// tests show; where one cannot here, the table does not have what it needs. Prices that nothing charges
/// then are not looked for.
fn available(
    all: Vec<Experiment>,
    scene: &Scene,
    observer: &mut dyn RunObserver,
) -> Result<Vec<Experiment>, EstimatorError> {
    let mut available = Vec::new();
    for mut experiment in all {
        let mut charged = BTreeSet::new();
        let mut cases = Vec::new();
        for case in std::mem::take(&mut experiment.cases) {
            match charged_for(&case, scene) {
                Ok(prices) => {
                    charged.extend(prices);
                    cases.push(case);
                }
                Err(error @ (EstimatorError::Experiment { .. } | EstimatorError::Apply(_))) => {
                    observer.leaves_out(experiment.name, case.series, &error);
                }
                Err(error) => return Err(error.within(experiment.name)),
            }
        }
        experiment.cases = cases;
        experiment.finds.retain(|price| charged.contains(price));
        if !experiment.cases.is_empty() {
            available.push(experiment);
        }
    }
    Ok(available)
}

/// The experiments whose names, or costs, have one of the texts; and those that find what is charged in
/// them beside. The others come second. Both are in their order.
///
/// # Errors
/// When nothing is chosen, or an experiment cannot be prepared.
pub fn chosen(
    all: Vec<Experiment>,
    filter: &[String],
    scene: &Scene,
) -> Result<(Vec<Experiment>, Vec<Experiment>), EstimatorError> {
    if filter.is_empty() {
        return Ok((all, Vec::new()));
    }
    let is_meant = |experiment: &Experiment| {
        let price_has = |text: &str| {
            experiment.finds.iter().any(|price: &Price| price.to_string().contains(text))
        };
        filter.iter().any(|text| experiment.name.contains(text.as_str()) || price_has(text))
    };
    let mut needed: BTreeSet<Price> = BTreeSet::new();
    let mut chosen = Vec::new();
    let mut left_out = Vec::new();
    // From the last to the first: what an experiment needs comes before it.
    for experiment in all.into_iter().rev() {
        let finds_needed = experiment.finds.iter().any(|price| needed.contains(price));
        if !finds_needed && !is_meant(&experiment) {
            left_out.push(experiment);
            continue;
        }
        needed.extend(charged_in(&experiment, scene)?);
        chosen.push(experiment);
    }
    if chosen.is_empty() {
        return Err(EstimatorError::NothingToMeasure { filter: filter.join("`, `") });
    }
    chosen.reverse();
    left_out.reverse();
    Ok((chosen, left_out))
}

/// The prices that are charged in an experiment, its own among them.
fn charged_in(experiment: &Experiment, scene: &Scene) -> Result<BTreeSet<Price>, EstimatorError> {
    let mut prices = BTreeSet::new();
    for case in &experiment.cases {
        let charged = charged_for(case, scene).map_err(|error| error.within(experiment.name))?;
        prices.extend(charged);
    }
    Ok(prices)
}

/// The prices that are charged for a case.
fn charged_for(case: &Case, scene: &Scene) -> Result<BTreeSet<Price>, EstimatorError> {
    let first = case.parameters.iter().filter_map(|parameter| parameter.values.first());
    let values: Vec<u64> = first.copied().collect();
    scene.renew()?;
    let charges = (case.make)(scene, &values)?.charges()?;
    Ok(charges.iter().map(|(price, _)| price.clone()).collect())
}
