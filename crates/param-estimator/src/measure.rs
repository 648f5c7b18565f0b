//! Measuring: all cases of all experiments, round by round.
//!
//! A round measures every case once. Between rounds minutes pass in which the machine may change its
//! pace: rounds in which it was slower than in another do not count, and what the others differ by is
//! part of the uncertainty.

use self::journal::Journal;
use self::metric::pace::{SLOW, UsualPace};
use self::metric::{Measured, Metric};
use self::search::Tried;
use crate::charges::Charges;
use crate::document::Interval;
use crate::error::EstimatorError;
use crate::experiment::{Case, Experiment};
use crate::work::scene::Scene;
use serde::{Deserialize, Serialize};

pub mod journal;
pub mod metric;
pub mod search;
pub mod statistics;

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
    /// Nanoseconds that the fixed work of [`metric::pace`] took beside it, where time is measured.
    pub pace: Option<f64>,
}

/// What was measured of all cases.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredCases {
    /// The cases of each experiment.
    pub experiments: Vec<Vec<MeasuredCase>>,
    /// Nanoseconds that the fixed work of [`metric::pace`] usually took, where time is measured.
    pub pace: Option<f64>,
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
) -> Result<MeasuredCases, EstimatorError> {
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
    let paces = measured.iter().flatten().flatten().filter_map(|case| case.pace);
    let usual = UsualPace::of(paces);
    let experiments = measured.into_iter().map(|rounds| together(rounds, usual)).collect();
    Ok(MeasuredCases { experiments, pace: usual.map(|usual| usual.nanoseconds) })
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
    let mut searches: Vec<(usize, Tried)> = Vec::new();
    for (index, case) in experiment.cases.iter().enumerate() {
        let known = first.and_then(|first| first.get(index));
        let parameters = match known {
            Some(known) => known.parameters.clone(),
            None if case.parameters.is_empty() => Vec::new(),
            None => {
                let tried = tried(experiment, index, &searches, scene, metric)?;
                let worst = tried.worst();
                searches.push((index, tried));
                worst
            }
        };
        cases.push(measure_case(case, known, parameters, scene, metric)?);
        observer.measured();
    }
    Ok(cases)
}

/// Sizes of a line at which all values of parameters are tried; in a quick run it is one.
const SEARCHED: usize = 2;

/// Searches for the worst values of a case. All are tried at the first sizes of a line. What was worst
/// there is taken for the worst at others too: the worst few are tried again, and in a quick run none.
fn tried(
    experiment: &Experiment,
    index: usize,
    searches: &[(usize, Tried)],
    scene: &Scene,
    metric: &mut dyn Metric,
) -> Result<Tried, EstimatorError> {
    let cases = &experiment.cases;
    let Some(case) = cases.get(index) else { return Ok(Tried::default()) };
    let of_line = |(index, _): &&(usize, Tried)| {
        cases.get(*index).is_some_and(|before| before.parameters == case.parameters)
    };
    let before: Vec<&Tried> = searches.iter().filter(of_line).map(|(_, tried)| tried).collect();
    match before.last() {
        Some(before) if scene.scale.quick => Ok((*before).clone()),
        Some(last) if before.len() >= SEARCHED => last.few(case, scene, metric),
        _ => search::search(case, scene, metric),
    }
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
    let Measured { amount, laps, wide, pace } = metric.measure(&mut *work)?;
    Ok(MeasuredCase { parameters, size, charges, amount, laps, wide, pace })
}

/// The rounds of an experiment as one.
fn together(rounds: Vec<Vec<MeasuredCase>>, usual: Option<UsualPace>) -> Vec<MeasuredCase> {
    let count = rounds.first().map_or(0, Vec::len);
    let rounds_of = |index| rounds.iter().filter_map(|round| round.get(index)).collect();
    (0..count).filter_map(|index| as_one(rounds_of(index), usual)).collect()
}

/// The rounds of a case as one: those at the best pace that it had.
fn as_one(mut rounds: Vec<&MeasuredCase>, usual: Option<UsualPace>) -> Option<MeasuredCase> {
    let first = *rounds.first()?;
    let best = rounds.iter().filter_map(|case| case.pace).reduce(f64::min);
    if let Some(best) = best {
        rounds.retain(|case| case.pace.is_some_and(|pace| pace <= best * SLOW));
    }
    let amount = |case: &&MeasuredCase| match (case.pace, usual) {
        (Some(pace), Some(usual)) => usual.stretch(case.amount, pace),
        _ => case.amount,
    };
    let amounts: Vec<Interval> = rounds.iter().map(amount).collect();
    let is_slow = best.zip(usual).is_some_and(|(best, usual)| usual.is_slow(best));
    Some(MeasuredCase {
        amount: Interval::around(&amounts),
        laps: rounds.iter().map(|case| case.laps).sum(),
        wide: is_slow || rounds.iter().any(|case| case.wide),
        pace: best,
        ..first.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(value: f64, pace: f64) -> Vec<MeasuredCase> {
        vec![MeasuredCase {
            parameters: Vec::new(),
            size: 1,
            charges: Charges::default(),
            amount: Interval { value, low: value - 1.0, high: value + 1.0 },
            laps: 10,
            wide: false,
            pace: Some(pace),
        }]
    }

    fn one(rounds: Vec<Vec<MeasuredCase>>, pace: f64) -> MeasuredCase {
        together(rounds, Some(UsualPace { nanoseconds: pace, best: pace })).remove(0)
    }

    #[test]
    fn rounds_of_the_same_pace_are_one_interval() {
        let case = one(vec![round(100.0, 20.0), round(104.0, 20.0), round(103.0, 20.0)], 20.0);
        assert_eq!(case.amount, Interval { value: 103.0, low: 99.0, high: 105.0 });
        assert_eq!((case.laps, case.wide, case.pace), (30, false, Some(20.0)));
    }

    #[test]
    fn rounds_of_a_slow_pace_do_not_count() {
        let case = one(vec![round(100.0, 20.0), round(190.0, 38.0)], 20.0);
        assert_eq!(case.amount, Interval { value: 100.0, low: 99.0, high: 101.0 });
        assert_eq!((case.laps, case.wide), (10, false));
    }

    #[test]
    fn what_was_only_slow_may_be_less() {
        let case = one(vec![round(201.0, 40.0), round(201.0, 40.0)], 20.0);
        assert_eq!(case.amount, Interval { value: 201.0, low: 50.0, high: 202.0 });
        assert!(case.wide);
    }
}
