import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a result to standard output.
///
/// - Throws: `OutputError` if it does not arrive, such as on a full disk.
func printResult(_ text: String) throws {
  var rest = Array(text.utf8)[...]
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

/// Checks that no two options name the same output file.
func requireDistinct(_ outputs: [(option: String, path: String?)]) throws {
  for (number, output) in outputs.enumerated() {
    guard let path = output.path else { continue }
    if let other = outputs[..<number].first(where: { $0.path == path }) {
      throw ValidationError("\(other.option) and \(output.option) name the same file, \(path)")
    }
  }
}

/// Removes a file, if it is there.
func removeFile(_ path: String) { unlink(path) }
