//! What is called: contracts written as text, and for each method how it ends when it has enough gas.

use super::End::{
    self, AccessViolation, Arithmetic, Gas as OutOfGas, GuestPanic, HostError, NullCall,
    OtherSignature, OutOfBounds, Returned, Unreachable,
};
use torr_primitives::Gas;
use torr_vm_runner::Code;

/// A contract in the text format, with its methods.
struct Source {
    name: &'static str,
    text: &'static str,
    /// What a call of it is given.
    gas: Gas,
    methods: &'static [(&'static str, End)],
}

/// Enough for all that ends, and a millisecond of native code.
const MUCH: Gas = Gas::from_gas(1_000_000_000_000);

/// A few ten thousand instructions, for loops that end with the gas alone.
const LITTLE: Gas = Gas::from_gas(30_000_000_000);

const CONTROL: Source = Source {
    name: "control",
    text: include_str!("control.wat"),
    gas: MUCH,
    methods: &[
        ("return", Returned),
        ("unreachable", Unreachable),
        ("call", Returned),
        ("call_null", NullCall),
        ("call_other_signature", OtherSignature),
        ("call_beyond", OutOfBounds),
        ("call_far_beyond", OutOfBounds),
        ("call_null_of_grown", NullCall),
        ("get_beyond", OutOfBounds),
        ("set_beyond", OutOfBounds),
        ("fill_beyond", OutOfBounds),
        ("copy_beyond", OutOfBounds),
        ("init_beyond", OutOfBounds),
        ("init_of_dropped", OutOfBounds),
    ],
};

const ARITHMETIC: Source = Source {
    name: "arithmetic",
    text: include_str!("arithmetic.wat"),
    gas: MUCH,
    methods: &[
        ("divide", Returned),
        ("divide_by_zero", Arithmetic),
        ("divide_unsigned_by_zero", Arithmetic),
        ("divide_long_by_zero", Arithmetic),
        ("remainder_by_zero", Arithmetic),
        ("remainder_long_by_zero", Arithmetic),
        ("overflow", Arithmetic),
        ("overflow_long", Arithmetic),
        ("no_overflow", Returned),
        ("truncate_nan", Arithmetic),
        ("truncate_huge", Arithmetic),
        ("truncate_negative", Arithmetic),
        ("truncate_short", Arithmetic),
        ("saturate", Returned),
    ],
};

const MEMORY: Source = Source {
    name: "memory",
    text: include_str!("memory.wat"),
    gas: MUCH,
    methods: &[
        ("load_last_byte", Returned),
        ("load_next_byte", OutOfBounds),
        ("load_across", OutOfBounds),
        ("load_by_offset", OutOfBounds),
        ("load_far", OutOfBounds),
        ("load_float", OutOfBounds),
        ("store_last_byte", Returned),
        ("store_next_byte", OutOfBounds),
        ("store_across", OutOfBounds),
        ("store_negative", OutOfBounds),
        ("store_far", OutOfBounds),
        ("store_float", OutOfBounds),
        ("fill_nothing_at_the_end", Returned),
        ("fill_across", OutOfBounds),
        ("fill_far", OutOfBounds),
        ("copy_from_beyond", OutOfBounds),
        ("copy_to_beyond", OutOfBounds),
        ("init_beyond_memory", OutOfBounds),
        ("init_beyond_segment", OutOfBounds),
        ("init_of_dropped", OutOfBounds),
        ("grow_and_load", Returned),
        ("grow_and_load_beyond", OutOfBounds),
        ("grow_too_far", Returned),
    ],
};

const RECURSION: Source = Source {
    name: "recursion",
    text: include_str!("recursion.wat"),
    gas: MUCH,
    methods: &[
        ("small_frames", AccessViolation),
        ("large_frames", AccessViolation),
        ("through_the_table", AccessViolation),
        ("log_below", Returned),
        ("panic_below", GuestPanic),
        ("trap_below", Unreachable),
        ("divide_below", Arithmetic),
        ("load_below", OutOfBounds),
    ],
};

const LOOPS: Source = Source {
    name: "loops",
    text: include_str!("loops.wat"),
    gas: LITTLE,
    methods: &[
        ("tight", OutOfGas),
        ("storing", OutOfGas),
        ("calling", OutOfGas),
        ("calling_the_host", OutOfGas),
        ("filling", OutOfGas),
        ("paying_the_host", OutOfGas),
    ],
};

