// The host functions of the NEAR protocol that this contract uses, declared for clang.
//
// A contract is a WebAssembly module that imports functions from the module `env` and exports
// methods without parameters or results. Arguments, the return value and state all go through host
// functions. Buffers are passed as length and address, both 64 bits wide. What a host function
// gives back goes to a register, a numbered buffer on the host's side, because only the contract
// knows where it has room: ask for the length first, then read.
//
// The others are declared in the same way; the protocol's specification lists them:
// https://nomicon.io/RuntimeSpec/Components/BindingsSpec/

#ifndef NEAR_H
#define NEAR_H

#include <stddef.h>
#include <stdint.h>

#define NEAR_IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern
#define NEAR_EXPORT(name) __attribute__((export_name(#name)))

// Registers.
NEAR_IMPORT(read_register) void read_register(uint64_t register_id, uint64_t ptr);
NEAR_IMPORT(register_len) uint64_t register_len(uint64_t register_id);

// The call: its arguments, its result, its failure.
NEAR_IMPORT(input) void input(uint64_t register_id);
NEAR_IMPORT(value_return) void value_return(uint64_t len, uint64_t ptr);
NEAR_IMPORT(panic_utf8) _Noreturn void panic_utf8(uint64_t len, uint64_t ptr);

// Storage. Writing and removing return 1 when there was a value before, reading when there is one;
// that value goes to the register.
NEAR_IMPORT(storage_write)
uint64_t storage_write(uint64_t key_len, uint64_t key_ptr, uint64_t value_len, uint64_t value_ptr,
                       uint64_t register_id);
NEAR_IMPORT(storage_read)
uint64_t storage_read(uint64_t key_len, uint64_t key_ptr, uint64_t register_id);
NEAR_IMPORT(storage_remove)
uint64_t storage_remove(uint64_t key_len, uint64_t key_ptr, uint64_t register_id);
NEAR_IMPORT(storage_has_key)
uint64_t storage_has_key(uint64_t key_len, uint64_t key_ptr);

// The address of an object as host functions want it.
static inline uint64_t near_ptr(const void *object) { return (uint64_t)(uintptr_t)object; }

#endif
