//! How long compilers take for the modules that are worst for them (`torr_testkit::bomb`), and how
//! much memory; and whether both grow with the module or faster.
//!
//! Every measurement has a process of its own, because a peak of memory cannot be taken back, and is
//! ended when it takes too long or too much. Time is that of the processor, in all threads together,
//! so that other work on the machine matters little. `cargo xtask bombs` builds and runs this.

#![expect(clippy::float_arithmetic, reason = "measured times are floats; no protocol value is")]

use clap::Parser;
use cpu_time::ProcessTime;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::fmt::Write as _;
use std::io::Read;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{env, fs, thread};
use torr_parameters::VmConfig;
use torr_testkit::bomb::{Family, Size};
use torr_testkit::world;
use torr_vm_runner::prepare::prepare;
use torr_vm_runner::{Charging, EngineKind};

/// Measures how compilers stand modules that are meant to be slow to compile.
#[derive(Parser)]
struct Options {
    /// Engines to measure; may be given several times. Those that compile, if not given.
    #[arg(long)]
    engine: Vec<EngineKind>,
    /// Families to measure; all, if not given.
    #[arg(long)]
    family: Vec<String>,
    /// Exact charges instead of fast ones.
    #[arg(long)]
    exact: bool,
    /// Only up to a sixteenth of what the protocol accepts in one function.
    #[arg(long)]
    quick: bool,
    /// Only contracts of one function.
    #[arg(long)]
    single: bool,
    /// Print a line of JSON for each measurement instead of the table.
    #[arg(long)]
    json: bool,
    /// Processor time after which a measurement is given up, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Memory at which it is, in MiB.
    #[arg(long, default_value_t = 4096)]
    mebibytes: u64,
    /// Measure one module in this process: its size and its copies.
    #[arg(long, hide = true, num_args = 2, value_names = ["N", "COPIES"])]
    one: Option<Vec<u32>>,
}

impl Options {
    fn charging(&self) -> Charging {
        if self.exact { Charging::Exact } else { Charging::Fast }
    }

    fn engines(&self) -> Vec<EngineKind> {
        match self.engine.as_slice() {
            [] => {
                EngineKind::ALL.iter().copied().filter(|&kind| kind != EngineKind::Wasmi).collect()
            }
            engines => engines.to_vec(),
        }
    }

    fn families(&self) -> Result<Vec<Family>, String> {
        let all = Family::all();
        let is_known = |name: &&String| all.iter().any(|family| family.name == **name);
        if let Some(name) = self.family.iter().find(|name| !is_known(name)) {
            return Err(format!("there is no family `{name}`"));
        }
        let wanted = |family: &Family| {
            self.family.is_empty() || self.family.iter().any(|name| name == family.name)
        };
        Ok(all.into_iter().filter(wanted).collect())
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let families = options.families()?;
    let engines = options.engines();
    if let Some(size) = &options.one {
        let &[n, copies] = size.as_slice() else { return Err("two numbers are a size".into()) };
        let (Some(family), Some(engine)) = (families.first(), engines.first()) else {
            return Err("one family and one engine are measured".into());
        };
        let figures = measure_here(family, Size { n, copies }, *engine, options.charging())?;
        println!("{}", serde_json::to_string(&figures)?);
        return Ok(());
    }
    let config = world::config();
    let mut rows = Vec::new();
    for family in &families {
        rows.extend(Row::of_family(family, &engines, &config.vm, options)?);
    }
    if !options.json {
        print!("{}", table(&mut rows, &engines, options));
    }
    Ok(())
}

/// What was measured of one module.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Figures {
    code_bytes: u64,
    prepared_bytes: u64,
    artifact_bytes: u64,
    /// Processor time.
    prepare_ms: f64,
    compile_ms: f64,
    /// Most memory that the process had while it prepared and compiled, beyond what it had before.
    peak_bytes: u64,
}

