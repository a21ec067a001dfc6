import MixtureModels

extension DataSet {
  /// Bounds on the statistics of a block, from those of any single row of weight 1.
  ///
  /// - Throws: `DataSetError.beyondRange` if the exact sums have no units for them.
  func blockBounds(_ bounds: [Double]) throws -> [Double] {
    let scale = Double(largestBlock) * largestWeight
    let blocks = bounds.map { $0 * scale }
    guard blocks.allSatisfy(isSummable) else { throw beyondRange(bounds) }
    return blocks
  }

  /// The same bounds on the statistics of a block.
  ///
  /// - Throws: `DataSetError.beyondRange` if the exact sums have no units for them.
  func summable(_ blockBounds: [Double]) throws -> [Double] {
    guard blockBounds.allSatisfy(isSummable) else { throw beyondRange(blockBounds) }
    return blockBounds
  }

  /// The rows of the longest block.
  private var largestBlock: Int { min(plan.blockRows, plan.rowCounts.max() ?? 0) }

  /// Whether there is room for the anchors of the exact sums, 6 times the bounds on all blocks.
  private func isSummable(_ bound: Double) -> Bool {
    bound <= Double.greatestFiniteMagnitude / 8 / Double(plan.blockCount)
  }

  /// What is to blame: the weights if weights of 1 would do, the values if even their squares are
  /// too large, else the model, or its scale beside that of the values.
  private func beyondRange(_ bounds: [Double]) -> DataSetError {
    let rows = Double(largestBlock)
    if bounds.allSatisfy({ isSummable($0 * rows) }) {
      return .beyondRange(.weights(upTo: largestWeight))
    }
    let magnitude = (0..<columnCount).map(ranges.magnitude).max() ?? 0
    return .beyondRange(
      isSummable(magnitude * magnitude * rows) ? .model(upTo: magnitude) : .values(upTo: magnitude))
  }
}
