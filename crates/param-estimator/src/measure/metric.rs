//! Ways of measuring what work costs.

mod callgrind;
pub mod instructions;
pub mod pace;
pub mod time;

use crate::document::{Interval, MetricKind};
use crate::error::EstimatorError;
use crate::experiment::Work;

/// A way of measuring.
pub trait Metric {
    /// What is measured.
    fn kind(&self) -> MetricKind;

    /// How, for people: the clock and the thread, or who counts.
    fn by(&self) -> String;

    /// How often each case is to be measured, with all other cases between.
    fn rounds(&self) -> u32;

    /// Measures a unit of work.
    ///
    /// # Errors
    /// When the work cannot be done.
    fn measure(&mut self, work: &mut dyn Work) -> Result<Measured, EstimatorError>;

    /// A rough measure of a unit of work in little time, to compare cases by.
    ///
    /// # Errors
    /// When the work cannot be done.
    fn glance(&mut self, work: &mut dyn Work) -> Result<f64, EstimatorError>;
}

/// What was measured of a unit of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Nanoseconds or instructions.
    pub amount: Interval,
    /// Laps that were measured.
    pub laps: u64,
    /// Whether the interval is wider than it should be.
    pub wide: bool,
    /// Nanoseconds that the fixed work of [`pace`] took beside it, where time is measured.
    pub pace: Option<f64>,
}
