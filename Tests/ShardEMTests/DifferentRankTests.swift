import Host
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing

/// Ranks of a program of its own that were asked for different things: with MPI they would wait for
/// each other for ever, or sum up arrays of different lengths.
@Suite struct DifferentRankTests {
  private let rows = (0..<60).map { Double($0 * $0 % 17) }

  /// What each of three ranks throws, the last of which is asked for something else.
  private func errors(
    _ work: @escaping @Sendable (_ isLast: Bool, _ world: ThreadCommunicator) throws -> Void
  ) throws -> [String] {
    try ThreadCommunicator.run(ranks: 3) { world in
      do {
        try work(world.rank == 2, world)
        return "no error"
      } catch let error as DifferentRanks {
        // By its type, the job ends with this error, once.
        #expect(error.isMetByAllRanks && exitStatus(of: error) == 2)
        return "\(error)"
      }
    }
  }

  private func expect(
    _ expected: String, _ found: String,
    _ work: @escaping @Sendable (_ isLast: Bool, _ world: ThreadCommunicator) throws -> Void
  ) throws {
    let message =
      "\(expected) on rank 0, but \(found) on rank 2; all ranks need the same model, options and data"
    #expect(try errors(work) == [message, message, message])
  }

  private func engine(_ world: ThreadCommunicator) throws -> Engine {
    Engine(
      try DataSet(values: rows, columnCount: 2, blockRows: 5, world: world), threads: 1,
      world: world)
  }

  @Test("Fits of different models")
  func models() throws {
    try expect("componentCount 2", "componentCount 3") { isLast, world in
      _ = try engine(world).fit(
        GaussianMixture(components: isLast ? 3 : 2, columns: 2), from: .kMeans)
    }
    try expect("columnCount 2", "columnCount 3") { isLast, world in
      _ = try engine(world).fit(
        GaussianMixture(components: 2, columns: isLast ? 3 : 2), from: .kMeans)
    }
    try expect("covariance full", "covariance diag") { isLast, world in
      _ = try engine(world).fit(
        GaussianMixture(components: 2, columns: 2, covarianceType: isLast ? .diag : .full),
        from: .kMeans)
    }
    try expect("covariance diag", "covariance VEI") { isLast, world in
      let covariance = try #require(CovarianceModels.named(isLast ? "VEI" : "diag"))
      _ = try engine(world).fit(
        GaussianMixture(components: 2, columns: 2, covariance: covariance), from: .kMeans)
    }
    try expect("regularization 1e-06", "regularization 0.5") { isLast, world in
      _ = try engine(world).fit(
        GaussianMixture(components: 2, columns: 2, regularization: isLast ? 0.5 : 1e-6),
        from: .kMeans)
    }
    try expect("GaussianMixture", "BernoulliMixture") { isLast, world in
      if isLast {
        _ = try engine(world).fit(
          BernoulliMixture(componentCount: 2, columnCount: 2), from: .kMeans)
      } else {
        _ = try engine(world).fit(GaussianMixture(components: 2, columns: 2), from: .kMeans)
      }
    }
  }

  @Test("Fits with different options and starts")
  func options() throws {
    let model = GaussianMixture(components: 2, columns: 2)
    let different: [(FitOptions, String, String)] = [
      (FitOptions(maximumIterations: 2), "maximumIterations 1000", "maximumIterations 2"),
      (FitOptions(restarts: 2), "restarts 1", "restarts 2"),
      (FitOptions(spikes: .keep), "spikes last", "spikes keep"),
      (FitOptions(seed: 2), "seed 0", "seed 2"),
      (
        FitOptions(convergence: .parameters(0.5)), "convergence logLikelihood(1e-06)",
        "convergence parameters(0.5)"
      ),
    ]
    for (other, expected, found) in different {
      try expect(expected, found) { isLast, world in
        _ = try engine(world).fit(model, from: .kMeans, options: isLast ? other : FitOptions())
      }
    }
    try expect("start kMeans", "start random") { isLast, world in
      _ = try engine(world).fit(model, from: isLast ? .random : .kMeans)
    }
  }

  @Test("Fits, scores and predictions from different parameters")
  func parameters() throws {
    let model = UnitGaussians(componentCount: 2, columnCount: 2)
    @Sendable func parameters(_ isLast: Bool) -> Parameters {
      .init(weights: [0.5, 0.5], means: [0, 0, isLast ? 5 : 4, 4])
    }
    let works: [@Sendable (Bool, ThreadCommunicator) throws -> Void] = [
      { _ = try engine($1).score(model, under: parameters($0)) },
      { try engine($1).predict(model, under: parameters($0)) { _ in } },
      { _ = try engine($1).fit(model, from: parameters($0)) },
      { _ = try engine($1).fit(model, from: .parameters(parameters($0))) },
    ]
    for work in works {
      let found = try errors(work)
      #expect(
        Set(found).count == 1 && found[0].hasPrefix("parameters with the digest "), "\(found)")
    }
  }

  @Test("Data sets of different shapes")
  func shapes() throws {
    let rows = rows
    try expect("60 values", "58 values") { isLast, world in
      _ = try DataSet(
        values: isLast ? Array(rows.dropLast(2)) : rows, columnCount: 2, world: world)
    }
    try expect("2 columns", "3 columns") { isLast, world in
      _ = try DataSet(values: rows, columnCount: isLast ? 3 : 2, world: world)
    }
    try expect("no weights", "weights 30") { isLast, world in
      _ = try DataSet(
        values: rows, columnCount: 2, weights: isLast ? Array(repeating: 1, count: 30) : nil,
        world: world)
    }
    try expect("1024 rows a block", "8 rows a block") { isLast, world in
      _ = try DataSet(
        values: rows, columnCount: 2, blockRows: isLast ? 8 : 1024, world: world)
    }
    try expect("no weights", "weights w") { isLast, world in
      _ = try DataSet.open(["a.csv"], weights: isLast ? "w" : nil, world: world)
    }
    try expect("no columns", "columns a,b") { isLast, world in
      _ = try DataSet.open(
        ["a.csv"], options: ReadOptions(columns: isLast ? ["a", "b"] : nil), world: world)
    }
  }

  @Test("Data sets of one shape and other values")
  func values() throws {
    let rows = rows
    let found = try errors { isLast, world in
      _ = try DataSet(
        values: isLast ? rows.dropLast() + [7.5] : rows, columnCount: 2, world: world)
    }
    #expect(
      Set(found).count == 1 && found[0].hasPrefix("values with the digest "), "\(found)")
  }

  @Test("The same on all ranks is fitted")
  func same() throws {
    #expect(
      try errors { _, world in
        _ = try engine(world).fit(GaussianMixture(components: 2, columns: 2), from: .kMeans)
      } == ["no error", "no error", "no error"])
  }
}
