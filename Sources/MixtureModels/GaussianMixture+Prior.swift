import Kernels

// The M-step of a mixture with a prior, and the density of it.
//
// With the rows' means x_k, weights n_k, scatter matrices W_k about the means, and
// B_k = W_k + κ n_k / (κ + n_k) (x_k - m)(x_k - m)', the most probable parameters are
//
//     π_k = (n_k + α - 1) / (n + K (α - 1)),    μ_k = (n_k x_k + κ m) / (n_k + κ),
//     matrices: Σ_k = (Λ + B_k) / (ν + n_k + D + 2), a common one (Λ + Σ B_k) / (ν + n + D + 1 + K),
//     variances: (Λ + b) / (ν + c + 2), with b and c the sums of B_k's squares and of n_k + 1 over all
//     components and columns that share the variance,
//
// without the 1 of each component's mean if κ = 0, and without Λ, ν and their constant if there is
// no prior of the covariances. Where rows weigh less or more than the weights tell
// (t distributions), n_k in x_k, μ_k and B_k is the sum of these.
//
// Where components have volumes, shapes or axes in common (VEI, EVI, VEE, EVE, VVE, EEV, VEV, EVV), each has
// the prior by itself, restricted to such covariances and but for the constant of that. With c_k the
// divisor above and S_k what is divided, over c_k, what is to be maximized is
//
//     -1/2 Σ_k c_k (ln |Σ_k| + tr(Σ_k^-1 S_k)),
//
// the likelihood of c_k rows with the scatter S_k: the model's own M-step does it. (mclust has the same
// sums, but divides those of VEI, EVI and EEV by one component's constants and those of VEV by n_k, which
// maximize no posterior.)

extension GaussianPrior {
  /// - Parameters:
  ///   - means: of the rows, K × D.
  ///   - divisors: by which these are means.
  func means(_ means: [Double], _ divisors: [Double]) -> [Double] {
    guard meanPrecision > 0 else { return means }
    return means.indices.map { i in
      let (k, j) = i.quotientAndRemainder(dividingBy: mean.count)
      let share = meanPrecision / (divisors[k] + meanPrecision)
      return means[i] + share * (mean[j] - means[i])
    }
  }
}

extension GaussianMixture {
  /// The most probable covariances, given the rows' own about their `means`.
  ///
  /// - Throws: what `scatter.work` throws.
  func posteriorCovariances(
    _ scatter: Scatter, _ means: [Double], _ divisors: [Double], _ prior: GaussianPrior
  ) throws -> [Double] {
    let components = Array(0..<componentCount)
    if covariance.conjugacy == .common {
      let common = posterior(of: components, scatter, means, divisors, prior).covariance
      return (0..<(form.isShared ? 1 : componentCount)).flatMap { _ in common }
    }
    let each = components.map { posterior(of: [$0], scatter, means, divisors, prior) }
    return try covariance.constrained(
      Scatter(
        each.flatMap(\.covariance), masses: each.map(\.mass), columns: columnCount,
        previous: scatter.previous, sharing: scatter.work))
  }

  /// What rows and prior together tell of a covariance that some components have, and of how many rows that
  /// is the scatter.
  private func posterior(
    of components: [Int], _ scatter: Scatter, _ means: [Double], _ divisors: [Double],
    _ prior: GaussianPrior
  ) -> (covariance: [Double], mass: Double) {
    let size = scatter.covariances.count / (form.isShared ? 1 : componentCount)
    // Of a variance of all columns, each row and each mean tells as often as there are columns.
    let count = Double(form.isMatrix ? 1 : columnCount / form.varianceCount(columns: columnCount))
    var sums = prior.spread?.covariance ?? Array(repeating: 0, count: size)
    var mass = prior.spread.map { $0.degreesOfFreedom + constant } ?? 0
    if form.isShared {
      let total = scatter.masses.reduce(0, +)
      for i in sums.indices { sums[i] += total * scatter.covariances[i] }
    }
    for k in components {
      let squares = squares(means, k, from: prior.mean)
      let share =
        prior.meanPrecision > 0
        ? divisors[k] * (prior.meanPrecision / (divisors[k] + prior.meanPrecision)) : 0
      for i in sums.indices {
        sums[i] += share * squares[i]
        if !form.isShared {
          sums[i] += count * scatter.masses[k] * scatter.covariances[k * size + i]
        }
      }
      mass += count * (scatter.masses[k] + (prior.meanPrecision > 0 ? 1 : 0))
    }
    return (sums.map { mass > 0 ? $0 / mass : 0 }, mass)
  }

