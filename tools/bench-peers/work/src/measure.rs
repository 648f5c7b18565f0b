//! Measuring: processor time of this process, medians of samples, resident memory.
//!
//! Processor time, because others may use the machine too; with compilers that use several threads,
//! it is the sum of theirs.

use crate::error::Failure;
use cpu_time::ProcessTime;
use std::time::Duration;

/// How much time measuring may take.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Samples of each figure, at most and at least.
    most: usize,
    least: usize,
    /// When this has passed, the least number of samples is enough.
    budget: Duration,
    /// Short work is repeated until a sample takes this long.
    sample: Duration,
    /// Instances that are alive together when their memory is measured.
    pub instances: u32,
}

impl Effort {
    /// For figures that are published.
    pub const FULL: Effort = Effort {
        most: 15,
        least: 3,
        budget: Duration::from_secs(2),
        sample: Duration::from_millis(10),
        instances: 16,
    };
    /// For a first impression.
    pub const QUICK: Effort = Effort {
        most: 5,
        least: 1,
        budget: Duration::from_millis(150),
        sample: Duration::from_millis(2),
        instances: 8,
    };

    /// The effort that is asked for.
    pub fn of(quick: bool) -> Effort {
        if quick { Effort::QUICK } else { Effort::FULL }
    }

    /// Seconds that `work` takes once: the median of samples.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn time(self, mut work: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
        // The first is no sample: it finds cold caches. It says how often to repeat.
        let first = once(&mut work)?;
        let repetitions = self.sample.as_secs_f64() / first.max(1e-7);
        let repetitions = (repetitions as u32).clamp(1, 10_000);
        let sample = || {
            once(&mut || (0..repetitions).try_for_each(|_| work()))
                .map(|seconds| [seconds / f64::from(repetitions)])
        };
        self.samples(sample).map(|[seconds]| seconds)
    }

    /// Seconds that each of two works takes, measured in turns.
    ///
    /// # Errors
    /// Those of the works.
    pub fn time_in_turns(
        self,
        mut one: impl FnMut() -> Result<(), Failure>,
        mut other: impl FnMut() -> Result<(), Failure>,
    ) -> Result<[f64; 2], Failure> {
        one()?;
        other()?;
        self.samples(|| Ok([once(&mut one)?, once(&mut other)?]))
    }

    /// Seconds that `work` takes, of which each sample needs a new preparation.
    ///
    /// # Errors
    /// Those of the preparation and the work.
    pub fn time_prepared<T>(
        self,
        mut prepare: impl FnMut() -> Result<T, Failure>,
        mut work: impl FnMut(&T) -> Result<(), Failure>,
    ) -> Result<f64, Failure> {
        work(&prepare()?)?;
        let sample = || {
            let prepared = prepare()?;
            once(&mut || work(&prepared)).map(|seconds| [seconds])
        };
        self.samples(sample).map(|[seconds]| seconds)
    }

    /// The median of each of `N` figures, over as many samples as there is time for.
    fn samples<const N: usize>(
        self,
        mut sample: impl FnMut() -> Result<[f64; N], Failure>,
    ) -> Result<[f64; N], Failure> {
        let begin = now()?;
        let mut samples = Vec::new();
        while samples.len() < self.least
            || (samples.len() < self.most && elapsed(begin)? < self.budget)
        {
            samples.push(sample()?);
        }
        Ok(std::array::from_fn(|place| {
            median(samples.iter().map(|figures| figures[place]).collect())
        }))
    }
}

/// Seconds that `work` takes, this once.
fn once(work: &mut impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let begin = now()?;
    work()?;
    Ok(elapsed(begin)?.as_secs_f64())
}

/// Processor time that this process has used since then.
fn elapsed(begin: ProcessTime) -> Result<Duration, Failure> {
    begin.try_elapsed().map_err(Failure::io("the clock of the processor"))
}

/// The point in processor time that this process is at.
fn now() -> Result<ProcessTime, Failure> {
    ProcessTime::try_now().map_err(Failure::io("the clock of the processor"))
}

/// The middle value, the mean of the two middle ones, or zero of none.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match (figures.get(middle), figures.len() % 2) {
        (None, _) => 0.0,
        (Some(&upper), 1) => upper,
        (Some(&upper), _) => (upper + figures[middle - 1]) / 2.0,
    }
}

/// The mean of ratios: their product's root. `None` when there are none.
pub fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (logarithms / ratios.len() as f64).exp())
}

/// Bytes of memory that this process has in use.
///
/// # Errors
/// Where the system does not say.
pub fn resident_memory() -> Result<u64, Failure> {
    let path = "/proc/self/status";
    let text = std::fs::read_to_string(path).map_err(Failure::io(path))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let kibibytes =
        kibibytes.ok_or_else(|| Failure::io(path)(std::io::ErrorKind::InvalidData.into()))?;
    Ok(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::{Effort, geometric_mean, median};

    #[test]
    fn medians_and_means_are_those_of_the_textbook() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(Vec::new()), 0.0);
        assert_eq!(geometric_mean(&[]), None);
        let mean = geometric_mean(&[1.0, 4.0]).expect("there are ratios");
        assert!((mean - 2.0).abs() < 1e-12, "{mean}");
    }

    #[test]
    fn work_of_twice_the_length_takes_longer() {
        let work = |length: u64| {
            move || {
                let sum = (0..length).fold(0, |sum, n| std::hint::black_box(sum ^ n));
                std::hint::black_box(sum);
                Ok(())
            }
        };
        let [one, other] = Effort::QUICK
            .time_in_turns(work(1_000_000), work(4_000_000))
            .expect("the work does not fail");
        assert!(one > 0.0 && other > one, "{one} {other}");
    }
}
