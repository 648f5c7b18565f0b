;; Integers that cannot be divided, floats that are no integers.
(module
  (global $zero (mut i64) (i64.const 0))
  (global $one (mut i64) (i64.const 1))

  (func $zero32 (result i32) (i32.wrap_i64 (global.get $zero)))
  (func $minus32 (result i32) (i32.wrap_i64 (i64.sub (global.get $zero) (global.get $one))))
  (func $minus64 (result i64) (i64.sub (global.get $zero) (global.get $one)))
  (func $nan (result f64) (f64.div (f64.const 0) (f64.convert_i64_s (global.get $zero))))
  (func $huge (result f64) (f64.mul (f64.const 1e300) (f64.convert_i64_s (global.get $one))))

  (func (export "divide") (drop (i32.div_s (i32.const 7) (i32.wrap_i64 (global.get $one)))))
  (func (export "divide_by_zero") (drop (i32.div_s (i32.const 7) (call $zero32))))
  (func (export "divide_unsigned_by_zero") (drop (i32.div_u (i32.const 7) (call $zero32))))
  (func (export "divide_long_by_zero") (drop (i64.div_s (i64.const 7) (global.get $zero))))
  (func (export "remainder_by_zero") (drop (i32.rem_s (i32.const 7) (call $zero32))))
  (func (export "remainder_long_by_zero") (drop (i64.rem_u (i64.const 7) (global.get $zero))))
  (func (export "overflow") (drop (i32.div_s (i32.const 0x80000000) (call $minus32))))
  (func (export "overflow_long") (drop (i64.div_s (i64.const 0x8000000000000000) (call $minus64))))
  ;; The remainder of the same is zero.
  (func (export "no_overflow") (drop (i32.rem_s (i32.const 0x80000000) (call $minus32))))

  (func (export "truncate_nan") (drop (i32.trunc_f64_s (call $nan))))
  (func (export "truncate_huge") (drop (i64.trunc_f64_s (call $huge))))
  (func (export "truncate_negative") (drop (i32.trunc_f64_u (f64.neg (call $huge)))))
  (func (export "truncate_short") (drop (i64.trunc_f32_u (f32.demote_f64 (call $huge)))))
  (func (export "saturate") (drop (i32.trunc_sat_f64_s (call $nan)))))
