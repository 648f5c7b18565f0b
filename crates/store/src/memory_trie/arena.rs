//! Room for nodes: pieces of large pages, so that a node needs no room of its own from the system.
//!
//! A piece that is given back is used again for one of the same size. Pages are never given back.

/// Pieces begin at multiples of so many bytes.
const UNIT: usize = 16;
/// Length of a page, in units: 64 MiB, of which the system gives what is used. A page that long can lie in
/// huge pages of the system, if it gives any, and a read then waits a third less. A WebAssembly memory is
/// given whole.
const PAGE_UNITS: usize = if cfg!(target_family = "wasm") { 1 << 16 } else { 1 << 22 };
/// Length of a page, in bytes.
const PAGE_LEN: usize = PAGE_UNITS * UNIT;
/// Longest piece, in units.
const LONGEST_UNITS: usize = 1 << 16;
/// Longest piece, in bytes.
pub(super) const LONGEST: usize = LONGEST_UNITS * UNIT;
/// Length of what the processor reads at once, in bytes.
const CACHE_LINE: usize = 64;
/// Up to so many units, pieces are as long as is wanted; longer ones have lengths of powers of two.
const EXACT_UNITS: usize = 256;
/// Sizes of pieces: exact ones, and powers of two above, up to the longest.
const SIZES: usize = EXACT_UNITS + 1 + (LONGEST_UNITS / EXACT_UNITS).ilog2() as usize;

/// Pages with pieces.
#[derive(Debug)]
pub(super) struct Arena {
    pages: Vec<Box<[u8]>>,
    /// Units of the last page that were never used begin here.
    unused: usize,
    /// Places of pieces that were given back, by size.
    free: Vec<Vec<u32>>,
}

impl Default for Arena {
    fn default() -> Arena {
        Arena { pages: Vec::new(), unused: PAGE_UNITS, free: vec![Vec::new(); SIZES] }
    }
}

/// The size of pieces for so many bytes, and their length in units.
fn size_for(len: usize) -> (usize, usize) {
    let units = len.div_ceil(UNIT).max(1);
    if units <= EXACT_UNITS {
        return (units, units);
    }
    let units = units.next_power_of_two();
    (EXACT_UNITS + (units / EXACT_UNITS).ilog2() as usize, units)
}

impl Arena {
    /// A piece of at least `len` bytes, of at most [`LONGEST`]; `None` if there are as many as can be
    /// told apart.
    pub(super) fn take(&mut self, len: usize) -> Option<u32> {
        let (size, units) = size_for(len);
        if let Some(place) = self.free.get_mut(size)?.pop() {
            return Some(place);
        }
        if self.unused + units > PAGE_UNITS {
            if self.pages.len() * PAGE_UNITS > u32::MAX as usize - PAGE_UNITS {
                return None;
            }
            self.give_back_rest();
            self.pages.push(vec![0; PAGE_LEN].into());
            self.unused = 0;
        }
        let place = (self.pages.len() - 1) * PAGE_UNITS + self.unused;
        self.unused += units;
        u32::try_from(place).ok()
    }

    /// What is left of the last page is used for smaller pieces.
    fn give_back_rest(&mut self) {
        while self.unused < PAGE_UNITS {
            let units = (PAGE_UNITS - self.unused).min(EXACT_UNITS);
            let place = self.pages.len().saturating_sub(1) * PAGE_UNITS + self.unused;
            // Places are tested to be in range when a page is added.
            self.free[units].push(place as u32);
            self.unused += units;
        }
    }

    /// A piece of `len` bytes is not used any more.
    pub(super) fn give_back(&mut self, place: u32, len: usize) {
        let (size, _) = size_for(len);
        self.free[size].push(place);
    }

    /// The page of a piece, from its beginning on.
    pub(super) fn bytes(&self, place: u32) -> &[u8] {
        let (page, start) = position(place);
        self.pages.get(page).and_then(|page| page.get(start..)).unwrap_or_default()
    }

    /// Has the processor bring the beginning of a piece nearer, without waiting for it: `black_box` keeps
    /// reads whose results nobody wants. Four lines of its cache are what a leaf with a short value takes.
    pub(super) fn approach(&self, place: u32) {
        let bytes = self.bytes(place);
        for line in bytes.iter().step_by(CACHE_LINE).take(4) {
            std::hint::black_box(*line);
        }
    }

    /// The page of a piece, from its beginning on, to be written.
    pub(super) fn bytes_mut(&mut self, place: u32) -> &mut [u8] {
        let (page, start) = position(place);
        self.pages.get_mut(page).and_then(|page| page.get_mut(start..)).unwrap_or_default()
    }

    /// Memory of pages that was ever used, in bytes.
    pub(super) fn memory(&self) -> usize {
        (self.pages.len() * PAGE_UNITS).saturating_sub(PAGE_UNITS - self.unused) * UNIT
    }
}

fn position(place: u32) -> (usize, usize) {
    (place as usize / PAGE_UNITS, place as usize % PAGE_UNITS * UNIT)
}

#[cfg(test)]
mod tests {
    use super::{Arena, LONGEST, UNIT};
    use std::collections::BTreeMap;

    #[test]
    fn pieces_in_use_never_overlap() {
        let mut arena = Arena::default();
        let mut used = BTreeMap::new();
        for round in 0..2_000_usize {
            let len = match round % 7 {
                0 => 1,
                1..=4 => round * 37 % 5_000,
                5 => round * 101 % (LONGEST / 3),
                _ => LONGEST,
            };
            let place = arena.take(len).expect("there is room");
            assert!(arena.bytes(place).len() >= len);
            used.insert(place, len);
            let end = place as usize + len.div_ceil(UNIT);
            let next = used.range(place + 1..).next();
            assert!(next.is_none_or(|(next, _)| *next as usize >= end), "{round}");
            let before = used.range(..place).next_back();
            assert!(before.is_none_or(|(before, len)| {
                *before as usize + len.div_ceil(UNIT) <= place as usize
            }));
            if round % 3 != 0 {
                let (place, len) = used.pop_first().expect("one was added");
                arena.give_back(place, len);
            }
        }
    }

    #[test]
    fn what_is_given_back_is_used_again() {
        let mut arena = Arena::default();
        let mut memory = 0;
        for round in 0..1_000 {
            let pieces: Vec<_> = (0..100).map(|len| (arena.take(len * 50), len * 50)).collect();
            if round == 0 {
                memory = arena.memory();
            }
            for (place, len) in pieces {
                arena.give_back(place.expect("there is room"), len);
            }
        }
        let taken: usize = (0..100_usize).map(|len| (len * 50).div_ceil(UNIT).max(1) * UNIT).sum();
        assert!(memory >= taken && memory < taken * 2, "{memory} for {taken}");
        assert_eq!(arena.memory(), memory);
    }
}
