//! The command line of the estimator.
fn main() {}
