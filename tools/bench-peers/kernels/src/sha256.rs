//! A chain of SHA-256 hashes: rotations and additions on 32 bits, in code without branches.

use hmac_sha256::Hash;

/// Bytes that are hashed at a time.
const BLOCK: usize = 16 * 1024;

/// Hashes `blocks` blocks, each with the hash of the one before.
pub(crate) fn run(blocks: u32) -> u64 {
    let block = vec![0x5A; BLOCK];
    let mut digest = [0; 32];
    for _ in 0..blocks {
        let mut hash = Hash::new();
        hash.update(digest);
        hash.update(&block);
        digest = hash.finalize();
    }
    digest.iter().fold(0, |sum, byte| sum << 2 ^ u64::from(*byte))
}
