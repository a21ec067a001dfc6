import MixtureModels

extension DataSet {
  /// Bounds on the sums of magnitudes over all rows, from those of any single row of weight 1.
  ///
  /// - Throws: `DataSetError.beyondRange` if the exact sums have no units for them.
  func scaled(_ bounds: [Double]) throws -> [Double] {
    let scale = Double(weightedRowCount) * largestWeight
    let sums = bounds.map { $0 * scale }
    guard sums.allSatisfy(isSummable) else { throw beyondRange(bounds) }
    return sums
  }

  /// Whether there is room for the anchors of the exact sums, 6 times the bound.
  private func isSummable(_ bound: Double) -> Bool { bound <= Double.greatestFiniteMagnitude / 8 }

  /// What is to blame: the weights if weights of 1 would do, the values if even their squares are
  /// too large, else the model, or its scale beside that of the values.
  private func beyondRange(_ bounds: [Double]) -> DataSetError {
    let rows = Double(weightedRowCount)
    if bounds.allSatisfy({ isSummable($0 * rows) }) {
      return .beyondRange(.weights(upTo: largestWeight))
    }
    let magnitude = (0..<columnCount).map(ranges.magnitude).max() ?? 0
    return .beyondRange(
      isSummable(magnitude * magnitude * rows) ? .model(upTo: magnitude) : .values(upTo: magnitude))
  }
}
