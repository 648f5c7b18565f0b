//! Instructions that the processor carries out outside of the system: the same on any machine.
//!
//! Where the kernel lets a program read the processor's own counter, that counts. Elsewhere, as in most
//! virtual machines, the program runs itself again under valgrind, whose tool callgrind counts what
//! happens within one function; what it has counted is read of the files that it writes each time the
//! function returns.

use super::callgrind::{Request, ask};
use super::{Measured, Metric};
use crate::document::{Interval, MetricKind};
use crate::error::EstimatorError;
use crate::experiment::{Lap, Work};
use crate::measure::statistics::median;
use std::fs;
use std::path::{Path, PathBuf};

/// Laps of each kind. The same work takes the same instructions, but for where memory is and what it finds
/// in caches of its own: the middle one of three has nothing of what happens now and then.
const LAPS: usize = 3;
/// Laps before, for what is made for the first time only, and for memory that is got from the system then:
/// the second still takes more than those that follow.
const WARM_UP: usize = 2;
/// Laps of each kind where they differ.
const LAPS_THAT_DIFFER: usize = 9;
/// Laps differ if the interval of their difference has a larger half width, relative to the value.
const DIFFERS: f64 = 0.002;
/// What counts of the same work differ by between runs, relative to them: by the seeds of hash tables, and
/// where memory happens to be.
const BETWEEN_RUNS: f64 = 0.005;
/// An interval of this half width is called wide, relative to the value.
const WIDE: f64 = 0.01;

/// Counts instructions.
#[derive(Debug)]
pub struct Instructions {
    counter: Counter,
}

#[derive(Debug)]
enum Counter {
    /// The processor's own.
    #[cfg(target_os = "linux")]
    Processor(perf_event::Counter),
    /// Callgrind, which writes to a folder.
    Callgrind(PathBuf),
}

impl Instructions {
    /// Counts with the processor's own counter.
    ///
    /// # Errors
    /// When the system does not let it.
    #[cfg(target_os = "linux")]
    pub fn of_processor() -> Result<Instructions, EstimatorError> {
        use perf_event::Builder;
        use perf_event::events::Hardware;
        let unsupported = |source: std::io::Error| EstimatorError::UnsupportedMetric {
            metric: MetricKind::Instructions,
            reason: format!("the kernel does not give the processor's counter: {source}"),
        };
        let mut builder = Builder::new(Hardware::INSTRUCTIONS);
        let counter = builder.exclude_kernel(true).exclude_hv(true).build();
        let mut counter = counter.map_err(unsupported)?;
        // Some virtual machines give a counter that stands still.
        counter.enable().map_err(unsupported)?;
        let moves = counter.read().map_err(unsupported)? < counter.read().map_err(unsupported)?;
        counter.disable().map_err(unsupported)?;
        if !moves {
            return Err(EstimatorError::UnsupportedMetric {
                metric: MetricKind::Instructions,
                reason: "the processor's counter stands still".to_owned(),
            });
        }
        Ok(Instructions { counter: Counter::Processor(counter) })
    }

    /// Reads what callgrind, under which this program runs, writes to a folder.
    pub fn of_callgrind(folder: &Path) -> Instructions {
        Instructions { counter: Counter::Callgrind(folder.to_owned()) }
    }

    fn lap(&mut self, work: &mut dyn Work, lap: Lap) -> Result<f64, EstimatorError> {
        work.prepare(lap)?;
        match &mut self.counter {
            #[cfg(target_os = "linux")]
            Counter::Processor(counter) => {
                let read = |source| EstimatorError::File { path: "perf_event".into(), source };
                counter.reset().and_then(|()| counter.enable()).map_err(read)?;
                let done = work.run(lap);
                counter.disable().map_err(read)?;
                done?;
                Ok(counter.read().map_err(read)? as f64)
            }
            Counter::Callgrind(folder) => {
                ask(Request::ZeroStatistics);
                let done = work.run(lap);
                ask(Request::DumpStatistics);
                done?;
                taken(folder)
            }
        }
    }

