;; Traps of control flow and of tables, beside a method that returns.
(module
  (type $nothing (func))
  (type $one (func (param i32)))
  (table $table 4 funcref)
  (elem (table $table) (i32.const 0) func $nothing $one)
  (elem $passive func $nothing $one)

  (func $nothing (type $nothing))
  (func $one (type $one))

  (func (export "return"))
  (func (export "unreachable") (unreachable))

  (func (export "call") (call_indirect $table (type $nothing) (i32.const 0)))
  (func (export "call_null") (call_indirect $table (type $nothing) (i32.const 2)))
  (func (export "call_other_signature") (call_indirect $table (type $nothing) (i32.const 1)))
  (func (export "call_beyond") (call_indirect $table (type $nothing) (i32.const 4)))
  (func (export "call_far_beyond") (call_indirect $table (type $nothing) (i32.const -1)))
  (func (export "call_null_of_grown")
    (drop (table.grow $table (ref.null func) (i32.const 3)))
    (call_indirect $table (type $nothing) (i32.const 6)))

  (func (export "get_beyond") (drop (table.get $table (i32.const 4))))
  (func (export "set_beyond") (table.set $table (i32.const 4) (ref.func $nothing)))
  (func (export "fill_beyond") (table.fill $table (i32.const 2) (ref.null func) (i32.const 3)))
  (func (export "copy_beyond") (table.copy $table $table (i32.const 1) (i32.const 0) (i32.const 4)))
  (func (export "init_beyond")
    (table.init $table $passive (i32.const 3) (i32.const 0) (i32.const 2)))
  (func (export "init_of_dropped")
    (elem.drop $passive)
    (table.init $table $passive (i32.const 0) (i32.const 0) (i32.const 1))))
