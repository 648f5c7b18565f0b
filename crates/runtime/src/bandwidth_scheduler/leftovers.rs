//! Spreading what is left over the links.
//!
//! Shards with the least for each of their links come first. Whoever comes later has more, so that the
//! part each of them leaves for the others is used.

use super::links::{Link, Links};
use torr_primitives::bandwidth::Bandwidth;

/// A shard as a sender, or as a receiver.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    /// What it may still send or receive.
    pub(super) left: Bandwidth,
    /// Over how many links that is to be spread.
    pub(super) links: u64,
}

impl Side {
    /// An equal part for one of the links; nothing if there are none.
    fn part(self) -> Bandwidth {
        self.left.checked_div(self.links).unwrap_or_default()
    }

    /// Takes away what one of the links is granted: at most [`Side::part`].
    fn take(&mut self, grant: Bandwidth) {
        self.left = self.left.saturating_sub(grant);
        self.links = self.links.saturating_sub(1);
    }
}

/// What each of the allowed links is granted of what both its shards have left. Of the sides nothing is
/// left but what could not be used.
pub(super) fn spread(
    senders: &mut [Side],
    receivers: &mut [Side],
    allowed: &Links<bool>,
) -> Vec<(Link, Bandwidth)> {
    let in_order = by_part(receivers);
    let mut grants = Vec::new();
    for sender in by_part(senders) {
        for &receiver in &in_order {
            let link = Link { sender, receiver };
            if allowed[link] {
                let grant = senders[sender].part().min(receivers[receiver].part());
                senders[sender].take(grant);
                receivers[receiver].take(grant);
                grants.push((link, grant));
            }
        }
    }
    grants
}

/// Indices of the shards, those with the smallest part first; in the order of the layout where parts
/// are equal.
fn by_part(sides: &[Side]) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..sides.len()).collect();
    indices.sort_by_key(|index| sides[*index].part());
    indices
}
