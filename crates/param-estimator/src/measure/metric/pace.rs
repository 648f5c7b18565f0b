//! The machine's pace: how long a fixed piece of work takes on it just now.
//!
//! A processor that is shared, with the other thread of a core or with a neighbour of the virtual machine,
//! has two paces that differ by nearly two, and keeps to one of them for seconds. What was measured at the
//! slow one says how busy the neighbour was. So the pace is read beside whatever is measured: what happened
//! at the slow one is measured again, as long as there is patience for that.

use crate::document::Interval;
use std::collections::VecDeque;
use std::hint::black_box;
use std::time::{Duration, Instant};
use torr_crypto::hash::keccak256;

/// Bytes that are hashed for a reading. A hash uses all of a processor that a contract could, so what is
/// taken from one is taken from the other; and so few bytes stay in the nearest cache.
const BYTES: usize = 4_096;
/// Hashes of a reading, which takes some 20 us.
const HASHES: usize = 2;
/// A pace is slow from here on, as a multiple of the usual one.
pub const SLOW: f64 = 1.06;
/// The share of the readings that are below the usual pace: the one that the machine has for at least a
/// quarter of the time. The best of all would be one that it has for a moment, before it is warm.
const USUAL: f64 = 0.25;
/// The share of the readings that are below about the best.
const BEST: f64 = 0.05;
/// Time between readings that count for what is usual: slow ones must not be more because work that waits
/// reads more often.
const APART: Duration = Duration::from_millis(5);
/// Readings that are remembered: those of some minutes at least.
const REMEMBERED: usize = 1 << 16;
/// Readings between two looks at what is usual.
const LOOK: usize = 16;
/// How long the pace is read before anything is measured.
const START: Duration = Duration::from_millis(250);
/// What may be lost to a slow pace from the start.
const FIRST: Duration = Duration::from_secs(2);

/// Reads the pace, and waits for the usual one.
#[derive(Debug)]
pub struct Pace {
    readings: VecDeque<f64>,
    since_look: usize,
    last: Instant,
    usual: f64,
    start: Instant,
    patience: f64,
    lost: Duration,
}

impl Pace {
    /// Reads the pace for a while. `patience` is how much time may be lost to a slow pace, as a share of
    /// the other time: with 0.5, a run takes at most half as long again.
    pub fn new(patience: f64) -> Pace {
        let start = Instant::now();
        let mut pace = Pace {
            readings: VecDeque::new(),
            since_look: LOOK,
            last: start,
            usual: f64::INFINITY,
            start,
            patience,
            lost: Duration::ZERO,
        };
        while start.elapsed() < START {
            pace.read();
        }
        pace
    }

    /// Nanoseconds that the fixed work takes just now.
    pub fn read(&mut self) -> f64 {
        let bytes = [0x5a; BYTES];
        let start = Instant::now();
        for _ in 0..HASHES {
            black_box(keccak256(black_box(&bytes)));
        }
        let reading = start.elapsed().as_nanos() as f64;
        if self.readings.is_empty() || self.last.elapsed() >= APART {
            self.remember(reading);
        }
        reading
    }

    fn remember(&mut self, reading: f64) {
        self.last = Instant::now();
        self.readings.push_back(reading);
        if self.readings.len() > REMEMBERED {
            self.readings.pop_front();
        }
        self.since_look += 1;
        if self.since_look >= LOOK {
            self.since_look = 0;
            self.usual = UsualPace::of(self.readings.iter().copied())
                .map_or(f64::INFINITY, |usual| usual.nanoseconds);
        }
    }

    /// Whether a reading is of the slow pace.
    pub fn is_slow(&self, reading: f64) -> bool {
        reading > self.usual * SLOW
    }

    /// Waits until the pace is the usual one, or patience is over; says how long.
    pub fn wait(&mut self) -> Duration {
        let start = Instant::now();
        loop {
            let reading = self.read();
            let waited = start.elapsed();
            if !self.is_slow(reading) || waited >= self.patience() {
                self.lost += waited;
                return waited;
            }
        }
    }