  /// What a prior adds to the exponent of a determinant or variance beside ν.
  private var constant: Double { form.isMatrix ? Double(columnCount + 1) : 2 }

  /// The products or squares of a mean's differences from `point`, in the shape of a covariance.
  func squares(_ means: [Double], _ k: Int, from point: [Double]) -> [Double] {
    let apart = point.indices.map { means[k * columnCount + $0] - point[$0] }
    if form.isMatrix { return apart.flatMap { a in apart.map { a * $0 } } }
    let squares = apart.map { $0 * $0 }
    return form.varianceCount(columns: columnCount) == columnCount
      ? squares : [squares.reduce(0, +)]
  }

  /// The log density of the prior, with all constants of what has a density.
  public func logPrior(of parameters: Parameters) -> Double {
    guard let prior else { return 0 }
    let isCommon = covariance.conjugacy == .common
    var sum = WeightPrior(prior.weightConcentration).logDensity(of: parameters.weights)
    for k in 0..<componentCount {
      guard let spread = spread(of: parameters, k) else { return -.infinity }
      if prior.meanPrecision > 0 {
        let d = Double(columnCount)
        let squares = squares(parameters.means, k, from: prior.mean)
        sum -= 0.5 * (d * (logTwoPi - Portable.log(prior.meanPrecision)) + spread.logDeterminant)
        sum -= 0.5 * prior.meanPrecision * spread.trace(squares)
      }
      if k == 0 || !isCommon, let own = prior.spread { sum += logDensity(of: spread, own) }
    }
    return sum
  }

  /// A covariance as densities need it.
  struct Precision {
    /// Of the whole covariance, and of its variances without their copies.
    let logDeterminant: Double
    let logVariances: Double
    /// Σ^-1, or the reciprocals of the different variances.
    let numbers: [Double]

    /// tr(Σ^-1 A), of diagonal matrices by the numbers there are.
    func trace(_ other: [Double]) -> Double {
      zip(numbers, other).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// Nil of a matrix that is singular.
  func spread(of parameters: Parameters, _ k: Int) -> Precision? {
    let (d, covariances) = (columnCount, parameters.covariances)
    if form.isMatrix {
      guard let factor = factor(covariances, form.isShared ? 0 : k, columns: d) else { return nil }
      let inverse = PackedTriangle.gram(factor.inverse, order: d)
      return Precision(
        logDeterminant: factor.logDeterminant, logVariances: factor.logDeterminant,
        numbers: PackedTriangle.unpackSymmetric(inverse[...], order: d))
    }
    let count = form.varianceCount(columns: d)
    let variances = (0..<count).map { covariances[variance(k, $0)] }
    let logs = variances.reduce(0) { $0 + Portable.log($1) }
    return Precision(
      logDeterminant: logs * Double(d / count), logVariances: logs,
      numbers: variances.map { 1 / $0 })
  }

  /// Of an inverse Wishart distribution, or of an inverse Gamma distribution for each variance.
  private func logDensity(of spread: Precision, _ prior: GaussianPrior.Spread) -> Double {
    let half = prior.degreesOfFreedom / 2
    let (d, covariance) = (columnCount, prior.covariance)
    let density =
      -(half + constant / 2) * spread.logVariances - 0.5 * spread.trace(covariance)
    guard form.isMatrix else {
      return covariance.reduce(density) {
        $0 + half * Portable.log($1 / 2) - Portable.logGamma(half)
      }
    }
    guard let factor = factor(covariance, 0, columns: d) else { return -.infinity }
    return density + half * factor.logDeterminant - half * Double(d) * Portable.log(2)
      - Portable.logGamma(half, order: d)
  }
}

extension Portable {
  /// The logarithm of the multivariate Gamma function.
  static func logGamma(_ x: Double, order d: Int) -> Double {
    (0..<d).reduce(Double(d * (d - 1)) / 4 * log(.pi)) { $0 + logGamma(x - Double($1) / 2) }
  }
}
