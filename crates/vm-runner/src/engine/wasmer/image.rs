//! What the memory of a new instance has, to put it there again.

use super::host::InstanceMemory;
use super::pages;
use std::ops::Range;
use torr_vm_logic::memory::GuestMemory;
use wasmer::Module;
use wasmer_compiler::ArtifactCreate;
use wasmer_types::{DataInitializerLike, DataInitializerLocationLike, InitExprOp, ModuleInfo};

/// Longest image in bytes. Each instance that waits for a call keeps that much.
const LONGEST_IMAGE: usize = 256 << 10;

/// A part of the memory of a new instance. All the rest is zeros.
pub(super) struct Image {
    /// Begins and ends with a page of the machine.
    range: Range<usize>,
    bytes: Vec<u8>,
}

impl Image {
    /// Of a module whose new instance has this memory; `None` if cleaning would take too long, or if
    /// an instance has more that a call may change than what is cleaned.
    pub(super) fn new(module: &Module, memory: &InstanceMemory) -> Option<Image> {
        if has_passive_segments(module.info()) {
            return None;
        }
        let page = pages::size()?;
        let data = data(module)?;
        let range = data.start / page * page..data.end.checked_next_multiple_of(page)?;
        if range.len() > LONGEST_IMAGE {
            return None;
        }
        let bytes = memory.read(range.start as u64, range.len() as u64)?.to_vec();
        Some(Image { range, bytes })
    }

    /// Makes the memory as it was, but for its length.
    pub(super) fn restore(&self, memory: &mut InstanceMemory) -> bool {
        let Range { start, end } = self.range;
        memory.clear(0..start)
            && memory.clear(end..memory.len())
            && memory.write(start as u64, &self.bytes).is_some()
    }
}

fn has_passive_segments(info: &ModuleInfo) -> bool {
    !info.passive_data.is_empty() || !info.passive_elements.is_empty()
}

/// From the first byte of a data segment to the last.
fn data(module: &Module) -> Option<Range<usize>> {
    let mut data: Option<Range<usize>> = None;
    for segment in module.sys_artifact()?.data_initializers() {
        let &[InitExprOp::I32Const(start)] = segment.location().offset_expr().ops() else {
            return None;
        };
        let start = usize::try_from(start).ok()?;
        let end = start.checked_add(segment.data().len())?;
        let before = data.unwrap_or(start..end);
        data = Some(before.start.min(start)..before.end.max(end));
    }
    Some(data.unwrap_or_default())
}
