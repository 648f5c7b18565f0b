//! Values that are too long to be copied with each node that has them.

use std::sync::Arc;

/// Values by places.
#[derive(Debug, Default)]
pub(super) struct LongValues {
    values: Vec<Option<Arc<[u8]>>>,
    free: Vec<u32>,
}

impl LongValues {
    /// Keeps a value; `None` if there are as many as can be told apart.
    pub(super) fn put(&mut self, value: Arc<[u8]>) -> Option<u32> {
        if let Some(place) = self.free.pop() {
            self.values[place as usize] = Some(value);
            return Some(place);
        }
        let place = u32::try_from(self.values.len()).ok()?;
        self.values.push(Some(value));
        Some(place)
    }

    /// The value in a place; `None` if none is there.
    pub(super) fn at(&self, place: u32) -> Option<&Arc<[u8]>> {
        self.values.get(place as usize)?.as_ref()
    }

    /// A value is not used any more.
    pub(super) fn give_back(&mut self, place: u32) {
        if let Some(value) = self.values.get_mut(place as usize) {
            *value = None;
            self.free.push(place);
        }
    }
}
