//! Charts: a plane with scales, drawn as vector graphics inside the page.

use crate::document::verdict::Verdict;
use crate::error::EstimatorError;
use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::io;
use std::ops::Range;

/// The picture that a chart is drawn on.
pub(super) type Picture<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What drawing something comes to.
pub(super) type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// Lines of axes and names.
pub(super) const INK: RGBColor = RGBColor(28, 36, 48);
/// Figures beside axes.
pub(super) const MUTED: RGBColor = RGBColor(91, 102, 117);
/// Lines of the grid.
pub(super) const GRID: RGBColor = RGBColor(227, 231, 236);
/// The line of a millisecond for a Tgas.
pub(super) const LIMIT: RGBColor = RGBColor(122, 16, 32);

/// Colours of series, in order. They differ for all kinds of eyes.
const SERIES: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(117, 92, 196),
    RGBColor(166, 118, 29),
    RGBColor(86, 180, 233),
    RGBColor(96, 96, 96),
];

/// The colour of a series; after the last, the first again.
pub(super) fn colour_of_series(index: usize) -> RGBColor {
    SERIES[index % SERIES.len()]
}

/// The colour of a verdict.
pub(super) fn colour_of(verdict: Verdict) -> RGBColor {
    match verdict {
        Verdict::Undercharged => RGBColor(200, 48, 48),
        Verdict::Near => RGBColor(222, 150, 20),
        Verdict::Fair => RGBColor(63, 156, 114),
        Verdict::Overcharged => RGBColor(108, 142, 191),
    }
}

/// Draws a picture; `label` says what is on it.
pub(super) fn picture<F>(label: &str, size: (u32, u32), draw: F) -> Result<Markup, EstimatorError>
where
    F: FnOnce(&Picture<'_>) -> Drawn,
{
    let mut text = String::new();
    let drawn = {
        let picture = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(&picture).and_then(|()| picture.present())
    };
    let chart = |reason: String| EstimatorError::Chart { reason };
    drawn.map_err(|error| chart(error.to_string()))?;
    // The element itself is written here: inside a page it needs no namespace, but a label.
    let inside = text
        .split_once('>')
        .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
        .map(|(inside, _)| inside)
        .ok_or_else(|| chart("it is no vector graphics".to_owned()))?;
    let (width, height) = size;
    Ok(html! {
        svg role="img" aria-label=(label) viewBox={ "0 0 " (width) " " (height) }
            width=(width) height=(height) { (PreEscaped(inside)) }
    })
}

/// How amounts are placed along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Equal steps are equal amounts.
    Linear,
    /// Equal steps are equal factors. All amounts are above zero.
    Logarithmic,
}

/// An axis from one amount to another, larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
}

impl Axis {
    /// A linear axis from zero.
    pub(super) fn linear(high: f64) -> Axis {
        let high = if high.is_finite() && high > 0.0 { high } else { 1.0 };
        Axis { scale: Scale::Linear, low: 0.0, high }
    }

    /// A logarithmic axis. Both ends are above zero.
    pub(super) fn logarithmic(low: f64, high: f64) -> Axis {
        let low = low.clamp(f64::MIN_POSITIVE, f64::MAX / 10.0);
        Axis { scale: Scale::Logarithmic, low, high: high.clamp(low * 1.5, f64::MAX) }
    }

    /// Where an amount is along the axis; at its ends what is beyond them.
    fn place(&self, amount: f64) -> f64 {
        let amount = if amount.is_nan() { self.high } else { amount.clamp(self.low, self.high) };
        match self.scale {
            Scale::Linear => amount,
            Scale::Logarithmic => amount.log10(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.place(self.low)..self.place(self.high)
    }

    /// Round amounts along the axis, a few.
    pub(super) fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => linear_ticks(self.high),
            Scale::Logarithmic => logarithmic_ticks(self.low, self.high),
        }
    }
}

/// Up to ten steps from zero of 1, 2 or 5 times a power of ten.
fn linear_ticks(high: f64) -> Vec<f64> {
    let power = 10_f64.powf((high / 5.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| high / step <= 6.0).unwrap_or(high);
    (0..=10)
        .map(|index| f64::from(index) * step)
        .take_while(|tick| *tick <= high * 1.000_001)
        .collect()
}

/// Powers of ten; with 2 and 5 times them where there are few, and some left out where there are many.
fn logarithmic_ticks(low: f64, high: f64) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let within = |tick: &f64| *tick >= low * 0.999_999 && *tick <= high * 1.000_001;
    let few: &[f64] = if last - first <= 2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let every = usize::try_from((last - first) / 8 + 1).unwrap_or(1);
    (first..=last)
        .step_by(every)
        .flat_map(|power| few.iter().map(move |factor| factor * 10_f64.powi(power)))
        .filter(within)
        .collect()
}

