//! Where state lives: databases, the Merkle-Patricia trie over them, and proofs of what is in it.
//!
//! State is a map from keys to values; what keys mean is nothing to this crate. Nodes of the trie are
//! named by their hashes, so the hash of the root names the whole state (protocol specification,
//! "Data structures: trie").
//!
//! **Invariant:** bytes that come out of a database, a proof or a file are believed only as far as
//! their hash goes; whatever they are, reading them ends in a value or a typed error.

#![forbid(unsafe_code)]

mod bytes_by_hash;
pub mod database;
pub mod flat;
pub mod memory_trie;
pub mod nibbles;
pub mod node;
pub mod node_cache;
pub mod partial_state;
pub mod proof;
pub mod recorder;
pub mod shard_state;
pub mod source;
pub mod state_file;
pub mod stored_trie;
pub mod trie;
pub mod trie_update;
