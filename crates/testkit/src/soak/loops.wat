;; Loops that only the gas ends.
(module
  (import "env" "block_index" (func $block_index (result i64)))
  (import "env" "gas" (func $gas (param i32)))
  (memory 1)
  (func $nothing)

  (func (export "tight") (loop $again (br $again)))
  (func (export "storing") (local $at i32)
    (loop $again
      (i32.store (local.get $at) (local.get $at))
      (local.set $at (i32.and (i32.add (local.get $at) (i32.const 4096)) (i32.const 0xffffff)))
      (br $again)))
  (func (export "calling") (loop $again (call $nothing) (br $again)))
  (func (export "calling_the_host") (loop $again (drop (call $block_index)) (br $again)))
  (func (export "filling")
    (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 1000)) (br $again)))
  (func (export "paying_the_host") (loop $again (call $gas (i32.const 1000)) (br $again))))
