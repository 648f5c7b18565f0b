//! From what was measured to prices, and to the table.

use self::fit::{Fit, Observation};
use self::spread::{Off, Spreads};
use crate::charges::Charged;
use crate::document::{
    Coverage, Estimate, ExperimentRecord, Found, Interval, MetricKind, Point, Settings,
};
use crate::error::EstimatorError;
use crate::experiment::Experiment;
use crate::measure::MeasuredCase;
use crate::price::{Part, Price};
use std::collections::{BTreeMap, BTreeSet};
use torr_parameters::{ActionCost, Cost, RuntimeConfig, Table, Value};
use torr_primitives::Gas;

pub mod fit;
pub mod spread;

/// Nanoseconds, or instructions, that a use of each price takes: usually, or at the worst.
type Amounts = BTreeMap<Price, Interval>;

/// What was found: experiments with what was fitted, and each price of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// What was measured.
    pub experiments: Vec<ExperimentRecord>,
    /// What was found.
    pub estimates: Vec<Estimate>,
    /// How much of the table was found.
    pub coverage: Coverage,
}

/// Fits the prices of each experiment in turn, and looks at each price of the table.
///
/// `left_out` are the experiments that were not made.
///
/// # Errors
/// When points do not tell prices, or a price is more gas than there is.
pub fn find(
    made: &[(&Experiment, Vec<MeasuredCase>)],
    left_out: &[&Experiment],
    table: &Table,
    settings: &Settings,
) -> Result<Findings, EstimatorError> {
    let (mut usual, mut worst) = (Amounts::new(), Amounts::new());
    let mut experiments = Vec::new();
    for (experiment, cases) in made {
        let fitted = fit_experiment(experiment, cases, &usual, settings.quantile)?;
        experiments.push(record(experiment, cases, &usual, &fitted, table, settings)?);
        let finds = || experiment.finds.iter().cloned();
        usual.extend(finds().zip(fitted.usual));
        worst.extend(finds().zip(fitted.worst));
    }
    let left_out: BTreeSet<&Price> =
        left_out.iter().flat_map(|experiment| &experiment.finds).collect();
    let mut estimates = Vec::new();
    for price in Price::all(table) {
        estimates.push(estimate(price, &worst, &experiments, &left_out, table, settings)?);
    }
    let coverage = coverage(&estimates);
    Ok(Findings { experiments, estimates, coverage })
}

/// What was fitted to an experiment.
struct Fitted {
    fit: Fit,
    usual: Vec<Interval>,
    worst: Vec<Interval>,
}

fn fit_experiment(
    experiment: &Experiment,
    cases: &[MeasuredCase],
    known: &Amounts,
    share: f64,
) -> Result<Fitted, EstimatorError> {
    let observe = |end: fn(&Interval) -> f64| -> Vec<Observation> {
        cases.iter().map(|case| observation(experiment, case, known, end)).collect()
    };
    let fit_to = |observations: &[Observation]| {
        fit::fit(observations, experiment.finds.len(), share).map_err(|error| EstimatorError::Fit {
            experiment: experiment.name.to_owned(),
            reason: error.to_string(),
        })
    };
    let observations = observe(|amount| amount.value);
    let mut spreads = Spreads::of(fit_to(&observations)?);
    for end in [observe(|amount| amount.low), observe(|amount| amount.high)] {
        spreads.note(&fit_to(&end)?, Off::All);
        // Each point may be off by itself, which tilts a line.
        for (place, point) in end.into_iter().enumerate() {
            let mut observations = observations.clone();
            observations.get_mut(place).into_iter().for_each(|old| *old = point.clone());
            spreads.note(&fit_to(&observations)?, Off::One);
        }
    }
    // And so may be what was found before, and is taken off.
    let beside = cases.iter().flat_map(|case| beside(experiment, case, known));
    let beside: BTreeMap<&Price, Interval> =
        beside.map(|(price, amount, _)| (price, amount)).collect();
    for (price, amount) in beside {
        for end in [amount.low, amount.high] {
            let mut observations = observations.clone();
            for (observation, case) in observations.iter_mut().zip(cases) {
                observation.known += case.charges.count(price) * (end - amount.value);
            }
            spreads.note(&fit_to(&observations)?, Off::One);
        }
    }
    let (fit, usual, worst) = spreads.finish();
    Ok(Fitted { fit, usual, worst })
}

