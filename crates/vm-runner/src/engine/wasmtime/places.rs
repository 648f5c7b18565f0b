//! Places in the pool of instances: who finds none waits until a call ends.

use std::sync::{Condvar, Mutex, PoisonError};

/// Free places.
pub(super) struct Places {
    free: Mutex<u32>,
    freed: Condvar,
}

/// A place that was taken; dropping it gives it back.
pub(super) struct Place<'p>(&'p Places);

impl Places {
    pub(super) fn new(number: u32) -> Places {
        Places { free: Mutex::new(number), freed: Condvar::new() }
    }

    /// Takes a place, or waits for one.
    pub(super) fn take(&self) -> Place<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free =
            self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Place(self)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
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
