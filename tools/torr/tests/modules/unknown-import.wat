;; Imports what no protocol version has, what a later one has, and something with a wrong type.
(module
  (import "env" "read_mind" (func (param i64)))
  (import "env" "chain_id" (func (param i64)))
  (import "env" "input" (func (param i32)))
  (import "env" "log_utf8" (func (param i64 i64)))
  (func (export "run")))
