//! Something for each column.

use super::Column;

/// One of a kind for each column.
#[derive(Clone, Debug, Default)]
pub(super) struct PerColumn<T> {
    meta: T,
    nodes: T,
    flat: T,
    roots: T,
    deltas: T,
    blocks: T,
}

impl<T> PerColumn<T> {
    /// Makes one for each column, or fails with the first that fails.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(super) fn try_new<E>(mut make: impl FnMut(Column) -> Result<T, E>) -> Result<Self, E> {
        Ok(PerColumn {
            meta: make(Column::Meta)?,
            nodes: make(Column::Nodes)?,
            flat: make(Column::Flat)?,
            roots: make(Column::Roots)?,
            deltas: make(Column::Deltas)?,
            blocks: make(Column::Blocks)?,
        })
    }

    /// The one of `column`.
    pub(super) fn of(&self, column: Column) -> &T {
        match column {
            Column::Meta => &self.meta,
            Column::Nodes => &self.nodes,
            Column::Flat => &self.flat,
            Column::Roots => &self.roots,
            Column::Deltas => &self.deltas,
            Column::Blocks => &self.blocks,
        }
    }

    /// The one of `column`, to change it.
    pub(super) fn of_mut(&mut self, column: Column) -> &mut T {
        match column {
            Column::Meta => &mut self.meta,
            Column::Nodes => &mut self.nodes,
            Column::Flat => &mut self.flat,
            Column::Roots => &mut self.roots,
            Column::Deltas => &mut self.deltas,
            Column::Blocks => &mut self.blocks,
        }
    }
}