/// Measures in this process.
fn measure_here(
    family: &Family,
    size: Size,
    engine: EngineKind,
    charging: Charging,
) -> Result<Figures, Box<dyn Error>> {
    let config = world::config();
    let engine = engine.build()?;
    let before = memory("VmRSS", "self")?;
    let code = family.module(size, &config.vm);
    let prepare = || prepare(&code, &config.vm, charging);
    let (prepared, first_prepare) = once(prepare)?;
    let prepared = prepared?;
    let (artifact, first_compile) = once(|| engine.compile(&prepared))?;
    let peak = memory("VmHWM", "self")?;
    Ok(Figures {
        code_bytes: code.len() as u64,
        prepared_bytes: prepared.wasm.len() as u64,
        artifact_bytes: artifact?.len() as u64,
        prepare_ms: least(first_prepare, prepare)?,
        compile_ms: least(first_compile, || engine.compile(&prepared))?,
        peak_bytes: peak.saturating_sub(before),
    })
}

/// Runs that are made at least, and milliseconds for which more are made, unless it takes long.
const RUNS: u32 = 5;
const ENOUGH_MS: f64 = 200.0;
const LONG_MS: f64 = 2_000.0;

/// What `work` does and how long that takes, in milliseconds of all threads together.
fn once<T>(work: impl FnOnce() -> T) -> Result<(T, f64), Box<dyn Error>> {
    let before = ProcessTime::try_now()?;
    let result = work();
    Ok((result, before.try_elapsed()?.as_secs_f64() * 1e3))
}

/// The least that a run takes: what others on the machine do adds to it.
fn least<T>(first: f64, work: impl Fn() -> T) -> Result<f64, Box<dyn Error>> {
    let (mut least, mut sum, mut runs) = (first, first, 1);
    while (runs < RUNS || sum < ENOUGH_MS) && sum < LONG_MS {
        let (_, ms) = once(&work)?;
        least = least.min(ms);
        sum += ms;
        runs += 1;
    }
    Ok(least)
}

/// Processor time of all threads of a process so far, of those that ended too.
fn processor_ms(process: &str) -> Result<f64, Box<dyn Error>> {
    /// Ticks of the clock that Linux shows to programs.
    const TICK_MS: f64 = 10.0;
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // Behind the name in parentheses: `utime` and `stime` are the 12th and 13th field.
    let (_, fields) = text.rsplit_once(')').ok_or("/proc has another format")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || -> Result<f64, Box<dyn Error>> {
        Ok(fields.next().ok_or("/proc has another format")?.parse()?)
    };
    Ok((ticks()? + ticks()?) * TICK_MS)
}

/// A figure of a process's memory, in bytes.
fn memory(name: &str, process: &str) -> Result<u64, Box<dyn Error>> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kibibytes.ok_or("/proc has another format")?.parse::<u64>()? << 10)
}

/// How a measurement ended.
#[derive(Clone, Debug)]
enum Measured {
    Figures(Figures),
    TooSlow,
    TooMuchMemory,
    Failed,
}

/// Measures in a process of its own.
fn measure(
    family: &Family,
    size: Size,
    engine: EngineKind,
    options: &Options,
) -> Result<Measured, Box<dyn Error>> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["--family", family.name, "--engine", engine.name(), "--one"]);
    command.args([size.n.to_string(), size.copies.to_string()]);
    if options.exact {
        command.arg("--exact");
    }
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let measured = watch(&mut child, options);
    // It may have ended; and if not, it has to.
    let _ = child.kill();
    child.wait()?;
    let measured = measured?;
    if options.json {
        let size = (size.n, size.copies);
        let (engine, charging) = (engine.name(), options.charging().name());
        print_json(&(family.name, size, engine, charging), &measured)?;
    }
    Ok(measured)
}

fn print_json(
    what: &(&str, (u32, u32), &str, &str),
    measured: &Measured,
) -> serde_json::Result<()> {
    let &(family, (n, copies), engine, charging) = what;
    let end = match measured {
        Measured::Figures(_) => "measured",
        Measured::TooSlow => "too slow",
        Measured::TooMuchMemory => "too much memory",
        Measured::Failed => "failed",
    };
    let figures = match measured {
        Measured::Figures(figures) => Some(figures),
        _ => None,
    };
    let line = serde_json::json!({
        "family": family, "n": n, "copies": copies, "engine": engine, "charging": charging,
        "end": end, "figures": figures,
    });
    println!("{}", serde_json::to_string(&line)?);
    Ok(())
}

