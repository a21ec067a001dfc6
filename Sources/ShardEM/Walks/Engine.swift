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
    var failure = requests.lazy.compactMap(\.failure).first
    let passes = requests.flatMap(\.passes)
    // Of each pass the request whose failure it is if its sums are no numbers; nil: it is that of all.
    let owners = requests.enumerated().flatMap { number, request in
      request.passes.map { _ in request.isTentative ? number : nil }
    }
    let tentative = requests.indices.filter { requests[$0].isTentative }
    let impossible = Mutex<Set<Int>>([])
    let counts = passes.map(\.slots.count)
    let count = counts.reduce(0, +)
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
    let computed = clock.now
    let seconds = (computed - start).seconds

    // One message, as long on any number of ranks: beside the sums whether this rank has failed, the
    // digest, and the times.
    let digest = WalkRequest.digest(of: requests)
    let beside =
      [failure == nil ? 0 : 1] + DigestAgreement.numbers(digest)
      + PassTimes.numbers(compute: seconds, processor: processorSeconds() - processorStart)
      + impossible.withLock { set in tentative.map { set.contains($0) ? 1.0 : 0 } }
    // As long on a rank that has failed.
    var buffer = elements ?? ExactSums(count: count, additions: data.plan.blockCount).elements
    elements = nil
    buffer += ExactSums.elements(of: beside, additions: world.size)
    try world.reduce(&buffer, by: .exactSums)
    let totals = ExactSums.totals(buffer[...])
    let numbers = totals[count...]
    if numbers[count] > 0 { throw try world.agreedFailure(failure) }
    let timing = count + 1 + DigestAgreement.count
    guard DigestAgreement.holds(numbers[count + 1..<timing], ranks: world.size) else {
      throw RankFailure(try world.diverged(digest))
    }
    let flags = numbers.suffix(tentative.count)
    let times = PassTimes.times(
      numbers[timing...].dropLast(tentative.count), own: seconds, ranks: world.size)
    let failed = Set(zip(tentative, flags).filter { $1 > 0 }.map(\.0))
    let communicationSeconds = (clock.now - computed).seconds

    var rest = totals[..<count]
    let slotBytes = 8 * Reduction.exactSums.elementSize
    var bytesBeside = slotBytes * beside.count
    return requests.enumerated().map { number, request in
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
        messageBytes: sums.reduce(bytesBeside) { $0 + slotBytes * $1.numbers.count },
        sharers: requests.count, isImpossible: failed.contains(number))
    }
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

/// What a thread reuses from block to block.
private final class ThreadMemory {
  let reading = Workspace()
  let computing = Workspace()
  let numbers = Workspace()
  /// Of each pass.
  private(set) var sums: [ExactSums] = []

  /// Begins new sums, in the same memory where it suffices.
  func restart(counts: [Int], additions: Int) {
    var idle = sums
    sums = counts.map { count in
      guard let place = idle.firstIndex(where: { $0.fits(count: count, additions: additions) })
      else { return ExactSums(count: count, additions: additions) }
      let sums = idle.remove(at: place)
      sums.restart()
      return sums
    }
  }
}

/// What threads reuse from walk to walk; one set for each walk that is under way at the same time.
private final class ThreadMemories: Sendable {
  private let idle = Mutex<[PerThread<ThreadMemory>]>([])
  private let threads: Int

  init(threads: Int) { self.threads = threads }

  func withOne<Result>(_ body: (PerThread<ThreadMemory>) throws -> Result) rethrows -> Result {
    let memory = idle.withLock { $0.popLast() } ?? PerThread(threads: threads) { ThreadMemory() }
    defer { idle.withLock { $0.append(memory) } }
    return try body(memory)
  }
}

extension Duration {
  /// As a number of seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
