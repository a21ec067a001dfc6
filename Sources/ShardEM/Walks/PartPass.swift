import Rows

/// A pass over a part of the rows, in a walk over all.
struct PartPass: Pass {
  let base: any Pass
  let leftOut: RowPart
  /// The means of the columns, which stand for missing cells where `base` takes none; nil: none are missing.
  let means: [Double]?

  var slots: Slots { base.slots }
  /// Else the cells would have the means of all rows.
  var takesMissing: Bool { base.takesMissing || means != nil }

  func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) throws {
    try block.withoutWeight(of: leftOut) { block in
      guard let means, !base.takesMissing else {
        return try base.write(block, workspace: workspace, into: sums)
      }
      try block.filled(with: means) { try base.write($0, workspace: workspace, into: sums) }
    }
  }
}

extension RowBlock {
  /// Calls `body` with the same rows, missing cells being the means of their columns.
  fileprivate func filled<Result>(
    with means: [Double], _ body: (RowBlock) throws -> Result
  ) rethrows -> Result {
    let cells = count * columnCount
    return try withUnsafeTemporaryAllocation(of: Double.self, capacity: cells) { memory in
      for n in 0..<cells {
        let value = rows[n]
        memory.initializeElement(at: n, to: value.isNaN ? means[n % columnCount] : value)
      }
      return try body(replacing(rows: UnsafePointer(memory.baseAddress!)))
    }
  }
}

extension DataSet {
  /// Passes over these rows, for a walk over all of which they are a part.
  func ofItsRows(_ passes: [any Pass]) -> [any Pass] {
    guard let leftOut = reader.leftOut else { return passes }
    return passes.map { PartPass(base: $0, leftOut: leftOut, means: observed?.means) }
  }
}
