//! The interpreter wasmi as it comes: validated modules, its own fuel, no other rules.
//!
//! It has as many host functions as the contracts call; the others trap.

use bench_work::contracts::Contracts;
use bench_work::error::Failure;
use bench_work::peer::{Compilation, Peer};
use bench_work::task::{Contract, Task};
use std::sync::Arc;
use wasmi::{Caller, Config, Engine, Extern, Linker, Memory, Module, Store, TypedFunc};

/// The peer's name.
pub(super) const NAME: &str = "wasmi fuel";
/// Fuel for a call.
const FUEL: u64 = 1 << 60;
/// What a host call charges.
const HOST_CALL: u64 = 100;

/// Contracts, translated to what the interpreter runs.
pub(super) struct Wasmi {
    engine: Engine,
    kernels: Loaded,
    token: Loaded,
    loops: Loaded,
}

struct Loaded {
    code: Arc<[u8]>,
    module: Module,
    linker: Linker<State>,
}

/// What host functions act on.
#[derive(Default)]
struct State {
    input: Vec<u8>,
    register: Vec<u8>,
    returned: Vec<u8>,
}

impl Wasmi {
    /// Translates the contracts.
    ///
    /// # Errors
    /// When one is refused.
    pub(super) fn open(contracts: &Contracts) -> Result<Wasmi, Failure> {
        let mut config = Config::default();
        config.consume_fuel(true);
        let engine = Engine::new(&config);
        let load = |contract| -> Result<Loaded, Failure> {
            let code = contracts.near(contract);
            let module = Module::new(&engine, &code).map_err(Failure::peer)?;
            let linker = linker(&engine, &module).map_err(Failure::peer)?;
            Ok(Loaded { code, module, linker })
        };
        Ok(Wasmi {
            kernels: load(Contract::Kernels)?,
            token: load(Contract::Token)?,
            loops: load(Contract::Loops)?,
            engine,
        })
    }

    fn loaded(&self, contract: Contract) -> &Loaded {
        match contract {
            Contract::Kernels => &self.kernels,
            Contract::Token => &self.token,
            Contract::Loops => &self.loops,
        }
    }

    fn run(&self, task: Task) -> Result<Vec<u8>, wasmi::Error> {
        let loaded = self.loaded(task.contract());
        let state = State { input: task.arguments(), ..State::default() };
        let mut store = Store::new(&self.engine, state);
        store.set_fuel(FUEL)?;
        let instance = loaded.linker.instantiate_and_start(&mut store, &loaded.module)?;
        let method: TypedFunc<(), ()> = instance.get_typed_func(&store, task.method())?;
        method.call(&mut store, ())?;
        Ok(store.into_data().returned)
    }
}

impl Peer for Wasmi {
    fn about(&self) -> String {
        "wasmi 2.0, an interpreter, with its own fuel".to_owned()
    }

    fn takes(&self, _task: Task) -> bool {
        true
    }

    fn call(&self, task: Task) -> Result<Vec<u8>, Failure> {
        self.run(task).map_err(Failure::peer)
    }

    fn compilation(&self, contract: Contract) -> Option<Compilation<'_>> {
        let code = &self.loaded(contract).code;
        Some(Compilation::new(code.len(), move || {
            Module::new(&self.engine, code).map_err(Failure::peer)?;
            Ok(None)
        }))
    }

    fn restarted(&self) -> Result<Option<Box<dyn Peer + '_>>, Failure> {
        Ok(None)
    }
}

/// The host functions of a module, and traps in place of those that no task calls.
fn linker(engine: &Engine, module: &Module) -> Result<Linker<State>, wasmi::Error> {
    let mut linker = Linker::new(engine);
    // A linker does not tell which host functions it has, so all are traps first.
    linker.allow_shadowing(true);
    for import in module.imports() {
        let Some(ty) = import.ty().func() else { continue };
        let text = format!("{} is not there", import.name());
        linker.func_new(import.module(), import.name(), ty.clone(), move |_, _, _| {
            Err(wasmi::Error::new(text.clone()))
        })?;
    }
    linker
        .func_wrap("env", "input", |mut caller: Caller<'_, State>, _register: u64| {
            let state = caller.data_mut();
            state.register = state.input.clone();
        })?
        .func_wrap("env", "register_len", |caller: Caller<'_, State>, _register: u64| {
            caller.data().register.len() as u64
        })?
        .func_wrap("env", "read_register", read_register)?
        .func_wrap("env", "value_return", value_return)?
        .func_wrap("env", "block_index", |mut caller: Caller<'_, State>| {
            charge(&mut caller).map(|()| 100_000_000_u64)
        })?;
    Ok(linker)
}

fn charge(caller: &mut Caller<'_, State>) -> Result<(), wasmi::Error> {
    let fuel = caller.get_fuel()?.checked_sub(HOST_CALL);
    caller.set_fuel(fuel.ok_or_else(|| wasmi::Error::new("out of fuel"))?)
}

fn read_register(
    mut caller: Caller<'_, State>,
    _register: u64,
    place: u64,
) -> Result<(), wasmi::Error> {
    charge(&mut caller)?;
    let memory = memory(&caller)?;
    let bytes = caller.data().register.clone();
    memory.write(&mut caller, place as usize, &bytes).map_err(wasmi::Error::from)
}

fn value_return(
    mut caller: Caller<'_, State>,
    length: u64,
    place: u64,
) -> Result<(), wasmi::Error> {
    charge(&mut caller)?;
    let memory = memory(&caller)?;
    let bytes = (place as usize)
        .checked_add(length as usize)
        .and_then(|end| memory.data(&caller).get(place as usize..end))
        .ok_or_else(|| wasmi::Error::new("the value is not in memory"))?
        .to_vec();
    caller.data_mut().returned = bytes;
    Ok(())
}

fn memory(caller: &Caller<'_, State>) -> Result<Memory, wasmi::Error> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    memory.ok_or_else(|| wasmi::Error::new("there is no memory"))
}
