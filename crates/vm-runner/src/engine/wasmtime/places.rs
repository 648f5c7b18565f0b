//! Places in the pool of instances: who finds none waits until a call ends.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Free places.
pub(super) struct Places {
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    free: u32,
    waiting: u32,
}

/// A place that was taken; dropping it gives it back.
pub(super) struct Place<'p>(&'p Places);

impl Places {
    pub(super) fn new(number: u32) -> Places {
        Places { state: Mutex::new(State { free: number, waiting: 0 }), freed: Condvar::new() }
    }

    /// Takes a place, or waits for one.
    pub(super) fn take(&self) -> Place<'_> {
        let mut state = self.state();
        if state.free == 0 {
            state.waiting += 1;
            let waited = self.freed.wait_while(state, |state| state.free == 0);
            state = waited.unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        state.free -= 1;
        Place(self)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.free += 1;
        // Asking the system to wake nobody takes a tenth of a short call.
        if state.waiting > 0 {
            self.0.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Places;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    #[test]
    fn no_more_places_are_taken_than_there_are() {
        let (places, taken, most) = (Places::new(2), AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let _place = places.take();
                        let now = taken.fetch_add(1, Ordering::SeqCst) + 1;
                        most.fetch_max(now, Ordering::SeqCst);
                        thread::yield_now();
                        taken.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=2).contains(&most.into_inner()));
    }
}
