//! Proof files: one encoding, every byte of which counts, and claims that are true or refused.

use super::cases::{Case, Key, Numbers, cases};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::node::ValueRef;
use torr_store::proof::{Claim, InvalidProof, InvalidProofFile, MalformedPart, ProofFile, Values};
use torr_store::trie::{EMPTY_ROOT, Trie};

const FORMS: [Values; 2] = [Values::Included, Values::ByReference];

fn file_of(case: &Case, keys: &[Key], values: Values) -> ProofFile {
    case.trie().prove_to_file(keys, values).expect("all nodes are there")
}

fn encoded(file: &ProofFile) -> Vec<u8> {
    file.encode().expect("it has keys")
}

fn decoded(bytes: &[u8]) -> Result<ProofFile, InvalidProofFile> {
    ProofFile::decode(bytes, ProofFile::USUAL_LIMIT)
}

/// Some content with its checksum.
fn sealed(content: &[u8]) -> Vec<u8> {
    [content, CryptoHash::of(content).as_bytes()].concat()
}

/// A file without its checksum.
fn content_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len() - CryptoHash::LENGTH]
}

fn is_true(case: &Case, key: &[u8], claim: &Claim) -> bool {
    match claim {
        Claim::Absent => !case.map.contains_key(key),
        Claim::Reference(value) => case.value_ref(key) == Some(*value),
        Claim::Value(value) => case.map.get(key).is_some_and(|there| there[..] == **value),
    }
}

/// Files of a case, with one key each and with all.
fn files(case: &Case) -> Vec<ProofFile> {
    let keys = case.keys();
    let sets = keys.iter().map(|key| vec![key.clone()]).chain([keys.clone()]);
    sets.flat_map(|keys| FORMS.map(|values| file_of(case, &keys, values))).collect()
}

#[test]
fn a_file_says_what_is_there_and_is_read_as_it_was_written() {
    for case in cases() {
        for keys in case.key_sets() {
            for values in FORMS {
                let file = file_of(&case, &keys, values);
                let bytes = encoded(&file);
                let read = decoded(&bytes).expect("it was written so");
                assert_eq!((&read, encoded(&read)), (&file, bytes), "{}", case.name);
                let claims = read.verify(case.root).expect("it is true");
                assert!(claims.keys().eq(&keys), "{}: {keys:?}", case.name);
                for (key, claim) in claims {
                    assert!(is_true(&case, key, claim), "{}: {key:?} {claim:?}", case.name);
                    assert_eq!(matches!(claim, Claim::Value(_)), {
                        values == Values::Included && case.map.contains_key(key)
                    });
                }
            }
        }
    }
}

#[test]
fn a_file_is_enough_to_read_its_values_as_the_protocol_does() {
    for case in cases() {
        let keys = case.keys();
        let state = file_of(&case, &keys, Values::Included).to_partial_state();
        let trie = Trie::with_root(&state, case.root);
        for key in keys {
            let value = trie.get(&key).expect("it is in the file");
            assert_eq!(value.as_deref(), case.map.get(&key).map(Vec::as_slice));
        }
    }
}

