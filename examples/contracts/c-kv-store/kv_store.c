// A key-value store in C, without an SDK, a C library or an allocator: what a contract is made of.
//
//   set    {"key": "a", "value": "b"}   stores the value, returns the one it replaces or null
//   get    {"key": "a"}                 returns the value or null
//   has    {"key": "a"}                 returns true or false
//   remove {"key": "a"}                 removes and returns the value or null
//
// Arguments and results are JSON. Strings are kept exactly as they stand between their quotes,
// escapes included, so a value comes back as it was written and nothing needs to be decoded. For
// the same reason "\u0061" and "a" are different keys.
//
// Anyone may call every method. Whoever copies this checks predecessor_account_id first.

#include "near.h"

enum { REGISTER = 0 };

// Room for the arguments and for the result, on which the sizes of keys and values depend.
enum { MAX_INPUT = 16 * 1024 };

static char input_bytes[MAX_INPUT];
// A value was once part of an input, so it fits with its quotes.
static char output_bytes[MAX_INPUT + 2];

typedef struct {
  const char *start;
  size_t len;
} text;

#define TEXT(literal) ((text){literal, sizeof(literal) - 1})

#define NOT_AN_OBJECT TEXT("the arguments must be a JSON object of strings")

static _Noreturn void fail(text message) { panic_utf8(message.len, near_ptr(message.start)); }

static void give(text value) { value_return(value.len, near_ptr(value.start)); }

// Copies the arguments of the call into input_bytes.
static text read_input(void) {
  input(REGISTER);
  uint64_t len = register_len(REGISTER);
  if (len > MAX_INPUT) fail(TEXT("the arguments are longer than 16 KiB"));
  read_register(REGISTER, near_ptr(input_bytes));
  return (text){input_bytes, (size_t)len};
}

// Returns what the last storage function left in the register, as a JSON string.
static void give_register_as_string(void) {
  uint64_t len = register_len(REGISTER);
  if (len > MAX_INPUT) fail(TEXT("the stored value is longer than 16 KiB"));
  output_bytes[0] = '"';
  read_register(REGISTER, near_ptr(output_bytes + 1));
  output_bytes[len + 1] = '"';
  give((text){output_bytes, (size_t)len + 2});
}

static void give_previous(uint64_t found) {
  if (found) {
    give_register_as_string();
  } else {
    give(TEXT("null"));
  }
}

// What is left of the JSON text; every step below takes something off its front.
typedef struct {
  const char *at;
  const char *end;
} reader;

static int peek(const reader *r) { return r->at < r->end ? (unsigned char)*r->at : -1; }

static void skip_blanks(reader *r) {
  while (peek(r) == ' ' || peek(r) == '\n' || peek(r) == '\t' || peek(r) == '\r') r->at++;
}

// Takes `expected` and the blanks around it, or returns 0.
static int accept(reader *r, char expected) {
  skip_blanks(r);
  if (peek(r) != (unsigned char)expected) return 0;
  r->at++;
  skip_blanks(r);
  return 1;
}

static void expect(reader *r, char expected) {
  if (!accept(r, expected)) fail(NOT_AN_OBJECT);
}

// Takes a string and returns what stands between its quotes. A quote ends it unless a backslash
// stands before it; which escapes are good is not our business.
static text expect_string(reader *r) {
  skip_blanks(r);
  // Not `expect`, which would take blanks that belong to the string.
  if (peek(r) != '"') fail(NOT_AN_OBJECT);
  const char *start = ++r->at;
  while (peek(r) != '"') {
    if (peek(r) == '\\') r->at++;
    if (peek(r) < ' ') fail(TEXT("a string is not ended or has a control character"));
    r->at++;
  }
  text string = {start, (size_t)(r->at - start)};
  expect(r, '"');
  return string;
}

static int same(text a, text b) {
  if (a.len != b.len) return 0;
  for (size_t i = 0; i < a.len; i++) {
    if (a.start[i] != b.start[i]) return 0;
  }
  return 1;
}

// The fields of a call. A field that is absent has no start.
typedef struct {
  text key;
  text value;
} arguments;

static arguments read_arguments(void) {
  text json = read_input();
  reader r = {json.start, json.start + json.len};
  arguments found = {{0, 0}, {0, 0}};
  expect(&r, '{');
  do {
    text name = expect_string(&r);
    expect(&r, ':');
    text string = expect_string(&r);
    if (same(name, TEXT("key"))) {
      found.key = string;
    } else if (same(name, TEXT("value"))) {
      found.value = string;
    } else {
      fail(TEXT("the fields are \"key\" and \"value\""));
    }
  } while (accept(&r, ','));
  expect(&r, '}');
  if (r.at != r.end) fail(TEXT("something follows the arguments"));
  if (!found.key.start) fail(TEXT("\"key\" is missing"));
  return found;
}

NEAR_EXPORT(set) void set(void) {
  arguments args = read_arguments();
  if (!args.value.start) fail(TEXT("\"value\" is missing"));
  give_previous(storage_write(args.key.len, near_ptr(args.key.start), args.value.len,
                              near_ptr(args.value.start), REGISTER));
}

NEAR_EXPORT(get) void get(void) {
  text key = read_arguments().key;
  give_previous(storage_read(key.len, near_ptr(key.start), REGISTER));
}

NEAR_EXPORT(has) void has(void) {
  text key = read_arguments().key;
  give(storage_has_key(key.len, near_ptr(key.start)) ? TEXT("true") : TEXT("false"));
}

// Not called `remove` in C, because that name belongs to the C library.
NEAR_EXPORT(remove) void remove_key(void) {
  text key = read_arguments().key;
  give_previous(storage_remove(key.len, near_ptr(key.start), REGISTER));
}
