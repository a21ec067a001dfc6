import MessagePassing
import Rows

/// A part of the rows, as cross-validation leaves it out: every so many pieces of consecutive rows one, or
/// all others.
///
/// It belongs to the numbers of the rows, whoever has them.
struct RowPart: Sendable, Equatable {
  /// Of how many parts it is one.
  let count: Int
  /// Which, from 0.
  let number: Int
  /// The number of rows of a piece.
  let pieceRows: Int
  /// Whether it is all the others.
  var isComplement = false

  /// Part `number` of `count` parts of `rowCount` rows: pieces of as many rows as a block has, but of few
  /// rows smaller ones, so that there are 20 of each part.
  init(_ number: Int, of count: Int, rowCount: Int, blockRows: Int) {
    (self.count, self.number) = (count, number)
    pieceRows = max(1, min(blockRows, rowCount / (20 * count)))
  }

  /// All rows that are not of this part.
  var complement: RowPart {
    var other = self
    other.isComplement.toggle()
    return other
  }

  func has(row: Int) -> Bool { (row / pieceRows % count == number) != isComplement }
}

extension RowBlock {
  /// Calls `body` with the same rows, those of a part being of weight 0.
  func withoutWeight<Result>(
    of part: RowPart, _ body: (RowBlock) throws -> Result
  ) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { memory in
      for n in 0..<count {
        memory.initializeElement(at: n, to: part.has(row: firstRow + n) ? 0 : weights?[n] ?? 1)
      }
      return try body(
        RowBlock(
          rows: rows, weights: memory.baseAddress, labels: labels, count: count,
          columnCount: columnCount, firstRow: firstRow))
    }
  }
}

extension DataSet {
  /// Collective. The same data, a part of the rows being of weight 0.
  ///
  /// - Throws: as the opening of data with such weights does.
  func without(_ part: RowPart, threads: Int, world: any Communicator) throws -> DataSet {
    let reader = leavingOut(part)
    let scan = try RowScan.scan(reader, mayMiss: true, threads: threads, world: world)
    guard scan.largestWeight > 0 else { throw DataSetError.allWeightsZero }
    let ranges = scan.knownRanges.0
    return DataSet(
      self, by: reader, scan,
      observed: observed == nil
        ? nil
        : try ObservedColumns(
          reader, within: ranges, blockCount: plan.blockCount, threads: threads, world: world))
  }

  /// The same data, of which the same is known, but that other rows have weight.
  func with(only part: RowPart) -> DataSet {
    DataSet(self, by: leavingOut(part.complement), nil, observed: observed)
  }

  private func leavingOut(_ part: RowPart) -> BlockReader {
    var reader = reader
    reader.leftOut = part
    return reader
  }
}
