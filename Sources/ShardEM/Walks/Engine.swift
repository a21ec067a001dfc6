import Kernels
import MessagePassing
import Rows
import Synchronization

/// Walks over all rows of a data set, by the threads of every rank.
///
/// The numbers of a block are computed by one thread in a fixed order, and blocks are added exactly:
/// the sums are the same to the last bit on any number of ranks and threads.
public final class Engine: Sendable {
  /// The rows, of which this rank has its share.
  public let data: DataSet
  /// The ranks that walk together.
  public let world: any Communicator
  /// The number of threads of this rank.
  public let threadCount: Int
  let exchanges = Exchanges()
  private let memories: ThreadMemories
  /// What this one's search shares with others; nil of one that walks for itself.
  let search: Search?
  /// How searches see the rows; nil: as they are.
  let transform: ColumnTransform?
  /// The rows that its searches see, with the weights that they have for them; nil: all.
  let sharedRows: SharedRows?
  /// Whether sums of searches that are no numbers are a failure of the search alone: of one that tries
  /// parameters which need not be possible.
  let isTentative: Bool

  /// - Parameter threads: how many threads of this rank share its blocks, at least 1.
  public init(_ data: DataSet, threads: Int, world: any Communicator) {
    precondition(threads > 0, "\(threads) threads")
    self.data = data
    self.world = world
    threadCount = threads
    memories = ThreadMemories(threads: threads)
    (search, transform, sharedRows, isTentative) = (nil, nil, nil, false)
  }

  /// The same of a part of its rows.
  init(_ other: Engine, data: DataSet) {
    (self.data, world, threadCount) = (data, other.world, other.threadCount)
    (memories, search) = (other.memories, other.search)
    (transform, sharedRows, isTentative) = (other.transform, nil, other.isTentative)
  }

  /// The same for a search of its own.
  init(
    _ other: Engine, _ search: Search?, _ transform: ColumnTransform? = nil,
    _ sharedRows: SharedRows? = nil, isTentative: Bool = false
  ) {
    (data, world, threadCount) = (other.data, other.world, other.threadCount)
    (memories, self.search, self.transform) = (other.memories, search, transform)
    (self.sharedRows, self.isTentative) = (sharedRows, isTentative)
  }

  /// Collective. One walk over the rows and one message, whatever the number of passes; the sums of
  /// each are those of a walk of its own.
  ///
  /// - Parameter failure: an error that this rank met before, to be thrown on all ranks now.
  /// - Throws: on every rank the same error, if anything failed on any: `DataSetError` if a number of a
  ///   block is not finite or beyond the exact sums.
  public func run(
    _ passes: [any Pass], carrying failure: (any Error)? = nil
  ) throws -> WalkTotal {
    try run([WalkRequest(passes: passes, failure: failure)])[0]
  }

  /// Collective. The same for several that each want sums of their own.
  ///
  /// - Returns: for each request its sums, and an even part of what the walk took.
  /// - Throws: also `DivergedRanks`, on every rank, if a digest is not the same on all.
  func run(_ requests: [WalkRequest]) throws -> [WalkTotal] {
    let clock = ContinuousClock()
    let start = clock.now
    let processorStart = processorSeconds()
    var own = sumsOfThisRank(requests)
    let computed = clock.now
    let message = WalkMessage(
      hasFailed: own.failure != nil, digest: WalkRequest.digest(of: requests),
      computeSeconds: (computed - start).seconds,
      processorSeconds: processorSeconds() - processorStart, areImpossible: own.areImpossible)

    // One message, as long on any number of ranks, and on one that has failed.
    let count = own.count
    var buffer =
      own.elements ?? ExactSums(count: count, additions: data.plan.blockCount).elements
    own.elements = nil
    buffer += ExactSums.elements(of: message.numbers, additions: world.size)
    try world.reduce(&buffer, by: .exactSums)
    let totals = ExactSums.totals(buffer[...])
    let answer = message.answer(totals[count...], ranks: world.size)
    if answer.hasFailed { throw try world.agreedFailure(own.failure) }
    guard answer.isAgreed else { throw RankFailure(try world.diverged(message.digest)) }
    return answer.totals(
      of: requests, totals[..<count], communicationSeconds: (clock.now - computed).seconds)
  }

  /// What this rank's blocks add to a walk.
  private struct OwnSums {
    /// The number of slots of all passes.
    let count: Int
    /// Of their exact sums; nil after a failure.
    var elements: [Double]?
    var failure: (any Error)?
    /// Of the tentative requests, in order, whether their sums are no numbers here.
    let areImpossible: [Bool]
  }

