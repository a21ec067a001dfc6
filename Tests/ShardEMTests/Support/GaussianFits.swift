import MessagePassing
import MixtureModels
import ShardEM
import _TestSupport

/// Fits a Gaussian mixture to rows in memory, in one process.
func fitGaussians(
  _ type: CovarianceType, components: Int, columns: Int, rows: [Double],
  weights: [Double]? = nil, regularization: Double = 0,
  from start: Initialization, options: FitOptions = FitOptions(),
  onIteration: IterationHook = { _ in }
) throws -> Fit {
  let world = SoloCommunicator()
  let data = try DataSet(values: rows, columnCount: columns, weights: weights, world: world)
  let model = GaussianMixture(
    components: components, columns: columns, covarianceType: type,
    regularization: regularization, ranges: data.ranges)
  return try Engine(data, threads: 1, world: world).fit(
    model, from: start, options: options, onIteration: onIteration)
}

extension GaussianProblem {
  /// Fits the problem's rows, by default from its start.
  func fit(
    from start: Initialization? = nil, options: FitOptions = FitOptions(),
    onIteration: IterationHook = { _ in }
  ) throws -> Fit {
    try fitGaussians(
      covarianceType, components: componentCount, columns: columnCount, rows: rows,
      weights: weights, from: start ?? .parameters(self.start), options: options,
      onIteration: onIteration)
  }
}
