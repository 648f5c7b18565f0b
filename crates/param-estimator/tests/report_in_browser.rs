//! The report as a browser shows it: charts are there, with their colours where they should be.
//!
//! A browser draws the page of the sample document and is asked where the charts are; then pixels are
//! looked at. Without a browser the test fails: a report that nobody saw is not tested.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use param_estimator::document::Document;
use param_estimator::outputs::report;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::{Command, Output};

const SAMPLE: &str = include_str!("data/sample.json");

/// The browser, by the names that systems have for it.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Seconds after which a browser that has not ended is stopped, with all that it started.
const SECONDS: &str = "60";

/// Pixels of the window. All of the page is in it.
const WINDOW: (u32, u32) = (1200, 5600);

/// Says of every chart where it is.
const PLACES: &str = r#"<script>
for (const chart of document.querySelectorAll("figure.chart svg")) {
  const { x, y, width, height } = chart.getBoundingClientRect();
  chart.dataset.at = [x, y, width, height].map(Math.round).join(" ");
}
document.body.dataset.end = Math.round(document.body.getBoundingClientRect().bottom);
</script></body>"#;

type Colour = [u8; 3];

const OVER: Colour = [200, 48, 48];
const NEAR: Colour = [222, 150, 20];
const FAIR: Colour = [63, 156, 114];
const CHEAP: Colour = [108, 142, 191];
const LIMIT: Colour = [122, 16, 32];
const SERIES: [Colour; 5] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [117, 92, 196]];

/// A part of the picture.
#[derive(Clone, Copy, Debug)]
struct Region {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

/// What the browser showed.
struct Screen {
    width: usize,
    pixels: Vec<Colour>,
    page: String,
}

#[test]
fn charts_are_drawn() {
    let screen = show(&report_of_sample());
    let end: u32 = screen.attribute("data-end", "<body").parse().unwrap();
    assert!(end <= WINDOW.1, "the page is {end} pixels high; the window has to be higher");

    let truth = screen.chart("class=\"chart truth\"");
    for (colour, bars) in [(OVER, 2), (NEAR, 2), (FAIR, 5), (CHEAP, 3)] {
        // A bar is eleven pixels high, and at least sixty long.
        let count = screen.columns_of(truth, colour).len();
        assert!(count >= bars * 11 * 60, "{count} pixels of {bars} bars of {colour:?}");
    }
    check_limit(&screen, truth);

    for (name, series) in [
        ("regular_op", 5),
        ("sha256", 1),
        ("contract_loading", 2),
        ("storage_read", 2),
        ("ed25519_verify", 1),
        ("transfer", 1),
    ] {
        let chart = screen.chart(&format!("data-experiment=\"{name}\""));
        for colour in &SERIES[..series] {
            let columns = screen.columns_of(chart, *colour);
            // A filled point has some fifty pixels, and most charts have several.
            assert!(columns.len() >= 30, "{name}: {} pixels of {colour:?}", columns.len());
        }
        for colour in &SERIES[series..] {
            assert!(
                screen.columns_of(chart, *colour).is_empty(),
                "{name} has no series in {colour:?}"
            );
        }
    }
}

/// The line of the limit goes from top to bottom. Bars of what is over it cross it, others do not.
fn check_limit(screen: &Screen, truth: Region) {
    let columns = screen.columns_of(truth, LIMIT);
    let line = most_common(&columns);
    let height = columns.iter().filter(|column| **column == line).count();
    assert!(
        height > truth.height / 2,
        "the limit's line is {height} pixels high of {}",
        truth.height
    );
    let last = |colour| screen.columns_of(truth, colour).into_iter().max().unwrap();
    assert!(last(OVER) > line + 20, "what is over the limit ends at {} of {line}", last(OVER));
    for colour in [NEAR, FAIR, CHEAP] {
        assert!(last(colour) < line, "{colour:?} ends at {} of {line}", last(colour));
    }
    assert!(last(NEAR) > last(FAIR) && last(FAIR) > last(CHEAP));
}

fn most_common(columns: &[usize]) -> usize {
    let count = |column| columns.iter().filter(|other| **other == column).count();
    columns.iter().copied().max_by_key(|column| count(*column)).expect("there is a line")
}

fn report_of_sample() -> String {
    let document = Document::from_json(Path::new("sample.json"), SAMPLE).unwrap();
    report::html(&document).unwrap()
}

/// Shows a page in a browser.
fn show(page: &str) -> Screen {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    assert!(page.contains("</body>"));
    fs::write(&file, page.replacen("</body>", PLACES, 1)).unwrap();
    let picture = folder.path().join("report.png");
    let output = browse(folder.path(), &file, &picture);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && picture.exists(),
        "the browser showed nothing in {SECONDS} seconds ({}):\n{said}",
        output.status
    );
    let (width, pixels) = decode(&picture);
    assert_eq!((width, pixels.len() / width), (WINDOW.0 as usize, WINDOW.1 as usize));
    Screen { width, pixels, page: String::from_utf8(output.stdout).unwrap() }
}

