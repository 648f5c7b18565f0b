//! What is asked, and the interpreter's answers to it: calls with all sorts of limits of gas, and calls
//! inside of calls.

use super::contracts::{Call, Contracts, DESCENTS};
use super::descent::{self, Bottom, Heard, Level};
use super::random::Random;
use super::subjects::Subject;
use super::{End, Settings};
use std::thread;
use torr_primitives::Gas;

/// Most contracts that run another, one inside the other.
const DEEPEST: u64 = 4;

/// A call, or calls inside one another, the outermost first.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) calls: Vec<Call>,
    pub(super) bottom: Bottom,
}

/// Questions with their answers: by kind, so that those with too little gas, of which there are most,
/// are not all that is asked.
pub(super) struct Book {
    whole: Vec<(Question, Heard)>,
    limited: Vec<(Question, Heard)>,
    nested: Vec<(Question, Heard)>,
}

impl Book {
    /// Asks the interpreter.
    ///
    /// # Panics
    /// When a method does not end as it is said to.
    pub(super) fn written(contracts: &Contracts, settings: &Settings<'_>) -> Book {
        let referee = Subject::referee();
        let ask = |question: &Question| answer(question, contracts, &referee);
        let plain: Vec<(Call, End)> = Contracts::calls().collect();
        let whole = in_parallel(&plain, &|(call, end)| {
            let question = Question::plain(*call);
            let heard = ask(&question);
            let name = contracts.at(call.contract).name;
            assert_eq!(heard.end(), *end, "{name}.{}: {heard:?}", call.method);
            (question, heard)
        });
        let answered = |questions: Vec<Question>| {
            in_parallel(&questions, &|question| (question.clone(), ask(question)))
        };
        let limited =
            whole.iter().flat_map(|(question, heard)| limited(question, heard, settings.limits));
        let limited = answered(limited.collect());
        let mut random = Random::new(settings.seed, u64::MAX, u64::MAX);
        let nested = (0..settings.nested).map(|_| nested(&mut random, &plain));
        let nested = answered(nested.collect());
        Book { whole, limited, nested }
    }

    /// A question of any kind, with its answer.
    pub(super) fn draw(&self, random: &mut Random) -> &(Question, Heard) {
        let kind = match random.below(4) {
            0 => &self.limited,
            1 => &self.nested,
            _ => &self.whole,
        };
        random.choose(if kind.is_empty() { &self.whole } else { kind })
    }
}

impl Question {
    /// A call of a contract that runs no other.
    fn plain(call: Call) -> Question {
        Question { calls: vec![call], bottom: Bottom::Nothing }
    }
}

fn answer(question: &Question, contracts: &Contracts, referee: &Subject) -> Heard {
    let level = |call| {
        let &Call { contract, .. } = call;
        Level { subject: referee, code: &contracts.at(contract).code, call }
    };
    let levels: Vec<Level<'_>> = question.calls.iter().map(level).collect();
    descent::ask(&levels, question.bottom)
}

/// The same call with too little gas: `number` limits over all that it burns, and the last of all.
fn limited(question: &Question, heard: &Heard, number: usize) -> Vec<Question> {
    let (Heard::Answer(answer), &[call]) = (heard, question.calls.as_slice()) else {
        return Vec::new();
    };
    let need = answer.outcome.gas_burnt.as_gas();
    let parts = number as u64;
    let limits = (1..=parts).map(|part| match part {
        1 => need.saturating_sub(1),
        part => need / parts * (part - 1),
    });
    limits.map(|gas| Question::plain(Call { gas: Gas::from_gas(gas), ..call })).collect()
}

/// Contracts that run one another, to a depth; what is at the bottom may be more than a contract's
/// failure.
fn nested(random: &mut Random, plain: &[(Call, End)]) -> Question {
    let depth = 1 + random.below(DEEPEST);
    let mut calls: Vec<Call> =
        (0..depth).map(|_| Contracts::descent(random.choose(DESCENTS).0)).collect();
    let bottom = match random.below(8) {
        0 => Bottom::Panic,
        1 => Bottom::Fault,
        _ => {
            calls.push(random.choose(plain).0);
            Bottom::Nothing
        }
    };
    Question { calls, bottom }
}

/// `map` of each of `items`, in order, on a few threads.
fn in_parallel<T: Sync, R: Send>(items: &[T], map: &(dyn Fn(&T) -> R + Sync)) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for share in items.chunks(share) {
            threads.push(scope.spawn(move || share.iter().map(map).collect::<Vec<R>>()));
        }
        let results = threads.into_iter().flat_map(|thread| match thread.join() {
            Ok(results) => results,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.collect()
    })
}
