import Host
import MessagePassing
import ShardEM

/// Combines the numbers of all ranks: `shardem_reduce` of the header.
typealias ReduceCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ values: UnsafeMutablePointer<Double>?, _ count: Int64,
    _ elementSize: Int64, _ operation: Int32, _ combine: Reduction.Combine?
  ) -> Int32

/// Gives every rank the bytes of all: `shardem_gather` of the header.
typealias GatherCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ own: UnsafePointer<UInt8>?, _ length: Int64,
    _ all: UnsafeMutablePointer<UInt8>?, _ lengths: UnsafePointer<Int64>?
  ) -> Int32

/// The ranks of a caller that has its own way to exchange numbers.
///
/// Unchecked: functions and context are the caller's, who lets them be called on the thread that has called.
struct CallerRanks: Communicator, @unchecked Sendable {
  /// `shardem_ranks` of the header, as C lays it out.
  struct Layout {
    var context: UnsafeMutableRawPointer?
    var rank: Int32
    var size: Int32
    var reduce: ReduceCallback?
    var gather: GatherCallback?
  }

  let rank: Int
  let size: Int
  private let context: UnsafeMutableRawPointer?
  private let reduceCallback: ReduceCallback
  private let gatherCallback: GatherCallback

  private enum Operation: Int32 { case sum, maximum, combine }

  /// - Throws: `ArgumentError` if these are no ranks.
  init(_ ranks: Layout) throws {
    guard ranks.size >= 1, ranks.rank >= 0, ranks.rank < ranks.size else {
      throw ArgumentError("rank \(ranks.rank) of \(ranks.size)")
    }
    guard let reduce = ranks.reduce, let gather = ranks.gather else {
      throw ArgumentError("ranks without functions")
    }
    (rank, size, context) = (Int(ranks.rank), Int(ranks.size), ranks.context)
    (reduceCallback, gatherCallback) = (reduce, gather)
  }

  /// The world of `shardem_ranks`; null is this process alone.
  static func world(_ ranks: UnsafeRawPointer?) throws -> any Communicator {
    guard let ranks else { return SoloCommunicator() }
    return try CallerRanks(ranks.load(as: Layout.self))
  }

  func sum(_ values: UnsafeMutableBufferPointer<Double>) throws {
    try reduce(values, size: 1, .sum, nil)
  }

  func maximum(_ values: UnsafeMutableBufferPointer<Double>) throws {
    try reduce(values, size: 1, .maximum, nil)
  }

  func reduce(_ values: UnsafeMutableBufferPointer<Double>, by reduction: Reduction) throws {
    try reduce(values, size: reduction.elementSize, .combine, reduction.combine)
  }

  private func reduce(
    _ values: UnsafeMutableBufferPointer<Double>, size elementSize: Int, _ operation: Operation,
    _ combine: Reduction.Combine?
  ) throws {
    guard let base = values.baseAddress, !values.isEmpty else { return }
    let status = reduceCallback(
      context, base, Int64(values.count / elementSize), Int64(elementSize), operation.rawValue,
      combine)
    if status != 0 { throw ExchangeFailure(rank: rank) }
  }

  func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    let own = withUnsafeBytes(of: Int64(bytes.count)) { Array($0) }
    let counts = try exchange(own, lengths: Array(repeating: 8, count: size))
    let lengths = counts.withUnsafeBytes { memory in
      (0..<size).map { memory.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self) }
    }
    // A byte from each rank for each byte of memory there can be.
    guard lengths.allSatisfy({ $0 >= 0 && $0 <= 1 << 47 }), lengths[rank] == bytes.count else {
      throw ExchangeFailure(rank: rank)
    }
    var rest = try exchange(bytes, lengths: lengths)[...]
    return lengths.map { length in
      defer { rest = rest.dropFirst(Int(length)) }
      return Array(rest.prefix(Int(length)))
    }
  }

  /// The bytes of all ranks, one after the other.
  private func exchange(_ own: [UInt8], lengths: [Int64]) throws -> [UInt8] {
    let total = Int(lengths.reduce(0, +))
    return try [UInt8](unsafeUninitializedCapacity: max(total, 1)) { all, count in
      all.update(repeating: 0)
      let status = own.withUnsafeBufferPointer {
        gatherCallback(context, $0.baseAddress, Int64(own.count), all.baseAddress, lengths)
      }
      if status != 0 { throw ExchangeFailure(rank: rank) }
      count = total
    }
  }

  func barrier() throws { _ = try exchange([0], lengths: Array(repeating: 1, count: size)) }
}

/// A function of the caller's that exchanges what ranks have has said that it failed.
struct ExchangeFailure: Interruption, CustomStringConvertible {
  let rank: Int
  var description: String { "rank \(rank): the ranks could not exchange what they have" }
}

/// This process alone, told of every walk over the rows: what it throws ends what is under way.
///
/// Unchecked: `watch` is called on the thread that runs the fit.
struct WatchedProcess: Communicator, @unchecked Sendable {
  let watch: () throws -> Void

  var rank: Int { 0 }
  var size: Int { 1 }

  func sum(_ values: UnsafeMutableBufferPointer<Double>) {}
  func reduce(_ values: UnsafeMutableBufferPointer<Double>, by reduction: Reduction) throws {
    try watch()
  }
  func maximum(_ values: UnsafeMutableBufferPointer<Double>) {}
  func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
  func barrier() {}
}