    /// Laps in turn: as many as `fewest`, or, where they differ, as `most`. What was counted for a unit, and
    /// the number of laps.
    fn laps(
        &mut self,
        work: &mut dyn Work,
        [fewest, most]: [usize; 2],
    ) -> Result<(Interval, usize), EstimatorError> {
        let (mut full, mut idle) = (Vec::new(), Vec::new());
        for _ in 0..fewest.min(WARM_UP) {
            work.prepare(Lap::Full)?;
            work.run(Lap::Full)?;
        }
        loop {
            full.push(self.lap(work, Lap::Full)?);
            idle.push(self.lap(work, Lap::Idle)?);
            let difference = median(&mut full).minus(median(&mut idle));
            let (count, is_narrow) = (full.len(), difference.relative_width() <= DIFFERS);
            if count >= most || (count >= fewest && is_narrow) {
                let amount = difference.times(1.0 / work.units().max(1) as f64);
                return Ok((amount.not_negative(), count));
            }
        }
    }
}

/// What callgrind has counted since it was asked last: the sum of the files that it has written.
fn taken(folder: &Path) -> Result<f64, EstimatorError> {
    let at = |source| EstimatorError::File { path: folder.to_owned(), source };
    let mut sum = 0.0;
    for entry in fs::read_dir(folder).map_err(at)? {
        let path = entry.map_err(at)?.path();
        let file = |source| EstimatorError::File { path: path.clone(), source };
        let text = fs::read_to_string(&path).map_err(file)?;
        sum += total(&text).unwrap_or(0.0);
        fs::remove_file(&path).map_err(file)?;
    }
    if sum > 0.0 {
        return Ok(sum);
    }
    Err(EstimatorError::UnsupportedMetric {
        metric: MetricKind::Instructions,
        reason:
            "callgrind has counted nothing; the program has to have its symbols, so it must not be \
                 stripped"
                .to_owned(),
    })
}

/// The line of a file that says how much was counted in all of it.
fn total(text: &str) -> Option<f64> {
    let line = text.lines().rev().find_map(|line| line.strip_prefix("totals: "))?;
    line.trim().parse().ok()
}

impl Metric for Instructions {
    fn kind(&self) -> MetricKind {
        MetricKind::Instructions
    }

    fn by(&self) -> String {
        match &self.counter {
            #[cfg(target_os = "linux")]
            Counter::Processor(_) => "the processor's counter of instructions".to_owned(),
            Counter::Callgrind(_) => "callgrind".to_owned(),
        }
    }

    fn rounds(&self) -> u32 {
        1
    }

    fn measure(&mut self, work: &mut dyn Work) -> Result<Measured, EstimatorError> {
        let (amount, laps) = self.laps(work, [LAPS, LAPS_THAT_DIFFER])?;
        let Interval { value, low, high } = amount;
        let [low, high] = [low * (1.0 - BETWEEN_RUNS), high * (1.0 + BETWEEN_RUNS)];
        let amount = Interval { value, low, high };
        let wide = amount.relative_width() > WIDE;
        Ok(Measured { amount, laps: laps as u64, wide, pace: None })
    }

    fn glance(&mut self, work: &mut dyn Work) -> Result<f64, EstimatorError> {
        Ok(self.laps(work, [1, 1])?.0.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_file_is_read() {
        let text = "version: 1\nevents: Ir\nsummary: 5\n\nfn=(1) a\n1 12\n\ntotals: 1234567\n";
        assert_eq!(total(text), Some(1_234_567.0));
        assert_eq!(total("nothing"), None);
        assert_eq!(total("totals: many"), None);
    }

    #[test]
    fn files_are_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lap.1"), "totals: 5\n").unwrap();
        fs::write(folder.path().join("lap"), "totals: 0\n").unwrap();
        assert_eq!(taken(folder.path()).unwrap(), 5.0);
        assert!(matches!(
            taken(folder.path()),
            Err(EstimatorError::UnsupportedMetric { metric: MetricKind::Instructions, .. })
        ));
    }
}
