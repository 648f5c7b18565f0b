//! The kernels do what their names say.

use super::{ALL, JSON, arguments, run};

#[test]
fn kernels_compute_what_is_known() {
    assert_eq!(run(&arguments(0, 20)), Some(6_765));
    // Three of four messages are the signed one.
    assert_eq!(run(&arguments(5, 8)), Some(6));
}

#[test]
fn results_differ_by_size() {
    for (kernel, number) in ALL.iter().zip(0..) {
        // The beginnings of the Fibonacci numbers and the copies of one buffer repeat.
        assert_ne!(run(&arguments(number, 5)), run(&arguments(number, 9)), "{}", kernel.name);
    }
}

#[test]
fn arguments_of_no_kernel_are_refused() {
    assert_eq!(run(&[]), None);
    assert_eq!(run(&[0, 1, 2]), None);
    assert_eq!(run(&arguments(ALL.len() as u8, 1)), None);
    assert_eq!(ALL[usize::from(JSON)].name, "json");
}
