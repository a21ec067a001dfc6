import Kernels
import MessagePassing
import MixtureModels

/// Passes over all rows of a data set, by the threads of every rank.
///
/// The statistics of a block are computed by one thread in a fixed order, and blocks are added
/// exactly: the sums are the same to the last bit on any number of ranks and threads.
public final class Sweep<World: Communicator>: Sendable {
  public let data: DataSet
  public let world: World
  /// The number of threads of this rank.
  public let threadCount: Int
  let exchanges = Exchanges()
  private let threads: PerThread<ThreadMemory>

  /// - Parameter threads: how many threads of this rank share its blocks, at least 1.
  public init(_ data: DataSet, threads: Int, world: World) {
    precondition(threads > 0, "\(threads) threads")
    self.data = data
    self.world = world
    threadCount = threads
    self.threads = PerThread(threads: threads) { ThreadMemory() }
  }

  /// Overwrites `statistics` with those of one block.
  public typealias Accumulate =
    @Sendable (
      _ block: RowBlock, _ workspace: Workspace, _ statistics: UnsafeMutablePointer<Double>
    ) throws -> Void

  /// Collective: one sum. Adds the statistics of all blocks of all ranks.
  ///
  /// - Parameters:
  ///   - bounds: for every statistic, a bound on its magnitude for one row of weight 1.
  ///   - failure: an error that this rank met before, to be thrown on all ranks now.
  ///   - accumulate: overwrites `bounds.count` statistics with those of one block. Called by
  ///     several threads at a time, each with a workspace of its own.
  /// - Throws: on every rank the same error, if anything failed on any.
  public func total(
    bounds: [Double], carrying failure: (any Error)? = nil, _ accumulate: Accumulate
  ) throws -> SweepTotal {
    try total(
      units: ExactUnits(bounds: data.scaled(bounds), additions: data.plan.blockCount),
      carrying: failure, accumulate)
  }

  /// The same in given units.
  ///
  /// - Parameter digest: of what all ranks must have in common.
  /// - Throws: `DivergedRanks`, on every rank, if it is not the same on all.
  func total(
    units: ExactUnits, digest: Digest = Digest(), carrying failure: (any Error)? = nil,
    _ accumulate: Accumulate
  ) throws -> SweepTotal {
    let clock = ContinuousClock()
    let start = clock.now
    let processorStart = processorSeconds()
    var failure = failure
    let sums: ExactSums
    do {
      sums = try failure == nil ? sumsOfThisRank(units, accumulate) : ExactSums(units)
    } catch {
      failure = error
      sums = ExactSums(units)
    }
    let computed = clock.now
    let seconds = (computed - start).seconds

    // One buffer, as long on any number of ranks: the parts of the sums, the failures, the digest,
    // and the times.
    var buffer = Array(sums.parts)
    buffer.append(failure == nil ? 0 : 1)
    buffer += Agreement.numbers(digest)
    buffer += PassTimes.numbers(
      compute: seconds, processor: processorSeconds() - processorStart)
    try world.sum(&buffer)
    let failures = buffer[2 * units.count]
    if failures > 0 { throw try world.agreedFailure(failure) }
    let agreement = 2 * units.count + 1
    let timing = agreement + Agreement.count
    guard Agreement.holds(buffer[agreement..<timing], ranks: world.size) else {
      throw RankFailure(try world.diverged(digest))
    }
    let times = PassTimes.times(buffer[timing...], own: seconds, ranks: world.size)
    return SweepTotal(
      statistics: (0..<units.count).map { buffer[$0] + buffer[units.count + $0] },
      computeSeconds: times.compute, processorSeconds: times.processor,
      communicationSeconds: (clock.now - computed).seconds, messageBytes: 8 * buffer.count)
  }

  /// Calls `body` with every block of this rank, on several threads, without any sum.
  ///
  /// Collective: all ranks wait for each other, and throw the same error if anything failed on any.
  public func forEachBlock(
    _ body: @Sendable (_ number: Int, _ block: RowBlock, _ workspace: Workspace) throws -> Void
  ) throws {
    try world.agree {
      try forEachItem(of: data.blocks.count, threads: threadCount) { thread, number in
        let memory = threads[thread]
        try data.withBlock(number, scratch: memory.reading) { block in
          try body(number, block, memory.computing)
        }
      }
    }
  }

  private func sumsOfThisRank(
    _ units: ExactUnits, _ accumulate: Accumulate
  ) throws -> ExactSums {
    for thread in 0..<threadCount { threads[thread].sums.restart(units) }
    try forEachItem(of: data.blocks.count, threads: threadCount) { thread, number in
      let memory = threads[thread]
      let statistics = memory.statistics.reserve(units.count)
      try data.withBlock(number, scratch: memory.reading) { block in
        try accumulate(block, memory.computing, statistics)
      }
      memory.sums.add(statistics)
    }
    let sums = threads[0].sums
    for thread in 1..<threadCount { sums.merge(threads[thread].sums) }
    if let slot = sums.slotBeyondBound {
      throw StatisticBeyondBound(statistic: slot, bound: units.bound(slot))
    }
    return sums
  }
}

/// The sums over all rows, the same on every rank, and what they took.
public struct SweepTotal: Sendable {
  /// The sums, the same to the last bit however many ranks and threads; in error by at most
  /// `ExactUnits.dropped` and one rounding.
  public let statistics: [Double]
  /// The seconds of the ranks from the start of the sweep to their own sums.
  public let computeSeconds: RankSeconds
  /// The processor seconds of all threads of all ranks in that time.
  public let processorSeconds: Double
  /// The seconds this rank spent in the sum over ranks, waiting for the slowest included.
  public let communicationSeconds: Double
  /// The bytes that each rank had to add over all ranks.
  public let messageBytes: Int

  /// These sums, with what a pass cost that came before and was found wanting.
  func after(_ earlier: SweepTotal) -> SweepTotal {
    SweepTotal(
      statistics: statistics,
      computeSeconds: computeSeconds + earlier.computeSeconds,
      processorSeconds: processorSeconds + earlier.processorSeconds,
      communicationSeconds: communicationSeconds + earlier.communicationSeconds,
      messageBytes: messageBytes + earlier.messageBytes)
  }
}

/// A sum of magnitudes that left its bound: of a statistic that is not finite, or of a model whose
/// `bounds` do not hold.
public struct StatisticBeyondBound: Error, Equatable, CustomStringConvertible {
  /// The number of the statistic.
  public let statistic: Int
  /// The bound on the sum of its magnitudes over all rows.
  public let bound: Double

  public var description: String {
    "statistic \(statistic) is not finite or beyond its bound \(bound): the data are beyond the "
      + "range of float64, or the model's bounds do not hold"
  }
}

/// What a thread reuses from block to block.
private final class ThreadMemory {
  let reading = Workspace()
  let computing = Workspace()
  let statistics = Workspace()
  let sums = ExactSums(ExactUnits(bounds: [], additions: 0))
}

extension Duration {
  /// As a number of seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
