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
    let covariances = parameters.covariances
    var (factors, deviations): ([CholeskyFactor], [Double]) = ([], [])
    if form.isMatrix {
      factors = try (0..<form.count(components: componentCount)).map {
        try choleskyFactor(covariances, $0, columns: columnCount, isShared: form.isShared)
      }
    } else {
      deviations = (0..<componentCount).flatMap { k in
        (0..<columnCount).map { covariances[variance(k, $0)].squareRoot() }
      }
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
    let lower = sampler.factors[form.isShared ? 0 : k].lower
    // From the last one up: x_i needs z_0 to z_i, which are still in place then.
    for i in (0..<d).reversed() {
      let start = PackedTriangle.row(i)
      var x = sampler.means[k * d + i]
      for j in 0...i { x.addProduct(lower[start + j], row[j]) }
      row[i] = x
    }
  }
}
