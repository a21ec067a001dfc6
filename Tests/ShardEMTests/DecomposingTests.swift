import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Decomposition of the log-likelihood")
struct DecomposingTests {
  /// A q of positive shares, or with zeros.
  private func shares(_ count: Int, components: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).flatMap { n -> [Double] in
      n % 5 == 0
        ? (0..<components).map { $0 == n % components ? 1 : 0 } : generator.weights(components)
    }
  }

  private func parameters(_ family: FamilyCase, _ mixture: some Family) throws -> Parameters {
    let data = try DataSet(
      values: family.rows(300, columns: 3, seed: 6), columnCount: 3, world: SoloCommunicator())
    return try Engine(data, threads: 1, world: SoloCommunicator()).fit(
      mixture, from: .kMeans, options: FitOptions(maximumIterations: 2)
    ).parameters
  }

  private func onRanks(
    _ ranks: Int, threads: Int, _ family: FamilyCase, _ mixture: some Family,
    _ parameters: Parameters, weights: [Double], q: [Double]?
  ) throws -> EvidenceDecomposition {
    try ThreadCommunicator.run(ranks: ranks) { world in
      let data = try DataSet(
        values: family.rows(300, columns: 3, seed: 6), columnCount: 3, weights: weights,
        shardRows: [120, 180], blockRows: 32, world: world)
      let given = try q.map {
        try GivenResponsibilities(
          RowsBeside(values: $0, columnCount: mixture.responsibilityCount), for: mixture)
      }
      return try Engine(data, threads: threads, world: world).evidence(
        of: mixture, under: parameters, responsibilities: given)
    }[0]
  }

  @Test(
    "The sums are those of one process, the same bits on any ranks, and the identities hold",
    arguments: FamilyCase.ofDensities)
  func everyFamily(family: FamilyCase) throws {
    func check(_ mixture: some Family) throws {
      let parameters = try parameters(family, mixture)
      let rows = family.rows(300, columns: 3, seed: 6)
      let weights = (0..<300).map { Double($0 % 4) }
      let q = shares(300, components: mixture.responsibilityCount, seed: 2)
      for given in [q, nil] {
        let one = try onRanks(
          1, threads: 1, family, mixture, parameters, weights: weights, q: given)
        for (ranks, threads) in [(1, 3), (2, 1), (3, 2), (7, 1)] {
          let other = try onRanks(
            ranks, threads: threads, family, mixture, parameters, weights: weights, q: given)
          #expect(other == one)
        }
        // 450 rows' weight and K terms of some 50 nats, each of a few roundings.
        let size = [
          one.logLikelihood, one.lowerBound, one.divergence, one.expectedLogJoint, one.entropy,
        ].reduce(450 * 50) { $0 + abs($1) }
        let rounding = size * 64 * 0x1p-53
        #expect(abs(one.lowerBound + one.divergence - one.logLikelihood) < rounding)
        #expect(abs(one.expectedLogJoint + one.entropy - one.lowerBound) < rounding)
        #expect(abs(one.expectedLogJoint - one.expectedLogPosterior - one.logLikelihood) < rounding)
        #expect(given == nil ? abs(one.divergence) < rounding : one.divergence > 1)
        let plain = try mixture.evidence(
          q: given ?? mixture.posterior(rows: rows, under: parameters), rows: rows,
          weights: weights, under: parameters)
        // One sum of 1200 terms, against exact sums of blocks.
        let additions = 1200 * 0x1p-53 * size
        #expect(abs(plain.lowerBound - one.lowerBound) < additions)
        #expect(abs(plain.expectedLogPosterior - one.expectedLogPosterior) < additions)
        #expect(abs(plain.divergence - one.divergence) < additions)
        #expect(abs(plain.entropy - one.entropy) < additions)
      }
    }
    try check(try family.mixture(components: 3, columns: 3, regularization: 1e-3))
  }

  /// The M-step of q cannot lower the bound of q, and the gap to the log-likelihood is 0 at the
  /// posterior.
  @Test("An iteration raises the bound of its own responsibilities, and then closes the gap")
  func iteration() throws {
    let family = FamilyCase(family: "gaussian", values: ["covariance": "full"])
    let rows = family.rows(300, columns: 3, seed: 6)
    let mixture = GaussianMixture(components: 3, columns: 3)
    let data = try DataSet(values: rows, columnCount: 3, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let before = try parameters(family, mixture)
    let q = try mixture.posterior(rows: rows, under: before)
    let after = try engine.fit(
      mixture, from: .parameters(before), options: FitOptions(maximumIterations: 1)
    ).parameters
    let given = try GivenResponsibilities(RowsBeside(values: q, columnCount: 3), for: mixture)
    let old = try engine.evidence(of: mixture, under: before)
    let raised = try engine.evidence(of: mixture, under: after, responsibilities: given)
    let new = try engine.evidence(of: mixture, under: after)
    #expect(raised.lowerBound > old.lowerBound + 1e-3)
    #expect(raised.divergence > 1e-3)
    #expect(new.lowerBound > raised.lowerBound + 1e-3)
    #expect(abs(new.divergence) < 1e-10)
  }

  @Test("A share in a component under which a row is impossible is refused by row and column")
  func impossible() throws {
    let mixture = BernoulliMixture(componentCount: 2, columnCount: 1, smoothing: 0)
    let parameters = Parameters(weights: [0.5, 0.5], probabilities: [0.5, 1])
    let data = try DataSet(values: [1, 0, 1], columnCount: 1, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    func message(_ values: [Double], columns: Int) throws -> String {
      let given = try GivenResponsibilities(
        RowsBeside(values: values, columnCount: columns), for: mixture)
      do {
        _ = try engine.evidence(of: mixture, under: parameters, responsibilities: given)
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      try message([0.5, 0.5, 0.75, 0.25, 1, 0], columns: 2)
        == "responsibilities: row 2, column 2: found 0.25, expected 0, as this component gives the "
        + "row a density of 0")
    #expect(
      try message([0, 1, 0], columns: 1)
        == "responsibilities: row 2, column 1: found 1, expected the label of a component that "
        + "gives the row a density")
    #expect(try message([0.5, 0.5, 1, 0, 0, 1], columns: 2).isEmpty)
    #expect(try message([0.5, 0.6, 1, 0, 0, 1], columns: 2).contains("row 1"))
  }
}
