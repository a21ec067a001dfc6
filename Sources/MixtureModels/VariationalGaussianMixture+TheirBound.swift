import Kernels

// scikit-learn's `lower_bound_`, of `--vb-updates scikit-learn`.
//
// It is the entropy H of the responsibilities of the last E-step, and the logarithms of what makes the
// posterior distributions densities, less the constants of the prior:
//
//     H - Σ_k log B(W_k, ν_k) - log C(weights) - D/2 Σ_k log κ_k,
//     -log B(W, ν) = ν log |W|^-1/2 + ν D/2 log 2 + Σ_i log Γ((ν - i) / 2), i = 0 to D - 1,
//     log |W|^-1/2 = -(log |Σ| + D log ν) / 2 by their name (a sign that they keep).
//
// Of tied covariances they count B of the common one K times, of diag and spherical ones they take that of a
// D × D Wishart distribution. With full covariances it differs from the evidence lower bound by a constant.
//
// H needs no walk over the rows of its own: it is Σ w log Σ_k ρ_nk - Σ w r_nk log ρ_nk, and the latter sum
// follows from the masses, means and covariances of the rows, as log ρ is quadratic in them.
//
// Source: scikit-learn 1.9.1, sklearn/mixture/_bayesian_mixture.py, `_compute_lower_bound`.
extension VariationalGaussianMixture {
  /// The parameter that keeps it; 0 where the responsibilities were given and none were computed.
  static let theirBound = "posterior.lower_bound"

  /// It, of parameters whose updates are scikit-learn's; nil of others.
  public func externalBound(of parameters: Parameters) -> Double? {
    updates == .scikitLearn ? parameters[Self.theirBound][0] : nil
  }

  /// Σ w H(r_n) over the rows, in nats.
  ///
  /// - Parameters:
  ///   - sums: of the E-step under `parameters`, of which `masses` are these.
  ///   - means, scatter: the rows' own, K × D, and about these without any regularization.
  func entropy(
    _ sums: Sums, masses: [Double], means: [Double], scatter: [Double], under parameters: Parameters
  ) -> Double {
    let d = Double(columnCount)
    let scales = expectedLogScales(parameters, logWeights: expectedLogWeights(parameters))
    let size = scatter.count / base.form.count(components: componentCount)
    // A variance of all columns is the mean of their squares.
    let count =
      base.form.isMatrix ? 1 : Double(columnCount / base.form.varianceCount(columns: columnCount))
    var entropy = sums.logLikelihood
    for k in 0..<componentCount where masses[k] > 0 {
      guard let own = base.spread(of: parameters, k) else { return .nan }
      let start = base.form.isShared ? 0 : k * size
      // Of a common covariance the rows' own too is that of all components.
      let within = count * own.trace(Array(scatter[start..<start + size]))
      let center = Array(parameters.means[k * columnCount..<(k + 1) * columnCount])
      let apart = own.trace(base.squares(means, k, from: center))
      entropy -=
        masses[k] * (scales[k] - (d * logTwoPi + own.logDeterminant) / 2 - (within + apart) / 2)
    }
    return entropy
  }

  func theirBound(entropy: Double, _ parameters: Parameters) -> Double {
    let d = Double(columnCount)
    var bound = entropy - weights.logConstant(parameters[VariationalWeights.name])
    for k in 0..<componentCount {
      guard let own = base.spread(of: parameters, k) else { return .nan }
      let freedom = freedom(parameters, k)
      let logRoot = -(own.logDeterminant + d * Portable.log(freedom)) / 2
      let logGammas = (0..<columnCount).reduce(0.0) {
        $0 + Portable.logGamma((freedom - Double($1)) / 2)
      }
      bound += freedom * logRoot + freedom * d / 2 * Portable.log(2) + logGammas
      bound -= d / 2 * Portable.log(parameters[Self.meanPrecision][k])
    }
    return bound
  }
}