/// What is charged for a case and was found by earlier experiments, with how often it is charged.
fn beside<'c>(
    experiment: &'c Experiment,
    case: &'c MeasuredCase,
    known: &'c Amounts,
) -> impl Iterator<Item = (&'c Price, Interval, f64)> {
    let Experiment { finds, apart, .. } = experiment;
    let others = case.charges.iter();
    let others = others.filter(|(price, _)| !finds.contains(price) && !apart.contains(price));
    others.filter_map(|(price, count)| Some((price, *known.get(price)?, count)))
}

fn observation(
    experiment: &Experiment,
    case: &MeasuredCase,
    known: &Amounts,
    end: fn(&Interval) -> f64,
) -> Observation {
    let known = beside(experiment, case, known).map(|(_, amount, count)| amount.value * count);
    let counts = experiment.finds.iter().map(|price| case.charges.count(price)).collect();
    Observation { value: end(&case.amount), known: known.sum(), counts }
}

fn record(
    experiment: &Experiment,
    cases: &[MeasuredCase],
    known: &Amounts,
    fitted: &Fitted,
    table: &Table,
    settings: &Settings,
) -> Result<ExperimentRecord, EstimatorError> {
    let mut points = Vec::new();
    for (case, measured) in experiment.cases.iter().zip(cases) {
        let charged = measured.charges.total(table)?;
        let observation = observation(experiment, measured, known, |amount| amount.value);
        let names = case.parameters.iter().map(|parameter| parameter.name.to_owned());
        points.push(Point {
            series: case.series.to_owned(),
            size: measured.size,
            parameters: names.zip(measured.parameters.iter().copied()).collect(),
            charged,
            measured: measured.amount,
            fitted: observation.known + observation.own(&fitted.fit.worst),
            laps: measured.laps,
            wide: measured.wide,
            truth: truth(measured.amount, charged, settings),
            charges: measured.charges.clone(),
        });
    }
    Ok(ExperimentRecord {
        name: experiment.name.to_owned(),
        about: experiment.about.to_owned(),
        bound: experiment.bound,
        finds: experiment.finds.clone(),
        points,
        deviation: fitted.fit.deviation,
        worst_factor: fitted.fit.worst_factor(),
    })
}

/// Nanoseconds of what was measured.
fn nanoseconds(amount: Interval, settings: &Settings) -> Interval {
    match settings.metric {
        MetricKind::Time => amount,
        MetricKind::Instructions => amount.times(1e9 / settings.instructions_per_second),
    }
}

/// Milliseconds for each Tgas of compute.
fn truth(amount: Interval, charged: Charged, settings: &Settings) -> Interval {
    // A nanosecond is a millionth of a millisecond, a unit of compute a millionth of a millionth of a Tgas.
    nanoseconds(amount, settings).times(1e6 / charged.compute.max(1.0))
}

fn estimate(
    price: Price,
    amounts: &Amounts,
    experiments: &[ExperimentRecord],
    left_out: &BTreeSet<&Price>,
    table: &Table,
    settings: &Settings,
) -> Result<Estimate, EstimatorError> {
    let base = price.amount(table)?;
    let meaning = table.entry(price.key()).map_or_else(String::new, |entry| entry.meaning.clone());
    let finder = experiments.iter().find(|experiment| experiment.finds.contains(&price));
    let found = match (amounts.get(&price), finder) {
        (Some(amount), Some(experiment)) => {
            let nanoseconds = nanoseconds(*amount, settings);
            let worst = worst_point(&price, experiment, experiments, table)?;
            Found::Measured {
                experiment: experiment.name.clone(),
                nanoseconds,
                gas: gas(&price, nanoseconds.value, settings)?,
                truth: worst.map_or_else(Interval::default, |point| point.truth),
                wide: experiment.points.iter().any(|point| point.wide),
            }
        }
        _ if left_out.contains(&price) => Found::Skipped,
        _ => Found::Unused,
    };
    let (base_gas, base_compute) = (base.gas.as_gas(), base.compute);
    Ok(Estimate { price, meaning, base_gas, base_compute, found })
}

/// Gas for some time. Never zero: what is free can be done for ever.
fn gas(price: &Price, nanoseconds: f64, settings: &Settings) -> Result<u64, EstimatorError> {
    let gas = (nanoseconds / 1e9 * settings.gas_per_second * settings.safety).ceil().max(1.0);
    // Every f64 below this is a u64.
    if gas.is_finite() && gas < u64::MAX as f64 {
        Ok(gas as u64)
    } else {
        Err(EstimatorError::Overflow { price: price.clone(), gas })
    }
}

