//! Work on all elements of a list at once, with results in the order of the list.
//!
//! The threads are plain ones, of no pool that others know: an engine that compiles with a pool of
//! its own must not take up another element while it holds a lock.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{io, thread};

/// Stack of a thread, in bytes.
const STACK_BYTES: usize = 16 << 20;

/// As many threads as there are processors.
pub fn one_per_processor() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// What `work` makes of each of `items`, on `jobs` threads.
///
/// # Errors
/// When a thread cannot be started.
///
/// # Panics
/// When `work` does.
pub fn parallel_map<T: Sync, R: Send>(
    items: &[T],
    jobs: NonZero<usize>,
    work: impl Fn(&T) -> R + Sync,
) -> io::Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            let result = work(item);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs.get().min(items.len()) {
            thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, worker)?;
        }
        Ok::<_, io::Error>(())
    })?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::parallel_map;
    use std::num::NonZero;

    #[test]
    fn results_are_in_order_whatever_the_number_of_threads() {
        let items: Vec<u32> = (0..100).collect();
        for jobs in [1, 3, 200] {
            let jobs = NonZero::new(jobs).unwrap();
            assert_eq!(parallel_map(&items, jobs, |item| *item).unwrap(), items);
        }
        assert!(parallel_map(&items[..0], NonZero::<usize>::MIN, |_| ()).unwrap().is_empty());
    }
}
