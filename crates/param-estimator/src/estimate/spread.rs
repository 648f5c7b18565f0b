//! How far costs may be off, because what they were found from is.
//!
//! Whatever may be off is put to the end of its interval, and the costs are found once more: what they
//! change by is what they may be off by. What has nothing to do with each other is unlikely to be at its
//! ends all at once, and counts by the root of the sum of squares.

use super::fit::Fit;
use crate::document::Interval;

/// How far costs may be off: those that are usual, and those that pay for the worst points.
#[derive(Clone, Debug)]
pub struct Spreads {
    fit: Fit,
    usual: Vec<Spread>,
    worst: Vec<Spread>,
}

/// What is put to the end of its interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// All points, as on a machine that is slower today.
    All,
    /// One thing that has nothing to do with others.
    One,
}

impl Spreads {
    /// Of a fit, of which nothing is known to be off but what it does not tell.
    pub fn of(fit: Fit) -> Spreads {
        let none = vec![Spread::default(); fit.usual.len()];
        let mut spreads = Spreads { usual: none.clone(), worst: none, fit };
        for (index, untold) in spreads.fit.untold.iter().enumerate() {
            for side in [&mut spreads.usual, &mut spreads.worst] {
                side.get_mut(index).into_iter().for_each(|spread| spread.note(*untold, Off::All));
            }
        }
        spreads
    }

    /// Something is off, and what was found is this.
    pub fn note(&mut self, found: &Fit, off: Off) {
        let kinds = [
            (&mut self.usual, &self.fit.usual, &found.usual),
            (&mut self.worst, &self.fit.worst, &found.worst),
        ];
        for (spreads, before, now) in kinds {
            for ((spread, before), now) in spreads.iter_mut().zip(before).zip(now) {
                spread.note(now - before, off);
            }
        }
    }

    /// The fit, with the intervals of its usual costs and of those that pay for the worst.
    pub fn finish(self) -> (Fit, Vec<Interval>, Vec<Interval>) {
        let Spreads { fit, usual, worst } = self;
        let around = |spreads: Vec<Spread>, values: &[f64]| {
            spreads.iter().zip(values).map(|(spread, value)| spread.around(*value)).collect()
        };
        let (usual, worst) = (around(usual, &fit.usual), around(worst, &fit.worst));
        (fit, usual, worst)
    }
}

/// How far a cost may be off, below and above.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    below: Side,
    above: Side,
}

/// To a side: as far as with all points off, or with what is off one by one, whichever is more.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    all: f64,
    squares: f64,
}

impl Spread {
    fn note(&mut self, difference: f64, off: Off) {
        let side = if difference < 0.0 { &mut self.below } else { &mut self.above };
        match off {
            Off::All => side.all = side.all.max(difference.abs()),
            Off::One => side.squares += difference * difference,
        }
    }

    fn around(&self, value: f64) -> Interval {
        let [below, above] =
            [&self.below, &self.above].map(|side| side.all.max(side.squares.sqrt()));
        Interval { value, low: (value - below).max(0.0), high: value + above }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(cost: f64) -> Fit {
        Fit { usual: vec![cost], worst: vec![cost * 2.0], untold: vec![0.0], deviation: 0.0 }
    }

    fn intervals(notes: &[(f64, Off)]) -> [Interval; 2] {
        let mut spreads = Spreads::of(fit(100.0));
        notes.iter().for_each(|(found, off)| spreads.note(&fit(*found), *off));
        let (_, usual, worst) = spreads.finish();
        [usual[0], worst[0]]
    }

    #[test]
    fn what_is_off_alone_counts_by_the_root_of_squares() {
        let [usual, worst] = intervals(&[(103.0, Off::One), (96.0, Off::One), (104.0, Off::One)]);
        assert_eq!(usual, Interval { value: 100.0, low: 96.0, high: 105.0 });
        assert_eq!(worst, Interval { value: 200.0, low: 192.0, high: 210.0 });
    }

    #[test]
    fn what_is_off_together_counts_where_it_is_more() {
        let [usual, _] = intervals(&[(103.0, Off::One), (90.0, Off::All), (102.0, Off::All)]);
        assert_eq!(usual, Interval { value: 100.0, low: 90.0, high: 103.0 });
    }

    #[test]
    fn no_cost_is_less_than_nothing() {
        let [usual, _] = intervals(&[(-50.0, Off::All)]);
        assert_eq!(usual, Interval { value: 100.0, low: 0.0, high: 100.0 });
    }

    #[test]
    fn what_is_not_told_may_be_there() {
        let fit = Fit {
            untold: vec![0.0, 3.0],
            usual: vec![7.0, 0.0],
            worst: vec![8.0, 0.0],
            ..fit(1.0)
        };
        let (_, usual, worst) = Spreads::of(fit).finish();
        assert_eq!(usual[1], Interval { value: 0.0, low: 0.0, high: 3.0 });
        assert_eq!(worst[1], usual[1]);
    }
}
