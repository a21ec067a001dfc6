#pragma once
// The part of zlib that ShardEM uses: unpacking gzip data.

#include <zlib.h>

/// inflateInit2 is a macro. Adding 16 to the logarithm of the window's size asks for gzip's header
/// and checksum.
static inline int shardem_inflate_init_gzip(z_stream *stream) {
  return inflateInit2(stream, MAX_WBITS + 16);
}
