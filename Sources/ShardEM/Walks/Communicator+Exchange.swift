import MessagePassing
import Rows

extension Communicator {
  /// Collective: one gather. The numbers of all parts, in order, of which every rank computes an even
  /// share.
  ///
  /// - Parameter numbers: those of a range of parts; a function of what all ranks have in common.
  /// - Throws: on every rank the error of the lowest part that failed.
  package func exchanged(
    _ parts: WorkSharing.Parts, _ numbers: (_ range: Range<Int>) throws -> [[Double]]
  ) throws -> [[Double]] {
    func share(_ rank: Int) -> Range<Int> {
      rank * parts.count / size..<(rank + 1) * parts.count / size
    }
    let own = Result { try numbers(share(rank)) }
    // Behind a number that says whether there are any.
    let gathered = try gather((try? own.get()).map { [0] + $0.joined() } ?? [1.0])
    if let failed = gathered.firstIndex(where: { $0[0] == 1 }) {
      throw try commonError(of: rank == failed ? own : Result { try numbers(share(failed)) })
    }
    let count = parts.numberCount
    return gathered.enumerated().flatMap { rank, numbers in
      (0..<share(rank).count).map { Array(numbers[1 + $0 * count..<1 + ($0 + 1) * count]) }
    }
  }

  /// Collective. The error that all ranks met alike, each with the same numbers; or if some did not
  /// meet it, that of the lowest rank that did.
  private func commonError<Value>(of outcome: Result<Value, any Error>) throws -> any Error {
    var own: (any Error)?
    if case .failure(let error) = outcome { own = error }
    var failures = [own == nil ? 0.0 : 1]
    try sum(&failures)
    if let own, failures[0] == Double(size) { return own }
    return try agreedFailure(own)
  }
}
