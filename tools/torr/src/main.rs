//! torr
fn main() {}
