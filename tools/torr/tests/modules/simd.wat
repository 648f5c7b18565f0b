;; Uses SIMD, which contracts may not.
(module
  (func $plain)
  (func $uses_simd (export "run") (drop (i8x16.splat (i32.const 1)))))
