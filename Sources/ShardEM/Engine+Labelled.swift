import MixtureModels
import Synchronization

/// Rows whose most probable component it is.
public struct LabelledRows: Sendable, Equatable {
  /// How many there are.
  public var count = 0
  /// The first of them, counted from 0 over all shards.
  public var first: [Int] = []

  /// Takes up another row among the first `limit`.
  fileprivate mutating func add(_ row: Int, limit: Int) {
    count += 1
    guard limit > 0, first.count < limit || row < first[first.count - 1] else { return }
    first.insert(row, at: first.firstIndex { $0 > row } ?? first.count)
    first = Array(first.prefix(limit))
  }
}

extension Engine {
  /// Collective. For some components, how many rows they are the most probable of, and the first ones.
  /// Rows of weight 0 do not count.
  ///
  /// One pass over the rows. Messages have a number for each component, whatever the number of ranks.
  /// - Throws: `FitError` if the parameters define no density; on every rank the same error if a rank
  ///   cannot read its rows.
  public func rows(
    of components: [Int], _ model: some MixtureModel, under parameters: Parameters, limit: Int = 3
  ) throws -> [LabelledRows] {
    let densities = try self.components(of: model, at: parameters)
    let found = Mutex(components.map { _ in LabelledRows() })
    try forEachBlock(takingMissing: model.takesMissing) { _, block, workspace in
      let labels = densities.labels(of: block, workspace: workspace)
      for (n, label) in labels.enumerated() where block.weights?[n] != 0 {
        guard let place = components.firstIndex(of: label) else { continue }
        found.withLock { $0[place].add(block.firstRow + n, limit: limit) }
      }
    }
    return try combined(found.withLock { $0 }, limit: limit)
  }

  /// Collective: a sum of counts, and `limit` times the lowest row that is left.
  private func combined(_ own: [LabelledRows], limit: Int) throws -> [LabelledRows] {
    var counts = own.map { Double($0.count) }
    try world.sum(&counts)
    var result = counts.map { LabelledRows(count: Int($0)) }
    var left = own.map { $0.first[...] }
    for _ in 0..<limit {
      // Row numbers are exact in float64; the lowest is the largest negative.
      var lowest = left.map { -($0.first.map(Double.init) ?? .infinity) }
      try world.maximum(&lowest)
      for (i, row) in lowest.enumerated() where row > -.infinity {
        result[i].first.append(Int(-row))
        if left[i].first == Int(-row) { left[i].removeFirst() }
      }
    }
    return result
  }
}
