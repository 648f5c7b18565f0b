//! Lengths of numbers as the binary format writes them (LEB128).

/// Bytes of an unsigned number in its shortest form.
pub(super) fn u32_len(value: u32) -> u64 {
    let bits = u32::BITS - value.leading_zeros();
    u64::from(bits.div_ceil(7).max(1))
}

/// Bytes of a signed number in its shortest form. The sign takes a bit.
pub(super) fn i64_len(value: i64) -> u64 {
    let magnitude = if value < 0 { !value } else { value };
    let bits = i64::BITS - magnitude.leading_zeros() + 1;
    u64::from(bits.div_ceil(7))
}

/// Bytes of a length that `u32` holds wherever modules are valid.
pub(super) fn len_len(len: u64) -> u64 {
    u32_len(u32::try_from(len).unwrap_or(u32::MAX))
}

/// Bytes of a section with so many bytes of content: id, length, content.
pub(super) fn section_len(content: u64) -> u64 {
    1 + len_len(content) + content
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::Encode;

    #[test]
    fn lengths_are_those_of_the_encoder() {
        let edges = (0..32).flat_map(|bit| [(1_u32 << bit) - 1, 1 << bit]).chain([u32::MAX]);
        for value in edges {
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            assert_eq!(u32_len(value), bytes.len() as u64, "{value}");
        }
        let edges =
            (0..63).flat_map(|bit| [(1_i64 << bit) - 1, 1 << bit, -(1 << bit), !(1 << bit)]);
        for value in edges.chain([i64::MAX, i64::MIN]) {
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            assert_eq!(i64_len(value), bytes.len() as u64, "{value}");
        }
    }
}
