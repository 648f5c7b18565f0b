//! Tables of figures, in Markdown that is aligned for terminals.

use bench_work::figures::{CompileFigure, Figures};

/// A figure of the table: what it is called, how it is read, and in what unit it is shown.
struct Row {
    name: String,
    value: Box<dyn Fn(&Figures) -> Option<f64>>,
    better: Better,
}

/// Which of two values of a figure is the better one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Lower,
    Higher,
}

impl Row {
    fn lower(name: impl Into<String>, value: impl Fn(&Figures) -> Option<f64> + 'static) -> Row {
        Row { name: name.into(), value: Box::new(value), better: Better::Lower }
    }

    fn higher(name: impl Into<String>, value: impl Fn(&Figures) -> Option<f64> + 'static) -> Row {
        Row { better: Better::Higher, ..Row::lower(name, value) }
    }
}

/// All tables: run times, costs around them, and both against the reference.
pub(crate) fn comparison(figures: &[Figures]) -> String {
    let is_metered = |figures: &&Figures| !figures.peer.starts_with("unmetered");
    let metered: Vec<Figures> = figures.iter().filter(is_metered).cloned().collect();
    let mut text = format!(
        "{}\n{}",
        table("run time / native", figures, &run_times(), &absolute),
        table("", &metered, &costs(), &absolute)
    );
    if let Some(reference) = figures.iter().find(|figures| figures.peer == "reference") {
        let others: Vec<Figures> =
            figures.iter().filter(|figures| figures.peer.starts_with("torr")).cloned().collect();
        let rows: Vec<Row> = run_times().into_iter().chain(costs()).collect();
        let against = |row: &Row, figures: &Figures| advantage(row, figures, reference);
        text.push('\n');
        text.push_str(&table("times as good as the reference", &others, &rows, &against));
    }
    text
}

/// Run times of the kernels and their mean.
fn run_times() -> Vec<Row> {
    let kernel = |kernel: &bench_kernels::Kernel| {
        let name = kernel.name;
        Row::lower(name, move |figures: &Figures| figures.ratio(name))
    };
    let mean = Row::lower("**geometric mean**", Figures::mean_ratio);
    bench_kernels::ALL.iter().map(kernel).chain([mean]).collect()
}

/// What there is beside run time.
fn costs() -> Vec<Row> {
    let speed = |figure: Option<CompileFigure>| figure.map(|f| f.megabytes_per_second());
    let size = |figure: Option<CompileFigure>| {
        figure.and_then(|figure| figure.artifact).map(|bytes| bytes as f64 / 1024.0)
    };
    let micro = |seconds: Option<f64>| seconds.map(|seconds| seconds * 1e6);
    vec![
        Row::higher("prepare + compile, token, MB/s", move |f| speed(f.compile_token)),
        Row::higher("prepare + compile, kernels, MB/s", move |f| speed(f.compile_kernels)),
        Row::lower("artifact, token, KiB", move |f| size(f.compile_token)),
        Row::lower("artifact, kernels, KiB", move |f| size(f.compile_kernels)),
        Row::lower("cold load + call, token, µs", move |f| micro(f.cold_token)),
        Row::lower("cold load + no-op call, kernels, µs", move |f| micro(f.cold_kernels)),
        Row::lower("warm no-op call, kernels, µs", move |f| micro(f.warm_call)),
        Row::lower("host call with charging, ns", |f| f.host_call.map(|seconds| seconds * 1e9)),
        Row::lower("call that parses 33 KB of JSON, µs", move |f| micro(f.json_call)),
        Row::lower("memory of a running instance, KiB", |f| {
            f.instance_memory.map(|bytes| bytes as f64 / 1024.0)
        }),
    ]
}

fn absolute(row: &Row, figures: &Figures) -> Option<f64> {
    (row.value)(figures)
}

/// How many times better than the reference a figure is: above one is better.
fn advantage(row: &Row, figures: &Figures, reference: &Figures) -> Option<f64> {
    let (own, other) = ((row.value)(figures)?, (row.value)(reference)?);
    Some(match row.better {
        Better::Lower => other / own,
        Better::Higher => own / other,
    })
}

/// A table with a column for each peer; peers that have no figure in it are left out.
fn table(
    title: &str,
    peers: &[Figures],
    rows: &[Row],
    value: &dyn Fn(&Row, &Figures) -> Option<f64>,
) -> String {
    let peers: Vec<&Figures> =
        peers.iter().filter(|peer| rows.iter().any(|row| value(row, peer).is_some())).collect();
    let names = peers.iter().map(|peer| peer.peer.clone());
    let mut lines = vec![[title.to_owned()].into_iter().chain(names).collect::<Vec<_>>()];
    for row in rows {
        let values = peers.iter().map(|peer| number(value(row, peer)));
        lines.push([row.name.clone()].into_iter().chain(values).collect());
    }
    aligned(&lines)
}

/// Three digits that count; a dash for what there is not.
fn number(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

/// Markdown of cells, the first line being the head.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
        if number == 0 {
            text.push_str(&rule(&widths));
        }
    }
    text
}

/// The line below a table's head: the first column to the left, the others to the right.
fn rule(widths: &[usize]) -> String {
    let cells = widths.iter().enumerate().map(|(column, width)| match column {
        0 => "-".repeat(width + 2),
        _ => format!("{}:", "-".repeat(width + 1)),
    });
    format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
}

#[cfg(test)]
mod tests {
    use super::{Better, Row, advantage, aligned, number};
    use bench_work::figures::Figures;

    fn figures(warm_call: f64) -> Figures {
        Figures {
            peer: "any".to_owned(),
            about: String::new(),
            kernels: Vec::new(),
            compile_token: None,
            compile_kernels: None,
            cold_token: None,
            cold_kernels: None,
            warm_call: Some(warm_call),
            host_call: None,
            json_call: None,
            instance_memory: None,
        }
    }

    #[test]
    fn better_figures_have_an_advantage_above_one() {
        let lower = Row::lower("time", |figures| figures.warm_call);
        let higher = Row { better: Better::Higher, ..Row::lower("speed", |f| f.warm_call) };
        assert_eq!(advantage(&lower, &figures(2.0), &figures(6.0)), Some(3.0));
        assert_eq!(advantage(&higher, &figures(6.0), &figures(2.0)), Some(3.0));
        let absent = Row::lower("cold", |figures| figures.cold_token);
        assert_eq!(advantage(&absent, &figures(1.0), &figures(1.0)), None);
    }

    #[test]
    fn tables_are_aligned_markdown() {
        let line = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let text = aligned(&[line(["", "peer"]), line(["µs", &number(Some(1234.5))])]);
        assert_eq!(text, "|    | peer |\n|----|-----:|\n| µs | 1234 |\n");
        assert_eq!(number(None), "-");
        assert_eq!(number(Some(0.123)), "0.12");
    }
}
