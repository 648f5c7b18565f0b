//! What one thread does from its start to its end: questions drawn from a seed, and answers compared.

use super::Soak;
use super::descent::{self, Bottom, Heard, Level};
use super::questions::Question;
use super::random::Random;
use super::subjects::Subject;
use std::fmt::Write;
use torr_vm_runner::{Code, EngineKind};

/// Sizes of the threads' stacks, in bytes: from smaller than anybody's to larger.
const STACKS: &[usize] = &[256 << 10, 512 << 10, 1 << 20, 2 << 20, 8 << 20, 64 << 20];

/// Most calls of one thread.
const MOST_CALLS: u64 = 400;

/// One call in so many is of code that no runner has compiled; then a few more of the same code
/// follow, while which a runner of two tiers may swap engines.
const FRESH: u64 = 64;
const MOST_REPEATS: u64 = 8;

/// One thread in so many has a runner of its own as well, which goes with it.
const OWN_RUNNER: u64 = 32;

/// One thread in so many leaves its calls to the workers of a pool.
const IN_POOL: u64 = 4;

/// A thread, before it starts.
pub(super) struct Shift<'s> {
    soak: &'s Soak<'s>,
    lane: u64,
    number: u64,
    random: Random,
    stack: usize,
    is_in_pool: bool,
    calls: u64,
}

impl<'s> Shift<'s> {
    /// The thread of this number in a lane; all that it does follows from the seed and these two.
    pub(super) fn new(soak: &'s Soak<'s>, lane: u64, number: u64) -> Shift<'s> {
        let mut random = Random::new(soak.settings.seed, lane, number);
        let stack = *random.choose(STACKS);
        let is_in_pool = random.one_in(IN_POOL);
        let calls = 1 + random.below(MOST_CALLS);
        Shift { soak, lane, number, random, stack, is_in_pool, calls }
    }

    /// Size of the thread's stack, in bytes.
    pub(super) fn stack(&self) -> usize {
        self.stack
    }

    /// Works until the shift or the whole soak is over.
    pub(super) fn work(mut self) {
        let own = self.random.one_in(OWN_RUNNER).then(|| {
            let kinds = [EngineKind::Wasmer, EngineKind::Wasmtime];
            Subject::on_its_own(*self.random.choose(&kinds))
        });
        if self.is_in_pool {
            // The pool's workers come one after the other, and each takes over where the last was.
            let (soak, shift) = (self.soak, std::sync::Mutex::new(self));
            (soak.settings.in_pool)(&|| {
                let mut shift = shift.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                shift.calls(own.as_ref());
            });
        } else {
            self.calls(own.as_ref());
        }
    }

    fn calls(&mut self, own: Option<&Subject>) {
        for number in 0..self.calls {
            if !self.soak.takes_one_more_call() {
                break;
            }
            if let Some(difference) = self.call(number, own) {
                self.soak.fail(difference);
                break;
            }
        }
        own.iter().for_each(|own| self.soak.subjects.bid_farewell(own));
    }

    /// Asks one question; says what is wrong with the answer, if anything is.
    fn call(&mut self, number: u64, own: Option<&Subject>) -> Option<String> {
        let soak = self.soak;
        let (question, expected) = soak.book.draw(&mut self.random);
        let subjects: Vec<&Subject> = question.calls.iter().map(|_| self.subject(own)).collect();
        let is_fresh = self.random.one_in(FRESH);
        // Unique to the call, and the same when the shift is worked again.
        let serial = (self.lane << 48 | self.number << 16 | number) + 1;
        let code = |contract| match is_fresh {
            true => soak.contracts.at(contract).renumbered(serial),
            false => soak.contracts.at(contract).code.clone(),
        };
        let codes: Vec<Code> = question.calls.iter().map(|call| code(call.contract)).collect();
        let level = |((call, code), &subject)| Level { subject, code, call };
        let levels: Vec<Level<'_>> =
            question.calls.iter().zip(&codes).zip(&subjects).map(level).collect();
        let repeats = if is_fresh { 1 + self.random.below(MOST_REPEATS) } else { 1 };
        for repeat in 0..repeats {
            let heard = descent::ask(&levels, question.bottom);
            if heard != *expected {
                let place = Place { number, repeat, is_fresh };
                return Some(self.difference(&place, question, &subjects, expected, &heard));
            }
        }
        None
    }

    fn subject<'o>(&mut self, own: Option<&'o Subject>) -> &'o Subject
    where
        's: 'o,
    {
        match own {
            Some(own) if self.random.one_in(4) => own,
            _ => self.random.choose(self.soak.subjects.all()),
        }
    }

    /// A difference, with all that is known of how it came about.
    fn difference(
        &self,
        place: &Place,
        question: &Question,
        subjects: &[&Subject],
        expected: &Heard,
        heard: &Heard,
    ) -> String {
        let Shift { lane, number, stack, is_in_pool, .. } = self;
        let Place { number: call, repeat, is_fresh } = place;
        let seed = self.soak.settings.seed;
        let mut text = format!(
            "seed {seed}, lane {lane}, shift {number}, call {call}, repeat {repeat}: stack of {} KiB, \
             in a pool: {is_in_pool}, code of its own: {is_fresh}\n",
            stack >> 10
        );
        for (call, subject) in question.calls.iter().zip(subjects) {
            let contract = self.soak.contracts.at(call.contract).name;
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "  {contract}.wat, `{}`, {} gas, on {}",
                call.method, call.gas, subject.name
            );
        }
        if question.bottom != Bottom::Nothing {
            let _ = writeln!(text, "  and below: {:?}", question.bottom);
        }
        let _ = write!(
            text,
            "expected {expected:#?}\nheard {heard:#?}\n\
             to work this shift again: --seed {seed} --shift {lane}:{number}"
        );
        text
    }
}

/// Which of a shift's calls it was.
struct Place {
    number: u64,
    repeat: u64,
    is_fresh: bool,
}
