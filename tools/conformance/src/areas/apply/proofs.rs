//! Chunks applied again, from their witnesses alone; and witnesses that were changed, which are refused.

use super::Detail;
use super::keeping::{Applied, InMemory, Keeper};
use super::observed::observed;
use super::scenario::Entry;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_runtime::Environment;
use torr_runtime::witness::{Witness, validate};
use torr_store::partial_state::PartialState;

/// How many nodes of a proof are changed, and how many left out, each alone.
const CHANGES: u64 = 2;

/// States in memory, from which only witnesses are taken.
pub(super) struct FromWitnesses(pub(super) InMemory);

impl Keeper for FromWitnesses {
    /// Applies a chunk to what its witness has.
    fn apply(
        &mut self,
        entry: &Entry,
        environment: &Environment<'_>,
        detail: Detail,
    ) -> Result<Applied, String> {
        let (witness, result) =
            match Witness::produce(&self.0.trie(entry)?, &entry.input(), environment) {
                Ok(produced) => produced,
                Err(error) => return Ok(Err(error)),
            };
        self.0.replace(entry, &result.trie_update)?;
        let encoding = witness.encode().map_err(|error| error.to_string())?;
        let read = Witness::decode(&encoding, Witness::USUAL_LIMIT);
        let read = read.map_err(|error| error.to_string())?;
        if read != witness {
            return Err("the witness is read as another".to_owned());
        }
        let config = &entry.context.config;
        let validated = validate(&read, config, environment);
        let validated = validated.map_err(|error| format!("the witness is refused: {error}"))?;
        for changed in changed(&witness, entry.prev_state_root) {
            if validate(&changed, config, environment).is_ok() {
                return Err("a witness with a changed proof is accepted".to_owned());
            }
        }
        Ok(Ok(observed(validated.result, detail)?.0))
    }
}

/// The witness with single bytes of its proof changed, and with single nodes left out; which ones, `seed`
/// says.
fn changed(witness: &Witness, seed: CryptoHash) -> impl Iterator<Item = Witness> {
    let nodes = witness.proof.values();
    let with =
        move |nodes: Vec<Arc<[u8]>>| Witness { proof: PartialState::new(nodes), ..witness.clone() };
    (0..2 * CHANGES).filter_map(move |number| {
        let draw = CryptoHash::of(&[seed.as_bytes(), &number.to_le_bytes()[..]].concat());
        let [a, b, c, ..] = draw.as_bytes().as_chunks::<8>().0 else { return None };
        let mut nodes = nodes.clone();
        let place = index(*a, nodes.len())?;
        let mut node = nodes.swap_remove(place).to_vec();
        if number < CHANGES {
            let at = index(*b, node.len())?;
            *node.get_mut(at)? ^= c[0] | 1;
            nodes.push(node.into());
        }
        Some(with(nodes))
    })
}

/// A number below `count`, if there is one.
fn index(draw: [u8; 8], count: usize) -> Option<usize> {
    let count = u64::try_from(count).ok()?;
    usize::try_from(u64::from_le_bytes(draw).checked_rem(count)?).ok()
}
