//! Proofs from any bytes: what is accepted says what a trie over its nodes says, and is the one proof that
//! this trie gives.

use super::{any_nodes, key};
use arbitrary::{Result, Unstructured};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::partial_state::PartialState;
use torr_store::proof::{Claim, MultiProof, ProofFile, Values};
use torr_store::source::NodeSource;
use torr_store::trie::{EMPTY_ROOT, Trie};

/// Most keys that are proven at once.
const MOST_KEYS: usize = 5;
/// What a proof file begins with.
const FIRST_LINE: &[u8] = b"torr proof 1\n";

/// Proves keys of a trie of any nodes, then reads any of the nodes as a proof and a damaged proof file.
///
/// # Errors
/// None that bytes can cause; drawing is fallible by its type.
///
/// # Panics
/// When a proof is accepted that says anything else than a trie over its nodes, or is another than the
/// one that such a trie gives.
pub fn check_any_proofs(input: &mut Unstructured<'_>) -> Result<()> {
    let nodes = any_nodes(input)?;
    let state = PartialState::new(nodes.iter().cloned());
    let root = nodes.last().map_or(EMPTY_ROOT, |bytes| CryptoHash::of(bytes));
    let trie = Trie::with_root(&state, root);
    let count = input.int_in_range(0..=MOST_KEYS)?;
    let keys = (0..count).map(|_| key(input)).collect::<Result<Vec<_>>>()?;
    check_made(&trie, &keys);

    let count = input.int_in_range(0..=nodes.len())?;
    let any = (0..count).map(|_| Ok(Arc::clone(input.choose(&nodes)?)));
    check_accepted(&MultiProof { nodes: any.collect::<Result<_>>()? }, root, &keys);

    let values = *input.choose(&[Values::Included, Values::ByReference])?;
    let file = trie.prove_to_file(&keys, values).ok().and_then(|file| file.encode().ok());
    if let Some(mut file) = file {
        check_proof_file(&file);
        let at = input.choose_index(file.len())?;
        file[at] ^= input.arbitrary::<u8>()?;
        check_proof_file(&file);
    }
    Ok(())
}

/// There is a proof if all keys can be read, and it says the same.
fn check_made<S: NodeSource>(trie: &Trie<S>, keys: &[Vec<u8>]) {
    let read = keys.iter().map(|key| trie.value_ref(key)).collect::<Result<Vec<_>, _>>();
    match (trie.prove_keys(keys), read) {
        (Ok(proof), Ok(read)) => assert_eq!(proof.verify(trie.root(), keys), Ok(read)),
        (Err(_), Err(_)) => {}
        (proof, read) => panic!("{keys:?} are proven by {proof:?} and read as {read:?}"),
    }
}

/// Reads a list of nodes as a proof.
fn check_accepted(proof: &MultiProof, root: CryptoHash, keys: &[impl AsRef<[u8]>]) {
    let Ok(proven) = proof.verify(root, keys) else { return };
    let state = proof.to_partial_state();
    let trie = Trie::with_root(&state, root);
    let again = trie.prove_keys(keys).expect("its nodes were met");
    assert_eq!(&again, proof, "two proofs for one root");
    for (key, proven) in keys.iter().zip(proven) {
        assert_eq!(trie.value_ref(key.as_ref()).expect("its nodes were met"), proven);
    }
}

/// Reads bytes as a proof file: as they are, and with the first line and the checksum of a right one.
///
/// # Panics
/// As [`check_any_proofs`], and when a file that is read is not written as it was.
pub fn check_proof_file(bytes: &[u8]) {
    check_exact_proof_file(bytes);
    let rest = bytes.get(FIRST_LINE.len()..).unwrap_or_default();
    let content = rest.len().saturating_sub(CryptoHash::LENGTH);
    let mut sealed = [FIRST_LINE, rest.get(..content).unwrap_or_default()].concat();
    let checksum = CryptoHash::of(&sealed);
    sealed.extend_from_slice(checksum.as_bytes());
    check_exact_proof_file(&sealed);
}

fn check_exact_proof_file(bytes: &[u8]) {
    let Ok(file) = ProofFile::decode(bytes, bytes.len()) else { return };
    assert_eq!(file.encode().as_deref(), Ok(bytes), "{file:?} has two encodings");
    let Ok(claims) = file.verify(file.root) else { return };
    let keys: Vec<_> = claims.keys().collect();
    check_accepted(&file.proof, file.root, &keys);
    let state = file.to_partial_state();
    let trie = Trie::with_root(&state, file.root);
    for (key, claim) in claims {
        let read = trie.value_ref(key).expect("its nodes were met");
        match claim {
            Claim::Absent => assert_eq!(read, None),
            Claim::Reference(value) => assert_eq!(read, Some(*value)),
            Claim::Value(value) => {
                assert_eq!(trie.get(key).expect("it is in the file").as_ref(), Some(value));
            }
        }
    }
}
