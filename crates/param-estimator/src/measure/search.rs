//! The search for the worst: which values of a case's parameters make it slowest for what it is charged.
//!
//! One parameter after the other, the value that is worst with the others as they are. That finds the worst
//! of all only where parameters do not depend on each other, which a second pass makes up for in part; it
//! is a search for a bad case, not a proof that there is no worse one.

use crate::error::EstimatorError;
use crate::experiment::Case;
use crate::measure::metric::Metric;
use crate::work::scene::Scene;

/// Passes over all parameters.
const PASSES: usize = 2;

/// How many of the worst values of one size are tried at another.
const FEW: usize = 6;

/// Values count as worse than those that were tried before from here on, as a multiple: what is the same
/// is chosen the same each time.
const WORSE: f64 = 1.01;

/// Values that were tried, with what each measured for what is charged; in the order of trying.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tried {
    all: Vec<(f64, Vec<u64>)>,
}

impl Tried {
    /// The worst values, one for each parameter; of those that are about the same the first.
    pub fn worst(&self) -> Vec<u64> {
        let most = self.all.iter().map(|(badness, _)| *badness).fold(0.0, f64::max);
        let is_worst = |(badness, _): &&(f64, Vec<u64>)| badness * WORSE >= most;
        self.all.iter().find(is_worst).map_or_else(Vec::new, |(_, values)| values.clone())
    }

    /// Tries the worst few again, in a case of another size.
    ///
    /// # Errors
    /// When the work of some values cannot be done.
    pub fn few(
        &self,
        case: &Case,
        scene: &Scene,
        metric: &mut dyn Metric,
    ) -> Result<Tried, EstimatorError> {
        let mut worst: Vec<&(f64, Vec<u64>)> = self.all.iter().collect();
        worst.sort_by(|(left, _), (right, _)| right.total_cmp(left));
        let mut tried = Tried::default();
        for (_, values) in worst.into_iter().take(FEW) {
            tried.all.push((badness(case, scene, metric, values)?, values.clone()));
        }
        Ok(tried)
    }
}

/// Tries the values of a case's parameters.
///
/// Takes a glance at each value of each parameter, in each pass.
///
/// # Errors
/// When the work of some values cannot be done.
pub fn search(
    case: &Case,
    scene: &Scene,
    metric: &mut dyn Metric,
) -> Result<Tried, EstimatorError> {
    let first = |parameter: &crate::experiment::Parameter| parameter.values.first().copied();
    let mut chosen: Vec<u64> = case.parameters.iter().filter_map(first).collect();
    let mut tried = Tried::default();
    if case.parameters.iter().all(|parameter| parameter.values.len() < 2) {
        tried.all.push((0.0, chosen));
        return Ok(tried);
    }
    tried.all.push((badness(case, scene, metric, &chosen)?, chosen.clone()));
    // A second pass over one parameter would find what the first has.
    let passes = if scene.scale.quick || case.parameters.len() < 2 { 1 } else { PASSES };
    for _ in 0..passes {
        let before = chosen.clone();
        for (index, parameter) in case.parameters.iter().enumerate() {
            for value in &parameter.values {
                let mut values = chosen.clone();
                if let Some(place) = values.get_mut(index) {
                    *place = *value;
                }
                if !tried.all.iter().any(|(_, tried)| *tried == values) {
                    tried.all.push((badness(case, scene, metric, &values)?, values));
                }
            }
            chosen = tried.worst();
        }
        if chosen == before {
            break;
        }
    }
    Ok(tried)
}

/// What is measured for what is charged.
fn badness(
    case: &Case,
    scene: &Scene,
    metric: &mut dyn Metric,
    values: &[u64],
) -> Result<f64, EstimatorError> {
    scene.renew()?;
    let mut work = (case.make)(scene, values)?;
    let charged = work.charges()?.total(&scene.table)?.compute;
    Ok(metric.glance(&mut *work)? / charged.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charges::Charges;
    use crate::document::{Interval, MetricKind};
    use crate::experiment::{Lap, Parameter, Work};
    use crate::measure::metric::Measured;
    use crate::price::Price;
    use crate::work::scene::Scale;
    use torr_parameters::ExtCost;

    /// Work that takes as much as its values say, and is charged the same.
    struct Costly {
        amount: u64,
    }

    impl Work for Costly {
        fn units(&self) -> u64 {
            self.amount
        }

        fn run(&mut self, _: Lap) -> Result<(), EstimatorError> {
            Ok(())
        }

        fn charges(&mut self) -> Result<Charges, EstimatorError> {
            Ok(Charges::default().with(Price::host(ExtCost::Base), 1.0))
        }
    }

    /// Measures how many units work has, and counts how often.
    #[derive(Default)]
    struct Units {
        glances: usize,
    }

    impl Metric for Units {
        fn kind(&self) -> MetricKind {
            MetricKind::Instructions
        }

        fn by(&self) -> String {
            "the number of units".to_owned()
        }

        fn rounds(&self) -> u32 {
            1
        }

        fn measure(&mut self, work: &mut dyn Work) -> Result<Measured, EstimatorError> {
            let amount = Interval::exactly(work.units() as f64);
            Ok(Measured { amount, laps: 1, wide: false, pace: None })
        }

        fn glance(&mut self, work: &mut dyn Work) -> Result<f64, EstimatorError> {
            self.glances += 1;
            Ok(work.units() as f64)
        }
    }

    /// Is worst at 3 and 20; 20 is bad only together with what is not the first.
    fn case() -> Case {
        let parameters = vec![
            Parameter { name: "structure", values: vec![1, 3, 2] },
            Parameter { name: "number", values: vec![10, 20, 0] },
        ];
        Case::searched("costly", 1, parameters, |_, values| {
            let amount = match values {
                [1, number] => 100 - number,
                [structure, number] => structure * 100 + number,
                _ => 0,
            };
            Ok(Box::new(Costly { amount }) as Box<dyn Work>)
        })
    }

    #[test]
    fn the_worst_values_are_found() {
        let scene = Scene::for_tests(Scale::of(MetricKind::Time, false));
        let mut metric = Units::default();
        let tried = search(&case(), &scene, &mut metric).unwrap();
        assert_eq!(tried.worst(), [3, 20]);
        // Nothing is tried twice: three of the first, two more of the second, and two in another pass.
        assert_eq!(metric.glances, 7);
    }

    #[test]
    fn of_what_is_about_the_same_the_first_is_chosen() {
        let tried = |badness: [f64; 3]| Tried {
            all: badness.into_iter().zip([vec![1], vec![2], vec![3]]).collect(),
        };
        assert_eq!(tried([1.0, 1.005, 1.003]).worst(), [1]);
        assert_eq!(tried([1.0, 1.5, 1.509]).worst(), [2]);
        assert!(Tried::default().worst().is_empty());
    }

    #[test]
    fn only_the_worst_few_are_tried_again() {
        let scene = Scene::for_tests(Scale::of(MetricKind::Time, false));
        let mut tried = Tried::default();
        for structure in 1..=9 {
            tried.all.push((structure as f64, vec![structure, 0]));
        }
        let mut metric = Units::default();
        let few = tried.few(&case(), &scene, &mut metric).unwrap();
        assert_eq!((few.worst(), metric.glances), (vec![9, 0], FEW));
    }
}
