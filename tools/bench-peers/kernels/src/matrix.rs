//! A product of matrices of `f64`: arithmetic on floats in nested loops.

/// Multiplies two square matrices of `rows` rows.
pub(crate) fn run(rows: u32) -> u64 {
    let rows = rows as usize;
    if rows == 0 {
        return 0;
    }
    let left = matrix(rows, 7);
    let right = matrix(rows, 11);
    let mut product = vec![0.0; rows * rows];
    for (left, product) in left.chunks_exact(rows).zip(product.chunks_exact_mut(rows)) {
        for (factor, right) in left.iter().zip(right.chunks_exact(rows)) {
            for (sum, number) in product.iter_mut().zip(right) {
                *sum += factor * number;
            }
        }
    }
    product.iter().fold(0, |sum: u64, number| sum.rotate_left(1) ^ number.to_bits())
}

/// Numbers of different sizes and signs, none of them whole.
fn matrix(rows: usize, seed: usize) -> Vec<f64> {
    (0..rows * rows).map(|place| (place * seed % 1_000) as f64 / 8.0 - 62.3).collect()
}
