#pragma once
// The largest piece of memory that this process asks for: a reader that believes a number in a
// damaged file asks for more than the file could fill.

#include <stddef.h>

/// Begins anew.
void shardem_forget_allocations(void);

/// The bytes of the largest request since, of any thread and library but HDF5's, granted or not; 0 if
/// this system's C library does not let requests be seen.
size_t shardem_largest_allocation(void);
