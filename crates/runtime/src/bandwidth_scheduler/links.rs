//! A value for every pair of shards.

use std::ops::{Index, IndexMut};

/// From one shard to another, or to itself; by their indices in the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) sender: usize,
    pub(super) receiver: usize,
}

/// A value for every link of a layout.
#[derive(Clone, Debug)]
pub(super) struct Links<T> {
    shards: usize,
    /// By sender, and for each by receiver.
    values: Vec<T>,
}

impl<T> Links<T> {
    /// A value for every link between `shards` shards.
    pub(super) fn new(shards: usize, value: impl FnMut(Link) -> T) -> Links<T> {
        Links { shards, values: all(shards).map(value).collect() }
    }

    /// Number of shards.
    pub(super) const fn shards(&self) -> usize {
        self.shards
    }
}

/// All links between `shards` shards: by sender, and for each by receiver.
pub(super) fn all(shards: usize) -> impl Iterator<Item = Link> {
    (0..shards).flat_map(move |sender| (0..shards).map(move |receiver| Link { sender, receiver }))
}

/// Links are made of indices that the layout gave, so the value is there.
impl<T> Index<Link> for Links<T> {
    type Output = T;

    fn index(&self, link: Link) -> &T {
        &self.values[link.sender * self.shards + link.receiver]
    }
}

impl<T> IndexMut<Link> for Links<T> {
    fn index_mut(&mut self, link: Link) -> &mut T {
        &mut self.values[link.sender * self.shards + link.receiver]
    }
}
