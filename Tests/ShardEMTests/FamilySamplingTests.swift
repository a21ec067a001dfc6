import MixtureModels
import ShardEM
import Testing

@Suite("Sampling of the built-in families")
struct FamilySamplingTests {
  private static let count = 20_000

  /// Means of the columns, and of the products of two columns about `center`.
  private func moments(_ rows: [Double], about center: [Double]) -> [Double] {
    var moments = [0.0, 0, 0, 0, 0]
    for n in 0..<Self.count {
      let (u, v) = (rows[2 * n] - center[0], rows[2 * n + 1] - center[1])
      for (i, value) in [u, v, u * u, u * v, v * v].enumerated() { moments[i] += value }
    }
    return moments.map { $0 / Double(Self.count) }
  }

  @Test(
    "samples have the mean and covariance of their Gaussian",
    arguments: [
      (CovarianceType.full, [2, 0.5, 0.5, 1], [2, 0.5, 1]),
      (.tied, [2, -0.5, -0.5, 1], [2, -0.5, 1]), (.diag, [2, 1], [2, 0, 1]),
      (.spherical, [3], [3, 0, 3]),
    ])
  func gaussian(type: CovarianceType, covariances: [Double], expected: [Double]) throws {
    let mixture = GaussianMixture(components: 1, columns: 2, covarianceType: type)
    let center = [1.0, -2.0]
    let parameters = Parameters(weights: [1], means: center, covariances: covariances)
    let rows = try mixture.sample(rows: 0..<Self.count, under: parameters, seed: 1)
    // The standard error of a mean is sd / sqrt(20000), the sd being at most sqrt(2) x 3 for a
    // product of two columns: 0.03. Five of them are allowed.
    for (moment, value) in zip(moments(rows, about: center), [0, 0] + expected) {
      #expect(abs(moment - value) < 0.15)
    }
  }

  @Test("samples of a Bernoulli mixture are bits with its probabilities")
  func bernoulli() throws {
    let mixture = BernoulliMixture(componentCount: 2, columnCount: 2)
    let parameters = Parameters(weights: [0.25, 0.75], probabilities: [1, 0.5, 0, 0.5])
    let rows = try mixture.sample(rows: 0..<Self.count, under: parameters, seed: 1)
    #expect(rows.allSatisfy { $0 == 0 || $0 == 1 })
    // Standard errors up to 0.5 / sqrt(20000) = 0.0035. Five of them are allowed.
    for (moment, value) in zip(moments(rows, about: [0, 0]), [0.25, 0.5, 0.25, 0.125, 0.5]) {
      #expect(abs(moment - value) < 0.018)
    }
  }

  @Test("a sample in parts, by any number of threads, is the sample in one piece")
  func parts() throws {
    let mixture = GaussianMixture(components: 2, columns: 1, covarianceType: .diag)
    let parameters = Parameters(weights: [0.5, 0.5], means: [0, 9], covariances: [1, 2])
    let whole = try mixture.sample(rows: 0..<3000, under: parameters, seed: 2)
    let first = try mixture.sample(rows: 0..<1500, under: parameters, seed: 2, threads: 3)
    let second = try mixture.sample(rows: 1500..<3000, under: parameters, seed: 2, threads: 2)
    #expect(first + second == whole)
    #expect(try mixture.sample(rows: 0..<3000, under: parameters, seed: 3) != whole)
  }
}
