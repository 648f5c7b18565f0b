//! What experiments are made with.
/// What experiments are made with.
#[derive(Debug)]
pub struct Scene {}
