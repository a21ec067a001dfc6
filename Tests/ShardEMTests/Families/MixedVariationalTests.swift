import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Variational mixtures of columns of several families")
struct MixedVariationalTests {
  private static let singles = [
    BernoulliMixture.name, PoissonMixture.name, ExponentialMixture.name, CategoricalMixture.name,
  ]
  private static let process = "dirichlet-process"
  /// As `FamilyCase` has them.
  private static let categories = ["a", "b", "c", "d"]

  /// Rows of three columns of a family and three Gaussian ones.
  private func rows(_ name: String, _ count: Int, missing: Double) -> [Double] {
    var generator = SeededGenerator(seed: 5)
    let first = FamilyCase(family: name, values: [:]).rows(count, columns: 3, seed: 2)
    let second = FamilyCase(family: GaussianMixture.name, values: [:])
      .rows(count, columns: 3, seed: 2)
    let all = (0..<count).flatMap { (n: Int) -> [Double] in
      let own = 3 * n..<3 * n + 3
      return Array(first[own]) + Array(second[own])
    }
    return all.map { (x: Double) -> Double in generator.uniform() < missing ? .nan : x }
  }

  private func fit(
    _ type: any Family.Type, _ values: [String: String], _ data: DataSet, _ prior: PriorNumbers?,
    components: Int, iterations: Int, threads: Int = 2,
    world: any Communicator = SoloCommunicator(),
    categories: [[String]?], onIteration: IterationHook = { _ in }
  ) throws -> Fit {
    let engine = Engine(data, threads: threads, world: world)
    let values = values.merging(["estimate": "vb"]) { $1 }
    let options = FamilyOptions(
      regularization: 0, ranges: data.ranges,
      measures: try engine.measures(for: values, of: type.settings), prior: prior,
      categories: categories, values: values)
    func run(_ mixture: some Family) throws -> Fit {
      try engine.fit(
        mixture, from: .random,
        options: FitOptions(
          maximumIterations: iterations, convergence: .parameters(0), acceleration: .none,
          order: .none), onIteration: onIteration)
    }
    return try run(
      Families.standard.mixture(type, options, components: components, columns: data.columnCount))
  }

  private static func categories(_ name: String) -> [[String]?] {
    let own = name == CategoricalMixture.name ? categories : nil
    return [own, own, own, nil, nil, nil]
  }

  /// One for both twins: what the families share is the weights' number.
  private func prior(_ name: String, _ type: CovarianceType) -> PriorNumbers {
    let zeros = [Double](repeating: 9, count: 3)
    var entries: [PriorNumbers.Entry] = [
      .init("weight_concentration", shape: [], [PlainGaussianPosterior.gamma]),
      .init("mean", shape: [6], zeros + PlainGaussianPosterior.mean),
      .init("mean_precision", shape: [], [PlainGaussianPosterior.kappa]),
      .init("degrees_of_freedom", shape: [], [PlainGaussianPosterior.nu]),
    ]
    let scale = PlainGaussianPosterior.scale
    if type == .full {
      let all = (0..<36).map { i -> Double in
        let (row, column) = (i / 6 - 3, i % 6 - 3)
        return row < 0 || column < 0 ? 9 : scale[row][column]
      }
      entries.append(.init("covariance", shape: [6, 6], all))
    } else {
      entries.append(.init("covariance", shape: [6], zeros + (0..<3).map { scale[$0][$0] }))
    }
    if name == CategoricalMixture.name {
      entries.append(.init("concentration", shape: [], [2.5]))
    } else {
      let names = name == BernoulliMixture.name ? ("alpha", "beta") : ("shape", "rate")
      entries.append(.init(names.0, shape: [], [2.5]))
      entries.append(.init(names.1, shape: [6], [1.5, 2.5, 3.5, 9, 9, 9]))
    }
    return PriorNumbers(entries)
  }

