//! What shards and pairs of shards have left while grants are made.

use super::leftovers::{Side, spread};
use super::links::{self, Link, Links};
use super::params::BandwidthSchedulerParams;
use super::request::Increases;
use super::shuffle::shuffle;
use rand_chacha::rand_core::RngCore;
use std::collections::BTreeMap;
use torr_primitives::bandwidth::Bandwidth;

/// What is left, and what has been granted.
pub(super) struct Budgets {
    params: BandwidthSchedulerParams,
    allowed: Links<bool>,
    /// What each shard may still send.
    to_send: Vec<Bandwidth>,
    /// What each shard may still receive.
    to_receive: Vec<Bandwidth>,
    allowances: Links<Bandwidth>,
    granted: Links<Bandwidth>,
}

/// What came of trying to grant something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Granted,
    NotGranted,
}

impl Budgets {
    /// Of a height at which nothing has been granted yet.
    pub(super) fn new(
        params: BandwidthSchedulerParams,
        allowed: Links<bool>,
        allowances: Links<Bandwidth>,
    ) -> Budgets {
        let shards = allowed.shards();
        Budgets {
            params,
            allowed,
            to_send: vec![params.max_shard_bandwidth; shards],
            to_receive: vec![params.max_shard_bandwidth; shards],
            allowances,
            granted: Links::new(shards, |_| 0),
        }
    }

    pub(super) fn links(&self) -> impl Iterator<Item = Link> + use<> {
        links::all(self.allowed.shards())
    }

    pub(super) fn allowed_links(&self) -> impl Iterator<Item = Link> {
        self.links().filter(|link| self.allowed[*link])
    }

    pub(super) fn granted(&self, link: Link) -> Bandwidth {
        self.granted[link]
    }

    pub(super) fn allowance(&self, link: Link) -> Bandwidth {
        self.allowances[link]
    }

    /// Every link saves up what it would be granted if all were granted the same.
    pub(super) fn save_fair_shares(&mut self) {
        let shards = u64::try_from(self.allowed.shards()).unwrap_or(u64::MAX);
        let share = self.params.max_shard_bandwidth.checked_div(shards).unwrap_or_default();
        for link in self.links() {
            let saved = self.allowances[link].saturating_add(share);
            self.allowances[link] = saved.min(self.params.max_allowance);
        }
    }

    /// Every link is granted the base, if anything may be sent on it.
    pub(super) fn grant_base(&mut self) {
        for link in self.links() {
            self.try_to_grant(link, self.params.base_bandwidth);
        }
    }

    /// Requests are granted step by step, the next step always to the link with the most allowance; to
    /// links with the same in an order by chance. A request of which a step cannot be granted is done.
    pub(super) fn grant_requests(
        &mut self,
        requests: Vec<Increases>,
        generator: &mut impl RngCore,
    ) {
        let mut waiting: BTreeMap<Bandwidth, Vec<Increases>> = BTreeMap::new();
        for request in requests {
            waiting.entry(self.allowances[request.link]).or_default().push(request);
        }
        while let Some((_, mut of_equal_right)) = waiting.pop_last() {
            shuffle(&mut of_equal_right, generator);
            for mut request in of_equal_right {
                let Some(step) = request.steps.pop_front() else { continue };
                let attempt = self.try_to_grant(request.link, step);
                if attempt == Attempt::Granted && !request.steps.is_empty() {
                    waiting.entry(self.allowances[request.link]).or_default().push(request);
                }
            }
        }
    }

    /// What shards could still send and receive is spread over the links, at no cost of allowance.
    pub(super) fn grant_leftovers(&mut self) {
        let mut senders = self.sides(&self.to_send, |link| link.sender);
        let mut receivers = self.sides(&self.to_receive, |link| link.receiver);
        for (link, leftover) in spread(&mut senders, &mut receivers, &self.allowed) {
            self.granted[link] = self.granted[link].saturating_add(leftover);
        }
    }

    fn sides(&self, budgets: &[Bandwidth], shard: impl Fn(Link) -> usize) -> Vec<Side> {
        let side = |left: &Bandwidth| Side { left: *left, links: 0 };
        let mut sides: Vec<Side> = budgets.iter().map(side).collect();
        for link in self.allowed_links() {
            sides[shard(link)].links += 1;
        }
        sides
    }

    /// Grants an amount if the link may be used and both shards have that much left.
    fn try_to_grant(&mut self, link: Link, amount: Bandwidth) -> Attempt {
        let to_send = self.to_send[link.sender].checked_sub(amount);
        let to_receive = self.to_receive[link.receiver].checked_sub(amount);
        let (true, Some(to_send), Some(to_receive)) = (self.allowed[link], to_send, to_receive)
        else {
            return Attempt::NotGranted;
        };
        self.to_send[link.sender] = to_send;
        self.to_receive[link.receiver] = to_receive;
        self.allowances[link] = self.allowances[link].saturating_sub(amount);
        self.granted[link] = self.granted[link].saturating_add(amount);
        Attempt::Granted
    }
}
