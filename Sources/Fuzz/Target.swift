import CAllocations
import Host

/// A reader of files that is to bear anything.
struct Target: Sendable {
  let name: String
  /// Good files.
  let samples: [[UInt8]]
  /// What the language of the files consists of.
  var words: [String] = []
  /// The bytes that a reader may ask for at once, whatever the file; and for each byte of it.
  let memory: (fixed: Int, perByte: Int)
  /// Reads a file. Throws an `InputError` for one that it refuses, and `Wrong` if what it read is
  /// not right.
  let read: @Sendable (_ file: [UInt8]) throws -> Void

  enum Outcome: Equatable {
    case read
    case refused
    /// What should not be, in words.
    case wrong(String)
  }

  /// A file, the same for the same seed and number.
  func file(_ number: Int, seed: UInt64) -> [UInt8] {
    // Consecutive seeds give unrelated numbers.
    var mutator = Mutator(samples: samples, words: words, seed: seed << 40 + UInt64(number))
    return mutator.file()
  }

  /// Reads a file; whether that went as promised.
  func outcome(_ file: [UInt8]) -> Outcome {
    shardem_forget_allocations()
    let result: Outcome
    do {
      try read(file)
      result = .read
    } catch let error as any InputError {
      result = Target.isClear("\(error)") ? .refused : .wrong("the message '\(error)'")
    } catch {
      result = .wrong("\(error)")
    }
    let largest = shardem_largest_allocation()
    let limit = memory.fixed + memory.perByte * file.count
    return largest > limit
      ? .wrong("\(largest) bytes of memory for a file of \(file.count)") : result
  }

  /// Whether a message is one line of characters that can be shown.
  private static func isClear(_ message: String) -> Bool {
    !message.isEmpty
      && !message.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}

/// A result that is not that of the file.
struct Wrong: Error, CustomStringConvertible {
  let description: String
}

/// - Throws: `Wrong` unless `condition` holds.
func require(_ condition: Bool, _ description: @autoclosure () -> String) throws {
  if !condition { throw Wrong(description: description()) }
}
