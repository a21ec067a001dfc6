import SystemLibrary
import Words

/// Writes a line to standard error, in one piece, so that lines of several ranks do not mix, and as
/// `plain` text.
package func printError(_ line: String) {
  var line = plain(line) + "\n"
  line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
