//! State files with right hashes and anything in them, and what reading and importing them has to do.

use crate::state_history::{Map, is_empty};
use crate::trie::reference_root;
use arbitrary::{Result, Unstructured};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::database::{Column, Database, MemoryDatabase};
use torr_store::shard_state::{Collection, ShardState};
use torr_store::state_file::{Begun, StateFileReader, export, import};
use torr_store::stored_trie::ShardUid;

const SHARD: ShardUid = ShardUid { version: 0, shard_id: 1 };

/// A frame as bytes, whatever they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyFrame {
    /// What it says is the length of its entries.
    pub length: u32,
    /// What it says is their number.
    pub count: u32,
    /// Its entries, or what is there of them.
    pub bytes: Vec<u8>,
}

impl AnyFrame {
    /// A frame that is right by itself.
    pub fn of<'e>(entries: impl IntoIterator<Item = (&'e [u8], &'e [u8])>) -> AnyFrame {
        let (mut bytes, mut count) = (Vec::new(), 0);
        for (key, value) in entries {
            for part in [key, value] {
                bytes.extend((part.len() as u32).to_le_bytes());
                bytes.extend(part);
            }
            count += 1;
        }
        AnyFrame { length: bytes.len() as u32, count, bytes }
    }
}

/// A file of these parts, with the hashes that it has to have. Written from the description of the format,
/// not with its code.
pub fn sealed(root: CryptoHash, frames: &[AnyFrame], total: u64) -> Vec<u8> {
    let mut file = [b"torr state 1\n", &root.0[..]].concat();
    let mut hash = CryptoHash::of(&file);
    file.extend(hash.0);
    let end = [&[1][..], &total.to_le_bytes()].concat();
    let parts = frames.iter().map(|frame| {
        let numbers = [frame.length.to_le_bytes(), frame.count.to_le_bytes()].concat();
        [&[0], &numbers[..], &frame.bytes].concat()
    });
    for part in parts.chain([end]) {
        hash = CryptoHash::of(&[&hash.0[..], &part].concat());
        file.extend(part);
        file.extend(hash.0);
    }
    file
}

/// Reads, goes on with and imports a file of any bytes, or of any frames with right hashes.
///
/// # Errors
/// None that bytes can cause; drawing is fallible by its type.
///
/// # Panics
/// When a file is taken that is not the one of its state, or one that is refused leaves something.
pub fn check_any_file(input: &mut Unstructured<'_>) -> Result<()> {
    let frame_len = input.int_in_range(10..=60)?;
    let file = if input.ratio(1, 8)? { input.arbitrary()? } else { any_sealed(input)? };
    check_file(&file, frame_len);
    Ok(())
}

fn any_sealed(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let (mut frames, mut map, mut total) = (Vec::new(), Map::new(), 0);
    for _ in 0..input.int_in_range(0..=4)? {
        let mut entries = Vec::new();
        for _ in 0..input.int_in_range(1..=3)? {
            let key_len = input.int_in_range(0..=3)?;
            let value_len = input.int_in_range(0..=12)?;
            entries.push((input.bytes(key_len)?.to_vec(), input.bytes(value_len)?.to_vec()));
        }
        total += entries.len() as u64;
        if !input.ratio(1, 16)? {
            entries.sort();
        }
        let mut frame = AnyFrame::of(entries.iter().map(|(key, value)| (&key[..], &value[..])));
        if input.ratio(1, 16)? {
            frame = AnyFrame { length: input.arbitrary()?, count: input.arbitrary()?, ..frame };
        }
        frames.push(frame);
        map.extend(entries);
    }
    let root =
        if input.ratio(1, 16)? { input.arbitrary().map(CryptoHash)? } else { reference_root(&map) };
    Ok(sealed(root, &frames, total))
}

/// The same of a file that is given.
///
/// # Panics
/// When a file is taken that is not the one of its state, or one that is refused leaves something.
pub fn check_file(file: &[u8], frame_len: usize) {
    let open = || StateFileReader::open(file).map(|reader| reader.with_frame_len(frame_len));
    let Ok(mut reader) = open() else { return };
    let mut map = Map::new();
    let read = loop {
        match reader.next_frame() {
            Ok(None) => break Ok(()),
            Ok(Some(frame)) => {
                map.extend(frame.entries().map(|(key, value)| (key.to_vec(), value.to_vec())));
            }
            Err(error) => break Err(error),
        }
    };
    let begun = Begun::nothing(reader.root()).with_frame_len(frame_len).find(file);
    if let Ok(begun) = begun {
        assert!(begun.bytes() <= file.len() as u64);
        assert!(begun.bytes() == 0 || begun.entries() == map.len() as u64);
        assert_eq!(begun.is_whole(), read.is_ok());
    }

    let database: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
    let state = ShardState::open(Arc::clone(&database), SHARD).expect("memory does not fail");
    let reader = open().expect("it was opened before");
    match import(reader, &state, 7, |_| ()) {
        Ok(version) => {
            assert!(read.is_ok(), "a damaged file was imported");
            assert_eq!(version.root, reference_root(&map));
            assert_eq!(exported(&state, frame_len), file, "a state has two files");
        }
        Err(_) => {
            assert_eq!(state.versions().expect("memory does not fail"), []);
            state.give_up_import().expect("memory does not fail");
            while state.collect(3).expect("memory does not fail") == Collection::Unfinished {}
            for column in [Column::Nodes, Column::Flat, Column::Deltas] {
                assert!(is_empty(&*database, column, SHARD).expect("memory does not fail"));
            }
        }
    }
}

/// The file of the head.
fn exported(state: &ShardState, frame_len: usize) -> Vec<u8> {
    let snapshot = state.snapshot().expect("memory does not fail");
    let head = snapshot.head().expect("memory does not fail").expect("it was imported");
    let trie = snapshot.trie_at(head.number).expect("it is kept");
    let begun = Begun::nothing(head.root).with_frame_len(frame_len);
    let mut file = Vec::new();
    export(&trie, &begun, &mut file, |_| ()).expect("memory does not fail");
    file
}
