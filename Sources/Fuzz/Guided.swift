import CLibFuzzer
import Foundation

/// Lets libFuzzer choose the inputs of one target: it changes those that reach new code.
///
/// Only in builds with `-sanitize=fuzzer`, see `scripts/fuzz`.
enum Guided {
  /// Does not return: libFuzzer ends the process, with status 0 if all inputs went as promised.
  ///
  /// - Parameters:
  ///   - folder: keeps the inputs that reached new code, in a folder named as the target, and those
  ///     that failed, `TARGET-crash-...` and the like.
  ///   - options: libFuzzer's own, or files to read instead.
  ///   - data: has the samples in HDF5.
  static func run(
    _ target: Target, folder: String, options: [String], data: String
  ) throws -> Never {
    let corpus = "\(folder)/\(target.name)"
    try FileManager.default.createDirectory(atPath: corpus, withIntermediateDirectories: true)
    for (number, sample) in target.samples.enumerated() {
      try Data(sample).write(to: URL(fileURLWithPath: "\(corpus)/sample-\(number)"))
    }

    chosen = target
    var arguments = [
      // By which libFuzzer starts itself again.
      "\(CommandLine.arguments[0]) --guided \(folder) --targets \(target.name) --data \(data) --",
      "-artifact_prefix=\(folder)/\(target.name)-", "-timeout=60", "-print_final_stats=1",
    ]
    if !target.words.isEmpty {
      let words = "\(folder)/\(target.name).words"
      try Data(target.words.map(quoted).joined().utf8).write(to: URL(fileURLWithPath: words))
      arguments.append("-dict=\(words)")
    }
    arguments += options
    if options.allSatisfy({ $0.hasPrefix("-") }) { arguments.append(corpus) }
    var pointers = arguments.map { strdup($0) } + [nil]
    let status = pointers.withUnsafeMutableBufferPointer {
      shardem_run_libfuzzer(CInt(arguments.count), $0.baseAddress!) { bytes, count in
        Guided.read(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
      }
    }
    guard status >= 0 else {
      throw Wrong(description: "this build is without libFuzzer; see scripts/fuzz")
    }
    exit(status)
  }

  /// Set once, before the first input: libFuzzer calls a C function, which knows of nothing else.
  nonisolated(unsafe) private static var chosen: Target!

  private static func read(_ file: [UInt8]) {
    guard case .wrong(let what) = chosen.outcome(file) else { return }
    // libFuzzer keeps the input that ends the process.
    print("not ok \(chosen.name): \(what)")
    fflush(nil)
    abort()
  }

  /// As a line of a dictionary.
  private static func quoted(_ word: String) -> String {
    let codes = word.utf8.map { String(format: "\\x%02x", $0) }
    return "\"\(codes.joined())\"\n"
  }
}
