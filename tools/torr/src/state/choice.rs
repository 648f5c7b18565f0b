//! Which version of the state a command is about.

use super::error::StateError;
use clap::Args;
use serde::Serialize;
use torr_crypto::hash::CryptoHash;
use torr_store::shard_state::{StateSnapshot, Version};

/// The arguments that choose a version; without any, it is the head.
#[derive(Args)]
#[group(multiple = false)]
pub(super) struct VersionArguments {
    /// Take the version with this root [default: the head]
    #[arg(long, value_name = "HASH")]
    root: Option<CryptoHash>,
    /// Take the version at this height
    #[arg(long, value_name = "HEIGHT")]
    height: Option<u64>,
}

/// A version, as results name it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct VersionReport {
    /// Its root.
    pub(super) root: CryptoHash,
    /// Its height.
    pub(super) height: u64,
    /// Its number in the database.
    pub(super) version: u64,
}

impl VersionReport {
    pub(super) fn new(version: &Version) -> VersionReport {
        let Version { root, height, number, .. } = *version;
        VersionReport { root, height, version: number.0 }
    }
}

impl VersionArguments {
    /// The version.
    pub(super) fn choose(&self, snapshot: &StateSnapshot) -> Result<Version, StateError> {
        let head = snapshot.head()?;
        let head = head.ok_or_else(|| StateError::NoVersion { shard: snapshot.shard() })?;
        match (self.root, self.height) {
            (Some(root), _) => with_root(snapshot, root),
            (None, Some(height)) => at_height(snapshot, height),
            (None, None) => Ok(head),
        }
    }
}

/// The latest of the versions with a root: their states are the same.
pub(super) fn with_root(snapshot: &StateSnapshot, root: CryptoHash) -> Result<Version, StateError> {
    snapshot.find(root)?.pop().ok_or(StateError::UnknownRoot { root })
}

fn at_height(snapshot: &StateSnapshot, height: u64) -> Result<Version, StateError> {
    let mut versions = snapshot.versions()?;
    versions.retain(|version| version.height == height);
    let version = versions.pop().ok_or(StateError::UnknownHeight { height })?;
    if versions.iter().any(|other| other.root != version.root) {
        versions.push(version);
        let mut roots: Vec<_> = versions.iter().map(|version| version.root.to_string()).collect();
        roots.sort_unstable();
        roots.dedup();
        return Err(StateError::SeveralAtHeight { height, roots: roots.join(", ") });
    }
    Ok(version)
}
