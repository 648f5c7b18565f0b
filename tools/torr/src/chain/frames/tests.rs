//! Files of blocks as they are, cut short, and changed.

use super::super::{Block, Content, FileError, FrameReader, FrameWriter};
use torr_crypto::hash::CryptoHash;
use torr_primitives::Balance;

const GENESIS: CryptoHash = CryptoHash([7; 32]);

fn block(height: u64, prev_hash: CryptoHash) -> Block {
    Block {
        height,
        prev_hash,
        timestamp: height * 1_000,
        gas_price: Balance::from_yoctonear(100),
        random_seed: CryptoHash::default(),
        missing_chunks: vec![height],
        transactions: Vec::new(),
    }
}

/// A file, and the places between its parts.
fn file() -> (Vec<u8>, Vec<Block>) {
    let (mut bytes, mut blocks) = (Vec::new(), Vec::new());
    let mut writer = FrameWriter::new(&mut bytes, Content::Blocks, &GENESIS).unwrap();
    let mut prev_hash = GENESIS;
    for height in 1..=3 {
        let block = block(height, prev_hash);
        prev_hash = writer.write(&block.to_bytes()).unwrap();
        assert_eq!(prev_hash, block.hash());
        blocks.push(block);
    }
    writer.finish().unwrap();
    (bytes, blocks)
}

fn read(bytes: &[u8]) -> Result<Vec<Block>, FileError> {
    let mut reader = FrameReader::new(bytes, Content::Blocks)?;
    assert_eq!(reader.genesis(), GENESIS);
    let mut blocks = Vec::new();
    while let Some((hash, block)) = reader.next_block()? {
        assert_eq!(hash, block.hash());
        blocks.push(block);
    }
    assert!(reader.next_block()?.is_none());
    Ok(blocks)
}

#[test]
fn what_was_written_is_read() {
    let (bytes, blocks) = file();
    assert_eq!(read(&bytes).unwrap(), blocks);
}

#[test]
fn a_file_cut_short_anywhere_is_noticed() {
    let (bytes, _) = file();
    for length in 0..bytes.len() {
        match read(&bytes[..length]) {
            Err(FileError::OtherContent { content: Content::Blocks }) => assert!(length < 8),
            Err(FileError::CutShort { .. }) => assert!(length >= 8),
            result => panic!("{length}: {result:?}"),
        }
    }
}

#[test]
fn no_changed_byte_goes_unnoticed() {
    let (bytes, _) = file();
    // The name of the genesis is compared by who knows it.
    for place in (0..12).chain(44..bytes.len()) {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert!(read(&changed).is_err(), "{place}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(read(&longer), Err(FileError::MoreBehindEnd)));
}

#[test]
fn lengths_are_not_believed() {
    let (bytes, _) = file();
    let mut changed = bytes[..44].to_vec();
    changed.extend_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(read(&changed), Err(FileError::TooLong { number: 1, .. })));
    let mut changed = bytes[..44].to_vec();
    changed.extend_from_slice(&(200_u32 << 20).to_le_bytes());
    changed.extend_from_slice(&[0; 40]);
    assert!(matches!(read(&changed), Err(FileError::CutShort { number: 1 })));
    // Bytes that are no block, under their own hash.
    let mut changed = bytes[..44].to_vec();
    changed.extend_from_slice(&3_u32.to_le_bytes());
    changed.extend_from_slice(CryptoHash::of(b"abc").as_bytes());
    changed.extend_from_slice(b"abc");
    assert!(matches!(read(&changed), Err(FileError::Malformed { number: 1, .. })));
}
