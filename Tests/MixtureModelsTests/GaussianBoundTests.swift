import MixtureModels
import Testing
import _TestSupport

@Suite("Bounds of the statistics of a Gaussian mixture")
struct GaussianBoundTests {
  /// Rows, most of them in two clusters, some columns constant, and the ranges of all.
  private struct Rows {
    let columns: Int
    let values: [Double]
    var ranges: ColumnRanges {
      let rows = stride(from: 0, to: values.count, by: columns).map { values[$0..<$0 + columns] }
      return ColumnRanges(
        minimum: (0..<columns).map { j in rows.map { $0[$0.startIndex + j] }.min()! },
        maximum: (0..<columns).map { j in rows.map { $0[$0.startIndex + j] }.max()! })
    }

    init(count: Int, columns: Int, from generator: inout SeededGenerator) {
      self.columns = columns
      values = (0..<count).flatMap { n in
        (0..<columns).map { j in
          j % 4 == 3 ? 0.1 : generator.normal() + (n % 2 == 0 ? 3 : 0)
        }
      }
    }
  }

  /// - Parameter distance: of the means from the origin, in standard deviations.
  private func parameters(
    _ type: CovarianceType, components: Int, columns: Int, distance: Double,
    from generator: inout SeededGenerator
  ) -> GaussianParameters {
    let means = (0..<components * columns).map { i in
      i % columns % 4 == 3 && distance == 0 ? 0.1 : generator.normal() * (1 + distance)
    }
    let covariances: [Double] =
      switch type {
      case .full: (0..<components).flatMap { _ in generator.covariance(columns) }
      case .tied: generator.covariance(columns)
      case .diag: (0..<components * columns).map { _ in 0.5 + generator.uniform() }
      case .spherical: (0..<components).map { _ in 0.5 + generator.uniform() }
      }
    return GaussianParameters(
      weights: generator.weights(components), means: means, covariances: covariances)
  }

  // Units leave an eighth above the bounds for the roundings of the statistics themselves: this asks
  // for a thousandth, which is far more than a few roundings of 2^-53.
  @Test(
    "hold for every row, from starts in and far outside of the data", arguments: CovarianceType.allCases)
  func everyRow(type: CovarianceType) throws {
    var generator = SeededGenerator(seed: 31)
    for (components, columns) in [(1, 1), (2, 2), (3, 3), (2, 8), (3, 9), (5, 12)] {
      for (count, distance) in [(1, 0.0), (2, 1), (60, 0), (60, 10), (60, 1e3), (60, 1e6)] {
        let rows = Rows(count: count, columns: columns, from: &generator)
        let model = GaussianMixture(
          components: components, columns: columns, covarianceType: type)
        let parameters = parameters(
          type, components: components, columns: columns, distance: distance, from: &generator)
        let bounds = model.bounds(
          try model.expectation(under: parameters), within: rows.ranges)
        #expect(bounds.count == model.statisticsCount)
        for start in stride(from: 0, to: rows.values.count, by: columns) {
          let statistics = try model.statistics(
            rows: Array(rows.values[start..<start + columns]), under: parameters)
          let beyond = zip(statistics, bounds).enumerated().first {
            !(abs($1.0) <= 1.001 * $1.1)
          }
          #expect(
            beyond == nil, "statistic \(beyond!.offset): \(beyond!.element) at \(distance)")
        }
      }
    }
  }
}
