//! Fibonacci numbers by their definition: calls, and little else.

/// The Fibonacci number at `index`.
pub(crate) fn run(index: u32) -> u64 {
    if index < 2 { u64::from(index) } else { run(index - 1) + run(index - 2) }
}
