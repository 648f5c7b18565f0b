;; Calls that host functions end, and calls that fail after they have left something with the host.
(module
  (import "env" "panic" (func $panic))
  (import "env" "panic_utf8" (func $panic_utf8 (param i64 i64)))
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
  (import "env" "log_utf8" (func $log_utf8 (param i64 i64)))
  (import "env" "value_return" (func $value_return (param i64 i64)))
  (import "env" "storage_write" (func $storage_write (param i64 i64 i64 i64 i64) (result i64)))
  (import "env" "read_register" (func $read_register (param i64 i64)))
  (import "env" "promise_return" (func $promise_return (param i64)))
  (memory 1)
  (data (i32.const 0) "a text of the contract's")
  ;; Two texts in UTF-16, each behind its length in bytes.
  (data (i32.const 64) "\04\00\00\00n\00o\00")
  (data (i32.const 80) "\04\00\00\00m\00e\00")

  (func (export "panic") (call $panic))
  (func (export "panic_utf8") (call $panic_utf8 (i64.const 24) (i64.const 0)))
  (func (export "abort") (call $abort (i32.const 68) (i32.const 84) (i32.const 1) (i32.const 2)))
  (func (export "panic_beyond") (call $panic_utf8 (i64.const 24) (i64.const 0x3fffff0)))
  (func (export "log_far") (call $log_utf8 (i64.const 24) (i64.const -16)))
  (func (export "unset_register") (call $read_register (i64.const 7) (i64.const 0)))
  (func (export "no_promise") (call $promise_return (i64.const 9)))

  (func $leave_something
    (call $log_utf8 (i64.const 24) (i64.const 0))
    (call $value_return (i64.const 6) (i64.const 2))
    (drop (call $storage_write
      (i64.const 4) (i64.const 2) (i64.const 8) (i64.const 14) (i64.const 0))))
  (func (export "leave_and_return") (call $leave_something))
  (func (export "leave_and_trap") (call $leave_something) (unreachable))
  (func (export "leave_and_panic") (call $leave_something) (call $panic))
  (func (export "leave_and_load_beyond")
    (call $leave_something)
    (drop (i64.load (i32.const 0x4000000)))))
