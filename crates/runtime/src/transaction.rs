//! Transactions: from signed bytes to a receipt, or to the reason why not.
//!
//! The steps, in the protocol's order ("Transaction validation" and "Transaction to receipt",
//! RuntimeSpec/Transactions): [`validate`](validate()) looks at the transaction alone, with its
//! signature; [`TransactionCost`] prices it, and refuses one that costs more than there can be;
//! [`verify`](verify()) holds it against the signer's account and key; [`receipt`](receipt()) turns
//! it into a receipt, and [`accepted_outcome`] and its like say how it ended. [`prepare_all`] does what
//! needs no state for many transactions at once.
//!
//! **Invariant:** nothing here reads or writes the state. What changes is returned, and what is charged
//! is exactly what the receipt carries and what is burnt.

mod bootstrap;
mod cost;
mod outcome;
mod prepare;
mod receipt;
mod validate;
mod verify;

pub use bootstrap::is_bootstrap;
pub use cost::TransactionCost;
pub use outcome::{accepted_outcome, failed_outcome, refused_deposit_outcome};
pub use prepare::{PreparedTransaction, prepare_all};
pub use receipt::receipt;
pub use validate::validate;
pub use verify::{Charge, KeyCharge, Signer, Verdict, verify};

#[cfg(test)]
mod tests;
