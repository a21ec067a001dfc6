#pragma once
// Files that are mapped into memory, and that someone shortens meanwhile: touching a page that is gone
// raises SIGBUS, which by default ends the process without a word. Here the process goes on, with zeros
// in place of what is lost, and is told so when it asks.

#include <stdbool.h>
#include <stddef.h>

/// A mapping that is watched.
typedef struct shardem_mapping shardem_mapping;

/// Watches the `length` bytes that are mapped at `start`, the beginning of a page, for reading. Any
/// thread may call this. NULL if there is no memory left for it.
shardem_mapping *shardem_watch_mapping(const void *start, size_t length);

/// Whether a page of the mapping was touched that could not be read: from there on it is all zeros.
bool shardem_mapping_is_lost(const shardem_mapping *mapping);

/// To be called before the memory is unmapped.
void shardem_forget_mapping(shardem_mapping *mapping);
