import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. What the values of settings need to know of the data before a fit; nil if that is nothing.
  ///
  /// Missing cells count as the means of their columns.
  ///
  /// - Parameters:
  ///   - values: by the names of settings.
  ///   - settings: of the family that is to be fitted.
  /// - Throws: `DataSetError` about a column without values; `FitError.unusable` if the data are too
  ///   little for it.
  public func measures(
    for values: [String: String], of settings: [FamilySetting]
  ) throws -> DataMeasures? {
    try data.requireValues()
    let wanted = settings.compactMap { setting in
      values[setting.name].flatMap { setting.measures($0) }
    }
    if wanted.isEmpty { return nil }
    return DataMeasures(
      logVolume: wanted.contains(.volume) ? try logHypervolume() : nil,
      moments: wanted.contains(.moments) ? try moments() : nil)
  }

  /// Collective. Two walks over the rows.
  private func moments() throws -> DataMeasures.Moments {
    let means = try searching { try await $0.columnMoments().means }
    let (products, weightSum) = try scatter(about: means)
    guard weightSum > 1 else {
      throw world.common(
        FitError.unusable(
          setting: "the covariance of data of total weight \(weightSum)", expected: "more than 1"))
    }
    return DataMeasures.Moments(
      means: means, covariance: products.map { $0 / (weightSum - 1) })
  }
}

extension Engine {
  /// Collective. The variance of each column, with the divisor N; in one walk over the rows.
  ///
  /// Missing cells count as the means of their columns.
  public func columnVariances() throws -> [Double] {
    try data.requireValues()
    let count = data.columnCount
    // About the middle of the data, from which no number of a column is far, relative to its range.
    let middle = zip(data.ranges.minimum, data.ranges.maximum).map { $0 / 2 + $1 / 2 }
    let pass = BlockPass(["weight": 1, "sums": count, "squares": count]) { block, _, sums in
      sums.update(repeating: 0, count: 1 + 2 * count)
      for n in 0..<block.count {
        let weight = block.weights?[n] ?? 1
        sums[0] += weight
        for j in 0..<count {
          let distance = block.rows[n * count + j] - middle[j]
          sums[1 + j] += weight * distance
          sums[1 + count + j] += weight * (distance * distance)
        }
      }
    }
    let sums = try run([pass]).sums[0].numbers
    return (0..<count).map { j in
      let mean = sums[1 + j] / sums[0]
      return max(0, sums[1 + count + j] / sums[0] - mean * mean)
    }
  }
}
