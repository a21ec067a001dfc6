import MixtureModels

/// Random rows from a Gaussian mixture, and another mixture near it to start EM from.
public struct GaussianProblem: Sendable {
  public let componentCount: Int
  public let columnCount: Int
  public let covarianceType: CovarianceType
  /// n × D values, row-major.
  public let rows: [Double]
  /// n row weights, some of them 0; nil for 1 each.
  public let weights: [Double]?
  public let start: Parameters

  /// - Parameters:
  ///   - separation: the spread of the components' centers, in standard deviations or so.
  public init(
    seed: UInt64, rowCount: Int, componentCount: Int, columnCount: Int,
    covarianceType: CovarianceType, weighted: Bool = false, separation: Double = 2
  ) {
    var generator = SeededGenerator(seed: seed)
    self.componentCount = componentCount
    self.columnCount = columnCount
    self.covarianceType = covarianceType
    let centers = (0..<componentCount * columnCount).map { _ in separation * generator.normal() }
    // Mixed columns: correlated, and of unlike scales.
    let mixing = (0..<columnCount * columnCount).map { entry in
      entry % (columnCount + 1) == 0 ? 1 + generator.uniform() : 0.3 * generator.normal()
    }
    rows = (0..<rowCount).flatMap { _ in
      let center = Int.random(in: 0..<componentCount, using: &generator) * columnCount
      let noise = (0..<columnCount).map { _ in generator.normal() }
      return (0..<columnCount).map { i in
        (0..<columnCount).reduce(centers[center + i]) {
          $0 + mixing[i * columnCount + $1] * noise[$1]
        }
      }
    }
    weights = weighted ? (0..<rowCount).map { $0 % 7 == 0 ? 0 : 3 * generator.uniform() } : nil
    start = Parameters(
      weights: generator.weights(componentCount),
      means: centers.map { $0 + 0.5 * generator.normal() },
      covariances: Self.covariances(
        covarianceType, componentCount, columnCount, using: &generator))
  }

  private static func covariances(
    _ type: CovarianceType, _ components: Int, _ columns: Int,
    using generator: inout SeededGenerator
  ) -> [Double] {
    let count = type.isShared ? 1 : components
    guard type.isDiagonal else {
      return (0..<count).flatMap { _ in generator.covariance(columns) }
    }
    return (0..<(type.isRound ? count : count * columns)).map { _ in 0.5 + 2 * generator.uniform() }
  }
}
