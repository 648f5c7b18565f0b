//! Gives the engine a symbol that newer compilers have no more: a function that probes the stack. It
//! takes its address, for compilers that emit such probes; the single-pass one does not, so nothing
//! calls it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bins=-Wl,--defsym=__rust_probestack=main");
}
