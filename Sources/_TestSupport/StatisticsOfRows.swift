import MixtureModels

extension LatentVariableModel {
  /// The statistics of rows in memory, as one block.
  public func statistics(
    rows: [Double], weights: [Double]? = nil, under parameters: Parameters
  ) throws -> [Double] {
    let expectation = try expectation(under: parameters)
    return statistics(rows: rows, weights: weights) {
      accumulate($0, expectation, workspace: Workspace(), into: $1)
    }
  }

  /// Overwrites `statisticsCount` numbers with what `accumulate` makes of the rows.
  fileprivate func statistics(
    rows: [Double], weights: [Double]?,
    accumulate: (RowBlock, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    var statistics = Array(repeating: Double.nan, count: statisticsCount)
    rows.withUnsafeBufferPointer { rows in
      // `weights` stays nil rather than becoming an empty array.
      weights.withUnsafePointer { weights in
        statistics.withUnsafeMutableBufferPointer {
          let block = RowBlock(
            rows: rows.baseAddress!, weights: weights, count: rows.count / columnCount,
            columnCount: columnCount)
          accumulate(block, $0.baseAddress!)
        }
      }
    }
    return statistics
  }
}

extension MixtureModel {
  /// The statistics of rows in memory under any responsibilities q, n × K, row-major.
  public func statistics(
    rows: [Double], weights: [Double]? = nil, q: [Double], around reference: Parameters
  ) -> [Double] {
    let expectation = expectation(around: reference)
    return statistics(rows: rows, weights: weights) { block, statistics in
      accumulate(block, expectation, workspace: Workspace(), into: statistics) {
        tile, _, responsibilities in
        for k in 0..<componentCount {
          for n in 0..<tileRows {
            responsibilities[k * tileStride + n] =
              n < tile.count
              ? (tile.weights?[n] ?? 1) * q[(tile.firstRow + n) * componentCount + k] : 0
          }
        }
        return 0
      }
    }
  }
}

extension [Double]? {
  fileprivate func withUnsafePointer(_ body: (UnsafePointer<Double>?) -> Void) {
    guard let self else { return body(nil) }
    self.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
