//! Names that follow from a key or from an initial state.
//!
//! The shape of such a name tells what it commits to; both directions stand here, so that what
//! is derived is always recognised. Shapes: 64 hex digits (an ed25519 key), `0x` and 40 hex digits
//! (a secp256k1 key, NEP-518), `0s` and 40 hex digits (a deterministic state init, NEP-616), `0u`
//! and 52 base-32 symbols (a universal state init).

use super::AccountId;
use torr_crypto::hash::keccak256;
use torr_crypto::key::PublicKey;

/// Crockford's base 32 in small letters: without `i`, `l`, `o` and `u`, which are easily misread.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Symbols that 32 bytes take: 51 of five bits, and one of the last bit and four zero bits.
const BASE32_LEN: usize = 52;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// How an account of a certain name comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountType {
    /// Created by its parent, or by the registrar.
    Named,
    /// Stands for an ed25519 key.
    NearImplicit,
    /// Stands for a secp256k1 key, in the manner of Ethereum (NEP-518).
    EthImplicit,
    /// Stands for a contract with its initial data (NEP-616).
    NearDeterministic,
    /// Stands for an initial state of contract, data and keys.
    Universal,
}

impl AccountType {
    /// Whether the account comes to be by a transfer to it, rather than by being created.
    pub const fn is_implicit(self) -> bool {
        match self {
            AccountType::Named => false,
            AccountType::NearImplicit
            | AccountType::EthImplicit
            | AccountType::NearDeterministic
            | AccountType::Universal => true,
        }
    }

    pub(super) fn of(name: &str) -> AccountType {
        match (name.as_bytes(), name.len()) {
            (digits, 64) if digits.iter().all(is_hex) => AccountType::NearImplicit,
            ([b'0', b'x', digits @ ..], 42) if digits.iter().all(is_hex) => {
                AccountType::EthImplicit
            }
            ([b'0', b's', digits @ ..], 42) if digits.iter().all(is_hex) => {
                AccountType::NearDeterministic
            }
            // Only `0` and `g` end in four zero bits; any other last symbol encodes no hash.
            ([b'0', b'u', symbols @ .., b'0' | b'g'], 54)
                if symbols.iter().all(|symbol| BASE32.contains(symbol)) =>
            {
                AccountType::Universal
            }
            _ => AccountType::Named,
        }
    }
}

impl AccountId {
    /// The account of a public key, if keys of its type have one.
    pub fn of_public_key(key: &PublicKey) -> Option<AccountId> {
        match key {
            PublicKey::Ed25519(bytes) => Some(AccountId::of_ed25519_key(bytes)),
            PublicKey::Secp256k1(bytes) => Some(AccountId::of_secp256k1_key(bytes)),
            PublicKey::MlDsa65(_) => None,
        }
    }

    /// The account of an ed25519 key: its bytes in hex.
    pub fn of_ed25519_key(key: &[u8; 32]) -> AccountId {
        let mut name = String::with_capacity(64);
        push_hex(&mut name, key);
        AccountId::from_valid(name)
    }

    /// The ed25519 key that the account stands for; `None` if it stands for none.
    pub fn ed25519_key(&self) -> Option<[u8; 32]> {
        if self.account_type() != AccountType::NearImplicit {
            return None;
        }
        let mut key = [0; 32];
        let (pairs, _) = self.as_bytes().as_chunks();
        for (byte, [high, low]) in key.iter_mut().zip(pairs) {
            *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
        }
        Some(key)
    }

    /// The account of an uncompressed secp256k1 key: `0x` and the last 20 bytes of its Keccak-256
    /// in hex (NEP-518).
    pub fn of_secp256k1_key(key: &[u8; 64]) -> AccountId {
        AccountId::with_address("0x", &keccak256(key))
    }

    /// The account of the deterministic state init with this Keccak-256 (NEP-616).
    pub(crate) fn of_deterministic_digest(digest: &[u8; 32]) -> AccountId {
        AccountId::with_address("0s", digest)
    }

    /// The account of the universal state init with this SHA3-256.
    pub(crate) fn of_universal_digest(digest: &[u8; 32]) -> AccountId {
        let mut name = String::with_capacity("0u".len() + BASE32_LEN);
        name.push_str("0u");
        push_base32(&mut name, digest);
        AccountId::from_valid(name)
    }

    /// `prefix` and the last 20 bytes of `digest` in hex.
    fn with_address(prefix: &str, digest: &[u8; 32]) -> AccountId {
        let [_, _, _, _, _, _, _, _, _, _, _, _, address @ ..] = digest;
        let mut name = String::with_capacity(prefix.len() + 2 * address.len());
        name.push_str(prefix);
        push_hex(&mut name, address);
        AccountId::from_valid(name)
    }
}

fn is_hex(byte: &u8) -> bool {
    HEX.contains(byte)
}

fn hex_digit(symbol: u8) -> Option<u8> {
    HEX.iter().zip(0..).find_map(|(digit, value)| (*digit == symbol).then_some(value))
}

fn push_hex(name: &mut String, bytes: &[u8]) {
    for byte in bytes {
        name.push(char::from(HEX[usize::from(byte >> 4)]));
        name.push(char::from(HEX[usize::from(byte & 0xf)]));
    }
}

/// Writes five bits at a time, the most significant first, with zero bits after the last.
fn push_base32(name: &mut String, bytes: &[u8; 32]) {
    let mut pending: u16 = 0;
    let mut pending_bits = 0;
    for &byte in bytes {
        pending = pending << 8 | u16::from(byte);
        pending_bits += 8;
        while pending_bits >= 5 {
            pending_bits -= 5;
            name.push(symbol(pending >> pending_bits));
        }
        pending &= (1 << pending_bits) - 1;
    }
    name.push(symbol(pending << (5 - pending_bits)));
}

/// The symbol for the low five bits.
fn symbol(bits: u16) -> char {
    char::from(BASE32[usize::from(bits & 0x1f)])
}
