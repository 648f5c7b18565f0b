//! The module `spectest`, which scripts may import from. It is in parts, of which a module gets those
//! that it needs: there can be only one memory.

use std::sync::LazyLock;

/// The part that exports `name`, as a module.
pub(crate) fn part(name: &str) -> Option<&'static [u8]> {
    let part = PARTS.iter().find(|(exports, _)| exports.contains(&name));
    part.map(|(_, code)| code.as_slice())
}

/// A module, with the names of its exports.
type Part = (Vec<&'static str>, Vec<u8>);

static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| {
    let parts = TEXTS.iter().map(|text| {
        // Every second piece between quotes is one.
        let exports = text.split('"').skip(1).step_by(2).collect();
        (exports, wat::parse_str(text).expect("valid text"))
    });
    parts.collect()
});

/// As the specification's interpreter has it.
const TEXTS: [&str; 3] = [
    r#"(module
        (global (export "global_i32") i32 (i32.const 666))
        (global (export "global_i64") i64 (i64.const 666))
        (global (export "global_f32") f32 (f32.const 666.6))
        (global (export "global_f64") f64 (f64.const 666.6))
        (func (export "print"))
        (func (export "print_i32") (param i32))
        (func (export "print_i64") (param i64))
        (func (export "print_f32") (param f32))
        (func (export "print_f64") (param f64))
        (func (export "print_i32_f32") (param i32 f32))
        (func (export "print_f64_f64") (param f64 f64)))"#,
    r#"(module (table (export "table") 10 20 funcref))"#,
    r#"(module (memory (export "memory") 1 2))"#,
];
