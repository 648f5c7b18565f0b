//! What became of a script, for the table in `data/spec.txt`.

use std::collections::BTreeMap;
use std::fmt;

/// Numbers of one script.
#[derive(Default)]
pub(crate) struct Report {
    name: String,
    accepted: usize,
    refused: BTreeMap<String, usize>,
    ran: usize,
    adapted: BTreeMap<&'static str, usize>,
    left_out: BTreeMap<String, usize>,
}

impl Report {
    pub(crate) fn new(name: &str) -> Report {
        Report { name: name.to_owned(), ..Report::default() }
    }

    /// A module was accepted as it is.
    pub(crate) fn accepted(&mut self) {
        self.accepted += 1;
    }

    /// A valid module was refused as it is.
    pub(crate) fn refused(&mut self, reason: String) {
        *self.refused.entry(reason).or_default() += 1;
    }

    /// An assertion ran and holds.
    pub(crate) fn ran(&mut self) {
        self.ran += 1;
    }

    /// The same, on modules that were changed.
    pub(crate) fn ran_adapted(&mut self, adaptations: &[&'static str]) {
        self.ran();
        for adaptation in adaptations {
            *self.adapted.entry(adaptation).or_default() += 1;
        }
    }

    /// An assertion cannot be made.
    pub(crate) fn left_out(&mut self, reason: impl Into<String>) {
        *self.left_out.entry(reason.into()).or_default() += 1;
    }

    /// Adds the numbers of another script.
    pub(crate) fn add(&mut self, other: &Report) {
        self.accepted += other.accepted;
        self.ran += other.ran;
        for (reason, count) in &other.refused {
            *self.refused.entry(reason.clone()).or_default() += count;
        }
        for (adaptation, count) in &other.adapted {
            *self.adapted.entry(adaptation).or_default() += count;
        }
        for (reason, count) in &other.left_out {
            *self.left_out.entry(reason.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { name, accepted, refused, ran, adapted, left_out } = self;
        writeln!(f, "{name}: {accepted} modules, {ran} assertions")?;
        for (reason, count) in refused {
            writeln!(f, "    {count} refused: {reason}")?;
        }
        for (adaptation, count) in adapted {
            writeln!(f, "    {count} adapted: {adaptation}")?;
        }
        for (reason, count) in left_out {
            writeln!(f, "    {count} left out: {reason}")?;
        }
        Ok(())
    }
}
