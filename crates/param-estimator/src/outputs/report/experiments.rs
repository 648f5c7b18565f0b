//! What was measured: a section for each experiment, with its chart.

use crate::document::verdict::Verdict;
use crate::document::{Document, Estimate, ExperimentRecord, Found, MetricKind, Point};
use crate::error::EstimatorError;
use crate::experiment::Bound;
use crate::figure::{self, Unit};
use crate::outputs::report::experiment_chart::{self, Shape};
use crate::outputs::report::{anchor, class};
use crate::price::Price;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Points that are further off than this are not on a line.
const NO_LINE: f64 = 0.25;

/// All sections.
pub(super) fn sections(document: &Document) -> Result<Markup, EstimatorError> {
    let estimates: BTreeMap<&Price, &Estimate> =
        document.estimates.iter().map(|estimate| (&estimate.price, estimate)).collect();
    let metric = document.settings.metric;
    let sections = document
        .experiments
        .iter()
        .map(|experiment| section(experiment, &estimates, metric))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(html! {
        section #experiments {
            h2 { "Experiments" }
            p.lead {
                "What was measured, and what was fitted to it. Amounts are of one unit of work. Lines and "
                "ticks are what fitted prices come to; whiskers are intervals; hollow points have wider "
                "intervals than was asked for."
            }
            @for section in sections { (section) }
        }
    })
}

fn section(
    experiment: &ExperimentRecord,
    estimates: &BTreeMap<&Price, &Estimate>,
    metric: MetricKind,
) -> Result<Markup, EstimatorError> {
    let chart = experiment_chart::figure(experiment, metric)?;
    let bound = match experiment.bound {
        Bound::Processor => "bound by the processor",
        Bound::Storage => "bound by storage",
    };
    Ok(html! {
        article.experiment id=(anchor::of_experiment(&experiment.name)) {
            h3 { (experiment.name) span.bound { (bound) } }
            p.lead { (experiment.about) }
            div.columns {
                (chart)
                div.findings {
                    (found(experiment, estimates))
                    (fit(experiment))
                    (notes(experiment))
                }
            }
            (points(&experiment.points, metric))
        }
    })
}

/// The prices that were found.
fn found(experiment: &ExperimentRecord, estimates: &BTreeMap<&Price, &Estimate>) -> Markup {
    html! {
        ul.found {
            @for price in &experiment.finds {
                li {
                    span.key { (price) }
                    @match estimates.get(price).map(|estimate| &estimate.found) {
                        Some(Found::Measured { nanoseconds, gas, truth, .. }) => {
                            @let verdict = Verdict::of(truth.value);
                            span.amount { (figure::time(nanoseconds)) }
                            span.amount { (figure::grouped(*gas)) " gas" }
                            span class={ "status " (class(Some(verdict))) } title="for a Tgas" {
                                (figure::significant(truth.value)) " ms"
                            }
                        }
                        Some(Found::Unused | Found::Skipped) | None => span.amount { "not found" },
                    }
                }
            }
        }
    }
}

/// How well what was fitted describes what was measured.
fn fit(experiment: &ExperimentRecord) -> Markup {
    html! {
        dl {
            dt { "Largest deviation" }
            dd { (figure::percent(experiment.deviation)) }
            dt { "Raised for the worst" }
            dd { (figure::times(Some(experiment.worst_factor))) }
        }
    }
}

fn notes(experiment: &ExperimentRecord) -> Markup {
    let wide: Vec<&Point> = experiment.points.iter().filter(|point| point.wide).collect();
    let fitted = match Shape::of(experiment) {
        Shape::Lines => "A line",
        Shape::Rows => "One price",
    };
    let searched = experiment.points.iter().filter(|point| !point.parameters.is_empty());
    html! {
        @if experiment.deviation > NO_LINE {
            p.notice {
                "Points lie up to " (figure::percent(experiment.deviation)) " off what was fitted. "
                (fitted) " is no honest description of them: prices are raised until the worst are paid for."
            }
        }
        @if !wide.is_empty() {
            p.note {
                (wide.len()) " of " (figure::counted(experiment.points.len(), "point"))
                " with a wider interval than was asked for: "
                @for (index, point) in wide.iter().enumerate() {
                    @if index > 0 { ", " }
                    (place(point)) " (± " (relative(point)) ")"
                }
                "."
            }
        }
        @for point in searched {
            p.note { "Worst found for " (place(point)) ": " (parameters(point)) "." }
        }
    }
}

/// Which point it is, in words.
fn place(point: &Point) -> String {
    format!("{} {}", point.series, figure::grouped(point.size))
}

/// How wide a point's interval is, as a share of its value.
fn relative(point: &Point) -> String {
    if point.measured.value > 0.0 {
        figure::percent(figure::radius(&point.measured) / point.measured.value)
    } else {
        figure::significant(figure::radius(&point.measured))
    }
}

fn parameters(point: &Point) -> String {
    let texts =
        point.parameters.iter().map(|(name, value)| format!("{name} {}", figure::grouped(*value)));
    texts.collect::<Vec<_>>().join(", ")
}

/// All points as a table, folded.
fn points(points: &[Point], metric: MetricKind) -> Markup {
    let largest = points.iter().map(|point| point.measured.value).fold(0.0, f64::max);
    let unit = Unit::fitting(metric, largest);
    html! {
        details {
            summary { (figure::counted(points.len(), "point")) }
            div.wide-table {
                table.points {
                    thead {
                        tr {
                            th { "Series" }
                            th.number { "Size" }
                            th.number { "Measured, " (unit.name) }
                            th.number { "Fitted" }
                            th.number { "Off by" }
                            th.number { "Gas charged" }
                            th.number { "ms for a Tgas" }
                            th.number { "Laps" }
                        }
                    }
                    tbody {
                        @for point in points {
                            tr {
                                td { (point.series) }
                                td.number { (figure::grouped(point.size)) }
                                td.number { (figure::with_radius(&unit.of_interval(&point.measured))) }
                                td.number { (figure::significant(unit.of(point.fitted))) }
                                td.number { (off(point)) }
                                td.number { (figure::significant(point.charged.gas)) }
                                td.number { (figure::with_radius(&point.truth)) }
                                td.number { (figure::grouped(point.laps)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How far a point is from what was fitted, as a share of that.
fn off(point: &Point) -> String {
    if point.fitted > 0.0 {
        figure::percent(point.measured.value / point.fitted - 1.0)
    } else {
        "–".to_owned()
    }
}
