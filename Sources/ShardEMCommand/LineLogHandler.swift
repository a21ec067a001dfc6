import Host
import Logging

/// Writes each message as one line `level: message` to standard error.
///
/// Without times and labels: what a person at the terminal reads, and what tests compare.
struct LineLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  init(logLevel: Logger.Level) { self.logLevel = logLevel }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { printError("\(event.level): \(event.message)") }
}
