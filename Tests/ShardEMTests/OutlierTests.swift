import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// A row far off is a component of its own, whose sums have units of their own.
@Suite("A row far off")
struct OutlierTests {
  private let count = 5000

  private func fit(
    outlier: Double?, _ type: CovarianceType, columns: Int = 2, ranks: Int = 1
  ) throws -> Fit {
    var generator = SeededGenerator(seed: 5)
    var rows = (0..<columns * count).map { _ in generator.normal() }
    if let outlier { rows += (0..<columns).map { $0 % 2 == 0 ? outlier : -outlier } }
    let values = rows
    return try ThreadCommunicator.run(ranks: ranks) { world in
      let data = try DataSet(values: values, columnCount: columns, world: world)
      let model = GaussianMixture(
        components: outlier == nil ? 1 : 2, columns: columns, covarianceType: type,
        ranges: data.ranges)
      return try Engine(data, threads: 1, world: world).fit(
        model, from: .kMeans, options: FitOptions(maximumIterations: 3))
    }[0]
  }

  @Test(
    "leaves the others' component as it is without it",
    arguments: [(CovarianceType.full, 2), (.tied, 2), (.tied, 8), (.diag, 2), (.spherical, 2)],
    [1e12, 1e14, 1e20, 1e36])
  func componentOfTheOthers(shape: (type: CovarianceType, columns: Int), outlier: Double) throws {
    let (type, columns) = shape
    let alone = try fit(outlier: nil, type, columns: columns)
    let both = try fit(outlier: outlier, type, columns: columns)
    let k = both.parameters.weights[0] > 0.5 ? 0 : 1
    let size = alone.parameters.covariances.count
    var covariances = both.parameters.covariances
    if type == .tied {
      // Shared with the one row far off, which adds nothing to it but its weight.
      let share = Double(count + 1) / Double(count)
      covariances = covariances.enumerated().map { i, covariance in
        let regularization = i % (columns + 1) == 0 ? 1e-6 : 0
        return (covariance - regularization) * share + regularization
      }
    } else {
      covariances = Array(covariances[k * size..<(k + 1) * size])
    }
    let means = Array(both.parameters.means[columns * k..<columns * (k + 1)])
    // The sums of 5000 numbers near 1 about another centre, each in error by at most 5000
    // half units; the squared distance of the mean from that centre, a row, is up to 20.
    let others = Parameters(weights: [1], means: means, covariances: covariances)
    #expect(parameterError(others, alone.parameters, type) <= 5000 * 20 * 0x1p-53)
    #expect(both.score.meanLogLikelihood.isFinite)
  }

  @Test("gives the same bits on any number of ranks")
  func ranks() throws {
    let one = try fit(outlier: 1e20, .full)
    #expect(try fit(outlier: 1e20, .full, ranks: 3) == one)
  }
}

@Suite("The change of parameters")
struct ParameterChangeTests {
  @Test(
    "does not depend on the data's origin or units", arguments: CovarianceType.allCases,
    [(0.0, 1.0), (4096, 1), (0, 0x1p-27), (0, 0x1p27)])
  func equivariance(type: CovarianceType, map: (shift: Double, scale: Double)) throws {
    var generator = SeededGenerator(seed: 8)
    func parameters() -> Parameters {
      let shape = type.shape(components: 2, columns: 2).reduce(1, *)
      let covariances: [Double] =
        type == .full || type == .tied
        ? (0..<shape / 4).flatMap { _ in generator.covariance(2) }
        : (0..<shape).map { _ in 1 + generator.uniform() }
      // Multiples of 2^-10: shifted by 4096 without rounding.
      let means = (0..<4).map { _ in (1024 * generator.normal()).rounded() / 1024 }
      return Parameters(weights: [0.5, 0.5], means: means, covariances: covariances)
    }
    func mapped(_ p: Parameters) -> Parameters {
      Parameters(
        weights: p.weights, means: p.means.map { ($0 + map.shift) * map.scale },
        covariances: p.covariances.map { $0 * map.scale * map.scale })
    }
    let (old, new) = (parameters(), parameters())
    let model = GaussianMixture(components: 2, columns: 2, covarianceType: type)
    // Scales are powers of two, shifts exact: not a bit may differ.
    #expect(
      model.largestChange(from: mapped(old), to: mapped(new))
        == model.largestChange(from: old, to: new))
  }
}
