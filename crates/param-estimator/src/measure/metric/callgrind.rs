//! Asking callgrind, under which the program runs, to count and to write what it has counted.
//!
//! Valgrind sees a few instructions that no compiler makes and that change nothing, and takes them as a
//! question (valgrind's manual, "The Client Request mechanism"). Anywhere else they do nothing.
//! Bindings exist that read valgrind's headers when they are built, for which they want libclang; these are
//! two requests without arguments.

#![allow(unsafe_code, reason = "the instructions have to be written in assembly; see SAFETY")]

/// What callgrind can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Write what was counted to a file, and count from zero.
    DumpStatistics = 0,
    /// Count from zero.
    ZeroStatistics = 1,
}

/// The requests of callgrind, whose letters are C and T.
const CALLGRIND: u64 = 0x4354 << 16;

/// Asks callgrind for something. Does nothing where the program does not run under it.
pub(super) fn ask(request: Request) {
    let question = [CALLGRIND + request as u64, 0, 0, 0, 0, 0];
    // SAFETY: `question` is what valgrind reads, six words that live until the question is answered. It
    // writes the one register that is given for the answer, and no memory of the program. Without valgrind
    // the instructions turn a register by 128 bits in all, and exchange one with itself.
    unsafe { ask_valgrind(&question) };
}

/// # Safety
/// The first word has to be a request of a tool that needs no more than the others give it.
#[cfg(target_arch = "x86_64")]
unsafe fn ask_valgrind(question: &[u64; 6]) {
    // SAFETY: as above; all registers that are touched are said to be.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            inout("rdx") 0_u64 => _,
            in("rax") question.as_ptr(),
            out("rdi") _,
            options(nostack),
        );
    }
}

/// # Safety
/// The first word has to be a request of a tool that needs no more than the others give it.
#[cfg(target_arch = "aarch64")]
unsafe fn ask_valgrind(question: &[u64; 6]) {
    // SAFETY: as above; all registers that are touched are said to be.
    unsafe {
        std::arch::asm!(
            "ror x12, x12, #3",
            "ror x12, x12, #13",
            "ror x12, x12, #51",
            "ror x12, x12, #61",
            "orr x10, x10, x10",
            inout("x3") 0_u64 => _,
            in("x4") question.as_ptr(),
            out("x12") _,
            options(nostack),
        );
    }
}

/// # Safety
/// None: nothing is asked where the question is not known.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn ask_valgrind(_: &[u64; 6]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_nobody_hears_changes_nothing() {
        let values: Vec<u64> = (0..1_000).collect();
        for request in [Request::ZeroStatistics, Request::DumpStatistics] {
            ask(request);
        }
        assert_eq!(values.iter().sum::<u64>(), 499_500);
    }
}
