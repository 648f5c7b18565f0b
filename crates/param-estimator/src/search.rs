//! The search for the worst: which values of a case's parameters make it slowest for what it is charged.
//!
//! One parameter after the other, the value that is worst with the others as they are. That finds the worst
//! of all only where parameters do not depend on each other, which a second pass makes up for in part; it
//! is a search for a bad case, not a proof that there is no worse one.

use crate::error::EstimatorError;
use crate::experiment::Case;
use crate::metric::Metric;
use crate::scene::Scene;

/// Passes over all parameters.
const PASSES: usize = 2;

/// The worst values that were found, one for each parameter.
///
/// Takes a glance at each value of each parameter, in each pass.
///
/// # Errors
/// When the work of a value cannot be done.
pub fn worst(
    case: &Case,
    scene: &Scene,
    metric: &mut dyn Metric,
) -> Result<Vec<u64>, EstimatorError> {
    let first = |parameter: &crate::experiment::Parameter| parameter.values.first().copied();
    let mut chosen: Vec<u64> = case.parameters.iter().filter_map(first).collect();
    if case.parameters.iter().all(|parameter| parameter.values.len() < 2) {
        return Ok(chosen);
    }
    let mut worst = badness(case, scene, metric, &chosen)?;
    // A second pass over one parameter would find what the first has.
    let passes = if scene.scale.quick || case.parameters.len() < 2 { 1 } else { PASSES };
    for _ in 0..passes {
        let before = chosen.clone();
        for (index, parameter) in case.parameters.iter().enumerate() {
            for value in &parameter.values {
                if chosen.get(index) == Some(value) {
                    continue;
                }
                let mut tried = chosen.clone();
                if let Some(place) = tried.get_mut(index) {
                    *place = *value;
                }
                let found = badness(case, scene, metric, &tried)?;
                if found > worst {
                    (worst, chosen) = (found, tried);
                }
            }
        }
        if chosen == before {
            break;
        }
    }
    Ok(chosen)
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
