import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("The order of components")
struct ComponentOrderTests {
  @Test("In the order of their weights they are the same mixture", arguments: FamilyCase.all)
  func same(family: FamilyCase) throws {
    let rows = family.rows(300, columns: 3, seed: 4)
    let data = try DataSet(values: rows, columnCount: 3, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    func check(_ mixture: some Family) throws {
      let options = FitOptions(maximumIterations: 4, order: .none, seed: 2)
      let parameters = try engine.fit(mixture, from: .random, options: options).parameters
      let ordered = mixture.inOrder(parameters)
      #expect(mixture.inOrder(ordered) == ordered)
      #expect(ordered.numbers.sorted() == parameters.numbers.sorted())
      if mixture.isOrderedByNumbers {
        let first = stride(from: 0, to: 9, by: 3).map { ordered.means[$0] }
        #expect(first == first.sorted())
      } else if mixture.hasExchangeableComponents, parameters.names.contains("weights") {
        #expect(zip(ordered.weights, ordered.weights.dropFirst()).allSatisfy { $0 >= $1 })
      } else {
        #expect(ordered == parameters)
      }
      let objectives = try [parameters, ordered].map {
        try engine.score(mixture, under: $0).objective
      }
      // 300 rows whose densities, of up to 40 nats, are added up in another order: some units each.
      #expect(abs(objectives[0] - objectives[1]) < 300 * 40 * 8 * 0x1p-53)
    }
    try check(try family.mixture(components: 3, columns: 3, ranges: data.ranges))
  }

  @Test("Equal weights are ordered by means")
  func ties() {
    let mixture = GaussianMixture(components: 3, columns: 1, covarianceType: .spherical)
    let ordered = mixture.inOrder(
      Parameters(weights: [0.25, 0.25, 0.5], means: [3, -1, 7], covariances: [1, 2, 3]))
    #expect(
      ordered
        == Parameters(weights: [0.5, 0.25, 0.25], means: [7, -1, 3], covariances: [3, 2, 1]))
  }

  @Test("Centers without weights are ordered by themselves")
  func centers() {
    let parameters: Parameters = ["means": [3, 1, -1, 5, 3, 0]]
    let expected: Parameters = ["means": [-1, 5, 3, 0, 3, 1]]
    let clusters = KMeansMixture(components: 3, columns: 2)
    #expect(clusters.inOrder(parameters) == expected)
    #expect(HardMixture(clusters).inOrder(parameters) == expected)
  }

  @Test("A covariance of all components stays, also if there are as many as columns")
  func shared() {
    let mixture = GaussianMixture(components: 2, columns: 2, covarianceType: .tied)
    let covariance = [2, 0.5, 0.5, 1]
    let ordered = mixture.inOrder(
      Parameters(weights: [0.25, 0.75], means: [1, 2, 3, 4], covariances: covariance))
    #expect(ordered.means == [3, 4, 1, 2])
    #expect(ordered.covariances == covariance)
  }

  @Test("A start that is given keeps its order, as a fit does that is asked to")
  func kept() throws {
    let problem = GaussianProblem(
      seed: 3, rowCount: 300, componentCount: 3, columnCount: 2, covarianceType: .diag)
    let ordered = try problem.fit(from: .kMeans)
    let weights = ordered.parameters.weights
    #expect(weights == weights.sorted(by: >))
    let found = try problem.fit(from: .kMeans, options: FitOptions(order: .none))
    #expect(found.parameters.weights.sorted(by: >) == ordered.parameters.weights)
    var start = ordered.parameters
    start.weights.reverse()
    let given = try problem.fit(from: .parameters(start), options: FitOptions(maximumIterations: 0))
    #expect(given.parameters == start)
  }
}
