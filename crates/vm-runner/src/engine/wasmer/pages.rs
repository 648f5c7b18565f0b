//! Pages of the machine's memory, given back or closed. Only Linux promises that what is given back
//! comes again as zeros.

pub(super) use system::{clear, forbid, size};

#[cfg(target_os = "linux")]
mod system {
    use rustix::mm::{Advice, MprotectFlags, madvise, mprotect};

    /// Size of a page in bytes; `None` if pages cannot be cleared.
    pub(in super::super) fn size() -> Option<usize> {
        Some(rustix::param::page_size())
    }

    /// Makes `len` bytes zeros, which are whole pages, and says whether it did.
    ///
    /// # Safety
    /// They are of a private mapping without a file, and nothing refers to them.
    pub(in super::super) unsafe fn clear(start: *mut u8, len: usize) -> bool {
        // SAFETY: the caller promises it.
        unsafe { madvise(start.cast(), len, Advice::LinuxDontNeed) }.is_ok()
    }

    /// Makes accesses to `len` bytes trap, which are whole pages, and says whether it did.
    ///
    /// # Safety
    /// They are of a mapping, and nothing refers to them.
    pub(in super::super) unsafe fn forbid(start: *mut u8, len: usize) -> bool {
        // SAFETY: the caller promises it.
        unsafe { mprotect(start.cast(), len, MprotectFlags::empty()) }.is_ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    /// Pages cannot be cleared.
    pub(in super::super) fn size() -> Option<usize> {
        None
    }

    /// Does nothing.
    ///
    /// # Safety
    /// There is nothing to promise.
    pub(in super::super) unsafe fn clear(_: *mut u8, _: usize) -> bool {
        false
    }

    /// Does nothing.
    ///
    /// # Safety
    /// There is nothing to promise.
    pub(in super::super) unsafe fn forbid(_: *mut u8, _: usize) -> bool {
        false
    }
}
