//! Instances that serve call after call.
//!
//! Making one takes a function object for each import, a map of exports and a reservation of address
//! space; cleaning one is a fraction of that. A clean instance is like a new one in all that Wasm code
//! can see: memory, its size, globals, tables. Of what is part of an instance besides, nothing changes
//! in a module without passive segments, and a table that grew ends an instance.

use super::host::{self, InstanceMemory, Running};
use super::image::Image;
use super::{WasmerModule, instantiation_trap, trap};
use crate::engine::Call;
use crate::engine::session::{Interrupted, RawEnd, Session};
use crate::prepare::{GAS_EXPORT, MEMORY_EXPORT, STACK_EXPORT, START_EXPORT};
use std::ptr::NonNull;
use std::sync::Arc;
use torr_vm_logic::error::{Fault, WasmTrap};
use wasmer::sys::vm::{
    LinearMemory, StoreObject, StoreObjects, TableElement, VMExtern, VMGlobalDefinition, VMMemory,
    VMMemoryDefinition, VMTable,
};
use wasmer::{AsStoreMut, Extern, Instance, Store};
use wasmer_types::{Pages, WASM_PAGE_SIZE};

/// Most elements that the tables of an instance have which is cleaned. More take longer than a new one.
const MOST_ELEMENTS: usize = 1 << 12;

/// An instance, in a store of its own: wasmer frees instances only with their store.
pub(super) struct LiveInstance {
    /// Its module's number.
    pub(super) module: u64,
    store: Store,
    instance: Instance,
    running: Arc<Running>,
    places: Places,
    /// `None` if it serves one call only.
    origin: Option<Origin>,
}

// SAFETY: nothing in a store belongs to a thread. The type is not `Send` for what users can put into
// one; here these are the host functions, which are `Send`, and no handlers. While a call is under way
// wasmer notes the store in a variable of the thread, and takes the note back when the call ends; an
// instance is sent between calls only.
unsafe impl Send for LiveInstance {}

/// What the instance had when it was new.
struct Origin {
    globals: Vec<u128>,
    tables: Vec<Vec<TableElement>>,
    memory_len: usize,
    image: Arc<Image>,
}

/// How a call ended, and what it left in the metering globals.
pub(super) struct Finished {
    pub(super) raw: RawEnd,
    pub(super) gas_left: i64,
    pub(super) stack_left: i64,
}

impl LiveInstance {
    /// A new instance, or the trap in which making it ended.
    pub(super) fn new(module: &WasmerModule) -> Result<Result<LiveInstance, WasmTrap>, Fault> {
        let mut store = Store::new(module.engine.clone());
        let running = Arc::new(Running::default());
        let functions = module.imports.iter().map(|import| {
            Extern::Function(host::function(&mut store, Arc::clone(&running), import))
        });
        let functions: Vec<Extern> = functions.collect();
        let instance = match Instance::new_by_index(&mut store, &module.module, &functions) {
            Ok(instance) => instance,
            Err(error) => return instantiation_trap(error).map(Err),
        };
        let places = Places::of(&instance, &mut store)?;
        running.instantiated(places);
        let memory = InstanceMemory(places.memory);
        let image = module.image(&memory);
        let origin = image.and_then(|image| Origin::of(&mut store, &memory, image));
        Ok(Ok(LiveInstance { module: module.number, store, instance, running, places, origin }))
    }

    /// Runs a call to its end.
    pub(super) fn call(
        &mut self,
        call: &Call<'_>,
        session: &mut Session<'_, '_>,
    ) -> Result<Finished, Fault> {
        let LiveInstance { store, instance, running, places, .. } = self;
        places.gas.set(session.budget());
        places.stack.set(i64::try_from(call.max_stack_height).unwrap_or(i64::MAX));
        let names = call.has_start.then_some(START_EXPORT).into_iter().chain([call.export]);
        let raw = running.with_session(session, || {
            let mut raw = RawEnd::Returned;
            for name in names {
                raw = run(instance, name, store)?;
                if !matches!(raw, RawEnd::Returned) {
                    break;
                }
            }
            Ok(raw)
        })?;
        Ok(Finished { raw, gas_left: places.gas.get(), stack_left: places.stack.get() })
    }

    /// Makes it like new for the next call, if that is possible.
    pub(super) fn clean(&mut self) -> bool {
        let Some(origin) = &self.origin else { return false };
        let memory = &mut InstanceMemory(self.places.memory);
        let objects = self.store.objects_mut().as_sys_mut();
        origin.restore_globals(objects);
        origin.restore_tables(objects)
            && origin.image.restore(memory)
            && origin.restore_memory_len(objects, memory)
    }
}

