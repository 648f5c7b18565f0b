;; Burns gas in the three ways there are: instructions, host functions, growing and filling memory.
(module
  (import "env" "storage_write" (func $storage_write (param i64 i64 i64 i64 i64) (result i64)))
  (import "env" "sha256" (func $sha256 (param i64 i64 i64)))
  (import "env" "value_return" (func $value_return (param i64 i64)))
  (memory 1)
  (data (i32.const 0) "key value")

  (func $factorial (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0))
      (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $factorial (i64.sub (local.get 0) (i64.const 1)))))))

  (func (export "loop") (local i32)
    (loop $again
      (i64.store (i32.const 0) (call $factorial (i64.extend_i32_u (local.get 0))))
      (br_if $again
        (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 12))))
    (call $value_return (i64.const 8) (i64.const 0)))

  (func (export "host")
    (drop (call $storage_write (i64.const 3) (i64.const 0) (i64.const 5) (i64.const 4) (i64.const 0)))
    (call $sha256 (i64.const 9) (i64.const 0) (i64.const 1))
    (call $value_return (i64.const -1) (i64.const 1)))

  (func (export "memory")
    (drop (memory.grow (i32.const 3)))
    (memory.fill (i32.const 100) (i32.const 7) (i32.const 5000))
    (memory.copy (i32.const 10) (i32.const 100) (i32.const 300))
    (call $value_return (i64.const 400) (i64.const 0))))
