//! What a host function is: one type with a constant specification and a call.
//!
//! The types are made by `#[host_functions]` from the declarations in `functions/`. Engines, the
//! documentation, the fuzzer and the estimator walk them with a [`Visitor`]; none holds a list of
//! names.

use crate::error::Result;
use crate::host::Host;
use crate::memory::GuestMemory;
use std::fmt;
use torr_parameters::{ExtCost, VmConfig};

/// Type of an integer that crosses the border between the contract and a host function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WasmType {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
}

impl fmt::Display for WasmType {
    /// In the text format of WebAssembly.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WasmType::I32 => "i32",
            WasmType::I64 => "i64",
        })
    }
}

/// An unsigned integer as the contract passes or receives it.
pub trait WasmInteger: Copy + Send + Sync + 'static {
    /// Its type in Wasm.
    const WASM_TYPE: WasmType;

    /// The value from the low bits of `bits`.
    fn from_bits(bits: u64) -> Self;

    /// The value's bits, zero-extended.
    fn to_bits(self) -> u64;
}

impl WasmInteger for u32 {
    const WASM_TYPE: WasmType = WasmType::I32;

    fn from_bits(bits: u64) -> u32 {
        bits as u32
    }

    fn to_bits(self) -> u64 {
        u64::from(self)
    }
}

impl WasmInteger for u64 {
    const WASM_TYPE: WasmType = WasmType::I64;

    fn from_bits(bits: u64) -> u64 {
        bits
    }

    fn to_bits(self) -> u64 {
        self
    }
}

/// What a host function returns: nothing or one integer.
pub trait WasmOutput: Send + Sync + 'static {
    /// Its type in Wasm, if any.
    const WASM_TYPE: Option<WasmType>;

    /// The returned integer's bits, zero-extended.
    fn to_bits(self) -> Option<u64>;
}

impl WasmOutput for () {
    const WASM_TYPE: Option<WasmType> = None;

    fn to_bits(self) -> Option<u64> {
        None
    }
}

impl<T: WasmInteger> WasmOutput for T {
    const WASM_TYPE: Option<WasmType> = Some(T::WASM_TYPE);

    fn to_bits(self) -> Option<u64> {
        Some(WasmInteger::to_bits(self))
    }
}

/// Whether a view call may use a host function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// It may.
    Allowed,
    /// It fails with `ProhibitedInView`.
    Prohibited {
        /// The host function that the failure names.
        named: &'static str,
    },
}

/// The switch of the parameters that makes a host function importable.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    /// The parameter's name.
    pub parameter: &'static str,
    /// Whether it is on in `config`.
    pub is_on: fn(&VmConfig) -> bool,
}

/// All that is known of a host function without calling it.
#[derive(Clone, Copy, Debug)]
pub struct Specification {
    /// Name of the import, from module `env`.
    pub name: &'static str,
    /// What it does, for contract developers.
    pub documentation: &'static str,
    /// Name and type of each parameter.
    pub parameters: &'static [(&'static str, WasmType)],
    /// Type of the result, if it has one.
    pub result: Option<WasmType>,
    /// Costs charged once on entry, in this order.
    pub pays: &'static [ExtCost],
    /// Costs charged later, beside those of memory, registers and the trie.
    pub also_pays: &'static [ExtCost],
    /// Whether a view call may use it.
    pub view: View,
    /// What makes it importable; `None`: it always is.
    pub since: Option<Switch>,
}

impl Specification {
    /// Whether contracts can import the function under `config`.
    pub fn is_available(&self, config: &VmConfig) -> bool {
        self.since.is_none_or(|switch| (switch.is_on)(config))
    }
}

/// A host function, as a type without values.
pub trait HostFunction: Send + Sync + 'static {
    /// Name, signature, costs and availability.
    const SPECIFICATION: Specification;
    /// The parameters, a tuple of [`WasmInteger`]s.
    type Parameters;
    /// The result.
    type Output: WasmOutput;

    /// Runs the function.
    ///
    /// # Errors
    /// When the contract did something that the function does not allow, ran out of gas, or the
    /// node failed; see [`crate::error::Stop`].
    fn call<M: GuestMemory + ?Sized>(
        host: &mut Host<'_, '_, M>,
        parameters: Self::Parameters,
    ) -> Result<Self::Output>;
}

/// What is to be done with each host function.
pub trait Visitor {
    /// Is shown the function `F`.
    fn visit<F: HostFunction>(&mut self)
    where
        F::Parameters: Parameters;
}

/// The parameters of a host function, as engines without typed entries see them.
pub trait Parameters: Sized + Send + Sync + 'static {
    /// The parameters from their bits, in order; `None` when the number is wrong.
    fn from_bits(bits: &[u64]) -> Option<Self>;
}

macro_rules! tuples_are_parameters {
    ($($name:ident)*) => {
        impl<$($name: WasmInteger),*> Parameters for ($($name,)*) {
            #[allow(non_snake_case, reason = "the type's letter names its value")]
            fn from_bits(bits: &[u64]) -> Option<Self> {
                let &[$($name),*] = bits else { return None };
                Some(($($name::from_bits($name),)*))
            }
        }
    };
}

tuples_are_parameters!();
tuples_are_parameters!(A);
tuples_are_parameters!(A B);
tuples_are_parameters!(A B C);
tuples_are_parameters!(A B C D);
tuples_are_parameters!(A B C D E);
tuples_are_parameters!(A B C D E F);
tuples_are_parameters!(A B C D E F G);
tuples_are_parameters!(A B C D E F G H);
tuples_are_parameters!(A B C D E F G H I);