impl Origin {
    /// Of an instance that is new; `None` if it has too much.
    fn of(store: &mut Store, memory: &InstanceMemory, image: Arc<Image>) -> Option<Origin> {
        let objects = store.objects_mut().as_sys();
        let tables = VMTable::list(objects);
        let elements: usize = tables.iter().map(|table| table.size() as usize).sum();
        if elements > MOST_ELEMENTS {
            return None;
        }
        let elements = |table: &VMTable| (0..table.size()).map(|index| table.get(index)).collect();
        Some(Origin {
            globals: objects.as_u128_globals(),
            tables: tables.iter().map(elements).collect::<Option<_>>()?,
            memory_len: memory.len(),
            image,
        })
    }

    fn restore_globals(&self, objects: &StoreObjects) {
        for (index, &value) in self.globals.iter().enumerate() {
            // The global had that value, so it is one of its type, and there is such a global.
            objects.set_global_unchecked(index, value);
        }
    }

    fn restore_tables(&self, objects: &mut StoreObjects) -> bool {
        let mut tables = VMTable::list_mut(objects).iter_mut().zip(&self.tables);
        tables.all(|(table, elements)| {
            table.size() as usize == elements.len()
                && (0..)
                    .zip(elements)
                    .all(|(index, element)| table.set(index, element.clone()).is_ok())
        })
    }

    /// Takes back what the memory has grown.
    fn restore_memory_len(&self, objects: &mut StoreObjects, memory: &mut InstanceMemory) -> bool {
        let len = memory.len();
        if len == self.memory_len {
            return true;
        }
        let pages = Pages((self.memory_len / WASM_PAGE_SIZE) as u32);
        // SAFETY: the next thing is that it becomes shorter; otherwise the instance goes.
        let is_forbidden = unsafe { memory.forbid(self.memory_len..len) };
        let mut memories = VMMemory::list_mut(objects).iter_mut();
        is_forbidden && memories.all(|memory| memory.reset().is_ok() && memory.grow(pages).is_ok())
    }
}

/// Where the instance of a call has what the host needs: in memory that is the store's as long as it
/// exists. The way through wasmer's handles takes longer than a short host function.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub(super) memory: NonNull<VMMemoryDefinition>,
    pub(super) gas: IntegerGlobal,
    stack: IntegerGlobal,
}

/// A global of 64 bits, for as long as its store exists and while no Wasm code runs.
#[derive(Clone, Copy)]
pub(super) struct IntegerGlobal(NonNull<VMGlobalDefinition>);

impl IntegerGlobal {
    #[inline]
    pub(super) fn get(self) -> i64 {
        // SAFETY: `Places` go where their instance goes, and are used while it has its store and no
        // Wasm code runs; every bit pattern is an integer.
        unsafe { self.0.as_ref().val.i64 }
    }

    #[inline]
    pub(super) fn set(mut self, value: i64) {
        // SAFETY: as in `get`.
        unsafe { self.0.as_mut() }.val.i64 = value;
    }
}

impl Places {
    fn of(instance: &Instance, store: &mut Store) -> Result<Places, Fault> {
        let objects = store.objects_mut().as_sys();
        let find = |name| {
            let found = instance.exports.get_extern(name)?;
            Some(found.to_vm_extern().unwrap_sys())
        };
        let global = |name| match find(name)? {
            VMExtern::Global(global) => Some(IntegerGlobal(global.get(objects).vmglobal())),
            _ => None,
        };
        let memory = match find(MEMORY_EXPORT) {
            Some(VMExtern::Memory(memory)) => Some(memory.get(objects).vmmemory()),
            _ => None,
        };
        match (memory, global(GAS_EXPORT), global(STACK_EXPORT)) {
            (Some(memory), Some(gas), Some(stack)) => Ok(Places { memory, gas, stack }),
            _ => Err(Fault::Bug { what: "a prepared module exports its memory, gas and stack" }),
        }
    }
}

fn run(instance: &Instance, name: &str, store: &mut Store) -> Result<RawEnd, Fault> {
    let function = instance
        .exports
        .get_typed_function::<(), ()>(store, name)
        .map_err(|_| Fault::Bug { what: "a prepared module exports the functions it lists" })?;
    match function.call(store) {
        Ok(()) => Ok(RawEnd::Returned),
        Err(error) => match error.downcast::<Interrupted>() {
            Ok(Interrupted) => Ok(RawEnd::Interrupted),
            Err(error) => Ok(RawEnd::Trapped(trap(error)?)),
        },
    }
}
