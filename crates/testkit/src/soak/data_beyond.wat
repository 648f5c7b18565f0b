;; A data segment within the memory, and one that reaches beyond it: no method begins.
(module
  (memory 1)
  (data (i32.const 0) "within")
  (data (i32.const 0x3fffffe) "beyond")
  (func (export "method")))
