#pragma once
#include <stddef.h>
#include <stdint.h>

/// libFuzzer as a library. Weak: it is there only in builds with `-sanitize=fuzzer`.
extern int LLVMFuzzerRunDriver(
    int *count, char ***arguments, int (*read)(const uint8_t *bytes, size_t count))
    __attribute__((weak));

/// Runs libFuzzer with these arguments, the program's name first, until it ends the process.
///
/// Returns -1 where there is no libFuzzer.
static inline int shardem_run_libfuzzer(
    int count, char **arguments, int (*read)(const uint8_t *bytes, size_t count)) {
  return LLVMFuzzerRunDriver ? LLVMFuzzerRunDriver(&count, &arguments, read) : -1;
}
