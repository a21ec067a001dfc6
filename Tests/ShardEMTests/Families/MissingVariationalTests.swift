import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Against textbook formulas in plain loops, and where rows say nothing.
@Suite("Variational Gaussian mixtures of rows that lack columns")
struct MissingVariationalTests {
  private func fit(
    _ values: [Double], weights: [Double]? = nil, _ type: CovarianceType, components: Int,
    iterations: Int
  ) throws -> Fit {
    let data = try DataSet(
      values: values, columnCount: PlainGaussianPosterior.columns, weights: weights,
      missing: .allowed(), world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let settings = ["covariance": type.rawValue, "estimate": "vb"]
    let options = FamilyOptions(
      regularization: 0, ranges: data.ranges,
      measures: try engine.measures(
        for: settings, of: Families.standard.settings(of: GaussianMixture.self)),
      prior: PlainGaussianPosterior(type).given, values: settings)
    func run(_ mixture: some Family) throws -> Fit {
      try engine.fit(
        mixture, from: .kMeans,
        options: FitOptions(
          maximumIterations: iterations, convergence: .parameters(0), acceleration: .none,
          order: .none))
    }
    return try run(
      Families.standard.mixture(
        GaussianMixture.self, options, components: components,
        columns: PlainGaussianPosterior.columns))
  }

  @Test("The bound and an iteration are those of plain loops", arguments: CovarianceType.allCases)
  func plain(type: CovarianceType) throws {
    let problem = GaussianProblem(
      seed: 3, rowCount: 90, componentCount: 2, columnCount: PlainGaussianPosterior.columns,
      covarianceType: .full, weighted: true)
    var generator = SeededGenerator(seed: 8)
    let values = problem.rows.enumerated().map { i, x in
      generator.uniform() < 0.3 || i / PlainGaussianPosterior.columns == 11 ? Double.nan : x
    }
    let before = try fit(values, weights: problem.weights, type, components: 3, iterations: 4)
    let after = try fit(values, weights: problem.weights, type, components: 3, iterations: 5)
    let twin = PlainGaussianPosterior(type)
    let posterior = twin.posterior(before.parameters)
    let expected = twin.step(values, problem.weights ?? [], posterior)
    // As of one EM step (`IncompleteRowsTests`): densities of up to 200 nats, off by 4u of that, and
    // covariances of a condition of up to 100; 90 rows of these are the bound.
    #expect(abs(before.objective - expected.bound) < 1e-11 * abs(expected.bound))
    let found = twin.posterior(after.parameters)
    #expect(relativeError(found.concentration, expected.next.concentration) < 1e-11)
    #expect(relativeError(found.precisions, expected.next.precisions) < 1e-11)
    #expect(relativeError(found.freedoms, expected.next.freedoms) < 1e-11)
    let (one, other) = (found.parameters, expected.next.parameters)
    #expect(parameterError(one, other, .full) < 1e-11)
  }

  /// The distribution of their cells is that of rows to come: they count, but the mean and the covariance
  /// stay. Of complete rows and one component the bound is the evidence, which these do not change: with them
  /// it is less.
  @Test("Rows of nothing change no mean and no covariance", arguments: CovarianceType.allCases)
  func nothing(type: CovarianceType) throws {
    let problem = GaussianProblem(
      seed: 5, rowCount: 50, componentCount: 1, columnCount: PlainGaussianPosterior.columns,
      covarianceType: .full)
    let whole = try fit(problem.rows, type, components: 1, iterations: 3)
    let nothing = [Double](repeating: .nan, count: 20 * PlainGaussianPosterior.columns)
    // What is left of the start is (20 / 70)^60.
    let more = try fit(problem.rows + nothing, type, components: 1, iterations: 60)
    // Sums of 50 products, each rounded, in both.
    #expect(parameterError(more.parameters, whole.parameters, type) < 1e-12)
    let perRow: Double = type == .spherical ? 3 : 1
    for (name, added) in [("mean_precision", 20), ("degrees_of_freedom", 20 * perRow)] {
      let name = "posterior." + name
      #expect(more.parameters[name][0] - whole.parameters[name][0] == added)
    }
    #expect(more.objective < whole.objective)
  }
}
