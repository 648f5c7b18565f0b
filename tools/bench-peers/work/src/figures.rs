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
