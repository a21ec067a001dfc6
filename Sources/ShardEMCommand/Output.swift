import SystemLibrary
import Words

/// Writes a result to standard output, as `plain` text.
///
/// - Throws: `OutputError` if it does not arrive, such as on a full disk.
func printResult(_ text: String) throws {
  var rest = Array(plain(text, keepsNewlines: true).utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { throw OutputError(code: errno) }
    rest = rest.dropFirst(count)
  }
}

/// Standard output cannot be written.
struct OutputError: Error, CustomStringConvertible {
  let code: CInt

  var description: String {
    "standard output cannot be written: \(String(cString: strerror(code)))"
  }
}
