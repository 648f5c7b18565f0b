//! The host functions as engines link them: by name, over bits.
//!
//! One entry for each host function serves all engines, which add only what their own calling
//! convention needs. So a host function is compiled once, however many engines and signatures there
//! are. Which functions a module may import, and with what types, is settled before an engine sees it.

use super::session::{Interrupted, Session};
use std::collections::BTreeMap;
use std::sync::LazyLock;
#[cfg(any(feature = "wasmer", feature = "wasmi"))]
use torr_vm_logic::error::Fault;
use torr_vm_logic::function::{HostFunction, Parameters, Specification, Visitor};
use torr_vm_logic::memory::GuestMemory;

/// A host function, ready to be linked.
pub(super) struct Import {
    /// What is known of it.
    pub(super) specification: Specification,
    /// [`Session::host_call`] for it.
    pub(super) call: HostCall,
}

/// Runs a host function in a session, with what is left in the gas global, the instance's memory and
/// the parameters' bits.
///
/// Half of the host functions do not touch the memory, and finding it takes some engines longer than
/// all the rest of a call; so they get a way to it.
pub(super) type HostCall =
    fn(&mut Session<'_, '_>, i64, &mut dyn GuestMemory, &[u64]) -> Result<u64, Interrupted>;

/// The host function of this name, of any version.
///
/// # Errors
/// When there is none: a bug, since modules with unknown imports are not linked.
#[cfg(any(feature = "wasmer", feature = "wasmi"))]
pub(super) fn find(name: &str) -> Result<&'static Import, Fault> {
    IMPORTS.get(name).ok_or(Fault::Bug { what: "a linked module imports host functions only" })
}

/// All host functions, of all versions, in the order of their names.
#[cfg(feature = "wasmtime")]
pub(super) fn all() -> impl Iterator<Item = &'static Import> {
    IMPORTS.values()
}

static IMPORTS: LazyLock<BTreeMap<&'static str, Import>> = LazyLock::new(|| {
    struct Collect(BTreeMap<&'static str, Import>);
    impl Visitor for Collect {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: Parameters,
        {
            let specification = F::SPECIFICATION;
            self.0.insert(specification.name, Import { specification, call: call::<F> });
        }
    }
    let mut collect = Collect(BTreeMap::new());
    torr_vm_logic::visit_host_functions(&mut collect);
    collect.0
});

fn call<F: HostFunction>(
    session: &mut Session<'_, '_>,
    left: i64,
    memory: &mut dyn GuestMemory,
    parameters: &[u64],
) -> Result<u64, Interrupted>
where
    F::Parameters: Parameters,
{
    session.host_call::<F>(left, memory, parameters)
}
