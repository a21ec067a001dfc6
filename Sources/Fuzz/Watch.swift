import Foundation

/// Runs a `Worker` in a process of its own, and another one behind each input that ended it.
struct Watch {
  private let target: String
  private let seed: UInt64
  private let data: String

  init(_ target: String, seed: UInt64, data: String) {
    (self.target, self.seed, self.data) = (target, seed, data)
  }

  /// Whether all inputs went as promised.
  func run(_ numbers: Range<Int>) throws -> Bool {
    var (read, refused, failures) = (0, 0, 0)
    var next = numbers.lowerBound
    while next < numbers.upperBound && failures < 50 {
      var (last, isDone) = (next, false)
      let status = try work(next..<numbers.upperBound) { line in
        let words = line.split(separator: " ", maxSplits: 3)
        switch words.first {
        case "begin": last = Int(words[1])!
        case "not":
          failures += 1
          report(Int(words[2])!, String(words[3]))
        case "read": read += 1
        case "refused": refused += 1
        case "done": isDone = true
        default: break
        }
      }
      if isDone { break }
      if status == LibraryCrash.status {
        print("library \(target) \(last): a crash in the HDF5 library itself")
        next = last + 1
        continue
      }
      failures += 1
      report(last, status == SIGALRM ? "hangs" : "ends the process, signal \(status)")
      next = last + 1
    }
    print(
      "\(failures == 0 ? "ok" : "not ok") \(target): \(numbers.count) inputs, \(read) read, "
        + "\(refused) refused"
    )
    // Both happen, or the inputs test nothing.
    let isTelling = numbers.count < 200 || (read > 0 && refused > 0)
    if !isTelling { print("not ok \(target): all inputs end alike") }
    return failures == 0 && isTelling
  }

  private func report(_ number: Int, _ what: String) {
    print(
      "not ok \(target) \(number): \(what) "
        + "(Fuzz --targets \(target) --seed \(seed) --first \(number) --inputs 1)")
  }

  /// Runs a worker; the signal that ended it or `LibraryCrash.status`, 0 for none.
  private func work(_ numbers: Range<Int>, _ take: (Substring) -> Void) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "--work", "--targets", target, "--seed", "\(seed)", "--first", "\(numbers.lowerBound)",
      "--inputs", "\(numbers.count)", "--data", data,
    ]
    // A backtrace of each crash takes a second.
    process.environment = ProcessInfo.processInfo.environment.merging([
      "SWIFT_BACKTRACE": "enable=no"
    ]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var rest = Data()
    while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
      rest += data
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        take(Substring(decoding: rest[..<end], as: UTF8.self))
        rest = rest[(end + 1)...]
      }
    }
    process.waitUntilExit()
    // A crash leaves it.
    Scratch(of: process.processIdentifier).remove()
    let status = process.terminationStatus
    return process.terminationReason == .uncaughtSignal || status == LibraryCrash.status
      ? status : 0
  }
}