/// A part of a picture with an axis in each direction.
pub(super) struct Plane<'p, 'a> {
    picture: &'p Picture<'a>,
    coordinates: DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    across: Axis,
    up: Axis,
    /// From left to right, in pixels.
    pub(super) columns: Range<i32>,
    /// From top to bottom, in pixels.
    pub(super) lines: Range<i32>,
}

/// How a point is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dot {
    /// All of its colour.
    Filled,
    /// With a hole.
    Hollow,
}

/// Where a text is, seen from its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// It ends there.
    Left,
    /// It begins there.
    Right,
    /// It is centred below it.
    Below,
}

impl<'p, 'a> Plane<'p, 'a> {
    /// A plane in a part of a picture.
    pub(super) fn new(
        picture: &'p Picture<'a>,
        (across, columns): (Axis, Range<i32>),
        (up, lines): (Axis, Range<i32>),
    ) -> Plane<'p, 'a> {
        let upwards = lines.end..lines.start;
        let coordinates = picture.apply_coord_spec(Cartesian2d::new(
            across.range(),
            up.range(),
            (columns.clone(), upwards),
        ));
        Plane { picture, coordinates, across, up, columns, lines }
    }

    /// The pixel of two amounts.
    pub(super) fn at(&self, across: f64, up: f64) -> (i32, i32) {
        self.coordinates.map_coordinate(&(self.across.place(across), self.up.place(up)))
    }

    /// The grid and the figures of the axis that goes across.
    pub(super) fn draw_across(&self, text: impl Fn(f64) -> String) -> Drawn {
        for tick in self.across.ticks() {
            let (column, _) = self.at(tick, 0.0);
            self.line(
                &[(column, self.lines.start), (column, self.lines.end)],
                GRID.stroke_width(1),
            )?;
            self.text(&text(tick), (column, self.lines.end + 6), MUTED, Side::Below)?;
        }
        Ok(())
    }

    /// The grid and the figures of the axis that goes up.
    pub(super) fn draw_up(&self, text: impl Fn(f64) -> String) -> Drawn {
        for tick in self.up.ticks() {
            let (_, line) = self.at(0.0, tick);
            self.line(
                &[(self.columns.start, line), (self.columns.end, line)],
                GRID.stroke_width(1),
            )?;
            self.text(&text(tick), (self.columns.start - 8, line), MUTED, Side::Left)?;
        }
        Ok(())
    }

    /// A line through pixels.
    pub(super) fn line(&self, through: &[(i32, i32)], style: ShapeStyle) -> Drawn {
        self.picture.draw(&PathElement::new(through.to_vec(), style))
    }

    /// A filled box between two corners.
    pub(super) fn bar(&self, corners: [(i32, i32); 2], colour: RGBColor) -> Drawn {
        self.picture.draw(&Rectangle::new(corners, colour.filled()))
    }

    /// A point.
    pub(super) fn dot(&self, at: (i32, i32), colour: RGBColor, dot: Dot) -> Drawn {
        const RADIUS: i32 = 4;
        match dot {
            Dot::Filled => self.picture.draw(&Circle::new(at, RADIUS, colour.filled())),
            Dot::Hollow => {
                self.picture.draw(&Circle::new(at, RADIUS, WHITE.filled()))?;
                self.picture.draw(&Circle::new(at, RADIUS, colour.stroke_width(2)))
            }
        }
    }

    /// A line between two ends of an interval, with a short line across each. One of the directions is
    /// the same for both.
    pub(super) fn whisker(&self, ends: [(i32, i32); 2], colour: RGBColor) -> Drawn {
        const HALF: i32 = 3;
        let [(left, top), (right, bottom)] = ends;
        self.line(&ends, colour.stroke_width(1))?;
        for (column, line) in ends {
            let cap = if top == bottom && left != right {
                [(column, line - HALF), (column, line + HALF)]
            } else {
                [(column - HALF, line), (column + HALF, line)]
            };
            self.line(&cap, colour.stroke_width(1))?;
        }
        Ok(())
    }

    /// A text beside a pixel.
    pub(super) fn text(&self, text: &str, at: (i32, i32), colour: RGBColor, side: Side) -> Drawn {
        let position = match side {
            Side::Left => Pos::new(HPos::Right, VPos::Center),
            Side::Right => Pos::new(HPos::Left, VPos::Center),
            Side::Below => Pos::new(HPos::Center, VPos::Top),
        };
        // The page's own style sets the font; the size here is for what does not read that.
        let style = ("sans-serif", 13.64).into_font().color(&colour).pos(position);
        self.picture.draw(&Text::new(text.to_owned(), at, style))
    }
}
