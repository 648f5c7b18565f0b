//! The chart of an experiment: what was measured, with its intervals, and what was fitted to it.
//!
//! Points of several sizes are lines over their sizes. Where each series has one size only, there is
//! nothing to draw a line over: every point has a row.

use crate::document::{ExperimentRecord, Interval, MetricKind, Point};
use crate::error::EstimatorError;
use crate::figure::{self, Unit};
use crate::outputs::report::drawing::{self, Axis, Dot, Drawn, INK, MUTED, Picture, Plane, Side};
use maud::{Markup, html};
use plotters::style::{Color, RGBColor};

/// Pixels across.
const WIDTH: i32 = 700;
/// Pixels from top to bottom of a chart with lines.
const HEIGHT: i32 = 310;
/// Room above, for the unit.
const TOP: i32 = 28;
/// Room below, for figures and what they are.
const BOTTOM: i32 = 44;
/// Room at the right.
const RIGHT: i32 = 24;
/// Room at the left of lines, for figures.
const LEFT: i32 = 64;
/// Room at the left of rows, for names.
const NAMES: i32 = 220;
/// Height of a row.
const STEP: i32 = 26;
/// Letters of a name that fit beside a row.
const LETTERS: usize = 32;
/// Sizes that are more than this apart, as a factor, need a logarithmic scale.
const FAR_APART: f64 = 50.0;

/// Points of one line, by size.
struct Series<'d> {
    name: &'d str,
    colour: RGBColor,
    points: Vec<&'d Point>,
}

/// What a chart has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Lines over sizes.
    Lines,
    /// A row for each point.
    Rows,
}

impl Shape {
    /// The shape of an experiment's chart.
    pub(super) fn of(experiment: &ExperimentRecord) -> Shape {
        let points = &experiment.points;
        let grows = |point: &Point| {
            points.iter().any(|other| other.series == point.series && other.size != point.size)
        };
        if points.iter().any(grows) { Shape::Lines } else { Shape::Rows }
    }
}

/// The chart of an experiment.
pub(super) fn figure(
    experiment: &ExperimentRecord,
    metric: MetricKind,
) -> Result<Markup, EstimatorError> {
    let series = series(experiment);
    let unit = Unit::fitting(metric, largest(&series));
    let axes = axes(&series, unit);
    let shape = Shape::of(experiment);
    let height = match shape {
        Shape::Lines => HEIGHT,
        Shape::Rows => TOP + BOTTOM + STEP * experiment.points.len().max(1) as i32,
    };
    let label = format!("Measured and fitted, experiment {}", experiment.name);
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let picture = drawing::picture(&label, size, |picture| match shape {
        Shape::Lines => draw_lines(picture, &series, &axes, unit),
        Shape::Rows => draw_rows(picture, &series, unit, height),
    })?;
    Ok(html! {
        figure.chart data-experiment=(experiment.name) {
            (picture)
            @if shape == Shape::Lines {
                figcaption {
                    @for series in &series { (legend(series)) }
                    @if axes.far { span.note { "Both scales are logarithmic." } }
                }
            }
        }
    })
}

fn legend(series: &Series<'_>) -> Markup {
    let RGBColor(red, green, blue) = series.colour;
    html! {
        span.series {
            span.swatch style={ "background:rgb(" (red) "," (green) "," (blue) ")" } {}
            (series.name)
        }
    }
}

/// The series, in the order in which they first appear.
fn series(experiment: &ExperimentRecord) -> Vec<Series<'_>> {
    let mut all: Vec<Series<'_>> = Vec::new();
    for point in &experiment.points {
        match all.iter_mut().find(|series| series.name == point.series) {
            Some(series) => series.points.push(point),
            None => all.push(Series {
                name: &point.series,
                colour: drawing::colour_of_series(all.len()),
                points: vec![point],
            }),
        }
    }
    for series in &mut all {
        series.points.sort_by_key(|point| point.size);
    }
    all
}

