import MixtureModels

extension Model {
  /// The sums of an E-step over rows in memory, as one block.
  public func sums(
    rows: [Double], weights: [Double]? = nil, under parameters: Parameters
  ) throws -> Sums {
    try step(at: parameters, sharing: .none)
      .sums(rows: rows, weights: weights, columnCount: columnCount)
  }

  /// The M-step after an E-step under `previous`.
  public func maximized(_ sums: Sums, from previous: Parameters) throws -> Parameters {
    try maximized(
      sums, of: step(at: previous, sharing: .none), from: previous, sharing: .none)
  }
}

extension MixtureModel {
  /// The sums of rows in memory under any responsibilities q, n × K, row-major, moments about `centers`.
  public func sums(
    rows: [Double], weights: [Double]? = nil, q: [Double], about centers: [Double] = []
  ) throws -> Sums {
    try AssignedStep(componentCount: componentCount, moments(about: centers)) {
      tile, _, responsibilities in
      for k in 0..<componentCount {
        for n in 0..<tile.count {
          responsibilities[k * tileStride + n] =
            (tile.weights?[n] ?? 1) * q[(tile.firstRow + n) * componentCount + k]
        }
      }
    }.sums(rows: rows, weights: weights, columnCount: columnCount)
  }
}

extension Pass {
  /// The sums of rows in memory, as one block.
  public func sums(rows: [Double], weights: [Double]? = nil, columnCount: Int) throws -> Sums {
    let slots = slots
    var numbers = Array(repeating: Double.nan, count: slots.count)
    try rows.withUnsafeBufferPointer { rows in
      // `weights` stays nil rather than becoming an empty array.
      try weights.withUnsafePointer { weights in
        let block = RowBlock(
          rows: rows.baseAddress!, weights: weights, count: rows.count / columnCount,
          columnCount: columnCount)
        try write(block, workspace: Workspace(), into: &numbers)
      }
    }
    return Sums(slots, numbers)
  }
}

extension [Double]? {
  fileprivate func withUnsafePointer(
    _ body: (UnsafePointer<Double>?) throws -> Void
  ) rethrows {
    guard let self else { return try body(nil) }
    try self.withUnsafeBufferPointer { try body($0.baseAddress) }
  }
}
