import Rows

/// The sums over all rows, the same on every rank, and what they took.
public struct WalkTotal: Sendable {
  /// Of each pass the sums, the same to the last bit however many ranks and threads: in error by at
  /// most what `ExactSums` says.
  public let sums: [Sums]
  /// The seconds of the ranks from the start of the walk to their own sums.
  public let computeSeconds: RankSeconds
  /// The processor seconds of all threads of all ranks in that time.
  public let processorSeconds: Double
  /// The seconds this rank spent in the sum over ranks, waiting for the slowest included.
  public let communicationSeconds: Double
  /// The bytes that each rank had to add over all ranks.
  public let messageBytes: Int
  /// The number of searches that shared the walk, whose seconds these are an even part of.
  public let sharers: Int
  /// How many walks came before whose sums were found wanting.
  public private(set) var retakes = 0
  /// How many came before at parameters that do not count: extrapolations that had led to less.
  public private(set) var rejected = 0
  /// Whether some numbers of a tentative request were none, and these are none either.
  let isImpossible: Bool

  init(
    sums: [Sums], computeSeconds: RankSeconds, processorSeconds: Double,
    communicationSeconds: Double, messageBytes: Int, sharers: Int, isImpossible: Bool = false
  ) {
    self.isImpossible = isImpossible
    self.sums = sums
    self.computeSeconds = computeSeconds
    self.processorSeconds = processorSeconds
    self.communicationSeconds = communicationSeconds
    self.messageBytes = messageBytes
    self.sharers = sharers
  }

  /// These sums, with what a walk cost that came before and was found wanting, or `isRejected`: was at
  /// parameters that do not count.
  func after(_ earlier: WalkTotal, isRejected: Bool = false) -> WalkTotal {
    var total = WalkTotal(
      sums: sums, computeSeconds: computeSeconds + earlier.computeSeconds,
      processorSeconds: processorSeconds + earlier.processorSeconds,
      communicationSeconds: communicationSeconds + earlier.communicationSeconds,
      messageBytes: messageBytes + earlier.messageBytes, sharers: sharers)
    total.retakes = retakes + earlier.retakes + (isRejected ? 0 : 1)
    total.rejected = rejected + earlier.rejected + (isRejected ? 1 : 0)
    return total
  }
}
