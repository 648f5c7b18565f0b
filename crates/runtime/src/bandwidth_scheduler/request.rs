//! Asking for bandwidth: from the receipts that wait to a request, and from a request to what it adds to
//! the base.

use super::links::Link;
use super::params::BandwidthSchedulerParams;
use std::collections::VecDeque;
use torr_primitives::bandwidth::{Bandwidth, BandwidthRequest, BandwidthRequestBitmap};
use torr_primitives::{ShardId, ShardLayout};

/// Asks for what lets receipts be sent that wait for `to_shard`, given the sizes in bytes of the groups
/// they wait in, in order. `None` if the base is enough for all.
///
/// Sizes are taken one after another, and none after the largest amount is used up: where reading them
/// leaves a trace, as in a proof, it is the protocol's. A receipt above the largest size counts as one
/// of the largest size, so that it does not wait forever. If there are receipts that no group counts,
/// from before there were groups, give the largest size of a receipt alone.
///
/// # Errors
/// The first that a size is in place of.
pub fn bandwidth_request<E>(
    to_shard: ShardId,
    group_sizes: impl IntoIterator<Item = Result<u64, E>>,
    params: &BandwidthSchedulerParams,
) -> Result<Option<BandwidthRequest>, E> {
    let values = params.request_values();
    let mut requested = BandwidthRequestBitmap::default();
    let mut total: Bandwidth = 0;
    for size in group_sizes {
        total = total.saturating_add(size?.min(params.max_receipt_size));
        if total <= params.base_bandwidth {
            continue;
        }
        let place = values.partition_point(|value| *value < total);
        if place == values.len() {
            break;
        }
        requested.insert(place);
    }
    // Every shard of a layout has a name of 16 bits.
    let request = u16::try_from(to_shard).ok().filter(|_| !requested.is_empty());
    Ok(request.map(|to_shard| BandwidthRequest { to_shard, requested_values_bitmap: requested }))
}

/// The shards whose buffers a request towards `to_shard` speaks for, in order: first that of the shard
/// it comes from in the layout before, whose receipts go to its children now.
///
/// A shard that was not split comes from itself. Its receipts then count twice, and the shard may ask
/// for more than it needs; the protocol does it so as long as a layout remembers the one before.
pub fn buffers_for_request(
    layout: &ShardLayout,
    to_shard: ShardId,
) -> impl Iterator<Item = ShardId> {
    layout.parent_shard(to_shard).into_iter().chain([to_shard])
}

/// What is still asked for on a link: step by step, each beyond the one before.
#[derive(Clone, Debug)]
pub(super) struct Increases {
    pub(super) link: Link,
    pub(super) steps: VecDeque<Bandwidth>,
}

impl Increases {
    /// What a request asks for beyond the base; `None` if nothing.
    pub(super) fn of_request(
        link: Link,
        requested: &BandwidthRequestBitmap,
        params: &BandwidthSchedulerParams,
    ) -> Option<Increases> {
        let values = params.request_values();
        let mut reached = params.base_bandwidth;
        let mut steps = VecDeque::new();
        for value in requested.iter().filter_map(|place| values.get(place)) {
            let step = value.saturating_sub(reached);
            if step > 0 {
                steps.push_back(step);
                reached = *value;
            }
        }
        (!steps.is_empty()).then_some(Increases { link, steps })
    }
}
