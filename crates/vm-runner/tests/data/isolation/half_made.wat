;; An instance that is never whole: segments put secrets in place before one finds no room.
(module
  (memory 1)
  (data (i32.const 0) "secretsecretsecret")
  (data (i32.const 0x1234560) "secretsecretsecret")
  (data (i32.const 0x3fffff0) "secretsecretsecret")
  (table 64 funcref)
  (elem (i32.const 0) $method $method $method $method)
  (elem (i32.const 60) $method $method $method $method)
  (global (mut i32) (i32.const 0x5a5a5a5a))
  (global (mut i64) (i64.const 0x5a5a5a5a5a5a5a5a))
  (global (mut funcref) (ref.func $method))
  (func $method (export "method")))
