import Kernels
import MessagePassing
import MixtureModels
import Synchronization

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
  /// What threads reuse from call to call; one set for each call that runs at the same time.
  private let idle = Mutex<[PerThread<ThreadMemory>]>([])

  /// - Parameter threads: how many threads of this rank share its blocks, at least 1.
  public init(_ data: DataSet, threads: Int, world: World) {
    precondition(threads > 0, "\(threads) threads")
    self.data = data
    self.world = world
    threadCount = threads
  }

  private func withThreadMemory<Result>(
    _ body: (PerThread<ThreadMemory>) throws -> Result
  ) rethrows -> Result {
    let memory =
      idle.withLock { $0.popLast() } ?? PerThread(threads: threadCount) { ThreadMemory() }
    defer { idle.withLock { $0.append(memory) } }
    return try body(memory)
  }

  /// Overwrites `statistics` with those of one block.
  public typealias Accumulate =
    @Sendable (
      _ block: RowBlock, _ workspace: Workspace, _ statistics: UnsafeMutablePointer<Double>
    ) throws -> Void

  /// Collective: one sum. Adds the statistics of all blocks of all ranks, in given units.
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
    var sums = RankSums(parts: Array(repeating: 0, count: 2 * units.count), areWithinUnits: true)
    do {
      if failure == nil { sums = try sumsOfThisRank(units, accumulate) }
    } catch { failure = error }
    let computed = clock.now
    let seconds = (computed - start).seconds

    // One buffer, as long on any number of ranks: the parts of the sums, the ranks that failed, those
    // with a block beyond the units, the digest, and the times.
    var buffer = sums.parts
    buffer += [failure == nil ? 0 : 1, sums.areWithinUnits ? 0 : 1]
    buffer += Agreement.numbers(digest)
    buffer += PassTimes.numbers(
      compute: seconds, processor: processorSeconds() - processorStart)
    try world.sum(&buffer)
    let failures = buffer[2 * units.count]
    if failures > 0 { throw try world.agreedFailure(failure) }
    let ranksBeyondUnits = buffer[2 * units.count + 1]
    let agreement = 2 * units.count + 2
    let timing = agreement + Agreement.count
    guard Agreement.holds(buffer[agreement..<timing], ranks: world.size) else {
      throw RankFailure(try world.diverged(digest))
    }
    let times = PassTimes.times(buffer[timing...], own: seconds, ranks: world.size)
    return SweepTotal(
      statistics: (0..<units.count).map { buffer[$0] + buffer[units.count + $0] },
      computeSeconds: times.compute, processorSeconds: times.processor,
      communicationSeconds: (clock.now - computed).seconds, messageBytes: 8 * buffer.count,
      isWithinUnits: ranksBeyondUnits == 0)
  }

  /// Calls `body` with every block of this rank, on several threads, without any sum.
  ///
  /// Collective: all ranks wait for each other, and throw the same error if anything failed on any.
  public func forEachBlock(
    _ body: @Sendable (_ number: Int, _ block: RowBlock, _ workspace: Workspace) throws -> Void
  ) throws {
    try world.agree {
      try withThreadMemory { threads in
        try forEachItem(of: data.blocks.count, threads: threadCount) { thread, number in
          let memory = threads[thread]
          try data.withBlock(number, scratch: memory.reading) { block in
            try body(number, block, memory.computing)
          }
        }
      }
    }
  }

  private func sumsOfThisRank(_ units: ExactUnits, _ accumulate: Accumulate) throws -> RankSums {
    try withThreadMemory { threads in
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
      return RankSums(parts: Array(sums.parts), areWithinUnits: sums.slotBeyondBound == nil)
    }
  }
}

/// The sums of one rank's blocks.
private struct RankSums {
  /// Those of `ExactSums`, to be added over all ranks.
  let parts: [Double]
  /// Whether every block was; else the parts depend on their order.
  let areWithinUnits: Bool
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
  /// Whether all blocks of all ranks were within the units: else the statistics mean nothing.
  let isWithinUnits: Bool

  /// These sums, with what a pass cost that came before and was found wanting.
  func after(_ earlier: SweepTotal) -> SweepTotal {
    SweepTotal(
      statistics: statistics,
      computeSeconds: computeSeconds + earlier.computeSeconds,
      processorSeconds: processorSeconds + earlier.processorSeconds,
      communicationSeconds: communicationSeconds + earlier.communicationSeconds,
      messageBytes: messageBytes + earlier.messageBytes, isWithinUnits: isWithinUnits)
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