  private func sumsOfThisRank(_ requests: [WalkRequest]) -> OwnSums {
    let passes = requests.flatMap(\.passes)
    // Of each pass the request whose failure it is if its sums are no numbers; nil: it is that of all.
    let owners = requests.enumerated().flatMap { number, request in
      request.passes.map { _ in request.isTentative ? number : nil }
    }
    let impossible = Mutex<Set<Int>>([])
    let counts = passes.map(\.slots.count)
    var failure = requests.lazy.compactMap(\.failure).first
    var elements: [Double]?
    do {
      if failure == nil {
        elements = try elementsOfThisRank(passes, counts: counts) { pass in
          guard let owner = owners[pass] else { return false }
          impossible.withLock { _ = $0.insert(owner) }
          return true
        }
      }
    } catch { failure = error }
    let tentative = requests.indices.filter { requests[$0].isTentative }
    return OwnSums(
      count: counts.reduce(0, +), elements: elements, failure: failure,
      areImpossible: impossible.withLock { set in tentative.map(set.contains) })
  }

  /// Calls `body` with every block of this rank, on several threads, without any sum.
  ///
  /// Collective: all ranks wait for each other, and throw the same error if anything failed on any.
  /// - Parameter takesMissing: whether missing cells shall be NaN; else the means of their columns.
  public func forEachBlock(
    takingMissing takesMissing: Bool = false,
    _ body: @Sendable (_ number: Int, _ block: RowBlock, _ workspace: Workspace) throws -> Void
  ) throws {
    try world.agree {
      try memories.withOne { threads in
        try forEachItem(of: data.blocks.count, threads: threadCount) { thread, number in
          let memory = threads[thread]
          try data.withBlock(number, scratch: memory.reading) { block in
            let block =
              takesMissing ? block : data.filled(block, number: number, scratch: memory.reading)
            try body(number, block, memory.computing)
          }
        }
      }
    }
  }

  /// The elements of the exact sums of this rank's blocks.
  ///
  /// - Parameters:
  ///   - counts: of the passes' slots, which are made anew whenever they are asked for.
  ///   - bearing: whether the walk is to go on although the sums of this pass, by number, are none.
  private func elementsOfThisRank(
    _ passes: [any Pass], counts: [Int], bearing: @Sendable (_ pass: Int) -> Bool
  ) throws -> [Double] {
    try memories.withOne { threads in
      for thread in 0..<threadCount {
        threads[thread].restart(counts: counts, additions: data.plan.blockCount)
      }
      let largest = counts.max() ?? 0
      let takeMissing = passes.map(\.takesMissing)
      try forEachItem(of: data.blocks.count, threads: threadCount) { thread, number in
        let memory = threads[thread]
        // One pass after the other, as its numbers stay in the cache until they are added.
        let numbers = memory.numbers.reserve(largest + 1)
        try data.withBlock(number, scratch: memory.reading) { block in
          let filled =
            takeMissing.contains(false)
            ? data.filled(block, number: number, scratch: memory.reading) : block
          for (i, (pass, sums)) in zip(passes, memory.sums).enumerated() {
            let block = takeMissing[i] ? block : filled
            numbers[counts[i]] = PassOverrun.mark
            try pass.write(block, workspace: memory.computing, into: numbers)
            guard numbers[counts[i]].bitPattern == PassOverrun.mark.bitPattern else {
              throw PassOverrun(slots: pass.slots)
            }
            if let slot = sums.add(numbers), !bearing(i) {
              throw data.error(
                aboutSlot: slot, of: pass, numbers[slot], block, number: number, memory.computing)
            }
          }
        }
      }
      for thread in 1..<threadCount {
        for (sums, others) in zip(threads[0].sums, threads[thread].sums) { sums.merge(others) }
      }
      var elements = threads[0].sums.first?.elements ?? []
      for sums in threads[0].sums.dropFirst() { elements += sums.elements }
      return elements
    }
  }
}

/// A pass has written more numbers than it has slots.
struct PassOverrun: Error, CustomStringConvertible {
  let slots: Slots

  /// Stands behind the last slot while a pass writes.
  static let mark = Double(bitPattern: 0x7FF8_5A5A_C3C3_0F0F)

  var description: String {
    "a pass has written more than the \(slots.count) numbers of its slots "
      + slots.names.joined(separator: ", ")
  }
}