fn all_points<'a>(series: &'a [Series<'_>]) -> impl Iterator<Item = &'a Point> {
    series.iter().flat_map(|series| series.points.iter().copied())
}

/// The largest amount that is drawn.
fn largest(series: &[Series<'_>]) -> f64 {
    let amounts = all_points(series).flat_map(|point| [point.measured.high, point.fitted]);
    amounts.filter(|amount| amount.is_finite()).fold(0.0, f64::max)
}

/// The axes of a chart with lines.
struct Axes {
    sizes: Axis,
    amounts: Axis,
    /// Whether sizes are so far apart that both are logarithmic.
    far: bool,
}

fn axes(series: &[Series<'_>], unit: Unit) -> Axes {
    let sizes = || all_points(series).map(|point| point.size as f64);
    let amounts = || {
        let ends = |point: &Point| [point.measured.low, point.measured.high, point.fitted];
        all_points(series).flat_map(ends).map(|amount| unit.of(amount))
    };
    let (first, last) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    let (low, high) = (amounts().fold(f64::INFINITY, f64::min), amounts().fold(0.0, f64::max));
    // Between powers of ten, such a scale would have no figures.
    if first > 0.0 && low > 0.0 && last > first * FAR_APART {
        let sizes = Axis::logarithmic(first / 1.3, last * 1.3);
        return Axes { sizes, amounts: Axis::logarithmic(low / 1.4, high * 1.4), far: true };
    }
    let (sizes, amounts) = (Axis::linear(last * 1.03), Axis::linear(high * 1.08));
    Axes { sizes, amounts, far: false }
}

fn draw_lines(picture: &Picture<'_>, series: &[Series<'_>], axes: &Axes, unit: Unit) -> Drawn {
    let plane = Plane::new(
        picture,
        (axes.sizes, LEFT..WIDTH - RIGHT),
        (axes.amounts, TOP..HEIGHT - BOTTOM),
    );
    plane.draw_across(tick_text)?;
    plane.draw_up(tick_text)?;
    let corner = (plane.columns.start, plane.lines.end);
    let frame = [(corner.0, plane.lines.start), corner, (plane.columns.end, corner.1)];
    plane.line(&frame, MUTED.stroke_width(1))?;
    plane.text(unit.name, (4, 12), MUTED, Side::Right)?;
    let middle = (plane.columns.start + plane.columns.end) / 2;
    plane.text("size", (middle, HEIGHT - 18), MUTED, Side::Below)?;
    for series in series {
        let fitted: Vec<(i32, i32)> = series
            .points
            .iter()
            .map(|point| plane.at(point.size as f64, unit.of(point.fitted)))
            .collect();
        plane.line(&fitted, series.colour.mix(0.55).stroke_width(2))?;
    }
    for series in series {
        for point in &series.points {
            let at = |amount| plane.at(point.size as f64, unit.of(amount));
            let Interval { value, low, high } = point.measured;
            plane.whisker([at(low), at(high)], series.colour)?;
            plane.dot(at(value), series.colour, dot(point))?;
        }
    }
    Ok(())
}

fn draw_rows(picture: &Picture<'_>, series: &[Series<'_>], unit: Unit, height: i32) -> Drawn {
    let plane = Plane::new(
        picture,
        (Axis::linear(unit.of(largest(series)) * 1.08), NAMES..WIDTH - RIGHT),
        (Axis::linear(1.0), TOP..height - BOTTOM),
    );
    plane.draw_across(tick_text)?;
    plane.text(unit.name, (NAMES, 12), MUTED, Side::Right)?;
    let rows =
        series.iter().flat_map(|series| series.points.iter().map(move |point| (series, point)));
    for (index, (series, point)) in rows.enumerate() {
        let line = TOP + STEP * index as i32 + STEP / 2;
        let at = |amount| (plane.at(unit.of(amount), 0.0).0, line);
        let Interval { value, low, high } = point.measured;
        let (fitted, _) = at(point.fitted);
        plane.line(&[(fitted, line - 9), (fitted, line + 9)], INK.stroke_width(2))?;
        plane.line(&[(NAMES, line), at(value)], series.colour.mix(0.55).stroke_width(2))?;
        plane.whisker([at(low), at(high)], series.colour)?;
        plane.dot(at(value), series.colour, dot(point))?;
        plane.text(&shortened(series.name), (NAMES - 10, line), INK, Side::Left)?;
    }
    Ok(())
}

fn dot(point: &Point) -> Dot {
    if point.wide { Dot::Hollow } else { Dot::Filled }
}

/// A name that fits beside a row; the whole one is in the table of points.
fn shortened(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).chain(['…']).collect()
}

/// The figure of a tick, which is a round one.
fn tick_text(tick: f64) -> String {
    if tick >= 1e6 {
        let (divisor, letter) = if tick >= 1e9 { (1e9, 'G') } else { (1e6, 'M') };
        return format!("{}{letter}", tick_digits(tick / divisor));
    }
    tick_digits(tick)
}

fn tick_digits(tick: f64) -> String {
    if tick >= 1.0 && tick.fract() == 0.0 {
        return figure::grouped(tick as u64);
    }
    // Two digits at most are not zero; what a float has after them is not meant.
    let text = format!("{tick:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
