import Host
import SystemLibrary
import Words

/// Why a fit cannot go on from a checkpoint, or not keep any.
public struct CheckpointError: InputError, Equatable {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The folder cannot be made, by this `errno`.
    case cannotCreate(code: CInt)
    /// A new fit is to write where another fit's checkpoints are.
    case occupied
    /// Another fit writes there; "process 123 on host", or empty if it has not said.
    case inUse(holder: String)
    /// There is nothing to go on from.
    case none
    /// The digest is wrong; of a folder, of all checkpoints.
    case damaged
    /// The same of a checkpoint that is to be read as a model.
    case damagedModel
    /// A folder is to be read as a model and holds no checkpoint.
    case noModel
    /// A file of another version of the format.
    case version(Int)
    /// Made by a program of another version or, if the versions are equal, of other arithmetic.
    case program(found: String, expected: String)
    /// Made with another value of an option; nil if it was not in use.
    case setting(option: String, found: String?, expected: String?)
    /// Made with another limit of iterations, after starts that have ended with it.
    case startsEnded(option: String, found: String, expected: Int)
    /// Made by a selection, of a fit that has begun once more from what another has found, and to be gone on
    /// from by that fit alone.
    case ofSelection
    /// The fit is past the limit of iterations that it is to go on with.
    case beyondLimit(option: String, iteration: Int, limit: Int)
    /// Made of other data; in what these differ.
    case data(String)
    /// Of a model of another size.
    case size
  }

  /// The checkpoint, or the folder.
  public let path: String
  /// What is wrong with it.
  public let problem: Problem

  package init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  /// There is no checkpoint in `folder`.
  public init(nothingIn folder: String) { self.init(folder, .none) }
}

extension CheckpointError: CustomStringConvertible {
  public var description: String { "\(path): \(sentence)" }

  private var sentence: String {
    switch problem {
    case .cannotCreate(let code):
      "no folder for checkpoints can be made here: \(String(cString: strerror(code)))"
    case .occupied:
      "holds checkpoints of an earlier fit; \(Term.resumption) \(path) to go on from them, or name "
        + "another folder"
    case .inUse(let holder):
      "in use by another fit\(holder.isEmpty ? "" : ", \(holder)"); wait for its end, or name "
        + "another folder"
    case .none: "no checkpoint to go on from"
    case .damaged:
      "damaged, and there is no older checkpoint; begin anew without \(Term.resuming), in another "
        + "folder"
    case .damagedModel: "a damaged checkpoint; take an older one, or a model file"
    case .noModel: "a folder without checkpoints; expected a model file, or checkpoints of a fit"
    case .version(let version):
      "a checkpoint of version \(version), which shardem \(programVersion) does not read; go on "
        + "with the program that made it, or begin anew without \(Term.resuming), in another folder"
    case .program(let found, let expected):
      "made by "
        + (found == expected
          ? "a build of shardem \(found) that rounds otherwise"
          : "shardem \(found), not \(expected)")
        + ", and going on would give the bits of neither; use the program that made it, or start from "
        + "its model: \(Term.start) \(path) without \(Term.resuming), and checkpoints in another "
        + "folder"
    case .setting(let option, let found, let expected):
      "made with \(described(option, found)), not with \(described(option, expected)); give the "
        + "options of then, or begin anew without \(Term.resuming), in another folder"
    case .startsEnded(let option, let found, let expected):
      "made with \(option) \(found), not with \(expected), after a start that ended "
        + "with it; give that, or begin anew without \(Term.resuming), in another folder"
    case .ofSelection: Self.ofSelection
    case .beyondLimit(let option, let iteration, let limit):
      "made after iteration \(iteration), past \(option) \(limit); give at least "
        + "\(iteration), or begin anew without \(Term.resuming), in another folder"
    case .data(let difference):
      "made of other data: these have \(difference); give the data of then, or begin anew "
        + "without \(Term.resuming), in another folder"
    case .size: "made of a model of another size"
    }
  }

  static var ofSelection: String {
    "of a fit of a selection that has begun once more, from what another of its fits has found; go on with "
      + "the selection, by \(Term.resuming) with the folder around this one"
  }

  private func described(_ option: String, _ value: String?) -> String {
    value.map { "\(option) \($0)" } ?? "no \(option)"
  }
}
