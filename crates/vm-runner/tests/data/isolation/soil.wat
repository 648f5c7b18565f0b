;; `look` returns all that a contract can see of itself; the others change all of it, and end as they
;; are called. Each page of the memory is written at its start and at its end. Lines that end in "for
;; good" are about what cannot be undone in an instance: dropped segments and grown tables.
(module
  (import "env" "value_return" (func $value_return (param i64 i64)))
  (import "env" "panic" (func $panic))
  (import "env" "input" (func $input (param i64)))
  (import "env" "read_register" (func $read_register (param i64 i64)))
  (import "env" "register_len" (func $register_len (param i64) (result i64)))
  (memory 1)
  (data (i32.const 0x3000000) "in place")
  (data $passive "not in place") ;; for good
  (type $nothing (func))
  (table $table 4 20 funcref)
  (elem (table $table) (i32.const 0) func $nothing)
  (elem $waiting func $nothing $secret) ;; for good
  (global $int (mut i32) (i32.const 1))
  (global $long (mut i64) (i64.const 2))
  (global $float (mut f32) (f32.const 3))
  (global $double (mut f64) (f64.const 4))
  (global $function (mut funcref) (ref.null func))
  (start $start)

  (func $nothing (type $nothing))
  (func $secret (export "secret") (type $nothing) (unreachable))

  ;; Writes a secret at both ends of every part of the memory, which are $long each.
  (func $write (param $long i32) (local $at i32) (local $last i32)
    (loop $again
      (i64.store (local.get $at) (i64.const 0x7365637265747321))
      (local.set $last (i32.sub (i32.add (local.get $at) (local.get $long)) (i32.const 8)))
      (i64.store (local.get $last) (i64.const 0x7365637265747321))
      (local.set $at (i32.add (local.get $at) (local.get $long)))
      (br_if $again
        (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16))))))

  ;; Takes all the memory there is, and writes at its end.
  (func $grow
    (drop (memory.grow (i32.const 1024)))
    (memory.fill (i32.const 0x7ffff00) (i32.const 0x5a) (i32.const 0x100)))

  (func $soil
    (call $write (i32.const 0x10000))
    (memory.fill (i32.const 0) (i32.const 0x5a) (i32.const 0x20000))
    (data.drop $passive) ;; for good
    (elem.drop $waiting) ;; for good
    (drop (table.grow $table (ref.func $secret) (i32.const 16))) ;; for good
    (table.set $table (i32.const 19) (ref.func $secret)) ;; for good
    (table.fill $table (i32.const 0) (ref.func $secret) (i32.const 2))
    (table.copy $table $table (i32.const 2) (i32.const 0) (i32.const 2))
    (global.set $int (i32.const 0x5a5a5a5a))
    (global.set $long (i64.const 0x5a5a5a5a5a5a5a5a))
    (global.set $float (f32.const nan:0x5a5a))
    (global.set $double (f64.const nan:0x5a5a5a))
    (global.set $function (ref.func $secret)))

  ;; Soils when the input begins with `soil`.
  (func $start
    (call $input (i64.const 0))
    (if (i64.lt_u (call $register_len (i64.const 0)) (i64.const 4)) (then (return)))
    (call $read_register (i64.const 0) (i64.const 0))
    (if (i32.eq (i32.load (i32.const 0)) (i32.const 0x6c696f73))
      (then (call $soil) (unreachable)))
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 64)))

  (func (export "soil_everywhere")
    (call $grow)
    (call $write (i32.const 0x1000))
    (call $soil))
  (func (export "soil_and_return") (call $soil))
  (func (export "soil_and_trap") (call $grow) (call $soil) (unreachable))
  (func (export "soil_and_divide") (call $soil)
    (drop (i32.div_u (i32.const 1) (i32.sub (global.get $int) (global.get $int)))))
  (func (export "soil_and_load_beyond") (call $soil)
    (drop (i32.load8_u (i32.shl (memory.size) (i32.const 16)))))
  (func (export "soil_and_panic") (call $soil) (call $panic))
  (func (export "soil_and_exhaust_gas") (call $soil) (loop $again (br $again)))
  (func (export "soil_and_exhaust_stack") (call $soil) (call $deeper))
  (func $deeper (call $deeper))

  ;; All words of the first 2 MiB, and those at both ends of every part behind, or-ed.
  (func $memory (param $long i32) (result i64) (local $at i32) (local $seen i64)
    (loop $again
      (local.set $seen (i64.or (local.get $seen) (i64.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 0x200000))))
    (loop $again
      (local.set $seen (i64.or (local.get $seen) (i64.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (local.get $long)))
      (local.set $seen (i64.or (local.get $seen)
        (i64.load (i32.sub (local.get $at) (i32.const 8)))))
      (br_if $again
        (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
    (local.get $seen))
  ;; Which entries of the table are null, a bit for each.
  (func $entries (result i64) (local $at i32) (local $seen i64)
    (loop $again
      (local.set $seen (i64.or (i64.shl (local.get $seen) (i64.const 1))
        (i64.extend_i32_u (ref.is_null (table.get $table (local.get $at))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $at) (table.size $table))))
    (local.get $seen))
  (func (export "look") (call $show (i32.const 0x10000)))
  (func (export "look_everywhere") (call $show (i32.const 0x1000)))
  (func $show (param $long i32)
    (i64.store (i32.const 0) (call $memory (local.get $long)))
    (i64.store (i32.const 8) (call $entries))
    (i32.store (i32.const 16) (memory.size))
    (i32.store (i32.const 20) (table.size $table))
    (i64.store (i32.const 24) (global.get $long))
    (f64.store (i32.const 32) (global.get $double))
    (i32.store (i32.const 40) (global.get $int))
    (f32.store (i32.const 44) (global.get $float))
    (i32.store (i32.const 48) (ref.is_null (global.get $function)))
    ;; Traps if the segments were dropped; calls what the waiting one has.
    (memory.init $passive (i32.const 52) (i32.const 0) (i32.const 12)) ;; for good
    (table.init $table $waiting (i32.const 2) (i32.const 0) (i32.const 1)) ;; for good
    (call_indirect $table (type $nothing) (i32.const 2)) ;; for good
    (call_indirect $table (type $nothing) (i32.const 0))
    ;; What grows is new.
    (if (i32.eq (local.get $long) (i32.const 0x1000))
      (then
        (drop (memory.grow (i32.const 1024)))
        (i64.store (i32.const 64)
          (i64.or (i64.load (i32.const 0x4000000)) (i64.load (i32.const 0x7fffff8))))))
    (drop (table.grow $table (ref.null func) (i32.const 16))) ;; for good
    (i32.store (i32.const 72) (ref.is_null (table.get $table (i32.const 19)))) ;; for good
    (call $value_return (i64.const 76) (i64.const 0))))
