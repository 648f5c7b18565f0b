//! Quicksort: comparisons, exchanges and branches that cannot be foreseen.

use crate::numbers::Numbers;

/// Slices up to this length are sorted by insertion.
const SHORT: usize = 12;

/// Sorts `length` numbers.
pub(crate) fn run(length: u32) -> u64 {
    let mut numbers: Vec<u64> = Numbers::new(length).take(length as usize).collect();
    sort(&mut numbers);
    numbers.iter().enumerate().fold(0, |sum: u64, (place, number)| {
        sum.wrapping_mul(31).wrapping_add(number ^ place as u64)
    })
}

/// Sorts the shorter part by recursion and goes on with the longer, so the depth is logarithmic.
fn sort(mut slice: &mut [u64]) {
    while slice.len() > SHORT {
        let middle = partition(slice);
        let (left, right) = slice.split_at_mut(middle);
        let (shorter, longer) =
            if left.len() < right.len() { (left, right) } else { (right, left) };
        sort(shorter);
        slice = longer;
    }
    sort_by_insertion(slice);
}

/// Divides a slice of at least two: nothing before the returned place is above anything from it on,
/// and both sides have something.
fn partition(slice: &mut [u64]) -> usize {
    let pivot = slice[(slice.len() - 1) / 2];
    let (mut low, mut high) = (0, slice.len() - 1);
    loop {
        while slice[low] < pivot {
            low += 1;
        }
        while slice[high] > pivot {
            high -= 1;
        }
        if low >= high {
            return high + 1;
        }
        slice.swap(low, high);
        low += 1;
        high -= 1;
    }
}

fn sort_by_insertion(slice: &mut [u64]) {
    for end in 1..slice.len() {
        let mut place = end;
        while place > 0 && slice[place - 1] > slice[place] {
            slice.swap(place - 1, place);
            place -= 1;
        }
    }
}
