import SystemLibrary

/// Takes room for so many bytes of a file, so that a full disk shows at once.
///
/// - Returns: 0, or the system's error.
func reserveSpace(_ byteCount: Int, _ descriptor: CInt) -> CInt {
  guard byteCount > 0 else { return 0 }
  #if os(Linux)
    let code = posix_fallocate(descriptor, 0, off_t(byteCount))
    if code != EOPNOTSUPP { return code }
  #endif
  return ftruncate(descriptor, off_t(byteCount)) == 0 ? 0 : errno
}

/// - Returns: 0, or the system's error.
func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int, to descriptor: CInt) -> CInt {
  var written = 0
  while written < bytes.count {
    let count = pwrite(
      descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(offset + written))
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return count < 0 ? errno : ENOSPC }
    written += count
  }
  return 0
}
