//! Bar charts as SVG: groups of bars, one bar for each peer, on a logarithmic scale.

use bench_work::error::Failure;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::path::Path;

/// Size of a chart, in pixels.
const SIZE: (u32, u32) = (1000, 420);
/// Colours of the peers, told apart by colour-blind readers too (after Okabe and Ito).
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(230, 159, 0),
    RGBColor(204, 121, 167),
    RGBColor(120, 120, 120),
    RGBColor(0, 0, 0),
];

/// What a chart shows.
pub(crate) struct Chart<'a> {
    /// Its title, with the unit.
    pub(crate) title: &'a str,
    /// Names of the groups, from left to right.
    pub(crate) groups: Vec<String>,
    /// Names of the peers, and their values by group; `None` leaves a gap.
    pub(crate) peers: Vec<(String, Vec<Option<f64>>)>,
}

impl Chart<'_> {
    /// Draws the chart to a file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Failure> {
        let area = SVGBackend::new(path, SIZE).into_drawing_area();
        self.draw_on(&area)
            .and_then(|()| area.present().map_err(Box::from))
            .map_err(|error| Failure::Chart(error.to_string()))
    }

    fn draw_on<'b>(
        &self,
        area: &DrawingArea<SVGBackend<'b>, Shift>,
    ) -> Result<(), Box<dyn std::error::Error + 'b>> {
        area.fill(&WHITE)?;
        let (low, high) = self.range();
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(32)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..self.groups.len() as f64, (low..high).log_scale())?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .y_label_formatter(&|value: &f64| label(*value))
            .label_style(("sans-serif", 13))
            .draw()?;
        for (place, (name, values)) in self.peers.iter().enumerate() {
            let colour = COLOURS[place % COLOURS.len()];
            let bars = values.iter().enumerate().filter_map(|(group, value)| {
                let [left, right] = self.sides(group, place);
                let corners = [(left, low), (right, (*value)?)];
                Some(Rectangle::new(corners, colour.filled()))
            });
            chart.draw_series(bars)?.label(name).legend(move |(x, y)| {
                Rectangle::new([(x, y - 5), (x + 10, y + 5)], colour.filled())
            });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.9))
            .border_style(BLACK.mix(0.3))
            .label_font(("sans-serif", 13))
            .draw()?;
        let names = self.groups.iter().enumerate().map(|(group, name)| {
            let position = chart.backend_coord(&(group as f64 + 0.5, low));
            let style = ("sans-serif", 13).into_text_style(area);
            let centre = plotters::style::text_anchor::Pos::new(
                plotters::style::text_anchor::HPos::Center,
                plotters::style::text_anchor::VPos::Top,
            );
            Text::new(name.clone(), (position.0, position.1 + 8), style.pos(centre))
        });
        names.into_iter().try_for_each(|name| area.draw(&name))?;
        Ok(())
    }

    /// Left and right side of a bar, in units of groups.
    fn sides(&self, group: usize, peer: usize) -> [f64; 2] {
        let width = 0.84 / self.peers.len() as f64;
        let left = group as f64 + 0.08 + width * peer as f64;
        [left, left + width * 0.92]
    }

    /// The scale: from somewhat below the lowest value to twice the highest, for the legend.
    fn range(&self) -> (f64, f64) {
        let values = self.peers.iter().flat_map(|(_, values)| values.iter().flatten().copied());
        let (low, high) = values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        (low.min(high) / 1.5, high * 2.0)
    }
}

/// A number on the scale.
fn label(value: f64) -> String {
    match value {
        value if value >= 10.0 => format!("{value:.0}"),
        value => format!("{}", (value * 100.0).round() / 100.0),
    }
}
