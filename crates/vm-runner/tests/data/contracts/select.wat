;; `select` by whether a number is zero, or a reference null. An interpreter joined the comparison with
;; the choice and took the condition from where the comparison's result would have been, although the
;; number was in a local or came from a call.
(module
  (import "env" "value_return" (func $value_return (param i64 i64)))
  (memory 1)
  (global $at (mut i32) (i32.const 0))

  (func $keep (param i64)
    (i64.store (global.get $at) (local.get 0))
    (global.set $at (i32.add (global.get $at) (i32.const 8))))
  (func $return (call $value_return (i64.extend_i32_u (global.get $at)) (i64.const 0)))
  (func $same (param i32) (result i32) (local.get 0))
  (func $null (result funcref) (ref.null func))

  (func $of_local (param i32)
    (call $keep (select (i64.const 10) (i64.const 11) (i32.eqz (local.get 0))))
    (call $keep (select (i64.const 20) (i64.const 21) (i32.eq (local.get 0) (i32.const 0))))
    (call $keep (select (i64.const 30) (i64.const 31) (i32.ne (local.get 0) (i32.const 0)))))
  (func $of_call (param i32)
    (call $keep (select (i64.const 40) (i64.const 41) (i32.eqz (call $same (local.get 0))))))
  (func $of_reference (param funcref)
    (call $keep (select (i64.const 50) (i64.const 51) (ref.is_null (local.get 0)))))

  (func (export "locals")
    (call $of_local (i32.const 0))
    (call $of_local (i32.const 1))
    (call $of_local (i32.const 0x100))
    (call $return))
  (func (export "calls")
    (call $of_call (i32.const 0))
    (call $of_call (i32.const 1))
    (call $return))
  (func (export "references")
    (call $of_reference (call $null))
    (call $of_reference (ref.func $null))
    (call $return))

  (elem declare func $null))
