//! Writes the document that the JSON kernel parses: a list of token transfers, 33 KB long, the same
//! on every machine.

use std::fmt::Write;
use std::{env, fs, path::PathBuf};

/// Length of the document in bytes, at least.
const LENGTH: usize = 33 * 1024;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(folder.join("document.json"), document()).expect("the folder can be written");
}

/// Transfers with everything that JSON has: nesting, text with escapes, numbers of each kind.
fn document() -> String {
    let mut text = String::from(r#"{"token":"wrap.near","decimals":24,"transfers":["#);
    let mut index = 0_u64;
    while text.len() < LENGTH {
        let separator = if index == 0 { "" } else { "," };
        let amount = (index + 1).wrapping_mul(6_364_136_223_846_793_005) >> 1;
        write!(
            text,
            r#"{separator}{{"sender":"user-{index}.near","receiver":"shop-{}.near","amount":"{amount}","height":{},"share":{}.{:03},"change":-{},"memo":"order \"{index}\"\n\u00e9t\u00e9","tags":["sale",null,{}]}}"#,
            index * 7 % 31,
            100_000_000 + index * 13,
            index % 10,
            index * 37 % 1000,
            index * 11 % 500,
            index % 2 == 1,
        )
        .expect("a string can be written to");
        index += 1;
    }
    text.push_str("]}");
    text
}
