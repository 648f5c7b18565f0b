//! Names of shards over all layouts: databases keep the shards of several layouts side by side.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// A shard of a certain layout of shards. Tries of different shards have nothing to do with each other.
///
/// As text it is `s7.v3`: shard 7 of a layout of version 3.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
)]
pub struct ShardUid {
    /// Version of the layout.
    pub version: u32,
    /// The shard in it.
    pub shard_id: u32,
}

/// A text is not the name of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a shard is written s7.v3, for shard 7 of a layout of version 3")]
pub struct ParseShardUidError;

impl ShardUid {
    /// Length of what keys of the shard begin with, in bytes.
    pub const LENGTH: usize = 8;

    /// What keys of the shard begin with.
    pub fn to_bytes(self) -> [u8; ShardUid::LENGTH] {
        let mut bytes = [0; ShardUid::LENGTH];
        let (version, shard_id) = bytes.split_at_mut(4);
        version.copy_from_slice(&self.version.to_le_bytes());
        shard_id.copy_from_slice(&self.shard_id.to_le_bytes());
        bytes
    }
}

impl fmt::Display for ShardUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}.v{}", self.shard_id, self.version)
    }
}

impl FromStr for ShardUid {
    type Err = ParseShardUidError;

    fn from_str(text: &str) -> Result<ShardUid, ParseShardUidError> {
        let (shard_id, version) = text
            .strip_prefix('s')
            .and_then(|rest| rest.split_once(".v"))
            .ok_or(ParseShardUidError)?;
        let number = |digits: &str| digits.parse().map_err(|_| ParseShardUidError);
        Ok(ShardUid { version: number(version)?, shard_id: number(shard_id)? })
    }
}

impl Serialize for ShardUid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ShardUid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ShardUid, D::Error> {
        <String as Deserialize>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{ParseShardUidError, ShardUid};

    #[test]
    fn text_and_bytes_name_version_and_shard() {
        let uid = ShardUid { version: 3, shard_id: 258 };
        assert_eq!(uid.to_string(), "s258.v3");
        assert_eq!("s258.v3".parse(), Ok(uid));
        assert_eq!(uid.to_bytes(), [3, 0, 0, 0, 2, 1, 0, 0]);
        assert_eq!(borsh::to_vec(&uid).unwrap(), uid.to_bytes());
        for text in ["", "s.v", "s1", "1.v1", "s1.1", "s1.v-1", "s4294967296.v0", "s1.v1 "] {
            assert_eq!(text.parse::<ShardUid>(), Err(ParseShardUidError), "{text}");
        }
    }
}
