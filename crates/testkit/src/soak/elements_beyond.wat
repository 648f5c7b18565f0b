;; An element segment within the table, and one that reaches beyond it: no method begins.
(module
  (table 2 funcref)
  (elem (i32.const 0) $method)
  (elem (i32.const 1) $method $method)
  (func $method (export "method")))
