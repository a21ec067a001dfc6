import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Regularization in units of the data")
struct RegularizationTests {
  private static let problem = GaussianProblem(
    seed: 5, rowCount: 500, componentCount: 3, columnCount: 3, covarianceType: .full, weighted: true
  )

  private func engine(units: [Double]) throws -> Engine {
    let rows = Self.problem.rows.enumerated().map { $1 * units[$0 % 3] }
    return Engine(
      try DataSet(
        values: rows, columnCount: 3, weights: Self.problem.weights, world: SoloCommunicator()),
      threads: 1, world: SoloCommunicator())
  }

  @Test("The variances of columns are those of a plain loop, in any units")
  func variances() throws {
    let (rows, weights) = (Self.problem.rows, Self.problem.weights!)
    let total = weights.reduce(0, +)
    for units in [[1, 1, 1], [1e-5, 3, 2e7]] as [[Double]] {
      let found = try engine(units: units).columnVariances()
      for j in 0..<3 {
        let mean = (0..<500).reduce(0.0) { $0 + weights[$1] * rows[3 * $1 + j] } / total
        let variance =
          (0..<500).reduce(0.0) { sum, n in
            let distance = rows[3 * n + j] - mean
            return sum + weights[n] * distance * distance
          } / total
        // 500 additions, and about the middle of the range a cancellation by less than 16.
        let expected = variance * units[j] * units[j]
        #expect(abs(found[j] - expected) < 500 * 16 * 0x1p-53 * expected)
      }
    }
  }

  @Test(
    "Data in other units give the same model in other units", arguments: CovarianceType.allCases)
  func units(type: CovarianceType) throws {
    // One unit for all where there is one variance for all.
    let units = type == .spherical ? [1e-5, 1e-5, 1e-5] : [1e-5, 3, 2e7]
    func fit(_ units: [Double]) throws -> Parameters {
      let engine = try engine(units: units)
      let mixture = try GaussianMixture(
        FamilyOptions(
          regularization: 1e-2, regularizationUnits: engine.columnVariances(),
          ranges: engine.data.ranges, values: ["covariance": type.rawValue]),
        components: 3, columns: 3)
      var start = Self.problem.start
      start.means = start.means.enumerated().map { $1 * units[$0 % 3] }
      start["covariances"] = CovarianceModels.named(type.rawValue)!.scaled(
        mixture, units)
      let options = FitOptions(maximumIterations: 8, convergence: .parameters(0))
      return try engine.fit(mixture, from: .parameters(start), options: options).parameters
    }
    let (plain, other) = (try fit([1, 1, 1]), try fit(units))
    for (a, b) in zip(plain.weights, other.weights) { #expect(abs(a - b) < 1e-11) }
    for (i, mean) in plain.means.enumerated() {
      // Eight iterations, each of which makes errors of some 1e-14 ten times larger at most.
      #expect(abs(mean * units[i % 3] - other.means[i]) < 1e-11 * units[i % 3] * 10)
    }
  }

  @Test("A constant column gets the number itself")
  func constant() throws {
    let mixture = GaussianMixture(
      components: 1, columns: 2, covariance: UnconstrainedCovariances(.diag), regularization: 1e-3,
      units: [4, 0])
    #expect(mixture.addends == [4e-3, 1e-3])
  }

  @Test("Texts say whether it is relative")
  func texts() {
    #expect(Regularization("1e-6rel") == Regularization(1e-6, isRelative: true))
    #expect(Regularization("0.5") == Regularization(0.5))
    for text in ["rel", "", "1e-6 rel", "x", "1rel2"] { #expect(Regularization(text) == nil) }
    #expect(Regularization("0.5rel")?.description == "0.5rel")
  }
}

extension CovarianceModel {
  /// Identity matrices in these units, in the shape of a mixture's covariances.
  fileprivate func scaled(_ mixture: GaussianMixture, _ units: [Double]) -> [Double] {
    let d = units.count
    return switch type {
    case .full, .tied:
      (0..<(type == .full ? mixture.componentCount : 1)).flatMap { _ in
        (0..<d * d).map { $0 / d == $0 % d ? units[$0 % d] * units[$0 % d] : 0.0 }
      }
    case .diag: (0..<mixture.componentCount).flatMap { _ in units.map { $0 * $0 } }
    case .spherical: (0..<mixture.componentCount).map { _ in units[0] * units[0] }
    }
  }
}
