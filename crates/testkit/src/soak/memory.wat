;; Accesses beyond the memory, of every kind, beside some that are just within it. A memory has 1024
;; pages, so 0x4000000 bytes, whatever the contract declares.
(module
  (memory 1)
  (data $passive "sixteen bytes...")

  (func (export "load_last_byte") (drop (i32.load8_u (i32.const 0x3ffffff))))
  (func (export "load_next_byte") (drop (i32.load8_u (i32.const 0x4000000))))
  (func (export "load_across") (drop (i64.load (i32.const 0x3fffff9))))
  (func (export "load_by_offset") (drop (i32.load offset=0x4000000 (i32.const 0))))
  ;; Beyond 4 GiB: where neither this memory nor what is reserved for it can be.
  (func (export "load_far") (drop (i32.load offset=0xffffffff (i32.const 0xffffffff))))
  (func (export "load_float") (drop (f64.load offset=0x3fffffc (i32.const 0))))

  (func (export "store_last_byte") (i32.store8 (i32.const 0x3ffffff) (i32.const 1)))
  (func (export "store_next_byte") (i32.store8 (i32.const 0x4000000) (i32.const 1)))
  (func (export "store_across") (i64.store (i32.const 0x3fffff9) (i64.const -1)))
  (func (export "store_negative") (i64.store (i32.const -8) (i64.const -1)))
  (func (export "store_far") (i64.store offset=0xffffffff (i32.const 0xffffffff) (i64.const -1)))
  (func (export "store_float") (f32.store offset=0x3fffffe (i32.const 0) (f32.const 1)))

  (func (export "fill_nothing_at_the_end")
    (memory.fill (i32.const 0x4000000) (i32.const 1) (i32.const 0)))
  (func (export "fill_across") (memory.fill (i32.const 0x3fffff0) (i32.const 1) (i32.const 17)))
  (func (export "fill_far") (memory.fill (i32.const -1) (i32.const 1) (i32.const 1)))
  (func (export "copy_from_beyond")
    (memory.copy (i32.const 0) (i32.const 0x3fffff0) (i32.const 17)))
  (func (export "copy_to_beyond")
    (memory.copy (i32.const 0x3fffff0) (i32.const 0) (i32.const 17)))
  (func (export "init_beyond_memory")
    (memory.init $passive (i32.const 0x3fffff8) (i32.const 0) (i32.const 16)))
  (func (export "init_beyond_segment")
    (memory.init $passive (i32.const 0) (i32.const 8) (i32.const 9)))
  (func (export "init_of_dropped")
    (data.drop $passive)
    (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 1)))

  (func (export "grow_and_load")
    (drop (memory.grow (i32.const 1)))
    (drop (i32.load (i32.const 0x400fffc))))
  (func (export "grow_and_load_beyond")
    (drop (memory.grow (i32.const 1)))
    (drop (i32.load (i32.const 0x400fffd))))
  ;; Fails with -1, which is no trap.
  (func (export "grow_too_far")
    (drop (memory.grow (i32.const 2000)))
    (drop (i32.load (i32.const 0x3fffffc)))))