fn browse(folder: &Path, file: &Path, picture: &Path) -> Output {
    let browser = BROWSERS.into_iter().find(|name| is_installed(name)).unwrap_or_else(|| {
        panic!(
            "there is no browser to look at the report with; install Chromium, on Debian with \
             `apt-get install chromium`"
        )
    });
    let path = |name: &str, path: &Path| format!("--{name}={}", path.display());
    let (width, height) = WINDOW;
    // `timeout` stops the browser's own processes too.
    Command::new("timeout")
        .args(["--kill-after=5", SECONDS, browser])
        .args(["--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
        // For root, who runs tests in containers. The page is this crate's own.
        .arg("--no-sandbox")
        // Shared memory may be small in containers.
        .arg("--disable-dev-shm-usage")
        .arg("--force-device-scale-factor=1")
        .arg("--force-color-profile=srgb")
        .arg(path("user-data-dir", &folder.join("browser")))
        .arg(format!("--window-size={width},{height}"))
        .arg(path("screenshot", picture))
        .arg("--dump-dom")
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("`timeout` of coreutils can be started")
}

fn is_installed(browser: &str) -> bool {
    Command::new(browser).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The picture's width and pixels.
fn decode(picture: &Path) -> (usize, Vec<Colour>) {
    let file = BufReader::new(File::open(picture).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(info.bit_depth, png::BitDepth::Eight);
    let samples = info.color_type.samples();
    assert!(samples >= 3, "{:?}", info.color_type);
    let frame = &bytes[..info.buffer_size()];
    let pixels = frame.chunks_exact(samples).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    (info.width as usize, pixels.collect())
}

impl Screen {
    /// The first value of an attribute after a text.
    fn attribute(&self, name: &str, after: &str) -> &str {
        let (_, rest) = self.page.split_once(after).unwrap_or_else(|| panic!("no {after}"));
        let begin = format!("{name}=\"");
        let (_, rest) =
            rest.split_once(&begin).unwrap_or_else(|| panic!("no {begin} after {after}"));
        rest.split_once('"').unwrap().0
    }

    /// Where the chart is whose figure has an attribute.
    fn chart(&self, attribute: &str) -> Region {
        let at = self.attribute("data-at", attribute);
        let numbers: Vec<usize> = at.split(' ').map(|number| number.parse().unwrap()).collect();
        let [left, top, width, height] = numbers[..] else { panic!("{at}") };
        assert!(width >= 400 && height >= 60, "{attribute}: {at}");
        Region { left, top, width, height }
    }

    /// The column of each pixel of a region that has a colour.
    fn columns_of(&self, region: Region, colour: Colour) -> Vec<usize> {
        let Region { left, top, width, height } = region;
        let lines = self.pixels.chunks_exact(self.width).skip(top).take(height);
        let pixels = lines.flat_map(|line| line.iter().enumerate().skip(left).take(width));
        pixels.filter(|(_, pixel)| **pixel == colour).map(|(column, _)| column).collect()
    }
}