/// The slowest point, for what is charged, among those where the price is most of what is charged, or
/// most of what the prices of the experiment that finds it come to; if there is none, the point of that
/// experiment where it is the most.
fn worst_point<'e>(
    price: &Price,
    finder: &ExperimentRecord,
    experiments: &'e [ExperimentRecord],
    table: &Table,
) -> Result<Option<&'e Point>, EstimatorError> {
    let mut slowest: Option<&Point> = None;
    let mut largest: Option<(&Point, f64)> = None;
    let each = price.amount(table)?.compute.max(1) as f64;
    for experiment in experiments {
        for point in &experiment.points {
            let of_price = each * point.charges.count(price);
            if of_price <= 0.0 {
                continue;
            }
            let mut share = of_price / point.charged.compute.max(1.0);
            if experiment.name == finder.name {
                share = share.max(of_price / own(experiment, point, table)?);
                if largest.is_none_or(|(_, most)| share > most) {
                    largest = Some((point, share));
                }
            }
            if share > 0.5 && slowest.is_none_or(|slowest| point.truth.value > slowest.truth.value)
            {
                slowest = Some(point);
            }
        }
    }
    Ok(slowest.or(largest.map(|(point, _)| point)))
}

/// What an experiment's own prices come to for a point, in compute.
fn own(experiment: &ExperimentRecord, point: &Point, table: &Table) -> Result<f64, EstimatorError> {
    let mut own = 0.0;
    for find in &experiment.finds {
        own += find.amount(table)?.compute.max(1) as f64 * point.charges.count(find);
    }
    Ok(own.max(1.0))
}

fn coverage(estimates: &[Estimate]) -> Coverage {
    let mut costs: BTreeMap<&str, bool> = BTreeMap::new();
    let mut coverage = Coverage { prices: estimates.len(), ..Coverage::default() };
    for Estimate { price, found, .. } in estimates {
        match found {
            Found::Measured { .. } => coverage.measured += 1,
            Found::Unused => coverage.unused += 1,
            Found::Skipped => {}
        }
        let covered = costs.entry(price.key()).or_insert(true);
        *covered &= !matches!(found, Found::Skipped);
    }
    coverage.costs = costs.len();
    coverage.covered = costs.values().filter(|covered| **covered).count();
    coverage
}

/// Which numbers of the table are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Write {
    /// Gas and compute.
    #[default]
    Gas,
    /// Compute alone: gas is fixed by the protocol.
    Compute,
}

/// The base table with what was found, and what had to be changed with it so that the table can be used.
///
/// # Errors
/// When no configuration can be made of it.
pub fn table(
    base: &Table,
    estimates: &[Estimate],
    write: Write,
) -> Result<(Table, Vec<String>), EstimatorError> {
    let mut table = base.clone();
    for estimate in estimates {
        let Found::Measured { gas, .. } = &estimate.found else { continue };
        let compute_only = write == Write::Compute;
        let kept = Gas::from_gas(estimate.base_gas);
        // What is counted in gas alone has no compute to write.
        let is_plain_gas = estimate.price.part() == Part::Use
            && matches!(
                base.entry(estimate.price.key()),
                Some(entry) if entry.unit == torr_parameters::Unit::Gas
            );
        if compute_only && is_plain_gas {
            continue;
        }
        let paid = if compute_only { kept } else { Gas::from_gas(*gas) };
        estimate.price.set(&mut table, Cost { gas: paid, compute: *gas })?;
    }
    let notes = keep_charge_covered(&mut table)?;
    RuntimeConfig::try_from(&table)?;
    Ok((table, notes))
}

/// The charge for a new account has to be bought by the gas of creating it, whatever that costs now.
fn keep_charge_covered(table: &mut Table) -> Result<Vec<String>, EstimatorError> {
    const CHARGE: &str = "account_creation_charge";
    let value = |key: &str| match table.entry(key).map(|entry| &entry.value) {
        Some(Value::Balance(balance)) => Some(*balance),
        _ => None,
    };
    let creation = Price::execution(ActionCost::CreateAccount).amount(table)?.gas;
    let (Some(charge), Some(price)) = (value(CHARGE), value("min_gas_purchase_price")) else {
        return Ok(Vec::new());
    };
    let bought = price.checked_mul(u128::from(creation.as_gas())).unwrap_or(charge);
    if bought >= charge {
        return Ok(Vec::new());
    }
    table.set(CHARGE, Value::Balance(bought))?;
    Ok(vec![format!(
        "{CHARGE} is {bought} yoctoNEAR instead of {charge}: it may not be more than the gas of \
         creating an account buys at min_gas_purchase_price"
    )])
}

#[cfg(test)]
mod tests;
