//! The cost model: what something costs is the sum of what each of its charges costs.
//!
//! An experiment's points give equations, one each: the known costs of what was found before, and unknown
//! ones, each as often as it is charged. They are solved by least squares of relative errors, where no
//! cost is negative, and what is nowhere a hundredth of a point counts as none. That gives what is usual,
//! which is taken off what later experiments measure.
//!
//! A price that holds on average is one that can be attacked. So costs are then raised until the worst
//! points are paid for: point by point, from the one that is missed by most, the cost that is most of it.

use ndarray::{Array1, Array2};

/// An equation: what was measured of a unit, and what is charged for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was measured.
    pub value: f64,
    /// What costs that are known come to.
    pub known: f64,
    /// How often each unknown cost is charged.
    pub counts: Vec<f64>,
}

/// What the unknown costs are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fit {
    /// The costs that come closest to all points.
    pub usual: Vec<f64>,
    /// The costs that pay for the worst points.
    pub worst: Vec<f64>,
    /// What costs may be that were too little to be told; zero for others.
    pub untold: Vec<f64>,
    /// The largest relative distance of a point from what is usual.
    pub deviation: f64,
}

impl Fit {
    /// By what the cost was multiplied that was raised most, for the worst points; at least 1.
    pub fn worst_factor(&self) -> f64 {
        let factors = self.worst.iter().zip(&self.usual).map(|(worst, usual)| worst / usual);
        factors.filter(|factor| factor.is_finite()).fold(1.0, f64::max)
    }
}

/// Why observations do not tell costs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// There are fewer points than unknown costs.
    #[error("{observations} points are too few for {unknown} costs")]
    TooFew {
        /// Points.
        observations: usize,
        /// Unknown costs.
        unknown: usize,
    },
    /// An unknown cost is charged nowhere.
    #[error("no point is charged for its cost number {number}")]
    NeverCharged {
        /// Which, from 0.
        number: usize,
    },
    /// Something is not a number, or a point has another number of counts.
    #[error("a point is not made of numbers, or of too many or too few")]
    NoNumber,
}

/// A value that counts as nothing next to any that is measured.
const NOTHING: f64 = 1e-9;
/// A cost that is nowhere more than this share of a point is not told by the points: it is less than what
/// they are off by. It counts as none, and the others are found without it.
const NEGLIGIBLE: f64 = 0.01;
/// What a point may lack and counts as paid for, relative to it.
const TOLERANCE: f64 = 1e-9;

/// Finds the unknown costs. A share of the points, `paid_for`, are paid for in the end: 1 for all of them.
///
/// Takes time for each point, and for the square of the number of unknown costs.
///
/// # Errors
/// When the observations do not tell the costs.
pub fn fit(observations: &[Observation], unknown: usize, paid_for: f64) -> Result<Fit, FitError> {
    check(observations, unknown)?;
    if unknown == 0 {
        return Ok(Fit::default());
    }
    if let Some(number) = (0..unknown).find(|column| largest_count(observations, *column) <= 0.0) {
        return Err(FitError::NeverCharged { number });
    }
    let all: Vec<usize> = (0..unknown).collect();
    let mut usual = solved(observations, &all, unknown);
    let untold = usual.iter().enumerate().map(|(column, cost)| {
        let negligible = negligible(observations, column);
        if *cost <= negligible { negligible } else { 0.0 }
    });
    let untold: Vec<f64> = untold.collect();
    let told = untold.iter().enumerate().filter(|(_, untold)| **untold == 0.0);
    let told: Vec<usize> = told.map(|(column, _)| column).collect();
    if told.len() < unknown {
        usual = solved(observations, &told, unknown);
    }
    let distance = |point: &Observation| {
        (point.value - point.known - point.own(&usual)).abs() / point.value.max(NOTHING)
    };
    let deviation = observations.iter().map(distance).fold(0.0, f64::max);
    let worst = raised(observations, &usual, paid_for);
    Ok(Fit { usual, worst, untold, deviation })
}

/// The costs of some columns, by least squares of relative errors; those of the others are zero.
fn solved(observations: &[Observation], columns: &[usize], unknown: usize) -> Vec<f64> {
    // Costs of a byte are far smaller than those of a call: columns are scaled to what they come to.
    let scales: Vec<f64> =
        columns.iter().map(|column| largest_count(observations, *column)).collect();
    let mut matrix = Array2::zeros((observations.len(), columns.len()));
    let mut right = Array1::zeros(observations.len());
    for ((point, mut row), right) in
        observations.iter().zip(matrix.rows_mut()).zip(right.iter_mut())
    {
        // Relative errors: a point of a microsecond says as much as one of a millisecond.
        let weight = 1.0 / point.value.max(NOTHING);
        for ((cell, column), scale) in row.iter_mut().zip(columns).zip(&scales) {
            *cell = point.count(*column) / scale * weight;
        }
        *right = (point.value - point.known).max(0.0) * weight;
    }
    let mut costs = vec![0.0; unknown];
    if columns.is_empty() {
        return costs;
    }
    let (solution, _) = nnls::nnls(matrix.view(), right.view());
    for ((column, scale), cost) in columns.iter().zip(&scales).zip(&solution) {
        if let Some(place) = costs.get_mut(*column) {
            *place = cost.max(0.0) / scale;
        }
    }
    costs
}

