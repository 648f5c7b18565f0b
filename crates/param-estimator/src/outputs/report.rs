//! What was found as one page for a browser: no other file, nothing from elsewhere, charts inside.
//!
//! Everything on it is of the document. Every text of it is escaped: by the page's macro, and in charts
//! by the drawing.

mod anchor;
mod drawing;
mod experiment_chart;
mod experiments;
mod prices;
mod truth_chart;

use crate::document::verdict::{Tally, Verdict};
use crate::document::{Coverage, Document, Machine, MetricKind, Settings};
use crate::error::EstimatorError;
use crate::figure;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// How the page looks. Colours that charts have too are added by [`colours`].
const STYLE: &str = include_str!("report/style.css");

/// Leaves those rows of the table that have a text in them. The page is complete without it.
const FILTER: &str = include_str!("report/filter.js");

/// The page of a document.
///
/// # Errors
/// When a chart cannot be drawn, which would be a bug.
pub fn html(document: &Document) -> Result<String, EstimatorError> {
    let truth = truth_chart::figures(document)?;
    let experiments = experiments::sections(document)?;
    let title = title(&document.settings);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(colours())) }
            }
            body {
                main {
                    (head(document, &title))
                    (summary(document))
                    section #truth {
                        h2 { "Gas truth" }
                        p.lead {
                            "How long a Tgas of each price of the base table takes. A Tgas stands for a "
                            "millisecond: what is right of the line takes longer. Whiskers are intervals; "
                            "the scale is logarithmic."
                        }
                        (truth)
                    }
                    (prices::table(document))
                    (experiments)
                    footer { "Made by param-estimator " (document.version) " on " (document.machine.date) "." }
                }
                script { (PreEscaped(FILTER)) }
            }
        }
    };
    Ok(page.into_string())
}

fn title(settings: &Settings) -> String {
    format!("What things cost: table {} on {}", settings.base, settings.engine)
}

/// The colours of verdicts as variables of the page, so that they stand in one place.
fn colours() -> String {
    let of = |verdict| {
        let plotters::style::RGBColor(red, green, blue) = drawing::colour_of(verdict);
        format!("--{}:rgb({red},{green},{blue});", class(Some(verdict)))
    };
    format!(":root{{{}}}", Verdict::ALL.map(of).concat())
}

/// The style of what has a verdict.
fn class(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Undercharged) => "over",
        Some(Verdict::Near) => "near",
        Some(Verdict::Fair) => "fair",
        Some(Verdict::Overcharged) => "cheap",
        None => "unknown",
    }
}

fn head(document: &Document, title: &str) -> Markup {
    let Document { machine, settings, .. } = document;
    html! {
        header {
            h1 { (title) }
            nav {
                a href="#truth" { "Gas truth" }
                a href="#prices" { "Prices" }
                a href="#experiments" { "Experiments" }
            }
            @if settings.quick {
                p.notice {
                    "This was a quick run. Its figures are a first look, not a table for production."
                }
            }
            div.about {
                (list("Settings", &settings_rows(settings)))
                (list("Machine", &machine_rows(machine)))
            }
        }
    }
}

fn settings_rows(settings: &Settings) -> Vec<(&'static str, String)> {
    let base = match settings.base_version {
        Some(version) => format!("protocol version {version}"),
        None => settings.base.clone(),
    };
    let rate = |number: f64| figure::significant(number);
    let mut rows = vec![
        ("Base table", base),
        ("Metric", format!("{}: {}", settings.metric.name(), settings.measured_by)),
        ("Engine", settings.engine.clone()),
        ("Database", settings.database.clone()),
        ("State size", figure::bytes(settings.state_size)),
        ("Gas per second", rate(settings.gas_per_second)),
    ];
    if settings.metric == MetricKind::Instructions {
        rows.push(("Instructions per second", rate(settings.instructions_per_second)));
    }
    if let Some(pace) = settings.pace {
        rows.push(("Pace", figure::pace(pace)));
    }
    rows.push(("Safety", figure::times(Some(settings.safety))));
    rows.push(("Points paid for", figure::percent(settings.quantile)));
    rows
}

fn machine_rows(machine: &Machine) -> Vec<(&'static str, String)> {
    vec![
        ("Processor", machine.processor.clone()),
        ("Cores", figure::grouped(machine.cores as u128)),
        ("System", machine.system.clone()),
        ("Compiler", machine.compiler.clone()),
        ("Date", machine.date.clone()),
    ]
}

fn list(title: &str, rows: &[(&str, String)]) -> Markup {
    html! {
        section.card {
            h2 { (title) }
            dl { @for (name, value) in rows { dt { (name) } dd { (value) } } }
        }
    }
}

fn summary(document: &Document) -> Markup {
    let tally = Tally::of(document);
    let cards = [
        (
            Some(Verdict::Undercharged),
            tally.undercharged,
            "undercharged",
            "more than 1 ms for a Tgas",
        ),
        (Some(Verdict::Near), tally.near, "near the limit", "from 0.5 to 1 ms"),
        (Some(Verdict::Fair), tally.fair, "fair", "from 0.1 to 0.5 ms"),
        (Some(Verdict::Overcharged), tally.overcharged, "overcharged", "less than 0.1 ms"),
        (None, tally.unknown, "not measured", "nothing charges them, or left out"),
    ];
    let Coverage { costs, covered, .. } = document.coverage;
    let complete = if covered < costs { "coverage partial" } else { "coverage" };
    html! {
        section #summary {
            div.tally {
                @for (verdict, count, name, about) in cards {
                    div class={ "count " (class(verdict)) } {
                        strong { (count) }
                        span.name { (name) }
                        span.range { (about) }
                    }
                }
            }
            p class=(complete) { (figure::coverage(&document.coverage)) "." }
        }
    }
}

#[cfg(test)]
mod tests;
