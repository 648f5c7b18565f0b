//! What the host functions of a call gave to the contract, to be given again without running them.
//!
//! A call that was charged fast and did not end well is run again on exact charges. It makes the same
//! host calls up to the point where it ends, because nothing but charges differs; so its answers come
//! from here, and neither state nor effects of the host see the second run.

use std::cell::Cell;
use std::mem;
use torr_vm_logic::copy;
use torr_vm_logic::function::Specification;
use torr_vm_logic::memory::GuestMemory;

/// Most bytes that a journal holds. A call that outgrows it is run again at once, up to where the
/// journal ends, and goes on from there on exact charges.
const MOST_BYTES: usize = 32 << 20;

/// Most bytes that a thread keeps allocated for its next journal. Memory that was never used before
/// costs more than a host call to come by.
const KEPT_BYTES: usize = 1 << 20;

thread_local! {
    /// An empty journal, with room.
    static KEPT: Cell<Records> = const { Cell::new(Records::NONE) };
}

/// The answers of host functions, in order.
#[derive(Debug)]
pub(super) struct Journal(Records);

#[derive(Debug)]
struct Records {
    answers: Vec<Answer>,
    writes: Vec<Write>,
    bytes: Vec<u8>,
}

/// What one host call was asked at and what it gave. There is one for each host call, so it is short.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    /// The host function.
    pub(super) function: &'static Specification,
    /// What was left in the gas global.
    pub(super) left: i64,
    /// What was put there for the code to go on with.
    pub(super) budget: i64,
    /// The returned integer, zero-extended; zero if the function returns nothing.
    pub(super) bits: u64,
}

/// Bytes put into the contract's memory.
#[derive(Clone, Copy, Debug)]
struct Write {
    /// Number of the answer that it belongs to.
    answer: usize,
    ptr: u64,
    /// Where they end in those of the journal.
    end: usize,
}

impl Journal {
    /// An empty journal, with the room that the thread's last one had.
    pub(super) fn new() -> Journal {
        Journal(KEPT.replace(Records::NONE))
    }

    /// Adds an answer, with the writes since the last.
    #[inline]
    pub(super) fn answered(
        &mut self,
        function: &'static Specification,
        left: i64,
        budget: i64,
        bits: u64,
    ) {
        self.0.answers.push(Answer { function, left, budget, bits });
    }

    /// Whether it holds all that it may.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        let Journal(Records { answers, writes, bytes }) = self;
        bytes_of(answers.len(), writes.len(), bytes.len()) > MOST_BYTES
    }

    /// How many answers there are.
    pub(super) fn len(&self) -> usize {
        self.0.answers.len()
    }

    /// The answer of this number; its writes are made in `memory` again.
    pub(super) fn replay(&self, number: usize, memory: &mut dyn GuestMemory) -> Option<Answer> {
        let Journal(Records { answers, writes, bytes }) = self;
        let answer = *answers.get(number)?;
        let first = writes.partition_point(|write| write.answer < number);
        let mut start =
            first.checked_sub(1).and_then(|last| writes.get(last)).map_or(0, |last| last.end);
        for write in writes.get(first..)?.iter().take_while(|write| write.answer == number) {
            memory.write(write.ptr, bytes.get(start..write.end)?)?;
            start = write.end;
        }
        Some(answer)
    }
}

/// Leaves the room to the thread's next journal.
impl Drop for Journal {
    fn drop(&mut self) {
        let Journal(Records { answers, writes, bytes }) = self;
        if bytes_of(answers.capacity(), writes.capacity(), bytes.capacity()) <= KEPT_BYTES {
            answers.clear();
            writes.clear();
            bytes.clear();
            // While the thread ends there may be no place any more, and nothing to keep it for.
            let _ = KEPT.try_with(|kept| kept.set(mem::replace(&mut self.0, Records::NONE)));
        }
    }
}

impl Records {
    const NONE: Records = Records { answers: Vec::new(), writes: Vec::new(), bytes: Vec::new() };
}

fn bytes_of(answers: usize, writes: usize, bytes: usize) -> usize {
    size_of::<Answer>() * answers + size_of::<Write>() * writes + bytes
}

/// The contract's memory, with a journal of what is written to it if there is to be one.
pub(super) struct JournaledMemory<'m> {
    pub(super) memory: &'m mut dyn GuestMemory,
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
            let Journal(records) = &mut **journal;
            copy::append(&mut records.bytes, bytes);
            let (answer, end) = (records.answers.len(), records.bytes.len());
            records.writes.push(Write { answer, ptr, end });
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::imports;
    use super::{Answer, Journal, JournaledMemory, KEPT_BYTES};
    use torr_vm_logic::function::Specification;
    use torr_vm_logic::memory::GuestMemory;

    fn function(name: &str) -> &'static Specification {
        &imports::find(name).expect("a host function").specification
    }

    #[test]
    fn writes_are_made_again_with_their_answer() {
        let (mut journal, mut memory) = (Journal::new(), &mut [0; 8][..]);
        let mut write = |journal: &mut Journal, ptr, bytes: &[u8]| {
            JournaledMemory { memory: &mut memory, journal: Some(journal) }.write(ptr, bytes)
        };
        assert_eq!(write(&mut journal, 0, &[1, 2]), Some(()));
        assert_eq!(write(&mut journal, 7, &[3, 4]), None);
        assert_eq!(write(&mut journal, 6, &[5]), Some(()));
        journal.answered(function("register_len"), 10, 9, 7);
        journal.answered(function("read_register"), 8, 7, 0);
        assert_eq!(write(&mut journal, 1, &[6]), Some(()));
        journal.answered(function("account_balance"), 6, 5, 0);

        let mut memory = [0; 8];
        let mut replay = |number| {
            let answer = journal.replay(number, &mut &mut memory[..]);
            (answer.map(|answer| (answer.function.name, answer.bits)), memory)
        };
        assert_eq!(replay(0), (Some(("register_len", 7)), [1, 2, 0, 0, 0, 0, 5, 0]));
        assert_eq!(replay(1), (Some(("read_register", 0)), [1, 2, 0, 0, 0, 0, 5, 0]));
        assert_eq!(replay(2), (Some(("account_balance", 0)), [1, 6, 0, 0, 0, 0, 5, 0]));
        assert_eq!(replay(3).0, None);
    }

    #[test]
    fn a_journal_begins_empty_in_the_room_of_the_last() {
        let fill = |calls: usize| {
            let mut journal = Journal::new();
            assert_eq!(journal.len(), 0);
            let (room, mut memory) = (journal.0.answers.capacity(), &mut [0][..]);
            for _ in 0..calls {
                let journal = &mut journal;
                JournaledMemory { memory: &mut memory, journal: Some(journal) }.write(0, &[1]);
                journal.answered(function("register_len"), 1, 0, 1);
            }
            room
        };
        assert_eq!(fill(100), 0);
        assert!(fill(KEPT_BYTES / size_of::<Answer>() + 1) >= 100);
        assert_eq!(fill(0), 0, "what grew large is not kept");
    }
}
