//! Compile bombs: modules that try to make a compiler take more than linear time or memory.
//!
//! Anyone may deploy any module that preparation accepts, and every node compiles it. So what matters
//! is not how fast a compiler is on programs but how slow it can be made. Each [`Family`] goes for one
//! structure that some compiler may have a bad time with: blocks, edges, locals, values that live
//! long, and so on. A family grows with a number `n`, up to what the limits of the protocol allow;
//! a function that is as large as they allow is then repeated until the contract is.
//!
//! Every module has a method [`METHOD`] that ends soon, so that what was compiled can be run too.

mod branches;
mod calls;
mod contract;
mod declarations;
mod locals;
mod nesting;
mod values;

use contract::Body;
use torr_parameters::VmConfig;
use torr_vm_runner::Charging;
use torr_vm_runner::prepare::prepare;

/// The method of every module. It takes and returns nothing.
pub const METHOD: &str = "main";

/// Modules of one structure, of any size.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its name; no two families have the same.
    pub name: &'static str,
    /// What `n` counts.
    pub counts: &'static str,
    /// What it makes a compiler do.
    pub stresses: &'static str,
    build: Build,
}

/// What grows with `n`.
#[derive(Clone, Copy, Debug)]
enum Build {
    /// One function, of which a module has some copies.
    Function(fn(u32) -> Body),
    /// The whole module.
    Module(fn(u32) -> Vec<u8>),
}

/// How large a module of a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// The number that the family grows with.
    pub n: u32,
    /// How often the function is there; 1 for families of whole modules.
    pub copies: u32,
}

impl Size {
    /// One function of the size `n`, or a module of that size.
    pub fn one(n: u32) -> Size {
        Size { n, copies: 1 }
    }
}

/// A search for a limit ends when it is known up to one part in so many.
const SEARCH_PARTS: u32 = 64;

impl Family {
    /// All families.
    pub fn all() -> Vec<Family> {
        [
            nesting::FAMILIES,
            branches::FAMILIES,
            locals::FAMILIES,
            values::FAMILIES,
            calls::FAMILIES,
            declarations::FAMILIES,
        ]
        .concat()
    }

    /// The module of the size `size`, with as much padding as `config` wants of one with so many
    /// locals. It is valid, but may pass a limit.
    pub fn module(&self, size: Size, config: &VmConfig) -> Vec<u8> {
        match self.build {
            Build::Function(function) => {
                contract::with_copies(&function(size.n), size.copies, config)
            }
            Build::Module(module) => module(size.n),
        }
    }

    /// Whether the family is one function that is repeated.
    pub fn has_copies(&self) -> bool {
        matches!(self.build, Build::Function(_))
    }

    /// The largest `n` for which a contract of one function is accepted under `config`, or nearly:
    /// limits are searched for, not known.
    pub fn largest(&self, config: &VmConfig) -> Size {
        Size::one(search(|n| self.is_accepted(Size::one(n), config)))
    }

    /// How many functions of the size `n` a contract may have under `config`, or nearly.
    pub fn most_copies(&self, n: u32, config: &VmConfig) -> Size {
        let copies = match self.build {
            Build::Function(_) => search(|copies| self.is_accepted(Size { n, copies }, config)),
            Build::Module(_) => 1,
        };
        Size { n, copies }
    }

    /// Whether the module can be deployed under `config`, and loaded.
    pub fn is_accepted(&self, size: Size, config: &VmConfig) -> bool {
        let code = self.module(size, config);
        code.len() as u64 <= config.limits.max_contract_size
            && prepare(&code, config, Charging::Exact)
                .is_ok_and(|prepared| prepared.loading_error.is_none())
    }
}

/// The largest number that is accepted, or a little less: at least 1, and all below it are.
fn search(is_accepted: impl Fn(u32) -> bool) -> u32 {
    let mut accepted = 1_u32;
    let mut refused = 2_u32;
    while is_accepted(refused) {
        accepted = refused;
        refused = refused.saturating_mul(2);
    }
    while refused - accepted > (accepted / SEARCH_PARTS).max(1) {
        let middle = accepted + (refused - accepted) / 2;
        if is_accepted(middle) { accepted = middle } else { refused = middle }
    }
    accepted
}

/// A family of functions; to be read as a line of a table.
const fn function(
    name: &'static str,
    counts: &'static str,
    stresses: &'static str,
    build: fn(u32) -> Body,
) -> Family {
    Family { name, counts, stresses, build: Build::Function(build) }
}

/// A family of whole modules.
const fn module(
    name: &'static str,
    counts: &'static str,
    stresses: &'static str,
    build: fn(u32) -> Vec<u8>,
) -> Family {
    Family { name, counts, stresses, build: Build::Module(build) }
}