/// Waits for what the process prints, as long as it keeps to the limits.
fn watch(child: &mut Child, options: &Options) -> Result<Measured, Box<dyn Error>> {
    const GLANCE: Duration = Duration::from_millis(20);
    let process = child.id().to_string();
    let mut output = child.stdout.take().ok_or("the process has no output")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let read = output.read_to_string(&mut text).map(|_| text);
        // Nobody listens any more when the process was given up.
        let _ = sender.send(read);
    });
    loop {
        match receiver.recv_timeout(GLANCE) {
            Ok(text) => {
                return Ok(serde_json::from_str(&text?).map_or(Measured::Failed, Measured::Figures));
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(Measured::Failed),
            Err(RecvTimeoutError::Timeout) => {}
        }
        // A process that just ended has no memory; its output is about to come.
        if memory("VmRSS", &process).is_ok_and(|bytes| bytes > options.mebibytes << 20) {
            return Ok(Measured::TooMuchMemory);
        }
        if processor_ms(&process).is_ok_and(|ms| ms > options.seconds as f64 * 1e3) {
            return Ok(Measured::TooSlow);
        }
    }
}

/// One way in which a family grows: a larger function, or more copies of the largest.
struct Row {
    family: &'static str,
    counts: &'static str,
    size: Size,
    code_bytes: Option<u64>,
    /// Of preparation, then of each engine.
    columns: Vec<Column>,
}

/// What a row says of a compiler.
#[derive(Clone, Debug)]
struct Column {
    /// Of the largest size, or of the first that was given up.
    last: Measured,
    ms: f64,
    bytes: u64,
    /// By how much the time grew each time that the size doubled.
    ratio: Option<f64>,
}

/// Times below this do not say how they grow.
const TELLING_MS: f64 = 10.0;

/// How often the size doubles between the two that are compared. Over one doubling, steps show that are
/// none of the compiler's: from some size on, the system has to find new memory for each run.
const DOUBLINGS: u32 = 3;

impl Row {
    fn of_family(
        family: &Family,
        engines: &[EngineKind],
        config: &VmConfig,
        options: &Options,
    ) -> Result<Vec<Row>, Box<dyn Error>> {
        let mut largest = family.largest(config);
        if options.quick {
            largest.n = (largest.n / 16).max(1);
        }
        eprintln!("{}: {} {}", family.name, largest.n, family.counts);
        let sizes = |most: u32| [most >> DOUBLINGS, most].into_iter().filter(|&n| n > 0);
        let larger: Vec<Size> = sizes(largest.n).map(Size::one).collect();
        let mut rows = vec![Row::of_sizes(family, &larger, engines, options)?];
        if family.has_copies() && !options.quick && !options.single {
            let most = family.most_copies(largest.n, config).copies;
            let more: Vec<Size> = sizes(most).map(|copies| Size { copies, ..largest }).collect();
            rows.push(Row::of_sizes(family, &more, engines, options)?);
        }
        Ok(rows)
    }

    /// Measures `sizes`, the larger one last.
    fn of_sizes(
        family: &Family,
        sizes: &[Size],
        engines: &[EngineKind],
        options: &Options,
    ) -> Result<Row, Box<dyn Error>> {
        let mut code_bytes = None;
        let mut preparation = None;
        let mut columns = Vec::new();
        for &engine in engines {
            let mut measured = Vec::new();
            for &size in sizes {
                measured.push(measure(family, size, engine, options)?);
                if !matches!(measured.last(), Some(Measured::Figures(_))) {
                    break;
                }
            }
            if measured.len() == sizes.len()
                && let Some(Measured::Figures(figures)) = measured.last()
            {
                code_bytes = Some(figures.code_bytes);
                preparation = Some(Column::new(&measured, |figures| figures.prepare_ms));
            }
            columns.push(Column::new(&measured, |figures| figures.compile_ms));
        }
        columns.insert(0, preparation.unwrap_or_else(|| Column::new(&[], |_| 0.0)));
        let size = sizes.last().copied().unwrap_or(Size::one(0));
        Ok(Row { family: family.name, counts: family.counts, size, code_bytes, columns })
    }

