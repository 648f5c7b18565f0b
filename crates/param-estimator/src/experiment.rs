//! An experiment: something that is done at several sizes, to find what it is that costs.
//!
//! An experiment finds a few prices, usually a base and a slope. What else is charged for what it does
//! has been found by experiments before it, whose order is that of dependence.

use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::price::Price;
use crate::work::scene::Scene;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that is done at several sizes.
pub struct Experiment {
    /// Its name; no two have the same.
    pub name: &'static str,
    /// What is done, and why that is the worst there is.
    pub about: &'static str,
    /// The prices that it finds.
    pub finds: Vec<Price>,
    /// Prices that are charged, and whose work is not in what is measured: it was done before, or is
    /// done elsewhere.
    pub apart: Vec<Price>,
    /// What takes the time.
    pub bound: Bound,
    /// What is measured.
    pub cases: Vec<Case>,
}

/// What takes the time of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// The processor: the same instructions each time.
    Processor,
    /// Reading or writing a database or files.
    Storage,
}

/// One thing that is measured.
pub struct Case {
    /// What it has in common with others of the experiment; they are a line of its chart.
    pub series: &'static str,
    /// How large it is, in whatever grows along the line.
    pub size: u64,
    /// What may be varied to find the worst; empty: nothing.
    pub parameters: Vec<Parameter>,
    /// Makes the work, of a value for each parameter.
    pub make: Make,
}

/// Makes work on a scene, of a value for each parameter.
pub type Make =
    Box<dyn for<'s> Fn(&'s Scene, &[u64]) -> Result<Box<dyn Work + 's>, EstimatorError>>;

/// Something that the search for the worst may vary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// The values that it may have; the search begins with the first.
    pub values: Vec<u64>,
}

/// Something that can be done again and again, with what can be done of it at no cost in between.
pub trait Work {
    /// How many units of work a full lap does. What is measured is for each.
    fn units(&self) -> u64;

    /// Puts everything as it has to be before a lap. Not measured.
    ///
    /// # Errors
    /// When it cannot be done.
    fn prepare(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        let _ = lap;
        Ok(())
    }

    /// Does a lap. Measured.
    ///
    /// # Errors
    /// When it cannot be done, or does not end as it should.
    fn run(&mut self, lap: Lap) -> Result<(), EstimatorError>;

    /// How large it really is, where the case's size is what was asked for and not what could be had.
    fn size(&self) -> Option<u64> {
        None
    }

    /// The host functions that contracts call in it.
    fn functions(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// What is charged for one unit: for a full lap without an idle one.
    ///
    /// # Errors
    /// When that cannot be found out.
    fn charges(&mut self) -> Result<Charges, EstimatorError>;
}

/// A lap with all the work, or with none: the difference is what the work costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lap {
    /// All the work.
    Full,
    /// All but the work; at no cost if there is nothing else.
    Idle,
}

impl Case {
    /// A case without parameters.
    pub fn new<F>(series: &'static str, size: u64, make: F) -> Case
    where
        F: for<'s> Fn(&'s Scene) -> Result<Box<dyn Work + 's>, EstimatorError> + 'static,
    {
        let make: Make = Box::new(move |scene, _| make(scene));
        Case { series, size, parameters: Vec::new(), make }
    }

    /// A case whose worst values are searched for.
    pub fn searched<F>(series: &'static str, size: u64, parameters: Vec<Parameter>, make: F) -> Case
    where
        F: for<'s> Fn(&'s Scene, &[u64]) -> Result<Box<dyn Work + 's>, EstimatorError> + 'static,
    {
        Case { series, size, parameters, make: Box::new(make) }
    }
}

impl fmt::Debug for Experiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Experiment").field("name", &self.name).finish_non_exhaustive()
    }
}
