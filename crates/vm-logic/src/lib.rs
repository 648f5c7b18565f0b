//! vm-logic
