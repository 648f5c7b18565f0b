//! No virtual machine at all: the kernels as the processor's own code.

use bench_work::error::Failure;
use bench_work::peer::{Compilation, Peer};
use bench_work::task::{Contract, Task};

/// The peer's name.
pub(super) const NAME: &str = "native";

/// The kernels, called.
pub(super) struct Native;

impl Peer for Native {
    fn about(&self) -> String {
        "the kernels compiled for the processor".to_owned()
    }

    fn takes(&self, task: Task) -> bool {
        matches!(task, Task::Kernel { .. })
    }

    fn call(&self, task: Task) -> Result<Vec<u8>, Failure> {
        let arguments = task.arguments();
        let result = self.takes(task).then(|| bench_kernels::run(&arguments)).flatten();
        let result = result.ok_or_else(|| Failure::NotTaken(task.to_string()))?;
        Ok(result.to_le_bytes().to_vec())
    }

    fn compilation(&self, _contract: Contract) -> Option<Compilation<'_>> {
        None
    }

    fn restarted(&self) -> Result<Option<Box<dyn Peer + '_>>, Failure> {
        Ok(None)
    }

    fn has_instances(&self) -> bool {
        false
    }
}
