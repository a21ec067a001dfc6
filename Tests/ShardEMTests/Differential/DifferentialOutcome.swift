import MessagePassing
import MixtureModels
import ShardEM
import Synchronization

/// What the program makes of a problem: every iteration of the fit, and how it ends.
struct DifferentialOutcome: Sendable {
  /// The parameters after iterations 1, 2, ...
  var steps: [Parameters] = []
  /// The mean log-likelihood before each of them.
  var means: [Double] = []
  var score: Score?
  var error: (any Error)?

  init(
    of problem: DifferentialProblem, threads: Int, in world: any Communicator
  ) {
    do {
      let data = try problem.data(threads: threads, in: world)
      let fit = try Engine(data, threads: threads, world: world).fit(
        problem.model(for: data), from: .parameters(problem.start),
        options: FitOptions(maximumIterations: problem.iterations, convergence: .parameters(0)),
        onIteration: { means.append($0.meanLogLikelihood) },
        keep: { steps.append($0.starts[0]!.parameters!) })
      score = fit.score
    } catch { self.error = error }
  }

  /// Every number's bits, and the error's words: equal on any number of ranks and threads.
  var identity: [String] {
    let numbers =
      means + steps.flatMap { $0.weights + $0.means + $0.covariances }
      + (score.map { [$0.logLikelihood, $0.weightSum] } ?? [])
    return numbers.map { String($0.bitPattern, radix: 16) } + [error.map { "\($0)" } ?? "done"]
  }
}

extension DifferentialProblem {
  func data(threads: Int, in world: any Communicator) throws -> DataSet {
    try DataSet(
      values: rows, columnCount: columnCount, weights: weights, shardRows: shardRows,
      blockRows: blockRows, threads: threads, world: world)
  }

  func model(for data: DataSet) -> GaussianMixture {
    GaussianMixture(
      components: componentCount, columns: columnCount, covarianceType: type,
      regularization: regularization, ranges: data.ranges, exactDense: exactDense)
  }

  /// What the model of the last step says of every row, in order.
  func predictions(
    under parameters: Parameters
  ) throws -> (labels: [Int64], responsibilities: [Double], logDensities: [Double]) {
    let data = try data(threads: 1, in: SoloCommunicator())
    let found = Mutex<(labels: [Int64], responsibilities: [Double], logDensities: [Double])>(
      ([], [], []))
    try Engine(data, threads: 1, world: SoloCommunicator()).predict(
      model(for: data), under: parameters
    ) { part in
      found.withLock {
        $0.labels += UnsafeBufferPointer(start: part.labels, count: part.count)
        $0.responsibilities += UnsafeBufferPointer(
          start: part.responsibilities, count: part.count * componentCount)
        $0.logDensities += UnsafeBufferPointer(start: part.logDensities, count: part.count)
      }
    }
    return found.withLock { $0 }
  }

  /// The log-likelihood of the first rows alone.
  func score(
    firstRows count: Int, under parameters: Parameters
  ) throws -> Double {
    let data = try DataSet(
      values: Array(rows[..<(count * columnCount)]), columnCount: columnCount,
      world: SoloCommunicator())
    let model = GaussianMixture(
      components: componentCount, columns: columnCount, covarianceType: type,
      exactDense: exactDense)
    return try Engine(data, threads: 1, world: SoloCommunicator()).score(model, under: parameters)
      .logLikelihood
  }
}
