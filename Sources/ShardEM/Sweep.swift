import Kernels
import MessagePassing
import MixtureModels
import Synchronization

/// Walks over all rows of a data set, by the threads of every rank.
///
/// The numbers of a block are computed by one thread in a fixed order, and blocks are added exactly:
/// the sums are the same to the last bit on any number of ranks and threads.
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

  /// Collective. One walk over the rows and one message, whatever the number of passes; the sums of
  /// each are those of a walk of its own.
  ///
  /// - Parameter failure: an error that this rank met before, to be thrown on all ranks now.
  /// - Throws: on every rank the same error, if anything failed on any: `DataSetError` if a number of a
  ///   block is not finite or beyond the exact sums.
  public func run(
    _ passes: [any Pass], carrying failure: (any Error)? = nil
  ) throws -> SweepTotal {
    try run(passes, digest: Digest(), carrying: failure)
  }

  /// - Parameter digest: of what all ranks must have in common.
  /// - Throws: `DivergedRanks`, on every rank, if it is not the same on all.
  func run(
    _ passes: [any Pass], digest: Digest, carrying failure: (any Error)? = nil
  ) throws -> SweepTotal {
    let clock = ContinuousClock()
    let start = clock.now
    let processorStart = processorSeconds()
    var failure = failure
    let counts = passes.map(\.slots.count)
    let count = counts.reduce(0, +)
    var elements: [Double]?
    do {
      if failure == nil { elements = try elementsOfThisRank(passes, counts: counts) }
    } catch { failure = error }
    let computed = clock.now
    let seconds = (computed - start).seconds

    // One message, as long on any number of ranks: beside the sums whether this rank has failed, the
    // digest, and the times.
    let beside =
      [failure == nil ? 0 : 1] + Agreement.numbers(digest)
      + PassTimes.numbers(compute: seconds, processor: processorSeconds() - processorStart)
    // As long on a rank that has failed.
    var buffer = elements ?? ExactSums(count: count, additions: data.plan.blockCount).elements
    elements = nil
    buffer += ExactSums.elements(of: beside, additions: world.size)
    try world.reduce(&buffer, by: .exactSums)
    let totals = ExactSums.totals(buffer[...])
    let numbers = totals[count...]
    if numbers[count] > 0 { throw try world.agreedFailure(failure) }
    let timing = count + 1 + Agreement.count
    guard Agreement.holds(numbers[count + 1..<timing], ranks: world.size) else {
      throw RankFailure(try world.diverged(digest))
    }
    let times = PassTimes.times(numbers[timing...], own: seconds, ranks: world.size)
    var end = 0
    let sums = counts.map { count in
      end += count
      return Array(totals[end - count..<end])
    }
    return SweepTotal(
      sums: sums, computeSeconds: times.compute, processorSeconds: times.processor,
      communicationSeconds: (clock.now - computed).seconds, messageBytes: 8 * buffer.count)
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

  /// The elements of the exact sums of this rank's blocks.
  ///
  /// - Parameter counts: of the passes' slots, which are made anew whenever they are asked for.
  private func elementsOfThisRank(_ passes: [any Pass], counts: [Int]) throws -> [Double] {
    let count = counts.reduce(0, +)
    return try withThreadMemory { threads in
      for thread in 0..<threadCount {
        threads[thread].restart(count: count, additions: data.plan.blockCount)
      }
      try forEachItem(of: data.blocks.count, threads: threadCount) { thread, number in
        let memory = threads[thread]
        let numbers = memory.numbers.reserve(count)
        try data.withBlock(number, scratch: memory.reading) { block in
          var start = numbers
          for (pass, count) in zip(passes, counts) {
            try pass.write(block, workspace: memory.computing, into: start)
            start += count
          }
          if let slot = memory.sums.add(numbers) {
            throw data.error(
              aboutSlot: slot, of: passes, numbers[slot], block, number: number,
              memory.computing)
          }
        }
      }
      let sums = threads[0].sums
      for thread in 1..<threadCount { sums.merge(threads[thread].sums) }
      return sums.elements
    }
  }
}

/// The sums over all rows, the same on every rank, and what they took.
public struct SweepTotal: Sendable {
  /// Of each pass the sums, the same to the last bit however many ranks and threads: in error by at
  /// most what `ExactSums` says.
  public let sums: [[Double]]
  /// The seconds of the ranks from the start of the walk to their own sums.
  public let computeSeconds: RankSeconds
  /// The processor seconds of all threads of all ranks in that time.
  public let processorSeconds: Double
  /// The seconds this rank spent in the sum over ranks, waiting for the slowest included.
  public let communicationSeconds: Double
  /// The bytes that each rank had to add over all ranks.
  public let messageBytes: Int
  /// How many walks came before whose sums were found wanting.
  public private(set) var retakes = 0

  /// The sums of the first pass.
  public var statistics: [Double] { sums[0] }

  init(
    sums: [[Double]], computeSeconds: RankSeconds, processorSeconds: Double,
    communicationSeconds: Double, messageBytes: Int
  ) {
    self.sums = sums
    self.computeSeconds = computeSeconds
    self.processorSeconds = processorSeconds
    self.communicationSeconds = communicationSeconds
    self.messageBytes = messageBytes
  }

  /// These sums, with what a walk cost that came before and was found wanting.
  func after(_ earlier: SweepTotal) -> SweepTotal {
    var total = SweepTotal(
      sums: sums, computeSeconds: computeSeconds + earlier.computeSeconds,
      processorSeconds: processorSeconds + earlier.processorSeconds,
      communicationSeconds: communicationSeconds + earlier.communicationSeconds,
      messageBytes: messageBytes + earlier.messageBytes)
    total.retakes = earlier.retakes + 1
    return total
  }
}

/// What a thread reuses from block to block.
private final class ThreadMemory {
  let reading = Workspace()
  let computing = Workspace()
  let numbers = Workspace()
  private(set) var sums = ExactSums(count: 0, additions: 0)

  /// Begins new sums, in the same memory where it suffices.
  func restart(count: Int, additions: Int) {
    if sums.fits(count: count, additions: additions) {
      sums.restart()
    } else {
      sums = ExactSums(count: count, additions: additions)
    }
  }
}

extension Duration {
  /// As a number of seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
