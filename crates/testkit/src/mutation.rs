//! Contracts that were whole once: real code with a few bytes changed, lost, moved or added.
//!
//! Most parts of such code are still well-formed, so it gets deeper than random bytes do.

use crate::contracts;
use arbitrary::{Result, Unstructured};

/// Most changes to a contract.
const MAX_EDITS: usize = 8;
/// Longest run of bytes that an edit moves or removes.
const MAX_RUN: usize = 64;

/// An example contract, mostly the short one, with edits drawn from `input`.
///
/// # Errors
/// None that bytes can cause; drawing is fallible by its type.
pub fn arbitrary(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let contract = match input.int_in_range(0..=63_u8)? {
        // The others take a hundred times as long.
        0 => input.choose(contracts::ALL)?,
        _ => contracts::C_KV_STORE,
    };
    let mut code = contract.to_vec();
    for _ in 0..=input.int_in_range(0..=MAX_EDITS - 1)? {
        edit(&mut code, input)?;
    }
    Ok(code)
}

fn edit(code: &mut Vec<u8>, input: &mut Unstructured<'_>) -> Result<()> {
    let at = input.choose_index(code.len().max(1))?.min(code.len());
    let run = at..(at + input.int_in_range(1..=MAX_RUN)?).min(code.len());
    match input.int_in_range(0..=4_u8)? {
        0 => {
            code.drain(run);
        }
        1 => code.insert(at, input.arbitrary()?),
        2 => {
            let moved = code.get(run).unwrap_or_default().to_vec();
            let to = input.choose_index(code.len().max(1))?.min(code.len());
            code.splice(to..to, moved);
        }
        3 => {
            if let Some(byte) = code.get_mut(at) {
                *byte ^= 1 << input.int_in_range(0..=7_u8)?;
            }
        }
        _ => {
            if let Some(byte) = code.get_mut(at) {
                *byte = input.arbitrary()?;
            }
        }
    }
    Ok(())
}
