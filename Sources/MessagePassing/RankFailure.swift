import Host

/// Marks errors that all ranks meet alike, by which they end together.
///
/// An error of another type that reaches `withMPI` may be one rank's alone, and leave the others
/// waiting: it ends the whole job. `agree` and `common` give errors such a type; of its own have it
/// those that are functions of what all ranks have in common: parameters, exact sums, gathered words.
public protocol CommonError: Error {
  /// Whether all ranks meet it: for types of which some cases are one rank's. True by default.
  var isMetByAllRanks: Bool { get }
}

extension CommonError {
  public var isMetByAllRanks: Bool { true }
}

/// Whether all ranks end by this error, as its type tells.
package func areAllRanksMeeting(_ error: any Error) -> Bool {
  (error as? any CommonError)?.isMetByAllRanks ?? false
}

/// What went wrong on one rank or on all, as all ranks know it: the same value on every rank.
public struct RankFailure: CommonError, StatusError, Equatable, Sendable {
  /// The rank that met the error.
  public let rank: Int
  /// The description of the error.
  public let message: String
  /// As `exitStatus(of:)` has it.
  public let exitStatus: Int32

  init(rank: Int, message: String, exitStatus: Int32) {
    self.rank = rank
    self.message = message
    self.exitStatus = exitStatus
  }

  /// An error that all ranks met alike, such as one in what every rank computes from the same
  /// numbers; or that rank `rank` met and the others know of. A `RankFailure` stays what it is.
  public init(_ error: any Error, rank: Int = 0) {
    if let failure = error as? RankFailure {
      self = failure
    } else {
      self.init(rank: rank, message: "\(error)", exitStatus: status(of: error))
    }
  }
}

extension RankFailure: CustomStringConvertible {
  /// The message. What is wrong with the input does not depend on who read it; what is wrong
  /// with a host does, so there the rank stands before it.
  public var description: String {
    exitStatus == 1 ? "rank \(rank): \(message)" : message
  }
}

extension RankFailure {
  /// The form in which it travels.
  var words: [String] { ["\(rank)", "\(exitStatus)", message] }

  init(words: [String]) {
    precondition(words.count == 3, "\(words) is not a failure's rank, status and message")
    self.init(rank: Int(words[0])!, message: words[2], exitStatus: Int32(words[1])!)
  }
}

/// The function that a property of the same name hides.
private func status(of error: any Error) -> Int32 { exitStatus(of: error) }
