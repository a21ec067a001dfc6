import Foundation

/// A process that does a piece of work again whenever it is asked to, and tells what that took:
/// ShardEM itself, or a library beside it. Processes that take turns meet the same neighbours, and
/// none of them counts another's memory as its own.
final class WorkerProcess {
  /// The library and its version, as the worker says.
  private(set) var name = ""
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var unread = Data()

  /// Returns when the worker is ready.
  ///
  /// - Parameter command: the program's path, and its arguments.
  init(_ command: [String]) throws {
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
    name = String(decoding: try line(), as: UTF8.self)
  }

  /// The worker of this program that `arguments` name.
  static func own(_ arguments: String...) throws -> WorkerProcess { try own(arguments) }

  static func own(_ arguments: [String]) throws -> WorkerProcess {
    try WorkerProcess([Programs.benchmarks] + arguments)
  }

  func ask<Answer: Decodable>(_ request: String) throws -> Answer {
    try requests.fileHandleForWriting.write(contentsOf: Data("\(request)\n".utf8))
    return try decoded(line())
  }

  /// Lets the worker end, and its memory with it.
  func end() throws {
    try requests.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private func line() throws -> Data {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread = Data(unread[unread.index(after: end)...]) }
        return Data(unread[..<end])
      }
      let more = answers.fileHandleForReading.availableData
      if more.isEmpty { throw WorkerEnded(command: process.arguments ?? []) }
      unread += more
    }
  }
}

/// A worker that ended before it had answered; it says why itself.
struct WorkerEnded: Error, CustomStringConvertible {
  let command: [String]

  var description: String { "\(command.joined(separator: " ")): ended without an answer" }
}

/// Lets workers take turns, `rounds` times, and end.
///
/// - Returns: for each worker its answers, one a round.
func answersInTurn(
  _ workers: [WorkerProcess], request: String, rounds: Int
) throws -> [[Answer]] {
  var answers: [[Answer]] = workers.map { _ in [] }
  for _ in 0..<rounds {
    for (number, worker) in workers.enumerated() { answers[number].append(try worker.ask(request)) }
  }
  return answers
}
