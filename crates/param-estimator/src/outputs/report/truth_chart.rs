//! How long a Tgas of each price takes, as bars, the longest first.

use crate::document::verdict::{self, Verdict};
use crate::document::{Document, Estimate, Interval};
use crate::error::EstimatorError;
use crate::figure;
use crate::outputs::report::drawing::{self, Axis, Drawn, INK, LIMIT, MUTED, Picture, Plane, Side};
use maud::{Markup, html};
use plotters::style::Color;

/// A bar: a price and what it takes.
type Bar<'d> = (&'d Estimate, &'d Interval);

/// Bars of one picture: so many that its axis is still in sight.
const BARS: usize = 48;

/// Pixels of a picture.
const WIDTH: i32 = 1160;
/// Where bars begin; names are left of it.
const LEFT: i32 = 370;
/// Where the scale ends; figures are right of it.
const RIGHT: i32 = 1080;
/// Height of a bar with the room around it.
const STEP: i32 = 17;
/// Room for the limit's name.
const TOP: i32 = 24;
/// Room for the axis.
const BOTTOM: i32 = 28;

/// The smallest and the largest end that the scale may have. What is beyond is drawn at the end.
const ENDS: (f64, f64) = (1e-4, 1e4);

/// All bars, in as many pictures as they need, on one scale.
pub(super) fn figures(document: &Document) -> Result<Markup, EstimatorError> {
    let mut bars: Vec<Bar<'_>> = document
        .estimates
        .iter()
        .filter_map(|estimate| estimate.truth().map(|truth| (estimate, truth)))
        .collect();
    bars.sort_by(|(_, a), (_, b)| b.value.total_cmp(&a.value));
    let axis = axis(&bars);
    let pictures = bars
        .chunks(BARS)
        .map(|bars| {
            let height = TOP + BOTTOM + STEP * bars.len() as i32;
            let label = "Milliseconds for each Tgas of every price, the longest first";
            let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
            drawing::picture(label, size, |picture| draw(picture, bars, axis, height))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(html! {
        @if pictures.is_empty() { p.note { "Nothing was measured." } }
        @for picture in pictures { figure.chart.truth { (picture) } }
    })
}

/// Whole powers of ten around all intervals and the limit.
fn axis(bars: &[Bar<'_>]) -> Axis {
    let (smallest, largest) = ENDS;
    let ends = bars.iter().flat_map(|(_, truth)| [truth.low, truth.value, truth.high]);
    let (mut low, mut high) = (verdict::LIMIT / 10.0, verdict::LIMIT * 2.0);
    for end in ends.filter(|end| (smallest..=largest).contains(end)) {
        low = low.min(end);
        high = high.max(end);
    }
    let whole = |amount: f64| 10_f64.powf(amount.log10().floor());
    Axis::logarithmic(whole(low), high * 1.3)
}

fn draw(picture: &Picture<'_>, bars: &[Bar<'_>], axis: Axis, height: i32) -> Drawn {
    let plane = Plane::new(picture, (axis, LEFT..RIGHT), (Axis::linear(1.0), TOP..height - BOTTOM));
    plane.draw_across(|tick| format!("{} ms", plain(tick)))?;
    for (index, (estimate, truth)) in bars.iter().enumerate() {
        draw_bar(&plane, index as i32, estimate, truth)?;
    }
    let (limit, _) = plane.at(verdict::LIMIT, 0.0);
    plane.line(&[(limit, TOP - 4), (limit, plane.lines.end)], LIMIT.stroke_width(2))?;
    plane.text("limit: 1 ms", (limit, 4), LIMIT, Side::Below)
}

fn draw_bar(plane: &Plane<'_, '_>, index: i32, estimate: &Estimate, truth: &Interval) -> Drawn {
    let top = TOP + STEP * index;
    let middle = top + STEP / 2;
    let column = |amount| plane.at(amount, 0.0).0;
    let colour = drawing::colour_of(Verdict::of(truth.value));
    plane.bar([(LEFT, top + 3), (column(truth.value), top + STEP - 3)], colour)?;
    plane.whisker([(column(truth.low), middle), (column(truth.high), middle)], INK)?;
    plane.text(&estimate.price.to_string(), (LEFT - 8, middle), INK, Side::Left)?;
    plane.text(&figure::significant(truth.value), (RIGHT + 10, middle), MUTED, Side::Right)
}

/// A power of ten without digits that say nothing.
fn plain(tick: f64) -> String {
    if tick >= 1.0 { format!("{tick:.0}") } else { tick.to_string() }
}
