//! Importing state files into a shard, in steps.

use super::{Frame, Position, StateFileError, StateFileReader};
use crate::shard_state::{Collection, ImportPosition, ShardState, StateError, Version};
use std::io::Read;

/// A step has as many frames as make so many times the usual length of one, so that its batch is worth its
/// cost: 8 MiB of entries, and at most one longest entry more.
const STEP_FRAMES: usize = 8;

/// Most entries of a step, unless one frame has more: each takes some hundred bytes for the nodes on the
/// way to it, however short it is.
const STEP_ENTRIES: usize = 50_000;

/// Makes the state of a file the first version of a shard that has none, and the head. Tells `progress`
/// after each step how far it is in the file.
///
/// It is done in steps, each of which is one batch and leaves the shard without versions; the last one
/// makes the version. If it was interrupted, it goes on behind the last step that was done, as long as the
/// file is the same up to there. A file that ends in an error leaves what was imported of it, to go on with
/// from a whole copy; [`ShardState::give_up_import`] and [`ShardState::collect`] take that away. What a file
/// of the wrong content led to is taken away before this returns.
///
/// Done again, after a stop that left open whether it was done, it gives the version.
///
/// # Errors
/// When the shard has versions, or an import of something else was begun there; when the file is not as it
/// was written, or has other content than its root says; when something cannot be read or written.
pub fn import<R: Read>(
    mut reader: StateFileReader<R>,
    state: &ShardState,
    height: u64,
    mut progress: impl FnMut(&Position),
) -> Result<Version, StateFileError> {
    let root = reader.root();
    if let [version] = state.versions()?[..]
        && (version.root, version.height, version.parent) == (root, height, None)
    {
        return Ok(version);
    }
    let mut at = state.begin_import(reader.position().hash)?;
    while reader.position().frames < at.parts {
        if reader.next_frame()?.is_none() {
            return Err(StateError::OtherImport.into());
        }
    }
    if reader.position().hash != at.hash {
        return Err(StateError::OtherImport.into());
    }
    loop {
        let (step, position) = next_step(&mut reader)?;
        if step.is_empty() {
            break;
        }
        let to = ImportPosition { parts: position.frames, hash: position.hash, ..at };
        state.import_part(&at, to, step.iter().flat_map(Frame::entries))?;
        at = to;
        progress(&position);
    }
    match state.finish_import(&at, Some(root), height) {
        Err(error @ StateError::OtherContent { .. }) => {
            while state.collect(usize::MAX)? == Collection::Unfinished {}
            Err(error.into())
        }
        finished => Ok(finished?),
    }
}

/// The frames of the next step, and the position behind the last of them; none if the end was reached.
fn next_step<R: Read>(
    reader: &mut StateFileReader<R>,
) -> Result<(Vec<Frame>, Position), StateFileError> {
    let mut position = reader.position();
    let step_len = reader.frame_len().saturating_mul(STEP_FRAMES);
    let (mut step, mut len, mut entries) = (Vec::new(), 0_usize, 0_usize);
    while len < step_len && entries < STEP_ENTRIES {
        let Some(frame) = reader.next_frame()? else { break };
        len = len.saturating_add(frame.len());
        entries = entries.saturating_add(frame.count() as usize);
        step.push(frame);
        position = reader.position();
    }
    Ok((step, position))
}