#[test]
fn the_bytes_of_a_file_are_these() {
    let case = Case::new("one key", &[(b"k", b"value")]);
    let leaf = [
        &[0, 2, 0, 0, 0, 0x20, b'k', 5, 0, 0, 0][..],
        CryptoHash::of(b"value").as_bytes(),
        &[109, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let content = [
        &b"torr proof 1\n"[..],
        case.root.as_bytes(),
        &[2, 0, 0, 0],
        &[1, 0, 0, 0, b'j', 0],
        &[1, 0, 0, 0, b'k', 2, 5, 0, 0, 0],
        b"value",
        &[1, 0, 0, 0],
        &[leaf.len() as u8, 0, 0, 0],
        &leaf[..],
    ]
    .concat();
    let keys = [b"k".to_vec(), b"j".to_vec()];
    assert_eq!(encoded(&file_of(&case, &keys, Values::Included)), sealed(&content));
    let by_reference = encoded(&file_of(&case, &keys, Values::ByReference));
    let claim = [&[1, 5, 0, 0, 0][..], CryptoHash::of(b"value").as_bytes()].concat();
    let (before, after) = (&content[..13 + 32 + 4 + 6 + 5], &content[13 + 32 + 4 + 6 + 15..]);
    assert_eq!(by_reference, sealed(&[before, &claim[..], after].concat()));
}

#[test]
fn every_changed_byte_of_a_file_is_refused() {
    let mut numbers = Numbers(88);
    for case in cases() {
        for file in files(&case) {
            let bytes = encoded(&file);
            for changed in numbers.changed(&bytes) {
                let result = decoded(&changed);
                let is_first_line = changed[..13] != bytes[..13];
                let expected = match is_first_line {
                    true => InvalidProofFile::OtherFormat,
                    false => InvalidProofFile::OtherChecksum,
                };
                assert_eq!(result, Err(expected), "{}", case.name);
            }
        }
    }
}

#[test]
fn a_changed_file_with_a_right_checksum_is_refused_or_true_of_other_keys() {
    let mut numbers = Numbers(90);
    for case in cases() {
        for file in files(&case) {
            let bytes = encoded(&file);
            for changed in numbers.changed(content_of(&bytes)) {
                let changed = sealed(&changed);
                let Ok(read) = decoded(&changed) else { continue };
                assert_eq!(encoded(&read), changed, "{}: two encodings", case.name);
                let Ok(claims) = read.verify(case.root) else { continue };
                // Only keys can differ, and only where what is said of them is as true.
                assert_eq!(read.proof, file.proof, "{}", case.name);
                assert!(claims.keys().ne(file.claims.keys()), "{}", case.name);
                for (key, claim) in claims {
                    assert!(is_true(&case, key, claim), "{}: {key:?} {claim:?}", case.name);
                }
            }
        }
    }
}

#[test]
fn a_shorter_or_longer_file_is_refused_with_any_checksum() {
    for case in cases() {
        for file in files(&case) {
            let bytes = encoded(&file);
            for end in 0..bytes.len() {
                assert!(decoded(&bytes[..end]).is_err(), "{}: to {end}", case.name);
            }
            for end in 0..content_of(&bytes).len() {
                assert!(decoded(&sealed(&bytes[..end])).is_err(), "{}: to {end}", case.name);
            }
            for more in [0x00, 0x01, 0xff] {
                let longer = [&bytes[..], &[more]].concat();
                assert_eq!(decoded(&longer), Err(InvalidProofFile::OtherChecksum));
                let content = [content_of(&bytes), &[more]].concat();
                let at = content_of(&bytes).len();
                let part = MalformedPart::TooLong;
                assert_eq!(
                    decoded(&sealed(&content)),
                    Err(InvalidProofFile::Malformed { at, part })
                );
            }
        }
    }
}

#[test]
fn nodes_of_a_file_are_read_strictly() {
    for case in cases() {
        let file = file_of(&case, &case.keys(), Values::Included);
        for index in 0..file.proof.nodes.len() {
            let mut dropped = file.clone();
            dropped.proof.nodes.remove(index);
            let mut doubled = file.clone();
            doubled.proof.nodes.insert(index, Arc::clone(&file.proof.nodes[index]));
            let mut moved = file.clone();
            moved.proof.nodes[index..].rotate_left(1);
            let is_moved = index + 1 < file.proof.nodes.len();
            for other in [dropped, doubled].into_iter().chain(is_moved.then_some(moved)) {
                let read = decoded(&encoded(&other)).expect("it is written as it should be");
                let result = read.verify(case.root);
                assert!(matches!(result, Err(InvalidProofFile::Proof(_))), "{}", case.name);
            }
        }
    }
}

#[test]
fn claims_that_are_not_true_are_refused_under_a_right_proof() {
    for case in cases() {
        let keys = case.keys();
        for file in FORMS.map(|values| file_of(&case, &keys, values)) {
            for key in &keys {
                let any = ValueRef { length: 5, hash: CryptoHash::of(b"other") };
                let mut false_claims =
                    vec![Claim::Reference(any), Claim::Value(Arc::from(&b"other"[..]))];
                if let Some(value) = case.value_ref(key) {
                    let longer = ValueRef { length: value.length + 1, ..value };
                    false_claims.extend([Claim::Absent, Claim::Reference(longer)]);
                }
                for claim in false_claims {
                    let mut other = file.clone();
                    other.claims.insert(key.clone(), claim);
                    let expected = Err(InvalidProofFile::OtherClaim { key: key.clone() });
                    assert_eq!(other.verify(case.root), expected, "{}", case.name);
                }
            }
        }
    }
}

#[test]
fn a_file_is_for_one_root_and_has_keys() {
    let case = Case::new("one key", &[(b"k", b"value")]);
    let mut file = file_of(&case, &[b"k".to_vec()], Values::Included);
    for root in [EMPTY_ROOT, CryptoHash([1; 32])] {
        assert_eq!(file.verify(root), Err(InvalidProofFile::OtherRoot { root: case.root }));
    }
    let mut moved = file.clone();
    moved.root = CryptoHash([1; 32]);
    let expected = InvalidProofFile::Proof(InvalidProof::OtherHash { index: 0 });
    assert_eq!(moved.verify(moved.root), Err(expected));
    file.claims.clear();
    file.proof.nodes.clear();
    assert_eq!(file.verify(case.root), Err(InvalidProofFile::NoKeys));
    assert_eq!(file.encode(), Err(InvalidProofFile::NoKeys));
}

#[test]
fn each_part_that_is_not_as_it_should_be_is_named() {
    let start = [b"torr proof 1\n", &[0; 32][..]].concat();
    let first = start.len() + 4;
    for (content, at, part) in [
        (&[0, 0, 0, 0][..], 0, MalformedPart::NoKeys),
        (&[1, 0, 0, 0, 255, 255, 255, 255, 0], first, MalformedPart::TooShort),
        (&[255, 255, 255, 255, 0, 0, 0, 0, 0], first + 5, MalformedPart::TooShort),
        (&[1, 0, 0, 0, 0, 0, 0, 0, 3], first, MalformedPart::UnknownClaim { tag: 3 }),
        (&[1, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255], first + 9, MalformedPart::TooShort),
        (&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], first + 5, MalformedPart::KeyOutOfOrder),
        (
            &[2, 0, 0, 0, 1, 0, 0, 0, 7, 0, 1, 0, 0, 0, 6, 0],
            first + 6,
            MalformedPart::KeyOutOfOrder,
        ),
    ] {
        let bytes = sealed(&[&start[..], content].concat());
        assert_eq!(decoded(&bytes), Err(InvalidProofFile::Malformed { at, part }), "{content:?}");
    }
    assert_eq!(decoded(b"torr proof 2\n"), Err(InvalidProofFile::OtherFormat));
    assert_eq!(decoded(&[]), Err(InvalidProofFile::OtherFormat));
}

#[test]
fn a_file_over_the_limit_is_refused_before_it_is_read() {
    let case = Case::new("one key", &[(b"k", b"value")]);
    let bytes = encoded(&file_of(&case, &[b"k".to_vec()], Values::Included));
    let length = bytes.len();
    assert!(ProofFile::decode(&bytes, length).is_ok());
    let limit = length - 1;
    let expected = Err(InvalidProofFile::TooLong { length, limit });
    assert_eq!(ProofFile::decode(&bytes, limit), expected);
}
