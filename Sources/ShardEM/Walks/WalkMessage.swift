import MessagePassing
import Rows

/// What somebody wants of a walk.
struct WalkRequest: Sendable {
  let passes: [any Pass]
  /// Of what all ranks must have in common.
  var digest = Digest()
  /// An error that this rank met before, to be thrown on all ranks.
  var failure: (any Error)?
  /// Whether sums that are no numbers are no error of the walk.
  var isTentative = false

  static func digest(of requests: [WalkRequest]) -> Digest {
    requests.count == 1 ? requests[0].digest : Digest(words: requests.map(\.digest.value))
  }
}

/// What ranks tell each other beside the sums of a walk, in one message with these.
struct WalkMessage {
  /// Whether this rank has failed.
  let hasFailed: Bool
  /// Of what all ranks must have in common.
  let digest: Digest
  /// What this rank took.
  let computeSeconds: Double
  /// The processor seconds of its threads in that time.
  let processorSeconds: Double
  /// Of the tentative requests, in order, whether their sums are no numbers here.
  let areImpossible: [Bool]

  /// What this rank adds.
  var numbers: [Double] {
    [hasFailed ? 1 : 0] + DigestAgreement.numbers(digest)
      + PassTimes.numbers(compute: computeSeconds, processor: processorSeconds)
      + areImpossible.map { $0 ? 1 : 0 }
  }

  /// What the sums over all ranks tell.
  func answer(_ sums: ArraySlice<Double>, ranks: Int) -> Answer {
    let timing = sums.startIndex + 1 + DigestAgreement.count
    let flags = sums.endIndex - areImpossible.count
    return Answer(
      hasFailed: sums[sums.startIndex] > 0,
      isAgreed: DigestAgreement.holds(sums[sums.startIndex + 1..<timing], ranks: ranks),
      times: PassTimes.times(sums[timing..<flags], own: computeSeconds, ranks: ranks),
      areImpossible: sums[flags...].map { $0 > 0 }, bytes: Self.slotBytes * sums.count)
  }

  private static let slotBytes = 8 * Reduction.exactSums.elementSize

  /// What the ranks have said.
  struct Answer {
    /// Whether any has failed.
    let hasFailed: Bool
    /// Whether all have the same digest.
    let isAgreed: Bool
    let times: (compute: RankSeconds, processor: Double)
    /// Of the tentative requests, in order, whether their sums are no numbers on any rank.
    let areImpossible: [Bool]
    /// Of what is beside the sums.
    let bytes: Int

    /// The sums of each request, and an even part of what they took.
    func totals(
      of requests: [WalkRequest], _ sums: ArraySlice<Double>, communicationSeconds: Double
    ) -> [WalkTotal] {
      var rest = sums
      var bytesBeside = bytes
      var flags = areImpossible[...]
      return requests.map { request in
        let sums = request.passes.map { pass in
          let slots = pass.slots
          defer { rest = rest.dropFirst(slots.count) }
          return Sums(slots, Array(rest.prefix(slots.count)))
        }
        defer { bytesBeside = 0 }
        return WalkTotal(
          sums: sums, computeSeconds: times.compute / requests.count,
          processorSeconds: times.processor / Double(requests.count),
          communicationSeconds: communicationSeconds / Double(requests.count),
          messageBytes: sums.reduce(bytesBeside) { $0 + WalkMessage.slotBytes * $1.numbers.count },
          sharers: requests.count,
          isImpossible: request.isTentative && flags.popFirst() == true)
      }
    }
  }
}
