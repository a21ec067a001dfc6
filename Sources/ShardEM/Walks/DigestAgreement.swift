import MessagePassing

/// Numbers whose sums over all ranks tell, on every rank alike, whether all ranks have the same
/// digest.
///
/// A digest is four pieces h of 16 bits; h and h² are summed. By Cauchy and Schwarz
/// n Σ h² >= (Σ h)², with equality only if all h are equal. All is exact: a sum of squares is below
/// n 2^32 <= 2^53, and n Σ h² below n² 2^32 <= 2^64, for up to 65,536 ranks.
package enum DigestAgreement {
  /// The numbers to add.
  static let count = 8

  /// What a rank with this digest adds.
  package static func numbers(_ digest: Digest) -> [Double] {
    let pieces = (0..<4).map { Double((digest.value >> (16 * $0)) & 0xffff) }
    return pieces + pieces.map { $0 * $0 }
  }

  /// Whether all ranks added the numbers of the same digest.
  package static func holds(_ sums: ArraySlice<Double>, ranks: Int) -> Bool {
    let sums = sums.map { UInt64($0) }
    return (0..<4).allSatisfy { UInt64(ranks) * sums[4 + $0] == sums[$0] * sums[$0] }
  }
}

/// Ranks that computed other parameters from the same sums: a faulty memory or processor, or
/// programs that are not the same build.
public struct DivergedRanks: Error, Equatable, CustomStringConvertible {
  /// The ranks whose parameters differ from those that most ranks have.
  public let ranks: [Int]

  public var description: String {
    "the parameters differ between ranks: rank\(ranks.count == 1 ? "" : "s") "
      + ranks.map(String.init).joined(separator: ", ")
      + " against the others; check that all run the same build, and the memory of their hosts"
  }
}

extension Communicator {
  /// Collective. Which ranks have another digest than most; of several digests that are equally
  /// frequent, the lowest rank's counts.
  func diverged(_ digest: Digest) throws -> DivergedRanks {
    let digests = try gather([digest.value])
    let counts = digests.map { digest in digests.count { $0 == digest } }
    let usual = digests[counts.firstIndex(of: counts.max()!)!]
    return DivergedRanks(ranks: digests.indices.filter { digests[$0] != usual })
  }
}