/// The most of a cost that is negligible in all points.
fn negligible(observations: &[Observation], column: usize) -> f64 {
    let charged = observations.iter().filter(|point| point.count(column) > 0.0);
    let most = charged.map(|point| NEGLIGIBLE * point.value.max(NOTHING) / point.count(column));
    most.fold(f64::INFINITY, f64::min)
}

/// How often a cost is charged where it is charged most often.
fn largest_count(observations: &[Observation], column: usize) -> f64 {
    observations.iter().map(|point| point.count(column)).fold(0.0, f64::max)
}

fn check(observations: &[Observation], unknown: usize) -> Result<(), FitError> {
    if observations.len() < unknown {
        return Err(FitError::TooFew { observations: observations.len(), unknown });
    }
    let is_good = |point: &Observation| {
        point.counts.len() == unknown
            && point.value.is_finite()
            && point.known.is_finite()
            && point.counts.iter().all(|count| count.is_finite())
    };
    if observations.iter().all(is_good) { Ok(()) } else { Err(FitError::NoNumber) }
}

/// Costs that are raised until a share of the points is paid for.
fn raised(observations: &[Observation], usual: &[f64], share: f64) -> Vec<f64> {
    let mut costs = usual.to_vec();
    let may_be_missed = observations.len() - rank(observations.len(), share);
    // Each step pays for a point, and no later one takes anything away.
    for _ in 0..observations.len() {
        let mut missing: Vec<(f64, &Observation)> = observations
            .iter()
            .map(|point| (point.missing(&costs) / point.value.max(NOTHING), point))
            .collect();
        missing.sort_by(|(left, _), (right, _)| right.total_cmp(left));
        let Some((most, point)) = missing.get(may_be_missed) else { break };
        if *most <= TOLERANCE {
            break;
        }
        let parts = point.counts.iter().zip(&costs).map(|(count, cost)| count * cost);
        // Where all that is charged was found to cost nothing, what is charged most often.
        let largest = index_of_largest(parts)
            .filter(|_| point.own(&costs) > 0.0)
            .or_else(|| index_of_largest(point.counts.iter().copied()));
        let (Some(index), missing) = (largest, point.missing(&costs)) else { break };
        let count = point.count(index);
        match costs.get_mut(index) {
            Some(cost) if count > 0.0 => *cost += missing / count,
            // Only what is known is charged for the point: nothing of it can be raised here.
            _ => break,
        }
    }
    costs
}

/// Points that are paid for, of so many.
fn rank(count: usize, share: f64) -> usize {
    ((count as f64 * share.clamp(0.0, 1.0)).ceil() as usize).clamp(1, count.max(1))
}

fn index_of_largest(values: impl Iterator<Item = f64>) -> Option<usize> {
    values.enumerate().max_by(|(_, left), (_, right)| left.total_cmp(right)).map(|(index, _)| index)
}

impl Observation {
    fn count(&self, column: usize) -> f64 {
        self.counts.get(column).copied().unwrap_or(0.0)
    }

    /// What is measured beyond what known and unknown costs come to.
    fn missing(&self, costs: &[f64]) -> f64 {
        self.value - self.known - self.own(costs)
    }

