//! What waits for the next call: stores and instances that cost more to make than to clean.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Things that wait, so many at most.
pub(super) struct Idle<T> {
    /// The one that waits longest is the first.
    waiting: Mutex<VecDeque<T>>,
    most: usize,
}

impl<T> Idle<T> {
    pub(super) fn new(most: usize) -> Idle<T> {
        Idle { waiting: Mutex::default(), most }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that waits shortest of those that suit.
    pub(super) fn take(&self, suits: impl Fn(&T) -> bool) -> Option<T> {
        let mut waiting = self.waiting();
        let index = waiting.iter().rposition(suits)?;
        waiting.remove(index)
    }

    /// One more waits; if they are too many, the one goes that waits longest.
    pub(super) fn put(&self, item: T) {
        let mut waiting = self.waiting();
        waiting.push_back(item);
        let longest = if waiting.len() > self.most { waiting.pop_front() } else { None };
        drop(waiting);
        // Freeing it takes a while, for which others need not wait.
        drop(longest);
    }

    /// Those go that nobody will take.
    #[cfg(feature = "wasmer")]
    pub(super) fn discard(&self, is_useless: impl Fn(&T) -> bool) {
        let mut waiting = self.waiting();
        let (useless, rest): (VecDeque<T>, _) = waiting.drain(..).partition(is_useless);
        *waiting = rest;
        drop(waiting);
        drop(useless);
    }
}

#[cfg(test)]
mod tests {
    use super::Idle;

    #[test]
    fn so_many_wait_and_the_last_to_come_is_the_first_to_go() {
        let idle = Idle::new(3);
        for item in [1, 2, 3, 4] {
            idle.put(item);
        }
        assert_eq!(idle.take(|&item| item == 1), None, "it had to go for the fourth");
        assert_eq!(idle.take(|&item| item < 4), Some(3));
        assert_eq!(idle.take(|&item| item == 3), None, "it is taken once");
    }

    #[test]
    #[cfg(feature = "wasmer")]
    fn those_that_are_useless_go() {
        let idle = Idle::new(3);
        for item in [1, 2, 3] {
            idle.put(item);
        }
        idle.discard(|item| item % 2 == 1);
        assert_eq!([idle.take(|_| true), idle.take(|_| true)], [Some(2), None]);
    }
}
