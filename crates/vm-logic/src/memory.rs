//! How a host function reaches the contract's memory.
//!
//! Host functions are generic over this trait, so that an engine hands over its own view of the
//! memory and pays nothing for the abstraction.

use crate::copy;

/// The linear memory of a running contract.
pub trait GuestMemory {
    /// The `len` bytes from `ptr`, unless they reach beyond the memory.
    fn read(&self, ptr: u64, len: u64) -> Option<&[u8]>;

    /// Puts `bytes` at `ptr`; `None`, and nothing written, when they reach beyond the memory.
    fn write(&mut self, ptr: u64, bytes: &[u8]) -> Option<()>;
}

impl GuestMemory for [u8] {
    #[inline]
    fn read(&self, ptr: u64, len: u64) -> Option<&[u8]> {
        let start = usize::try_from(ptr).ok()?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        self.get(start..end)
    }

    #[inline]
    fn write(&mut self, ptr: u64, bytes: &[u8]) -> Option<()> {
        let start = usize::try_from(ptr).ok()?;
        let end = start.checked_add(bytes.len())?;
        copy::to_slice(self.get_mut(start..end)?, bytes);
        Some(())
    }
}

impl<M: GuestMemory + ?Sized> GuestMemory for &mut M {
    #[inline]
    fn read(&self, ptr: u64, len: u64) -> Option<&[u8]> {
        (**self).read(ptr, len)
    }

    #[inline]
    fn write(&mut self, ptr: u64, bytes: &[u8]) -> Option<()> {
        (**self).write(ptr, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::GuestMemory;

    #[test]
    fn no_access_leaves_the_memory() {
        let memory = &mut [0u8; 8][..];
        assert_eq!(memory.read(0, 8).map(<[u8]>::len), Some(8));
        assert_eq!(memory.read(8, 0), Some(&[][..]));
        assert_eq!(memory.read(9, 0), None);
        assert_eq!(memory.read(1, 8), None);
        assert_eq!(memory.read(u64::MAX, 1), None);
        assert_eq!(memory.read(1, u64::MAX), None);
        assert_eq!(memory.write(7, &[1, 2]), None);
        assert_eq!(memory, [0; 8]);
        assert_eq!(memory.write(6, &[1, 2]), Some(()));
        assert_eq!(memory, [0, 0, 0, 0, 0, 0, 1, 2]);
    }
}
