import Host
import MessagePassing
import MixtureModels
import Words

/// What functions return, as the header has it.
enum Status: Int32 {
  case done = 0
  /// An argument, an option or a value of the data cannot be used.
  case unusable = 1
  /// No model can be estimated, of which the options and data are each in order.
  case failed = 2
  /// The callback wanted an end.
  case interrupted = 3

  init(of error: any Error) {
    self =
      switch error {
      case is Interruption: .interrupted
      // Of another rank: by the status that a program would end with.
      case let failure as RankFailure:
        switch failure.exitStatus {
        case 75: .interrupted
        case 2: .unusable
        default: .failed
        }
      case FitError.unusable: .unusable
      case is FitError: .failed
      default: .unusable
      }
  }
}

/// An argument that a caller must not pass.
struct ArgumentError: InputError, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The end that the callback wanted.
struct CallbackEnd: Interruption, CustomStringConvertible {
  var description: String { "the callback ended the fit" }
}

/// Where a function leaves the text of an error.
public typealias ErrorText = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Runs `body`: its status, and the text of its error.
///
/// - Parameter text: is set to text of UTF-8 that the caller frees, or to null if all went well; may be null.
func outcome(_ text: ErrorText?, _ body: () throws -> Void) -> Int32 {
  text?.pointee = nil
  Term.areNamed
  do {
    try body()
    return Status.done.rawValue
  } catch {
    let bytes = Array("\(error)".utf8.filter { $0 != 0 }) + [0]
    text?.pointee = owned(bytes.map { CChar(bitPattern: $0) })
    return Status(of: error).rawValue
  }
}

/// A copy in memory that the caller frees by `shardem_free`.
func owned<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
  let memory = UnsafeMutablePointer<Value>.allocate(capacity: max(values.count, 1))
  memory.initialize(from: values, count: values.count)
  return memory
}
