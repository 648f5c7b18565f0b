//! Verifying ed25519 signatures: products of 64 by 64 bits, of which WebAssembly has only the lower
//! half.

use ed25519_compact::{KeyPair, Noise, Seed};

/// Makes a signature and verifies it `signatures` times; returns how often it was good.
pub(crate) fn run(signatures: u32) -> u64 {
    let keys = KeyPair::from_seed(Seed::new([42; 32]));
    let mut message = *b"a message of which the beginning changes";
    let signature = keys.sk.sign(message, Some(Noise::new([7; 16])));
    let mut good = 0;
    for number in 0..signatures {
        // Every fourth time, the message is another one.
        message[0] = if number % 4 == 3 { b'A' } else { b'a' };
        good += u64::from(keys.pk.verify(message, &signature).is_ok());
    }
    good
}
