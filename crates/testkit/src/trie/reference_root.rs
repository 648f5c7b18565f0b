//! The root of a map, from its definition: by parting sorted keys, without any trie.

use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;

/// A key as hex digits, and its value.
type Entry = (String, Vec<u8>);

/// Nodes and values by their hashes: their bytes, and the number of their places in a trie.
pub type Places = BTreeMap<CryptoHash, (Vec<u8>, u64)>;

/// Told of each place of a node or value.
type Note<'n> = &'n mut dyn FnMut(CryptoHash, &[u8]);

/// The root of the trie that has these entries.
///
/// # Panics
/// Never: all digits are made here.
pub fn reference_root(map: &BTreeMap<Vec<u8>, Vec<u8>>) -> CryptoHash {
    root_of(map, &mut |_, _| {})
}

/// The root of the trie that has these entries, and what it is made of.
///
/// # Panics
/// Never: all digits are made here.
pub fn reference_trie(map: &BTreeMap<Vec<u8>, Vec<u8>>) -> (CryptoHash, Places) {
    let mut places = Places::new();
    let root = root_of(map, &mut |hash, bytes| {
        places.entry(hash).or_insert_with(|| (bytes.to_vec(), 0)).1 += 1;
    });
    (root, places)
}

fn root_of(map: &BTreeMap<Vec<u8>, Vec<u8>>, note: Note<'_>) -> CryptoHash {
    let digits = |key: &Vec<u8>| key.iter().map(|byte| format!("{byte:02x}")).collect();
    let entries: Vec<Entry> = map.iter().map(|(key, value)| (digits(key), value.clone())).collect();
    if entries.is_empty() { CryptoHash([0; 32]) } else { subtrie(&entries, 0, note).0 }
}

/// Hash and memory of the trie of entries that are alike in their first `depth` digits.
fn subtrie(entries: &[Entry], depth: usize, note: Note<'_>) -> (CryptoHash, u64) {
    let (first, last) = (&entries[0].0[depth..], &entries[entries.len() - 1].0[depth..]);
    let mut bytes = Vec::new();
    let mut memory = 50;
    if let [(_, value)] = entries {
        bytes.push(0);
        memory += put_path(&mut bytes, first, 2) + put_value(&mut bytes, value, note);
        return hashed(bytes, memory, note);
    }
    let common = first.chars().zip(last.chars()).take_while(|(one, other)| one == other).count();
    if common > 0 {
        let (child, below) = subtrie(entries, depth + common, note);
        bytes.push(3);
        memory += put_path(&mut bytes, &first[..common], 0) + below;
        bytes.extend(child.0);
        return hashed(bytes, memory, note);
    }
    let here = entries.iter().find(|(key, _)| key.len() == depth);
    bytes.push(if here.is_some() { 2 } else { 1 });
    memory += here.map_or(0, |(_, value)| put_value(&mut bytes, value, note));
    let (mut mask, mut children) = (0_u16, Vec::<u8>::new());
    let digit = |(key, _): &Entry| key[depth..].chars().next().expect("a digit");
    // The key that ends here is the first.
    for below in entries[usize::from(here.is_some())..].chunk_by(|a, b| digit(a) == digit(b)) {
        let (child, memory_below) = subtrie(below, depth + 1, note);
        mask += 1 << digit(&below[0]).to_digit(16).expect("a hex digit");
        memory += memory_below;
        children.extend(child.0);
    }
    bytes.extend(mask.to_le_bytes());
    bytes.extend(children);
    hashed(bytes, memory, note)
}

/// Gives the memory of the path.
fn put_path(bytes: &mut Vec<u8>, digits: &str, flag: u8) -> u64 {
    let odd = digits.len() % 2;
    let padding = if odd == 1 { "" } else { "0" };
    let packed = hex::decode(format!("{}{padding}{digits}", flag + odd as u8)).expect("hex");
    bytes.extend((packed.len() as u32).to_le_bytes());
    bytes.extend(&packed);
    2 * packed.len() as u64
}

/// Gives the memory of the value.
fn put_value(bytes: &mut Vec<u8>, value: &[u8], note: Note<'_>) -> u64 {
    bytes.extend((value.len() as u32).to_le_bytes());
    let hash = CryptoHash::of(value);
    note(hash, value);
    bytes.extend(hash.0);
    50 + value.len() as u64
}

fn hashed(mut bytes: Vec<u8>, memory: u64, note: Note<'_>) -> (CryptoHash, u64) {
    bytes.extend(memory.to_le_bytes());
    let hash = CryptoHash::of(&bytes);
    note(hash, &bytes);
    (hash, memory)
}
