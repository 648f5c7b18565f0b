//! What is measured of a peer. All times are in seconds, all sizes in bytes; `None` is what the peer
//! cannot do.

use crate::measure::geometric_mean;
use serde::{Deserialize, Serialize};

/// The figures of a peer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figures {
    /// Its name.
    pub peer: String,
    /// What it is, with versions.
    pub about: String,
    /// The kernels, in their order.
    pub kernels: Vec<KernelFigure>,
    /// Compiling the token.
    pub compile_token: Option<CompileFigure>,
    /// Compiling the kernels.
    pub compile_kernels: Option<CompileFigure>,
    /// From an artifact on disk to the end of a call of the token.
    pub cold_token: Option<f64>,
    /// From an artifact on disk to the end of a call of the kernels that does nothing.
    pub cold_kernels: Option<f64>,
    /// A call that does nothing.
    pub warm_call: Option<f64>,
    /// A host call with what it charges.
    pub host_call: Option<f64>,
    /// A call that parses 33 KB of JSON.
    pub json_call: Option<f64>,
    /// Memory that an instance takes while it runs.
    pub instance_memory: Option<u64>,
}

/// One kernel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KernelFigure {
    /// Its name.
    pub kernel: String,
    /// Run natively, in the same process and in turns with the peer.
    pub native: f64,
    /// Run on the peer, with a new instance for each call.
    pub peer: f64,
}

/// Compiling a contract.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CompileFigure {
    /// Size of the code.
    pub code: u64,
    /// Time from the code to the artifact.
    pub time: f64,
    /// Size of the artifact, where the peer has one that can be kept.
    pub artifact: Option<u64>,
}

impl Figures {
    /// The figures of a peer that was measured several times, each figure the middle one of its own;
    /// `None` when it was never measured.
    pub fn median(rounds: &[Figures]) -> Option<Figures> {
        let first = rounds.first()?;
        let time = |get: fn(&Figures) -> Option<f64>| {
            middle(rounds.iter().filter_map(get).collect(), |&time| time)
        };
        let compilation = |get: fn(&Figures) -> Option<CompileFigure>| {
            middle(rounds.iter().filter_map(get).collect(), |figure| figure.time)
        };
        let kernel = |place: usize| {
            let of_round = |round: &Figures| round.kernels.get(place).cloned();
            middle(rounds.iter().filter_map(of_round).collect(), KernelFigure::ratio)
        };
        let memory = rounds.iter().filter_map(|round| round.instance_memory).collect();
        Some(Figures {
            peer: first.peer.clone(),
            about: first.about.clone(),
            kernels: (0..first.kernels.len()).filter_map(kernel).collect(),
            compile_token: compilation(|round| round.compile_token),
            compile_kernels: compilation(|round| round.compile_kernels),
            cold_token: time(|round| round.cold_token),
            cold_kernels: time(|round| round.cold_kernels),
            warm_call: time(|round| round.warm_call),
            host_call: time(|round| round.host_call),
            json_call: time(|round| round.json_call),
            instance_memory: middle(memory, |&bytes| bytes as f64),
        })
    }

    /// Run time of a kernel as a multiple of native.
    pub fn ratio(&self, kernel: &str) -> Option<f64> {
        self.kernels.iter().find(|figure| figure.kernel == kernel).map(KernelFigure::ratio)
    }

    /// Run time of all kernels as a multiple of native, the geometric mean.
    pub fn mean_ratio(&self) -> Option<f64> {
        let ratios: Vec<f64> = self.kernels.iter().map(KernelFigure::ratio).collect();
        geometric_mean(&ratios)
    }
}

/// The one in the middle when they are in the order of `key`.
fn middle<T>(mut values: Vec<T>, key: impl Fn(&T) -> f64) -> Option<T> {
    values.sort_by(|a, b| key(a).total_cmp(&key(b)));
    let place = values.len() / 2;
    (place < values.len()).then(|| values.swap_remove(place))
}

impl KernelFigure {
    fn ratio(&self) -> f64 {
        self.peer / self.native
    }
}

impl CompileFigure {
    /// Millions of bytes of code in a second.
    pub fn megabytes_per_second(&self) -> f64 {
        self.code as f64 / self.time / 1e6
    }
}
