//! Work that contracts do, as functions from a size to a result: run natively they are the measure,
//! run as contracts they are measured.
//!
//! **Invariant:** a result depends on the size alone, so it is the same on every machine and in
//! every virtual machine, and a peer that computes another one is found out.

#![forbid(unsafe_code)]

mod copy;
mod fibonacci;
mod hash_map;
mod json;
mod matrix;
mod numbers;
mod quicksort;
mod sha256;
mod signature;

use std::hint::black_box;

/// One kind of work.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// Its name.
    pub name: &'static str,
    /// What its size counts.
    pub unit: &'static str,
    /// Does the work of a size and sums up the result, so that none of it can be left out.
    pub run: fn(u32) -> u64,
    /// The size that takes some ten milliseconds natively.
    pub size: u32,
}

/// All kernels. A kernel's number is its place here.
pub const ALL: &[Kernel] = &[
    Kernel { name: "fibonacci", unit: "index", run: fibonacci::run, size: 33 },
    Kernel { name: "sha256", unit: "blocks of 16 KiB", run: sha256::run, size: 250 },
    Kernel { name: "quicksort", unit: "numbers", run: quicksort::run, size: 200_000 },
    Kernel { name: "matrix", unit: "rows", run: matrix::run, size: 250 },
    Kernel { name: "json", unit: "documents of 33 KB", run: json::run, size: 60 },
    Kernel { name: "ed25519", unit: "signatures", run: signature::run, size: 150 },
    Kernel { name: "copy", unit: "copies of 130 000 bytes", run: copy::run, size: 2_000 },
    Kernel { name: "hash map", unit: "keys", run: hash_map::run, size: 100_000 },
];

/// The number of the kernel that parses JSON.
pub const JSON: u8 = 4;

/// Arguments of [`run`]: a kernel's number, one byte, and its size, four bytes little-endian.
pub fn arguments(kernel: u8, size: u32) -> [u8; 5] {
    let [a, b, c, d] = size.to_le_bytes();
    [kernel, a, b, c, d]
}

/// Runs the kernel that the arguments name; `None` when they name none.
pub fn run(arguments: &[u8]) -> Option<u64> {
    let (&kernel, size) = arguments.split_first()?;
    let size = u32::from_le_bytes(size.try_into().ok()?);
    let kernel = ALL.get(usize::from(kernel))?;
    Some((kernel.run)(black_box(size)))
}

#[cfg(test)]
mod tests;
