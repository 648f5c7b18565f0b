//! Where on the page an experiment is.

/// The identifier of an experiment's section. It may stand in an address as it is.
pub(super) fn of_experiment(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    format!("experiment-{}", name.chars().map(plain).collect::<String>())
}