const HOST: Source = Source {
    name: "host",
    text: include_str!("host.wat"),
    gas: MUCH,
    methods: &[
        ("panic", GuestPanic),
        ("panic_utf8", GuestPanic),
        ("abort", GuestPanic),
        ("panic_beyond", AccessViolation),
        ("log_far", AccessViolation),
        ("unset_register", HostError),
        ("no_promise", HostError),
        ("leave_and_return", Returned),
        ("leave_and_trap", Unreachable),
        ("leave_and_panic", GuestPanic),
        ("leave_and_load_beyond", OutOfBounds),
    ],
};

const START: Source = Source {
    name: "start",
    text: include_str!("start.wat"),
    gas: MUCH,
    methods: &[
        ("return", Returned),
        ("unreachable", Unreachable),
        ("divide_by_zero", Arithmetic),
        ("load_beyond", OutOfBounds),
        ("stack", AccessViolation),
        ("panic", GuestPanic),
    ],
};

const DATA_BEYOND: Source = Source {
    name: "data_beyond",
    text: include_str!("data_beyond.wat"),
    gas: MUCH,
    methods: &[("method", OutOfBounds)],
};

const ELEMENTS_BEYOND: Source = Source {
    name: "elements_beyond",
    text: include_str!("elements_beyond.wat"),
    gas: MUCH,
    methods: &[("method", OutOfBounds)],
};

const NESTED: Source =
    Source { name: "nested", text: include_str!("nested.wat"), gas: MUCH, methods: &[] };

/// The methods of [`NESTED`], which run another contract before they end like this.
pub(super) const DESCENTS: &[(&str, End)] = &[
    ("descend", Returned),
    ("descend_from_below", Returned),
    ("descend_and_trap", Unreachable),
    ("descend_and_load_beyond", OutOfBounds),
    ("descend_and_divide", Arithmetic),
    ("descend_and_panic", GuestPanic),
];

/// The contracts that end by themselves; [`NESTED`] comes behind them.
const SOURCES: &[Source] = &[
    CONTROL,
    ARITHMETIC,
    MEMORY,
    RECURSION,
    LOOPS,
    HOST,
    START,
    DATA_BEYOND,
    ELEMENTS_BEYOND,
    NESTED,
];

/// The contracts, as modules.
pub(super) struct Contracts(Vec<Contract>);

/// A contract as a module.
pub(super) struct Contract {
    pub(super) name: &'static str,
    pub(super) code: Code,
}

/// Which method of which contract is called, and with how much gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The contract's place among all.
    pub(super) contract: usize,
    pub(super) method: &'static str,
    pub(super) gas: Gas,
}

impl Contracts {
    /// All contracts, made modules by `assemble`.
    pub(super) fn assembled(assemble: &dyn Fn(&str) -> Vec<u8>) -> Contracts {
        let assembled = |source: &Source| Contract {
            name: source.name,
            code: numbered(&assemble(source.text), 0),
        };
        Contracts(SOURCES.iter().map(assembled).collect())
    }

    /// The contract at this place.
    pub(super) fn at(&self, contract: usize) -> &Contract {
        &self.0[contract]
    }

    /// Every method that ends by itself, with enough gas, and how it ends then.
    pub(super) fn calls() -> impl Iterator<Item = (Call, End)> {
        SOURCES.iter().enumerate().flat_map(|(contract, source)| {
            source
                .methods
                .iter()
                .map(move |&(method, end)| (Call { contract, method, gas: source.gas }, end))
        })
    }

    /// The call of a method in [`DESCENTS`].
    pub(super) fn descent(method: &'static str) -> Call {
        Call { contract: SOURCES.len() - 1, method, gas: MUCH }
    }
}

impl Contract {
    /// The same contract as other code, which no cache knows: it does the same for the same gas.
    pub(super) fn renumbered(&self, number: u64) -> Code {
        let bytes = self.code.bytes();
        numbered(&bytes[..bytes.len() - SECTION_BYTES], number)
    }
}

/// Length of a section that holds a number: its kind and length, its name's length, the name, the number.
const SECTION_BYTES: usize = 2 + 1 + SECTION_NAME.len() + size_of::<u64>();
const SECTION_NAME: &[u8] = b"number";

/// `module` with a number in a section that nobody reads.
fn numbered(module: &[u8], number: u64) -> Code {
    let custom = 0;
    let section = [custom, SECTION_BYTES as u8 - 2, SECTION_NAME.len() as u8];
    Code::new([module, &section, SECTION_NAME, &number.to_le_bytes()].concat())
}
