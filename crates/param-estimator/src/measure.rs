//! Measuring: all cases of all experiments, round by round.
//!
//! A round measures every case once. Between rounds minutes pass in which the machine may change its
//! speed; what rounds differ by is part of the uncertainty.

use crate::charges::Charges;
use crate::document::Interval;
use crate::error::EstimatorError;
use crate::experiment::{Case, Experiment};
use crate::journal::Journal;
use crate::metric::{Measured, Metric};
use crate::scene::Scene;
use crate::search;
use serde::{Deserialize, Serialize};

/// A case as it was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredCase {
    /// The values of its parameters.
    pub parameters: Vec<u64>,
    /// How large it is.
    pub size: u64,
    /// What is charged for a unit.
    pub charges: Charges,
    /// Nanoseconds or instructions of a unit.
    pub amount: Interval,
    /// Laps.
    pub laps: u64,
    /// Whether the interval is wider than it should be.
    pub wide: bool,
}

/// Who is told how far it is.
pub trait Observer {
    /// An experiment begins, in a round from 0 on.
    fn begins(&mut self, experiment: &Experiment, round: u32);
    /// A case of it has been measured, or was in an earlier run.
    fn measured(&mut self);
}

/// Measures all cases of experiments; in the order of experiments, and of cases in them.
///
/// What the journal has is not measured again, and what is measured goes there.
///
/// # Errors
/// When something cannot be measured or written.
pub fn measure(
    experiments: &[Experiment],
    scene: &Scene,
    metric: &mut dyn Metric,
    journal: &mut Journal,
    observer: &mut dyn Observer,
) -> Result<Vec<Vec<MeasuredCase>>, EstimatorError> {
    let mut measured: Vec<Vec<Vec<MeasuredCase>>> = vec![Vec::new(); experiments.len()];
    for round in 0..metric.rounds() {
        for (experiment, rounds) in experiments.iter().zip(&mut measured) {
            observer.begins(experiment, round);
            let cases = match journal.take(experiment.name, round) {
                Some(cases) if cases.len() == experiment.cases.len() => {
                    cases.iter().for_each(|_| observer.measured());
                    cases
                }
                _ => {
                    let first = rounds.first().map(Vec::as_slice);
                    let cases = round_of(experiment, first, scene, metric, observer)
                        .map_err(|error| error.within(experiment.name))?;
                    journal.put(experiment.name, round, &cases)?;
                    cases
                }
            };
            rounds.push(cases);
        }
    }
    Ok(measured.into_iter().map(together).collect())
}

/// One round of an experiment; `first` is what the first round has found.
fn round_of(
    experiment: &Experiment,
    first: Option<&[MeasuredCase]>,
    scene: &Scene,
    metric: &mut dyn Metric,
    observer: &mut dyn Observer,
) -> Result<Vec<MeasuredCase>, EstimatorError> {
    let mut cases: Vec<MeasuredCase> = Vec::new();
    for (index, case) in experiment.cases.iter().enumerate() {
        let known = first.and_then(|first| first.get(index));
        let parameters = match (known, same_search(experiment, index, scene)) {
            (Some(known), _) => known.parameters.clone(),
            (None, Some(before)) => {
                cases.get(before).map_or_else(Vec::new, |before| before.parameters.clone())
            }
            (None, None) => search::worst(case, scene, metric)?,
        };
        cases.push(measure_case(case, known, parameters, scene, metric)?);
        observer.measured();
    }
    Ok(cases)
}

/// In a quick run, the case before with the same parameters: what is the worst at one size is taken for the
/// worst at others too.
fn same_search(experiment: &Experiment, index: usize, scene: &Scene) -> Option<usize> {
    if !scene.scale.quick {
        return None;
    }
    let case = experiment.cases.get(index).filter(|case| !case.parameters.is_empty())?;
    let mut before = experiment.cases.iter().take(index);
    before.position(|before| before.parameters == case.parameters)
}

fn measure_case(
    case: &Case,
    known: Option<&MeasuredCase>,
    parameters: Vec<u64>,
    scene: &Scene,
    metric: &mut dyn Metric,
) -> Result<MeasuredCase, EstimatorError> {
    scene.renew()?;
    let mut work = (case.make)(scene, &parameters)?;
    let charges = match known {
        Some(known) => known.charges.clone(),
        None => work.charges()?,
    };
    let size = work.size().unwrap_or(case.size);
    let Measured { amount, laps, wide } = metric.measure(&mut *work)?;
    Ok(MeasuredCase { parameters, size, charges, amount, laps, wide })
}

/// The rounds of an experiment as one.
fn together(rounds: Vec<Vec<MeasuredCase>>) -> Vec<MeasuredCase> {
    let count = rounds.first().map_or(0, Vec::len);
    (0..count)
        .filter_map(|index| {
            let all: Vec<&MeasuredCase> =
                rounds.iter().filter_map(|round| round.get(index)).collect();
            let first = *all.first()?;
            let amounts: Vec<Interval> = all.iter().map(|case| case.amount).collect();
            Some(MeasuredCase {
                amount: Interval::around(&amounts),
                laps: all.iter().map(|case| case.laps).sum(),
                wide: all.iter().any(|case| case.wide),
                ..first.clone()
            })
        })
        .collect()
}
