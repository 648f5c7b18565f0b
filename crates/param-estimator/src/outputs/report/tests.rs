//! What every report holds: all that was found, each text as it is, and nothing from elsewhere.

use super::*;
use crate::charges::{Charged, Charges};
use crate::document::sample::sample;
use crate::document::{ExperimentRecord, Found, Interval, Point};
use crate::experiment::Bound;
use std::collections::BTreeSet;

/// Elements that have no end.
const VOID: [&str; 3] = ["meta", "input", "wbr"];

fn page(document: &Document) -> String {
    html(document).unwrap()
}

/// The tags of a page in order, and its texts between them.
fn tags(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split('<').skip(1).map(|part| part.split_once('>').expect("a tag ends"))
}

/// Every value of an attribute.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let begin = format!(" {attribute}=\"");
    page.split(&begin)
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(value, _)| value)
        .collect()
}

/// What is inside of the element that begins with `begin`, up to `end`.
fn between<'p>(page: &'p str, begin: &str, end: &str) -> &'p str {
    let (_, rest) = page.split_once(begin).unwrap_or_else(|| panic!("no {begin}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end} after {begin}")).0
}

/// Fails unless every element ends, in the reverse order of their beginnings.
fn check_nesting(page: &str) {
    // The style and the script are no elements inside.
    let mut open = Vec::new();
    for (tag, _) in tags(page) {
        let name = tag.split([' ', '/']).next().unwrap();
        if tag.starts_with('!') || tag.ends_with('/') || VOID.contains(&name) {
            continue;
        }
        match tag.strip_prefix('/') {
            None => open.push(name),
            Some(name) => assert_eq!(open.pop(), Some(name), "</{name}> is out of place"),
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn every_element_ends_where_it_should() {
    check_nesting(&page(&sample()));
}

#[test]
#[should_panic(expected = "</p> is out of place")]
fn an_element_that_does_not_end_is_found() {
    check_nesting("<p>one<b>two</p>");
}

#[test]
fn nothing_is_from_elsewhere() {
    let page = page(&sample());
    for text in ["http://", "https://", "//cdn", "<script src", "<link", "<img", "@import", "url("]
    {
        assert!(!page.contains(text), "{text}");
    }
}

#[test]
fn every_experiment_has_a_section_and_a_chart() {
    let document = sample();
    let page = page(&document);
    let names: Vec<&str> =
        document.experiments.iter().map(|experiment| experiment.name.as_str()).collect();
    assert_eq!(values(&page, "data-experiment"), names);
    for name in names {
        let figure = between(&page, &format!("data-experiment=\"{name}\""), "</figure>");
        let circles = figure.matches("<circle").count();
        let points = document
            .experiments
            .iter()
            .find(|experiment| experiment.name == name)
            .unwrap()
            .points
            .len();
        assert!(circles >= points, "{name}: {circles} circles for {points} points");
    }
}

#[test]
fn every_price_has_a_row_that_leads_to_its_experiment() {
    let document = sample();
    let page = page(&document);
    let identifiers: BTreeSet<&str> = values(&page, "id").into_iter().collect();
    for estimate in &document.estimates {
        let row = between(&page, &format!("<tr id=\"price-{}\"", estimate.price), "</tr>");
        assert!(row.contains(&figure::grouped(estimate.base_gas)), "{row}");
        let target = values(row, "href");
        match &estimate.found {
            Found::Measured { gas, .. } => {
                assert!(row.contains(&figure::grouped(*gas)), "{row}");
                let target = target.first().unwrap().strip_prefix('#').unwrap();
                assert!(identifiers.contains(target), "{target} is nowhere");
            }
            Found::Unused => assert!(row.contains("nothing charges it"), "{row}"),
            Found::Skipped => assert!(row.contains("left out"), "{row}"),
        }
    }
    assert_eq!(page.matches("<tr id=\"price-").count(), document.estimates.len());
    for target in values(&page, "href") {
        assert!(identifiers.contains(target.strip_prefix('#').unwrap()), "{target} is nowhere");
    }
}

#[test]
fn the_truth_of_every_price_has_a_bar_beside_the_limit() {
    let document = sample();
    let page = page(&document);
    let chart = between(&page, "<figure class=\"chart truth\">", "</figure>");
    assert!(chart.contains("limit: 1 ms"));
    assert_eq!(chart.matches("stroke=\"#7A1020\"").count(), 1);
    for estimate in &document.estimates {
        let name = format!(">\n{}\n</text>", estimate.price);
        assert_eq!(chart.contains(&name), estimate.truth().is_some(), "{name}");
    }
    for (verdict, count) in [
        (Verdict::Undercharged, 2),
        (Verdict::Near, 2),
        (Verdict::Fair, 5),
        (Verdict::Overcharged, 3),
    ] {
        let plotters::style::RGBColor(red, green, blue) = drawing::colour_of(verdict);
        let colour = format!("fill=\"#{red:02X}{green:02X}{blue:02X}\"");
        assert_eq!(chart.matches(&colour).count(), count, "{verdict:?}");
    }
}

#[test]
fn what_deserves_a_second_look_is_said() {
    let page = page(&sample());
    let section = |name: &str| between(&page, &format!("id=\"experiment-{name}\""), "</article>");
    let loading = section("contract-loading");
    assert!(loading.contains("Points lie up to 31 % off what was fitted. A line is no honest"));
    assert!(loading.contains("Both scales are logarithmic."));
    let instructions = section("regular-op");
    assert!(
        instructions.contains("Points lie up to 57 % off what was fitted. One price is no honest")
    );
    let hashing = section("sha256");
    assert!(!hashing.contains("off what was fitted"));
    assert!(!hashing.contains("logarithmic"));
    let reading = section("storage-read");
    assert!(reading.contains("bound by storage"));
    assert!(reading.contains(
        "2 of 7 points with a wider interval than was asked for: values 10_000 (± 21 %)"
    ));
    assert!(reading.contains("Worst found for values 1: depth 40, siblings 15."));
    assert!(page.contains("13 of 14 costs covered: 12 of 14 prices measured"));
    assert!(!page.contains("quick run"));
    let mut quick = sample();
    quick.settings.quick = true;
    assert!(html(&quick).unwrap().contains("quick run"));
}

/// What nobody should believe of a document.
const EVIL: &str = "<script>alert('\"&</script>";

#[test]
fn every_text_is_escaped() {
    let mut document = sample();
    let evil = || EVIL.to_owned();
    document.version = evil();
    document.machine =
        Machine { processor: evil(), cores: 1, system: evil(), compiler: evil(), date: evil() };
    let settings = &mut document.settings;
    settings.base_version = None;
    for text in [
        &mut settings.base,
        &mut settings.measured_by,
        &mut settings.engine,
        &mut settings.database,
    ] {
        *text = evil();
    }
    for experiment in &mut document.experiments {
        experiment.name.push_str(EVIL);
        experiment.about = evil();
        for point in &mut experiment.points {
            point.series.insert_str(0, EVIL);
            point.parameters = vec![(evil(), 1)];
        }
    }
    for estimate in &mut document.estimates {
        estimate.meaning = evil();
        estimate.price = format!("{EVIL}_{}", estimate.price.key()).parse().unwrap();
        if let Found::Measured { experiment, .. } = &mut estimate.found {
            experiment.push_str(EVIL);
        }
    }
    let page = page(&document);
    check_nesting(&page);
    assert!(page.contains("&lt;script&gt;alert('&quot;&amp;&lt;/script&gt;"));
    assert!(!page.contains("<script>alert"));
    for (tag, _) in tags(&page) {
        assert!(!tag.contains("alert(") || tag.contains("&lt;script&gt;alert("), "{tag}");
    }
}

#[test]
fn a_document_without_anything_is_a_page() {
    let mut document = sample();
    document.experiments.clear();
    document.estimates.clear();
    let page = page(&document);
    check_nesting(&page);
    assert!(page.contains("Nothing was measured."));
}

fn point(size: u64, amount: f64) -> Point {
    let interval = Interval { value: amount, low: amount, high: amount };
    Point {
        series: "any".to_owned(),
        size,
        parameters: Vec::new(),
        charges: Charges::default(),
        charged: Charged::default(),
        measured: interval,
        fitted: amount,
        laps: 0,
        wide: false,
        truth: interval,
    }
}

#[test]
fn amounts_that_no_chart_is_made_for_are_drawn() {
    let amounts = [0.0, -1.0, 1e-300, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    let mut document = sample();
    document.experiments.clear();
    for first in amounts {
        for second in amounts {
            for sizes in [[0, 0], [0, 1], [1, u64::MAX], [7, 7]] {
                document.experiments.push(ExperimentRecord {
                    name: "any".to_owned(),
                    about: String::new(),
                    bound: Bound::Processor,
                    finds: Vec::new(),
                    points: vec![point(sizes[0], first), point(sizes[1], second)],
                    deviation: first,
                    worst_factor: second,
                });
            }
        }
    }
    document
        .experiments
        .push(ExperimentRecord { points: Vec::new(), ..document.experiments[0].clone() });
    for (estimate, amount) in document.estimates.iter_mut().zip(amounts) {
        estimate.found = Found::Measured {
            experiment: "any".to_owned(),
            nanoseconds: Interval { value: amount, low: amount, high: amount },
            gas: 0,
            truth: Interval { value: amount, low: -amount, high: amount },
            wide: true,
        };
    }
    check_nesting(&page(&document));
}

#[test]
fn many_prices_take_several_charts() {
    let mut document = sample();
    document.estimates = document.estimates.iter().cycle().take(140).cloned().collect();
    // Of 14 prices 12 were measured: 120 bars.
    assert_eq!(page(&document).matches("<figure class=\"chart truth\">").count(), 3);
}
