;; Reads a key at which the chain below answers by running another contract; and fails, or not,
;; when that has ended.
(module
  (import "env" "storage_read" (func $storage_read (param i64 i64 i64) (result i64)))
  (import "env" "value_return" (func $value_return (param i64 i64)))
  (import "env" "panic" (func $panic))
  (memory 1)
  (data (i32.const 0) "deeper")

  (func $descend
    (drop (call $storage_read (i64.const 6) (i64.const 0) (i64.const 0)))
    ;; A length of -1 is a register.
    (call $value_return (i64.const -1) (i64.const 0)))
  (func $down (param $left i32)
    (if (local.get $left)
      (then (call $down (i32.sub (local.get $left) (i32.const 1))))
      (else (call $descend))))

  (func (export "descend") (call $descend))
  (func (export "descend_from_below") (call $down (i32.const 1000)))
  (func (export "descend_and_trap") (call $descend) (unreachable))
  (func (export "descend_and_load_beyond") (call $descend) (drop (i32.load (i32.const -1))))
  (func (export "descend_and_divide") (call $descend)
    (drop (i64.div_u (i64.const 1) (i64.load (i32.const 64)))))
  (func (export "descend_and_panic") (call $descend) (call $panic)))
