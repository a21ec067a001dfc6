import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. What the values of settings need to know of the data before a fit; nil if that is nothing.
  ///
  /// Missing cells count as the means of their columns, but in volumes.
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
    let volume = wanted.contains(.volume) ? try hypervolume() : nil
    return DataMeasures(
      logVolume: volume?.logarithm, box: volume?.box,
      moments: wanted.contains(.moments) ? try moments() : nil)
  }

  /// Collective. Two walks over the rows.
  private func moments() throws -> DataMeasures.Moments {
    let means = try searching { try await $0.columnMoments().means }
    let (products, weightSum) = try searching { try await $0.scatter(about: means) }
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
    return try searching { try await $0.columnSpread(withAxes: false).variances }
  }
}
