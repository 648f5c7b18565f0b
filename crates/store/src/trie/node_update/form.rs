//! The form that a node's content wants: keys part at branches, and nodes with one child are joined with it.

use super::{Kind, Left, Link, NodeUpdate, Path, Value, Working};
use crate::source::{NodeSource, TrieError};

impl<S: NodeSource> NodeUpdate<'_, S> {
    /// Puts a branch where a key parts from the path of a node, after what both have in common.
    pub(super) fn part(&mut self, at: u32, common: usize, rest: &[u8], value: Value) {
        let old = self.nodes[at as usize];
        let mut branch = Working::BRANCH;
        let before = match old.kind {
            Kind::Leaf { path, value } => {
                let (nibble, rest) = self.split_first(path.after(common));
                match nibble {
                    Some(nibble) => {
                        let leaf = self.push(Working::leaf(rest, value));
                        branch.set_child(nibble, Link::Working(leaf));
                    }
                    None => set_value(&mut branch, value),
                }
                path.first(common)
            }
            Kind::Extension { path, child } => {
                let (nibble, rest) = self.split_first(path.after(common));
                // A key parts from a path before its end.
                let nibble = nibble.unwrap_or_default();
                if rest.len == 0 {
                    branch.stored_below = old.stored_below;
                    branch.set_child(nibble, child);
                } else {
                    let kind = Kind::Extension { path: rest, child };
                    let extension = self.push(Working { kind, ..old });
                    branch.set_child(nibble, Link::Working(extension));
                }
                path.first(common)
            }
            // No key parts from a branch: it has no path.
            Kind::Branch { .. } => return,
        };
        match rest.split_first() {
            Some((&nibble, path)) => {
                let leaf = self.push_leaf(path, value);
                branch.set_child(nibble, leaf);
            }
            None => set_value(&mut branch, value),
        }
        self.nodes[at as usize] = if before.len == 0 {
            branch
        } else {
            let child = Link::Working(self.push(branch));
            Working { kind: Kind::Extension { path: before, child }, stored_below: 0 }
        };
    }

    fn split_first(&self, path: Path) -> (Option<u8>, Path) {
        (self.nibbles(path).first().copied(), path.after(1))
    }

    /// Gives a node the form that its content wants, after something of it was taken away or changed
    /// its form.
    pub(super) fn settle(&mut self, at: u32) -> Result<Left, TrieError> {
        let (prefix, nibble) = match *self.kind(at) {
            Kind::Leaf { .. } => return Ok(Left::Path),
            Kind::Extension { path, .. } => (path, None),
            Kind::Branch { children, value, .. } => {
                let mut there = (0..).zip(children).filter(|(_, child)| *child != Link::Nothing);
                match (there.next(), there.next(), value) {
                    (None, _, None) => return Ok(Left::Nothing),
                    (None, _, Some(value)) => {
                        let path = Path { start: 0, len: 0 };
                        self.nodes[at as usize] = Working::leaf(path, value);
                        return Ok(Left::Path);
                    }
                    (Some((nibble, _)), None, None) => {
                        (self.push_path([nibble].into_iter()), Some(nibble))
                    }
                    _ => return Ok(Left::Branch),
                }
            }
        };
        let child = self.enter(at, nibble)?;
        self.nodes[at as usize] = self.prefixed(prefix, child);
        Ok(Left::Path)
    }

    /// What has a node below a path: one with a longer path, or an extension.
    fn prefixed(&mut self, prefix: Path, child: u32) -> Working {
        let Working { kind, stored_below } = self.nodes[child as usize];
        let kind = match kind {
            Kind::Leaf { path, value } => Kind::Leaf { path: self.joined(prefix, path), value },
            Kind::Extension { path, child } => {
                Kind::Extension { path: self.joined(prefix, path), child }
            }
            Kind::Branch { .. } => {
                let kind = Kind::Extension { path: prefix, child: Link::Working(child) };
                return Working { kind, stored_below: 0 };
            }
        };
        Working { kind, stored_below }
    }

    /// Two paths, one after the other.
    fn joined(&mut self, first: Path, second: Path) -> Path {
        let start = self.nibbles.len();
        self.nibbles.extend_from_within(first.range());
        self.nibbles.extend_from_within(second.range());
        Path { start, len: self.nibbles.len() - start }
    }
}

fn set_value(branch: &mut Working, new: Value) {
    if let Kind::Branch { value, .. } = &mut branch.kind {
        *value = Some(new);
    }
}
