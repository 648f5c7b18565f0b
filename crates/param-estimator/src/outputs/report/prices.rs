//! The table of all prices.

use crate::document::verdict::Verdict;
use crate::document::{Document, Estimate, Found};
use crate::figure;
use crate::outputs::report::{anchor, class};
use maud::{Markup, html};

/// The section with the table.
pub(super) fn table(document: &Document) -> Markup {
    html! {
        section #prices {
            div.heading {
                h2 { "Prices" }
                input #filter type="search" hidden placeholder="Filter by name, meaning or status"
                    aria-label="Filter prices";
            }
            table.prices {
                thead {
                    tr {
                        th { "Price" }
                        th.number { "Base gas" }
                        th.number { "Estimated gas" }
                        th.number { "Ratio" }
                        th.number { "ms for a Tgas" }
                        th { "Status" }
                    }
                }
                tbody { @for estimate in &document.estimates { (row(estimate)) } }
            }
        }
    }
}

fn row(estimate: &Estimate) -> Markup {
    let price = estimate.price.to_string();
    html! {
        tr id={ "price-" (price) } class=(class(estimate.verdict())) {
            td {
                @match &estimate.found {
                    Found::Measured { experiment, .. } => {
                        a.key href={ "#" (anchor::of_experiment(experiment)) } { (key(&price)) }
                    }
                    Found::Unused | Found::Skipped => span.key { (key(&price)) },
                }
                span.meaning { (estimate.meaning) }
            }
            td.number { (base(estimate)) }
            @match &estimate.found {
                Found::Measured { gas, truth, .. } => {
                    td.number { (figure::grouped(*gas)) }
                    td.number { (estimate.ratio().map_or("–".to_owned(), figure::significant)) }
                    td.number {
                        (figure::significant(truth.value))
                        span.interval {
                            (figure::significant(truth.low)) " to " (figure::significant(truth.high))
                        }
                    }
                }
                Found::Unused | Found::Skipped => {
                    td.number { "–" }
                    td.number { "–" }
                    td.number { "–" }
                }
            }
            td { (status(estimate)) }
        }
    }
}

/// The text of a price, which may be broken where its words end.
fn key(price: &str) -> Markup {
    html! { @for word in price.split_inclusive(['_', '.']) { (word) wbr; } }
}

/// What the base table has: gas, and below it compute if that is another number.
fn base(estimate: &Estimate) -> Markup {
    let Estimate { base_gas, base_compute, .. } = estimate;
    html! {
        (figure::grouped(*base_gas))
        @if base_gas != base_compute {
            span.interval { "compute " (figure::grouped(*base_compute)) }
        }
    }
}

fn status(estimate: &Estimate) -> Markup {
    html! {
        @match &estimate.found {
            Found::Measured { truth, wide, .. } => {
                @let verdict = Verdict::of(truth.value);
                span class={ "status " (class(Some(verdict))) } { (verdict.words()) }
                @if *wide { " " span.status.wide title="an interval is wider than was asked for" { "wide" } }
            }
            Found::Unused => span.status.unknown { "nothing charges it" },
            Found::Skipped => span.status.unknown { "left out" },
        }
    }
}
