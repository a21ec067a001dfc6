import Kernels

extension GaussianMixture: SamplableModel {
  /// What draws need of the parameters.
  public struct Sampler: Sendable {
    /// K weights.
    let weights: [Double]
    /// K × D means.
    let means: [Double]
    /// Full: the factor L of each covariance; tied: one for all; else none.
    let factors: [CholeskyFactor]
    /// Diag and spherical: K × D standard deviations; else none.
    let deviations: [Double]
  }

  public func sampler(under parameters: Parameters) throws -> Sampler {
    try requireFiniteVariances(parameters)
    let d = columnCount
    var factors: [CholeskyFactor] = []
    var deviations: [Double] = []
    switch covarianceType {
    case .full, .tied:
      factors = try (0..<(covarianceType == .tied ? 1 : componentCount)).map {
        try choleskyFactor(parameters, component: $0)
      }
    case .diag:
      deviations = parameters.covariances.map { $0.squareRoot() }
    case .spherical:
      deviations = parameters.covariances.flatMap { Array(repeating: $0.squareRoot(), count: d) }
    }
    return Sampler(
      weights: parameters.weights, means: parameters.means, factors: factors,
      deviations: deviations)
  }

  /// x = mean + L z of the chosen component, z_j being the standard normal number 1 + j.
  public func writeRow(
    _ random: RandomRow, _ sampler: Sampler, into row: UnsafeMutablePointer<Double>
  ) {
    let d = columnCount
    let k = random.choice(sampler.weights, 0)
    for j in 0..<d { row[j] = random.normal(1 + j) }
    if sampler.factors.isEmpty {
      for j in 0..<d {
        row[j] = sampler.means[k * d + j].addingProduct(sampler.deviations[k * d + j], row[j])
      }
      return
    }
    let lower = sampler.factors[covarianceType == .tied ? 0 : k].lower
    // From the last one up: x_i needs z_0 to z_i, which are still in place then.
    for i in (0..<d).reversed() {
      let start = PackedTriangle.row(i)
      var x = sampler.means[k * d + i]
      for j in 0...i { x.addProduct(lower[start + j], row[j]) }
      row[i] = x
    }
  }
}
