;; Another contract, which has nothing of its own: `look_everywhere` returns the whole of its memory
;; or-ed, how many entries of its table are not null, and its globals; `look` reads of the memory the
;; first and last 64 bytes of each page.
(module
  (import "env" "value_return" (func $value_return (param i64 i64)))
  (memory 1)
  (table $table 64 funcref)
  (global $int (mut i32) (i32.const 0))
  (global $long (mut i64) (i64.const 0))
  (global $function (mut funcref) (ref.null func))

  ;; 64 bytes at a time, $near and $far apart by turns.
  (func $memory (param $near i32) (param $far i32) (result i64)
    (local $at i32) (local $seen i64) (local $step i32)
    (loop $again
      (local.set $seen (i64.or (local.get $seen)
        (i64.or
          (i64.or
            (i64.or (i64.load (local.get $at)) (i64.load offset=8 (local.get $at)))
            (i64.or (i64.load offset=16 (local.get $at)) (i64.load offset=24 (local.get $at))))
          (i64.or
            (i64.or (i64.load offset=32 (local.get $at)) (i64.load offset=40 (local.get $at)))
            (i64.or (i64.load offset=48 (local.get $at)) (i64.load offset=56 (local.get $at)))))))
      (local.set $at (i32.add (local.get $at) (local.get $far)))
      (local.set $step (local.get $far))
      (local.set $far (local.get $near))
      (local.set $near (local.get $step))
      (br_if $again
        (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
    (local.get $seen))
  (func $entries (result i32) (local $at i32) (local $seen i32)
    (loop $again
      (local.set $seen (i32.add (local.get $seen)
        (i32.eqz (ref.is_null (table.get $table (local.get $at))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $at) (table.size $table))))
    (local.get $seen))
  (func (export "look") (call $show (i32.const 0x40) (i32.const 0xffc0)))
  (func (export "look_everywhere") (call $show (i32.const 0x40) (i32.const 0x40)))
  (func $show (param $near i32) (param $far i32)
    (i64.store (i32.const 0) (call $memory (local.get $near) (local.get $far)))
    (i32.store (i32.const 8) (call $entries))
    (i32.store (i32.const 12) (global.get $int))
    (i64.store (i32.const 16) (global.get $long))
    (i32.store (i32.const 24) (i32.eqz (ref.is_null (global.get $function))))
    (call $value_return (i64.const 28) (i64.const 0))))