    /// Takes from the patience what was lost to a slow pace, if there is as much.
    pub fn lose(&mut self, time: Duration) -> bool {
        let is_there = time <= self.patience();
        if is_there {
            self.lost += time;
        }
        is_there
    }

    /// What may be lost to a slow pace by now.
    pub fn patience(&self) -> Duration {
        let other = self.start.elapsed().saturating_sub(self.lost);
        (FIRST + other.mul_f64(self.patience)).saturating_sub(self.lost)
    }
}

/// The pace that a machine usually has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsualPace {
    /// Nanoseconds of the fixed work.
    pub nanoseconds: f64,
    /// The same at about the best of its paces. Another run may find any pace between the two to be the
    /// usual one, or one that is as much slower.
    pub best: f64,
}

impl UsualPace {
    /// Of readings; nothing of none.
    pub fn of(readings: impl Iterator<Item = f64>) -> Option<UsualPace> {
        let mut readings: Vec<f64> = readings.collect();
        let mut at = |share: f64| {
            let rank = (readings.len() as f64 * share) as usize;
            let is_there = rank < readings.len();
            is_there.then(|| *readings.select_nth_unstable_by(rank, f64::total_cmp).1)
        };
        Some(UsualPace { nanoseconds: at(USUAL)?, best: at(BEST)? })
    }

    /// Whether a pace is slow.
    pub fn is_slow(&self, pace: f64) -> bool {
        pace > self.nanoseconds * SLOW
    }

    /// What was measured at a pace, with what it may be at the usual one. Work in the processor changes
    /// with the pace: by about its square at most, as was seen. What waits for memory does not.
    pub fn stretch(&self, amount: Interval, pace: f64) -> Interval {
        let off = (self.nanoseconds / pace).powi(2);
        let unknown = (self.nanoseconds / self.best).powi(2);
        Interval {
            value: amount.value,
            low: amount.low * off.min(1.0) / unknown,
            high: amount.high * off.max(1.0) * unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_pace_is_one_that_the_machine_keeps() {
        let boost = [1.0; 20];
        let often = [2.0; 40];
        let busy = [3.5; 40];
        let readings = boost.into_iter().chain(often).chain(busy);
        let usual = UsualPace::of(readings).unwrap();
        assert_eq!(usual, UsualPace { nanoseconds: 2.0, best: 1.0 });
        assert!(!usual.is_slow(2.1) && usual.is_slow(2.2));
        assert_eq!(UsualPace::of([].into_iter()), None);
    }

    #[test]
    fn patience_is_spent_once() {
        let mut pace = Pace::new(0.0);
        assert_eq!(pace.patience(), FIRST);
        assert!(pace.lose(FIRST / 4 * 3));
        assert!(!pace.lose(FIRST / 2));
        assert!(pace.lose(FIRST / 4));
        // Every reading is slow, and nothing waits any more.
        pace.usual = 0.0;
        assert!(pace.wait() < FIRST);
        assert!(pace.patience().is_zero());
    }

    #[test]
    fn patience_grows_with_other_time() {
        let mut pace = Pace::new(2.0);
        let seconds = Duration::from_secs;
        let Some(earlier) = pace.start.checked_sub(seconds(10)) else { return };
        pace.start = earlier;
        assert!(pace.lose(seconds(4)));
        // Twice the six seconds that were not lost, without the four that were.
        assert!(pace.patience() >= FIRST + seconds(8));
    }

    #[test]
    fn what_may_be_off_grows_with_the_square_of_the_pace() {
        let usual = UsualPace { nanoseconds: 20.0, best: 20.0 };
        let amount = Interval { value: 100.0, low: 90.0, high: 110.0 };
        assert_eq!(usual.stretch(amount, 20.0), amount);
        assert_eq!(usual.stretch(amount, 40.0), Interval { low: 22.5, ..amount });
        assert_eq!(usual.stretch(amount, 16.0), Interval { high: 171.875, ..amount });
        // Where the machine has another pace at times, no figure is known better than that.
        let usual = UsualPace { best: 10.0, ..usual };
        let stretched = Interval { low: 22.5, high: 440.0, ..amount };
        assert_eq!(usual.stretch(amount, 20.0), stretched);
    }
}
