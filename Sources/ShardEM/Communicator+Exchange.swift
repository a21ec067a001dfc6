import MessagePassing
import MixtureModels

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
    // Numbers have eight bytes each; a single byte says that there are none.
    let gathered = try gather((try? own.get()).map(encoded) ?? [1])
    if let failed = gathered.firstIndex(where: { $0.count == 1 }) {
      throw try commonError(of: rank == failed ? own : Result { try numbers(share(failed)) })
    }
    let partBytes = 8 * parts.numberCount
    return gathered.enumerated().flatMap { rank, bytes in
      (0..<share(rank).count).map { decoded(bytes[$0 * partBytes..<($0 + 1) * partBytes]) }
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

private func encoded(_ parts: [[Double]]) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(parts.reduce(0) { $0 + 8 * $1.count })
  for part in parts { part.withUnsafeBytes { bytes.append(contentsOf: $0) } }
  return bytes
}

private func decoded(_ bytes: ArraySlice<UInt8>) -> [Double] {
  [Double](unsafeUninitializedCapacity: bytes.count / 8) { buffer, count in
    UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
    count = bytes.count / 8
  }
}
