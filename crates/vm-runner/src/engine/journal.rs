//! What the host functions of a call gave to the contract, to be given again without running them.
//!
//! A call that was charged fast and did not end well is run again on exact charges. It makes the same
//! host calls up to the point where it ends, because nothing but charges differs; so its answers come
//! from here, and neither state nor effects of the host see the second run.

use torr_vm_logic::memory::GuestMemory;

/// Most bytes that a journal holds. A call that outgrows it is run again at once, up to where the
/// journal ends, and goes on from there on exact charges.
const MOST_BYTES: usize = 32 << 20;

/// The answers of host functions, in order.
#[derive(Debug, Default)]
pub(super) struct Journal {
    answers: Vec<Answer>,
    writes: Vec<Write>,
    bytes: Vec<u8>,
}

/// What one host call was asked at and what it gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    /// The host function's name.
    pub(super) function: &'static str,
    /// What was left in the gas global.
    pub(super) left: i64,
    /// What was put there for the code to go on with.
    pub(super) budget: i64,
    /// The returned integer.
    pub(super) bits: Option<u64>,
    /// Where its writes end in those of the journal.
    writes_end: usize,
}

/// Bytes put into the contract's memory.
#[derive(Clone, Copy, Debug)]
struct Write {
    ptr: u64,
    /// Where they end in those of the journal.
    end: usize,
}

impl Journal {
    /// Adds an answer, with the writes since the last.
    pub(super) fn answered(
        &mut self,
        function: &'static str,
        left: i64,
        budget: i64,
        bits: Option<u64>,
    ) {
        let writes_end = self.writes.len();
        self.answers.push(Answer { function, left, budget, bits, writes_end });
    }

    /// Whether it holds all that it may.
    pub(super) fn is_full(&self) -> bool {
        let fixed =
            size_of::<Answer>() * self.answers.len() + size_of::<Write>() * self.writes.len();
        fixed + self.bytes.len() > MOST_BYTES
    }

    /// How many answers there are.
    pub(super) fn len(&self) -> usize {
        self.answers.len()
    }

    /// The answer of this number; its writes are made in `memory` again.
    pub(super) fn replay(&self, number: usize, memory: &mut [u8]) -> Option<Answer> {
        let answer = *self.answers.get(number)?;
        let before = number.checked_sub(1).and_then(|before| self.answers.get(before));
        let first = before.map_or(0, |before| before.writes_end);
        let start = first.checked_sub(1).and_then(|last| self.writes.get(last));
        let mut start = start.map_or(0, |last| last.end);
        for write in self.writes.get(first..answer.writes_end)? {
            memory.write(write.ptr, self.bytes.get(start..write.end)?)?;
            start = write.end;
        }
        Some(answer)
    }
}

/// The contract's memory, with a journal of what is written to it if there is to be one.
pub(super) struct JournaledMemory<'m> {
    pub(super) memory: &'m mut [u8],
    pub(super) journal: Option<&'m mut Journal>,
}

impl GuestMemory for JournaledMemory<'_> {
    #[inline]
    fn read(&self, ptr: u64, len: u64) -> Option<&[u8]> {
        self.memory.read(ptr, len)
    }

    #[inline]
    fn write(&mut self, ptr: u64, bytes: &[u8]) -> Option<()> {
        self.memory.write(ptr, bytes)?;
        if let Some(journal) = &mut self.journal {
            journal.bytes.extend_from_slice(bytes);
            journal.writes.push(Write { ptr, end: journal.bytes.len() });
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Journal, JournaledMemory};
    use torr_vm_logic::memory::GuestMemory;

    #[test]
    fn writes_are_made_again_with_their_answer() {
        let (mut journal, mut memory) = (Journal::default(), [0; 8]);
        let mut write = |journal: &mut Journal, ptr, bytes: &[u8]| {
            JournaledMemory { memory: &mut memory, journal: Some(journal) }.write(ptr, bytes)
        };
        assert_eq!(write(&mut journal, 0, &[1, 2]), Some(()));
        assert_eq!(write(&mut journal, 7, &[3, 4]), None);
        assert_eq!(write(&mut journal, 6, &[5]), Some(()));
        journal.answered("first", 10, 9, Some(7));
        journal.answered("second", 8, 7, None);
        assert_eq!(write(&mut journal, 1, &[6]), Some(()));
        journal.answered("third", 6, 5, None);

        let mut memory = [0; 8];
        let mut replay = |number| {
            let answer = journal.replay(number, &mut memory);
            (answer.map(|answer| answer.function), memory)
        };
        assert_eq!(replay(0), (Some("first"), [1, 2, 0, 0, 0, 0, 5, 0]));
        assert_eq!(replay(1), (Some("second"), [1, 2, 0, 0, 0, 0, 5, 0]));
        assert_eq!(replay(2), (Some("third"), [1, 6, 0, 0, 0, 0, 5, 0]));
        assert_eq!(replay(3).0, None);
    }
}