    /// What the row is sorted by: the slowest comes first.
    fn slowest(&self) -> f64 {
        self.columns.iter().map(Column::rank).fold(0.0, f64::max)
    }
}

impl Column {
    fn new(measured: &[Measured], ms: impl Fn(&Figures) -> f64) -> Column {
        let figures: Vec<&Figures> = measured
            .iter()
            .filter_map(|measured| match measured {
                Measured::Figures(figures) => Some(figures),
                _ => None,
            })
            .collect();
        let times: Vec<f64> = figures.iter().map(|figures| ms(figures)).collect();
        let ratio = match times.as_slice() {
            &[small, large] if large >= TELLING_MS => {
                Some((large / small).powf(1.0 / f64::from(DOUBLINGS)))
            }
            _ => None,
        };
        Column {
            last: measured.last().cloned().unwrap_or(Measured::Failed),
            ms: times.last().copied().unwrap_or(0.0),
            bytes: figures.last().map_or(0, |figures| figures.peak_bytes),
            ratio,
        }
    }

    fn rank(&self) -> f64 {
        match self.last {
            Measured::Figures(_) => self.ms,
            _ => f64::MAX,
        }
    }

    fn time(&self, options: &Options) -> String {
        match self.last {
            Measured::Figures(_) => format!("{:.1}", self.ms),
            Measured::TooSlow => format!("> {} s", options.seconds),
            Measured::TooMuchMemory => format!("> {} MiB", options.mebibytes),
            Measured::Failed => "failed".to_owned(),
        }
    }

    fn ratio(&self) -> String {
        self.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
    }
}

/// The table in Markdown, the slowest first, and what is worst for each compiler.
fn table(rows: &mut [Row], engines: &[EngineKind], options: &Options) -> String {
    rows.sort_by(|a, b| b.slowest().total_cmp(&a.slowest()));
    let mut text = String::from("| family | size | KiB | preparation ms | ratio |");
    for engine in engines {
        // Writing to a string cannot fail.
        let _ = write!(text, " {engine} ms | MiB | ratio |");
    }
    let _ = writeln!(text, "\n|---|---|---:|---:|---:|{}", "---:|---:|---:|".repeat(engines.len()));
    for row in rows.iter() {
        let size = match row.size {
            Size { n, copies: 1 } => format!("{n} {}", row.counts),
            Size { n, copies } => format!("{n} {} × {copies}", row.counts),
        };
        let kibibytes = row.code_bytes.map_or_else(String::new, |bytes| (bytes >> 10).to_string());
        let _ = write!(text, "| {} | {size} | {kibibytes} |", row.family);
        for (index, column) in row.columns.iter().enumerate() {
            let _ = write!(text, " {} |", column.time(options));
            if index > 0 {
                let _ = write!(text, " {} |", column.bytes >> 20);
            }
            let _ = write!(text, " {} |", column.ratio());
        }
        text.push('\n');
    }
    text.push_str(&worst(rows, engines));
    text
}

/// What each compiler takes most time for, by bytes of code.
fn worst(rows: &[Row], engines: &[EngineKind]) -> String {
    let names = ["preparation"].into_iter().chain(engines.iter().map(|engine| engine.name()));
    let mut text = String::new();
    for (index, name) in names.enumerate() {
        let slowness = |row: &Row| {
            let Measured::Figures(_) = row.columns.get(index)?.last else { return None };
            let ms = row.columns.get(index)?.ms;
            (ms >= TELLING_MS).then(|| (row.family, ms * 1e6 / row.code_bytes.unwrap_or(1) as f64))
        };
        let slowest = rows.iter().filter_map(slowness).max_by(|a, b| a.1.total_cmp(&b.1));
        let ratio = |row: &Row| Some((row.family, row.columns.get(index)?.ratio?));
        let steepest = rows.iter().filter_map(ratio).max_by(|a, b| a.1.total_cmp(&b.1));
        if let (Some((family, ns)), Some((steep, ratio))) = (slowest, steepest) {
            let _ = write!(text, "\n{name}: at most {ns:.0} ns a byte ({family})");
            let _ =
                writeln!(text, "; at worst {ratio:.2} times as long for twice the size ({steep}).");
        }
    }
    text
}
