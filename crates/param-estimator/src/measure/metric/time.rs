//! Time as it passes, by the system's monotonic clock, on a thread that stays on one processor.
//!
//! Full and idle laps take turns, so that both see the same machine. They are repeated until the interval
//! of the difference is narrow, or the time for a case is over. Laps in which the machine was slower than
//! it usually is are made again, until patience is over.

use super::pace::Pace;
use super::{Measured, Metric};
use crate::document::{Interval, MetricKind};
use crate::error::EstimatorError;
use crate::experiment::{Lap, Work};
use crate::measure::statistics::median;
use std::time::{Duration, Instant};

/// How long and how exactly times are measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// The longest that is spent on a case, in each round.
    pub budget: Duration,
    /// The half width of an interval that is narrow enough, relative to the value.
    pub width: f64,
    /// Rounds in which all cases are measured.
    pub rounds: u32,
    /// How much time may be lost to a machine that is slower than usual, as a share of the other time.
    pub patience: f64,
}

impl Precision {
    /// For a run of under two minutes.
    pub const QUICK: Precision =
        Precision { budget: Duration::from_millis(30), width: 0.03, rounds: 2, patience: 0.3 };
    /// For a table that is to be used.
    pub const FULL: Precision =
        Precision { budget: Duration::from_millis(300), width: 0.01, rounds: 3, patience: 0.6 };
}

/// Fewest laps of each kind.
const FEWEST: usize = 5;
/// Most laps of each kind.
const MOST: usize = 500;
/// An interval of this half width is called wide, relative to the value.
const WIDE: f64 = 0.15;

/// The system's monotonic clock.
#[derive(Debug)]
pub struct Time {
    precision: Precision,
    pinned: Option<usize>,
    pace: Pace,
}

impl Time {
    /// Measures on the current thread, which is bound to a processor from now on where the system
    /// allows it.
    pub fn new(precision: Precision) -> Time {
        // The last one: systems prefer the first for their own work.
        let core = core_affinity::get_core_ids().and_then(|cores| cores.last().copied());
        let pinned = core.filter(|core| core_affinity::set_for_current(*core)).map(|core| core.id);
        Time { precision, pinned, pace: Pace::new(precision.patience) }
    }

    /// Laps in turn until the difference is known, or the budget is spent.
    fn laps(
        &mut self,
        work: &mut dyn Work,
        budget: Duration,
        fewest: usize,
    ) -> Result<Laps, EstimatorError> {
        let mut laps = Laps::default();
        // What is read and made for the first time only, and predictions of the processor.
        lap(work, Lap::Full)?;
        lap(work, Lap::Idle)?;
        let (start, mut lost) = (Instant::now(), Duration::ZERO);
        loop {
            lost += self.pace.wait();
            let begins = Instant::now();
            let pair = [lap(work, Lap::Full)?, lap(work, Lap::Idle)?];
            let reading = self.pace.read();
            let taken = begins.elapsed();
            if self.pace.is_slow(reading) && self.pace.lose(taken) {
                lost += taken;
                continue;
            }
            laps.push(pair, reading);
            let (count, spent) = (laps.full.len(), start.elapsed().saturating_sub(lost));
            // A lap that alone is longer than all should be.
            let is_long = spent > budget * 2 && count >= fewest.min(3);
            let is_narrow = count.is_multiple_of(8)
                && laps.difference().relative_width() <= self.precision.width;
            let is_enough = count >= fewest && (is_narrow || spent >= budget);
            if is_enough || is_long || count >= MOST {
                return Ok(laps);
            }
        }
    }
}

/// Nanoseconds that laps took.
#[derive(Debug, Default)]
struct Laps {
    full: Vec<f64>,
    idle: Vec<f64>,
    /// The machine's pace after them.
    pace: Vec<f64>,
}

impl Laps {
    fn push(&mut self, [full, idle]: [f64; 2], pace: f64) {
        self.full.push(full);
        self.idle.push(idle);
        self.pace.push(pace);
    }

    fn difference(&mut self) -> Interval {
        median(&mut self.full).minus(median(&mut self.idle))
    }
}

fn lap(work: &mut dyn Work, lap: Lap) -> Result<f64, EstimatorError> {
    work.prepare(lap)?;
    let start = Instant::now();
    work.run(lap)?;
    Ok(start.elapsed().as_nanos() as f64)
}

impl Metric for Time {
    fn kind(&self) -> MetricKind {
        MetricKind::Time
    }

    fn by(&self) -> String {
        match self.pinned {
            Some(core) => {
                format!("the monotonic clock, on a thread that stays on processor {core}")
            }
            None => "the monotonic clock, on a thread that the system may move".to_owned(),
        }
    }

    fn rounds(&self) -> u32 {
        self.precision.rounds
    }

    fn measure(&mut self, work: &mut dyn Work) -> Result<Measured, EstimatorError> {
        let mut laps = self.laps(work, self.precision.budget, FEWEST)?;
        let amount = laps.difference().times(1.0 / work.units().max(1) as f64).not_negative();
        let wide = amount.relative_width() > WIDE;
        let pace = Some(median(&mut laps.pace).value);
        Ok(Measured { amount, laps: laps.full.len() as u64, wide, pace })
    }

    fn glance(&mut self, work: &mut dyn Work) -> Result<f64, EstimatorError> {
        let mut laps = self.laps(work, self.precision.budget / 8, 1)?;
        Ok(laps.difference().value.max(0.0) / work.units().max(1) as f64)
    }
}
