import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Against textbook formulas in plain loops, and where these have a closed form.
@Suite("Variational mixtures of conjugate families")
struct ConjugateVariationalTests {
  static let names = [
    BernoulliMixture.name, PoissonMixture.name, ExponentialMixture.name, MultinomialMixture.name,
    CategoricalMixture.name,
  ]
  private let columns = 3
  private let count = 200

  /// - Parameter missing: the share of cells that are missing; of multinomials none can be.
  private func rows(_ name: String, missing: Double = 0) -> [Double] {
    var generator = SeededGenerator(seed: 6)
    let share = name == MultinomialMixture.name ? 0 : missing
    return FamilyCase(family: name, values: [:]).rows(count, columns: columns, seed: 6)
      .map { generator.uniform() < share ? .nan : $0 }
  }

  /// - Parameter weights: as `--weight-concentration-type` has it.
  private func fit(
    _ name: String, _ weights: String, components: Int, iterations: Int, missing: Double
  ) throws -> Fit {
    let data = try DataSet(
      values: rows(name, missing: missing), columnCount: columns, missing: .allowed(),
      world: SoloCommunicator())
    let family = FamilyCase(
      family: name, values: ["estimate": "vb", "weight-concentration-type": weights])
    func run(_ mixture: some Family) throws -> Fit {
      try Engine(data, threads: 2, world: SoloCommunicator()).fit(
        mixture, from: .random,
        options: FitOptions(
          maximumIterations: iterations, convergence: .parameters(0), acceleration: .none,
          order: .none))
    }
    return try run(family.mixture(components: components, columns: columns, ranges: data.ranges))
  }

  @Test(
    "The bound and an iteration are those of plain loops, with missing cells too", arguments: names,
    ["dirichlet", "dirichlet-process"])
  func plain(name: String, weights: String) throws {
    for missing in [0, 0.3] { try plain(name, weights, missing: missing) }
  }

  private func plain(_ name: String, _ weights: String, missing: Double) throws {
    let rows = rows(name, missing: missing)
    let before = try fit(name, weights, components: 3, iterations: 4, missing: missing)
    let after = try fit(name, weights, components: 3, iterations: 5, missing: missing)
    let twin = PlainVariational(name: name, columns: columns, isProcess: weights != "dirichlet")
    let own = twin.posterior(before.parameters)
    let r = twin.responsibilities(rows, own)
    // Terms of at most 1e3 nats, a thousand of them, each rounded a few times: they are some 1e-13 of the
    // bound at most.
    let bound = twin.bound(rows, r, own)
    #expect(abs(before.objective - bound) < 1e-11 * abs(bound))
    let next = twin.updated(rows, r)
    let found = twin.posterior(after.parameters)
    for (one, other) in zip(
      next.weights + next.cells.joined(), found.weights + found.cells.joined())
    {
      // Responsibilities are off by as many u as log densities of up to 100 nats, 200 rows of them.
      #expect(abs(one - other) <= 1e-11 * max(abs(other), 1))
    }
  }

  @Test("Of one component the bound is the evidence itself", arguments: names, [0, 0.3])
  func evidence(name: String, missing: Double) throws {
    let fit = try fit(name, "dirichlet", components: 1, iterations: 3, missing: missing)
    let twin = PlainVariational(name: name, columns: columns, isProcess: false)
    let evidence = twin.logEvidence(rows(name, missing: missing))
    #expect(abs(fit.objective - evidence) < 1e-11 * abs(evidence))
  }

  @Test("Components that the data need not are named", arguments: names)
  func negligible(name: String) throws {
    let rows = rows(name)
    let data = try DataSet(values: rows, columnCount: columns, world: SoloCommunicator())
    let type = try #require(Families.standard[name])
    let mixture = try Families.standard.mixture(
      type,
      FamilyOptions(
        ranges: data.ranges,
        prior: PriorNumbers([.init("weight_concentration", shape: [], [1e-3])]),
        categories: name == CategoricalMixture.name
          ? Array(repeating: ["a", "b", "c", "d"], count: columns) : [],
        values: ["estimate": "vb"]),
      components: 12, columns: columns)
    func run(_ mixture: some Family) throws -> [FitConcern] {
      let fit = try Engine(data, threads: 2, world: SoloCommunicator()).fit(
        mixture, from: .random, options: FitOptions(maximumIterations: 2000))
      return mixture.concerns(about: fit.parameters, rows: count)
    }
    let concerns = try run(mixture)
    #expect(!concerns.isEmpty && concerns.count < 12)
    for concern in concerns {
      guard case .negligible = concern else {
        Issue.record("\(concern)")
        continue
      }
    }
  }
}