    /// What unknown costs come to.
    pub fn own(&self, costs: &[f64]) -> f64 {
        self.counts.iter().zip(costs).map(|(count, cost)| count * cost).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A base and a slope, at some sizes, beside a known cost.
    fn line(base: f64, slope: f64, known: f64, sizes: &[f64]) -> Vec<Observation> {
        sizes
            .iter()
            .map(|size| Observation {
                value: known + base + slope * size,
                known,
                counts: vec![1.0, *size],
            })
            .collect()
    }

    #[test]
    fn a_line_is_found_again() {
        let fit = fit(&line(120.0, 0.25, 30.0, &[1.0, 10.0, 1e3, 1e5, 4e6]), 2, 1.0).unwrap();
        for costs in [&fit.usual, &fit.worst] {
            assert!((costs[0] - 120.0).abs() < 1e-6 && (costs[1] - 0.25).abs() < 1e-9, "{fit:?}");
        }
        assert!((fit.worst_factor() - 1.0).abs() < 1e-6 && fit.deviation < 1e-6, "{fit:?}");
    }

    #[test]
    fn what_is_less_than_points_are_off_by_is_no_cost() {
        let sizes = [1.0, 100.0, 1_000.0];
        let fitted = fit(&line(500.0, 0.001, 0.0, &sizes), 2, 1.0).unwrap();
        assert_eq!(fitted.usual[1], 0.0, "{fitted:?}");
        assert!(fitted.untold[0] == 0.0 && (fitted.untold[1] - 0.005).abs() < 1e-4, "{fitted:?}");
        // What it came to is paid for by the other.
        assert!((fitted.usual[0] - 500.4).abs() < 0.2 && fitted.worst[0] >= 500.9, "{fitted:?}");
        let fitted = fit(&line(500.0, 0.01, 0.0, &sizes), 2, 1.0).unwrap();
        assert!((fitted.usual[1] - 0.01).abs() < 1e-6, "{fitted:?}");
    }

    #[test]
    fn no_cost_is_negative() {
        // More known than was measured at one end: a straight line through these has a negative base.
        let observations = line(-50.0, 2.0, 100.0, &[10.0, 100.0, 1_000.0]);
        let fit = fit(&observations, 2, 1.0).unwrap();
        assert!(fit.usual.iter().chain(&fit.worst).all(|cost| *cost >= 0.0), "{fit:?}");
    }

    #[test]
    fn the_worst_point_is_paid_for_unless_a_share_may_be_missed() {
        let mut observations = line(100.0, 1.0, 0.0, &[0.0, 10.0, 20.0, 50.0, 100.0, 150.0, 200.0]);
        observations.push(Observation { value: 900.0, known: 0.0, counts: vec![1.0, 200.0] });
        let all = fit(&observations, 2, 1.0).unwrap();
        for point in &observations {
            assert!(point.own(&all.worst) >= point.value * 0.999, "{all:?}");
        }
        assert!(all.worst_factor() > 1.3 && all.deviation > 0.3, "{all:?}");
        // Small sizes are mostly base, which need not be raised for a large one.
        assert!(all.worst[0] < 130.0, "{all:?}");
        let most = fit(&observations, 2, 0.5).unwrap();
        assert!(most.worst_factor() < all.worst_factor(), "{most:?}");
    }

    #[test]
    fn the_slowest_of_several_kinds_decides() {
        let kind = |value| Observation { value, known: 0.0, counts: vec![4.0] };
        let fit = fit(&[kind(4.0), kind(5.0), kind(200.0)], 1, 1.0).unwrap();
        assert_eq!(fit.worst, [50.0]);
        assert!(fit.usual[0] < 2.0, "what is usual is not what is slowest: {fit:?}");
    }

    #[test]
    fn what_is_not_told_is_refused() {
        let one = line(1.0, 1.0, 0.0, &[1.0]);
        assert_eq!(fit(&one, 2, 1.0), Err(FitError::TooFew { observations: 1, unknown: 2 }));
        let never: Vec<Observation> = (1..4)
            .map(|n| Observation { value: f64::from(n), known: 0.0, counts: vec![1.0, 0.0] })
            .collect();
        assert_eq!(fit(&never, 2, 1.0), Err(FitError::NeverCharged { number: 1 }));
        let mut bad = line(1.0, 1.0, 0.0, &[1.0, 2.0]);
        bad[1].value = f64::NAN;
        assert_eq!(fit(&bad, 2, 1.0), Err(FitError::NoNumber));
    }

    proptest! {
        /// Costs that differ by orders of magnitude are found again, to about the noise of the points; and
        /// every point is paid for.
        #[test]
        fn costs_are_found_again_in_noise(
            base in 1.0..1e6_f64,
            slope in 1e-3..1e2_f64,
            known in 0.0..1e3_f64,
            noise in prop::collection::vec(-0.02..0.02_f64, 8),
        ) {
            let sizes = [0.0, 1.0, 1e2, 1e3, 1e4, 1e5, 1e6, 4e6];
            let mut observations = line(base, slope, known, &sizes);
            for (point, noise) in observations.iter_mut().zip(noise) {
                point.value *= 1.0 + noise;
            }
            let fit = fit(&observations, 2, 1.0).unwrap();
            prop_assert!(fit.deviation < 0.1, "{fit:?}");
            // The ends of the line are mostly base, and mostly slope.
            let truths = [(0.0, base + known), (4e6, base + known + slope * 4e6)];
            for (size, truth) in truths {
                for costs in [&fit.usual, &fit.worst] {
                    let found = known + costs[0] + costs[1] * size;
                    prop_assert!((found / truth - 1.0).abs() < 0.15, "{size}: {found} for {truth}, {fit:?}");
                }
            }
            for point in &observations {
                prop_assert!(point.known + point.own(&fit.worst) >= point.value * 0.999_999, "{fit:?}");
            }
        }
    }
}
