#define _GNU_SOURCE
#include "CAllocations.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

static _Atomic size_t largest;

void shardem_forget_allocations(void) { atomic_store(&largest, 0); }

size_t shardem_largest_allocation(void) { return atomic_load(&largest); }

#ifdef __GLIBC__
// The program's own functions of these names stand in for the library's, also for what other
// libraries ask for.

/// HDF5's library (1.10.8) asks for what a damaged file says, before it looks whether the file has as
/// much: memory that it never touches, and nothing that its caller could change.
static int is_hdf5(const void *caller) {
  Dl_info info;
  return dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "libhdf5");
}

static void note(size_t size, const void *caller) {
  if (size > 1 << 20 && is_hdf5(caller)) return;
  size_t before = atomic_load_explicit(&largest, memory_order_relaxed);
  while (size > before && !atomic_compare_exchange_weak(&largest, &before, size)) {
  }
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  note(size, __builtin_return_address(0));
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  size_t all;
  note(__builtin_mul_overflow(count, size, &all) ? (size_t)-1 : all, __builtin_return_address(0));
  return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  note(size, __builtin_return_address(0));
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note(size, __builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  note(size, __builtin_return_address(0));
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}
#endif
