//! Host functions as wasmer calls them: natively, inside the call.
//!
//! They reach the call's state, the instance's memory and its gas through pointers, which is the
//! reason for the unsafe code here.

use super::instance::Places;
use super::pages;
use crate::engine::imports::{HostCall, Import};
use crate::engine::session::{Interrupted, Session};
use std::cell::Cell;
use std::ops::Range;
use std::ptr::NonNull;
use std::slice;
use std::sync::Arc;
use torr_vm_logic::error::Fault;
use torr_vm_logic::function::WasmType;
use torr_vm_logic::memory::GuestMemory;
use wasmer::sys::vm::VMMemoryDefinition;
use wasmer::{Function, FunctionType, RuntimeError, Store, Type, Value};

/// What the host functions of an instance share.
#[derive(Default)]
pub(super) struct Running {
    /// The session of the call under way.
    session: Cell<Option<NonNull<Session<'static, 'static>>>>,
    /// Set after instantiation; nothing calls a host function before.
    places: Cell<Option<Places>>,
}

// SAFETY: the pointers are used only by host functions, inside a call of the instance that they were
// made for, on the thread that has the instance; see `LiveInstance`.
unsafe impl Send for Running {}
// SAFETY: as above; who has an instance has it alone.
unsafe impl Sync for Running {}

impl Running {
    pub(super) fn instantiated(&self, places: Places) {
        self.places.set(Some(places));
    }

    /// Host functions that run inside `work` have the session.
    pub(super) fn with_session<R>(
        &self,
        session: &mut Session<'_, '_>,
        work: impl FnOnce() -> R,
    ) -> R {
        self.session.set(Some(NonNull::from(session).cast()));
        let result = work();
        self.session.set(None);
        result
    }
}

/// Runs a host function in the session of the call under way.
fn host_call(running: &Running, call: HostCall, parameters: &[u64]) -> Result<u64, Interrupted> {
    // Without a session, nobody could be told more.
    let session = running.session.get().ok_or(Interrupted)?;
    // SAFETY: `with_session` holds the only reference to the session and does not use it while Wasm
    // code runs; host functions do not nest. If `work` panicked, the instance is used no more.
    let session = unsafe { &mut *session.as_ptr() };
    let Some(Places { memory, gas, .. }) = running.places.get() else {
        return Err(session.fail(Fault::Bug { what: "instantiation calls no host function" }));
    };
    let bits = call(session, gas.get(), &mut InstanceMemory(memory), parameters)?;
    gas.set(session.budget());
    Ok(bits)
}

/// The memory of an instance, for as long as nothing else uses it: in a host function that the
/// instance called, or between calls.
pub(super) struct InstanceMemory(pub(super) NonNull<VMMemoryDefinition>);

impl InstanceMemory {
    fn definition(&self) -> VMMemoryDefinition {
        // SAFETY: it is there as long as the instance.
        unsafe { *self.0.as_ref() }
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.definition().current_length
    }

    /// Makes whole pages of the machine zeros and gives them back to the system, if that is possible.
    pub(super) fn clear(&mut self, bytes: Range<usize>) -> bool {
        let VMMemoryDefinition { base, current_length } = self.definition();
        let are_there = bytes.end <= current_length;
        // SAFETY: they are of the memory, which is wasmer's private mapping, and borrowed from nobody,
        // since who borrows them borrows `self`.
        are_there && unsafe { pages::clear(base.add(bytes.start), bytes.len()) }
    }

    /// Makes whole pages of the machine inaccessible, as those behind the end of a memory are.
    ///
    /// # Safety
    /// The memory becomes so much shorter before anything else happens to it.
    pub(super) unsafe fn forbid(&mut self, bytes: Range<usize>) -> bool {
        let VMMemoryDefinition { base, current_length } = self.definition();
        let are_there = bytes.end <= current_length;
        // SAFETY: as in `clear`; the caller promises the rest.
        are_there && unsafe { pages::forbid(base.add(bytes.start), bytes.len()) }
    }
}

impl GuestMemory for InstanceMemory {
    #[inline]
    fn read(&self, ptr: u64, len: u64) -> Option<&[u8]> {
        let VMMemoryDefinition { base, current_length } = self.definition();
        // SAFETY: that is the memory, which no Wasm code writes, grows or frees meanwhile; who has the
        // returned bytes cannot write either, because `write` wants `self` alone.
        let bytes = unsafe { slice::from_raw_parts(base, current_length) };
        bytes.read(ptr, len)
    }

    #[inline]
    fn write(&mut self, ptr: u64, bytes: &[u8]) -> Option<()> {
        let VMMemoryDefinition { base, current_length } = self.definition();
        // SAFETY: as in `read`; `bytes` are not in the memory, since bytes of it borrow `self`.
        let memory = unsafe { slice::from_raw_parts_mut(base, current_length) };
        memory.write(ptr, bytes)
    }
}

/// A host function as wasmer calls it: typed when all its parameters are 64 bits wide, which all but
/// one are.
pub(super) fn function(
    store: &mut Store,
    running: Arc<Running>,
    import: &'static Import,
) -> Function {
    let &Import { specification, call } = import;
    macro_rules! typed {
        ($($name:ident)*) => {
            match specification.result {
                None => Function::new_typed(store, move |$($name: u64),*| {
                    host_call(&running, call, &[$($name),*]).map(|_| ())
                }),
                Some(WasmType::I64) => Function::new_typed(store, move |$($name: u64),*| {
                    host_call(&running, call, &[$($name),*])
                }),
                Some(WasmType::I32) => Function::new_typed(store, move |$($name: u64),*| {
                    host_call(&running, call, &[$($name),*]).map(|bits| bits as u32)
                }),
            }
        };
    }
    let parameters = specification.parameters;
    let all_wide = parameters.iter().all(|&(_, ty)| ty == WasmType::I64);
    match parameters.len() {
        0 => typed!(),
        1 if all_wide => typed!(a),
        2 if all_wide => typed!(a b),
        3 if all_wide => typed!(a b c),
        4 if all_wide => typed!(a b c d),
        5 if all_wide => typed!(a b c d e),
        6 if all_wide => typed!(a b c d e f),
        7 if all_wide => typed!(a b c d e f g),
        8 if all_wide => typed!(a b c d e f g h),
        9 if all_wide => typed!(a b c d e f g h i),
        _ => untyped(store, running, import),
    }
}

/// A host function with any parameters, at the price of a vector per call.
fn untyped(store: &mut Store, running: Arc<Running>, import: &'static Import) -> Function {
    let &Import { specification, call } = import;
    let value_type = |ty| match ty {
        WasmType::I32 => Type::I32,
        WasmType::I64 => Type::I64,
    };
    let parameters = specification.parameters.iter().map(|&(_, ty)| value_type(ty));
    let results = specification.result.map(value_type);
    let ty =
        FunctionType::new(parameters.collect::<Vec<_>>(), results.into_iter().collect::<Vec<_>>());
    Function::new(store, ty, move |values: &[Value]| {
        let bits: Vec<u64> = values.iter().map(bits).collect();
        let bits = host_call(&running, call, &bits)
            .map_err(|interrupted| RuntimeError::user(interrupted.into()))?;
        Ok(match specification.result {
            Some(WasmType::I32) => vec![Value::I32(bits as i32)],
            Some(WasmType::I64) => vec![Value::I64(bits as i64)],
            None => Vec::new(),
        })
    })
}

fn bits(value: &Value) -> u64 {
    match value {
        Value::I32(value) => u64::from(*value as u32),
        Value::I64(value) => *value as u64,
        _ => 0,
    }
}