  @Test(
    "The bound is the sum of the groups' and the weights', and each group has its own iteration",
    arguments: singles, [CovarianceType.diag, .full])
  func plain(name: String, type: CovarianceType) throws {
    let values = rows(name, 120, missing: 0.2)
    let data = try DataSet(
      values: values, columnCount: 6, missing: .allowed(), world: SoloCommunicator())
    let isJoint = type == .full
    let families = "1=\(name),2=\(name),3=\(name)," + (isJoint ? "{4,5,6}=gaussian" : "*=gaussian")
    func fit(iterations: Int) throws -> Fit {
      try self.fit(
        MixedMixture.self, ["column-families": families], data, prior(name, type), components: 3,
        iterations: iterations, categories: Self.categories(name))
    }
    let (before, after) = (try fit(iterations: 4), try fit(iterations: 5))
    let first = PlainVariational(name: name, columns: 3, isProcess: false)
    let second = PlainGaussianPosterior(type)
    let (firstGroup, secondGroup) = ("\(name).", isJoint ? "gaussian_1." : "gaussian.")
    let own = first.posterior(before.parameters, group: firstGroup)
    let gaussian = second.posterior(before.parameters, group: secondGroup)
    let logWeights = PlainGaussianPosterior.expectedLogWeights(gaussian.concentration)
    var bound =
      -PlainGaussianPosterior.divergence(gaussian.concentration) - first.cellsDivergence(own)
      - second.divergence(gaussian)
    var shares: [[Double]] = []
    var completed: [PlainGaussianPosterior.Row] = []
    for n in 0..<120 {
      let row = Array(values[6 * n + 3..<6 * n + 6])
      let parts = (0..<3).map { second.complete(row, gaussian, $0) }
      let logJoint = (0..<3).map { k -> Double in
        let density = first.logDensity(values[6 * n..<6 * n + 3], own, k)
        return logWeights[k] + density + parts[k].value
      }
      let part = PlainGaussianPosterior.normalized(logJoint)
      bound += part.bound
      shares.append(part.shares)
      completed.append((part.shares, parts))
    }
    // As of each family by itself: `ConjugateVariationalTests`, `MissingVariationalTests`.
    #expect(abs(before.objective - bound) < 1e-11 * abs(bound))
    let firstRows = (0..<120).flatMap { values[6 * $0..<6 * $0 + 3] }
    let next = first.updated(firstRows, shares).cells.joined()
    let found = first.posterior(after.parameters, group: firstGroup).cells.joined()
    for (one, other) in zip(next, found) { #expect(abs(one - other) <= 1e-11 * max(abs(other), 1)) }
    let expected = second.updated(completed, gaussian)
    let posterior = second.posterior(after.parameters, group: secondGroup)
    #expect(relativeError(posterior.concentration, expected.concentration) < 1e-11)
    #expect(relativeError(posterior.precisions, expected.precisions) < 1e-11)
    #expect(relativeError(posterior.freedoms, expected.freedoms) < 1e-11)
    #expect(parameterError(posterior.parameters, expected.parameters, .full) < 1e-11)
  }

  @Test(
    "Of one group it is that family's own fit", arguments: singles + ["gaussian", "joint"],
    ["dirichlet", process])
  func limit(name: String, weights: String) throws {
    let isJoint = name == "joint"
    let family = isJoint ? GaussianMixture.name : name
    let rows = FamilyCase(family: family, values: [:]).rows(200, columns: 3, seed: 6)
    let data = try DataSet(values: rows, columnCount: 3, world: SoloCommunicator())
    let type = try #require(Families.standard[family])
    let categories: [[String]?] =
      name == CategoricalMixture.name ? Array(repeating: Self.categories, count: 3) : []
    let settings = ["weight-concentration-type": weights]
    func fit(_ type: any Family.Type, _ values: [String: String]) throws -> Fit {
      try self.fit(
        type, settings.merging(values) { $1 }, data, nil, components: 3, iterations: 10,
        categories: categories)
    }
    let alone = try fit(
      type, family == GaussianMixture.name ? ["covariance": isJoint ? "full" : "diag"] : [:])
    let mixed = try fit(
      MixedMixture.self, ["column-families": isJoint ? "{1,2,3}=gaussian" : "*=\(family)"])
    // The log weight is added before or after the other terms of up to 100 nats, so that responsibilities are
    // off by 2^-53 of these, 1e-14 of themselves, in each of ten iterations.
    #expect(abs(mixed.objective - alone.objective) < 1e-12 * abs(alone.objective))
    let group = isJoint ? "gaussian_1" : family
    for part in alone.parameters.names {
      let isCommon = ["weights", "posterior.weight_concentration"].contains(part)
      let found = mixed.parameters[isCommon ? part : "\(group).\(part)"]
      let expected = alone.parameters[part]
      let size = expected.reduce(0) { max($0, abs($1)) }
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-11 * size }, "\(part)")
    }
  }

  @Test(
    "The bound never falls, and the bits are the same on any ranks and threads",
    arguments: [
      "dirichlet", process,
    ])
  func monotone(weights: String) throws {
    let families = "1=poisson,2=poisson,{3,4}=gaussian,5=gaussian,*=gaussian"
    let rows = rows(PoissonMixture.name, 300, missing: 0.2)
    func fit(ranks: Int, threads: Int) throws -> (fit: Fit, bounds: [Double]) {
      try onRanks(ranks) { world in
        let data = try DataSet(
          values: rows, columnCount: 6, missing: .allowed(), shardRows: [100, 200], blockRows: 64,
          world: world)
        var bounds: [Double] = []
        let fit = try self.fit(
          MixedMixture.self,
          ["column-families": families, "weight-concentration-type": weights], data, nil,
          components: 5, iterations: 40, threads: threads, world: world, categories: []
        ) { bounds.append($0.objective) }
        return (fit, bounds + [fit.objective])
      }[0]
    }
    let one = try fit(ranks: 1, threads: 1)
    // As in `EveryFamilyTests`.
    let rounding = 2 * 16 * 0x1p-53 * abs(one.bounds[0])
    for (before, after) in zip(one.bounds, one.bounds.dropFirst()) {
      #expect(after >= before - rounding)
    }
    #expect(one.bounds.last! > one.bounds[0])
    for (ranks, threads) in [(2, 1), (3, 2), (7, 1)] {
      let other = try fit(ranks: ranks, threads: threads).fit
      let (found, expected) = (other.parameters.numbers, one.fit.parameters.numbers)
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
      #expect(other == one.fit)
    }
  }

  @Test("What tells variational fits apart is refused of others")
  func refused() {
    let values = ["column-families": "*=poisson", "weight-concentration-type": "dirichlet"]
    let error = #expect(throws: FitError.self) {
      try MixedMixture(FamilyOptions(values: values), components: 2, columns: 2)
    }
    #expect(
      error?.description
        == "weight-concentration-type dirichlet without estimate vb; expected estimate vb")
  }
}
