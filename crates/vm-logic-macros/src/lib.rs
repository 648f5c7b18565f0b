//! vm-logic-macros
