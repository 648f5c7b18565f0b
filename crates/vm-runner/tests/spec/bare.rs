//! A contract on an engine alone, without preparation: tells what a smaller memory changes from what
//! may be wrong.

use crate::trial::End;
use std::sync::LazyLock;
use torr_vm_logic::error::WasmTrap;
use wasmtime::{Caller, Engine, InstancePre, Linker, Module, Store, Trap};

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);

/// A compiled contract.
pub(crate) struct Contract(InstancePre<Vec<u64>>);

impl Contract {
    /// Compiles `code`.
    ///
    /// # Panics
    /// When it imports something else than `value_return`.
    pub(crate) fn new(code: &[u8]) -> Contract {
        let module = Module::new(&ENGINE, code).expect("valid");
        let mut linker = Linker::new(&ENGINE);
        let value_return = |mut caller: Caller<'_, Vec<u64>>, first: i64, _: i64| {
            caller.data_mut().push(first.cast_unsigned());
        };
        linker.func_wrap("env", "value_return", value_return).expect("nothing else has the name");
        Contract(linker.instantiate_pre(&module).expect("nothing else is imported"))
    }

    /// Calls `method`. Also returns the first argument of each call of `value_return`.
    pub(crate) fn run(&self, method: &str) -> (End, Vec<u64>) {
        let mut store = Store::new(&ENGINE, Vec::new());
        let result = self.0.instantiate(&mut store).and_then(|instance| {
            let function = instance.get_typed_func::<(), ()>(&mut store, method)?;
            function.call(&mut store, ())
        });
        let end = match result {
            Ok(()) => End::Returned(Vec::new()),
            Err(error) => match error.downcast_ref::<Trap>() {
                Some(Trap::StackOverflow) => End::Exhausted,
                Some(trap) => End::Trapped(kind(*trap)),
                None => panic!("{error:#}"),
            },
        };
        (end, store.into_data())
    }
}

fn kind(trap: Trap) -> WasmTrap {
    match trap {
        Trap::UnreachableCodeReached => WasmTrap::Unreachable,
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds => WasmTrap::MemoryOutOfBounds,
        Trap::IndirectCallToNull => WasmTrap::IndirectCallToNull,
        Trap::BadSignature => WasmTrap::IncorrectCallIndirectSignature,
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
            WasmTrap::IllegalArithmetic
        }
        other => panic!("no trap of a contract: {other}"),
    }
}
