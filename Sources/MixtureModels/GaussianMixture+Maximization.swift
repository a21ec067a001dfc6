import Kernels

extension GaussianMixture {
  /// New weights, means and covariances.
  ///
  /// weight_k = N_k / N, d_k = S_k / N_k, mean_k = center_k + d_k, and, of the covariances
  /// Q_k / N_k - d_k d_k' of the rows, those that the covariance model allows, + regularization. A
  /// component without mass keeps its mean, gets weight 0 and the covariance `regularization` × I.
  /// With a prior, the most probable ones instead: see `GaussianMixture+Prior`.
  ///
  /// - Throws: `FitError` if a covariance is singular relative to the data's own scale: see
  ///   `CholeskyFactor`; with regularization 0, also a variance that the rounding of the data could
  ///   feign, (4 × 2^-52 × the column's largest magnitude)² or less, and a component without mass.
  ///   Also if a variance or its reciprocal is not finite.
  public func maximized(
    _ sums: Sums, of moments: GaussianMoments, from previous: Parameters? = nil,
    sharing work: WorkSharing
  ) throws -> Parameters {
    let masses = sums[Slots.masses]
    if regularization == 0, prior?.spread == nil, let empty = masses.firstIndex(of: 0) {
      throw collapsed(empty, sums)
    }
    let total = masses.reduce(0, +)
    let own = MomentSums(sums, of: moments)
    let means = (0..<componentCount).flatMap { k in (0..<columnCount).map { own.mean(k, $0) } }
    let covariances = own.perMass(
      try form.covariances(own, sharing: work), masses, isShared: form.isShared)
    let scatter = Scatter(
      covariances, masses: masses, columns: columnCount, previous: previous?.covariances,
      sharing: work)
    if let prior {
      return Parameters(
        weights: WeightPrior(prior.weightConcentration).weights(masses),
        means: prior.means(means, own.divisors),
        covariances: try finished(
          try posteriorCovariances(scatter, means, own.divisors, prior), sums, sharing: work))
    }
    return Parameters(
      weights: masses.map { $0 / total }, means: means,
      covariances: try finished(try covariance.constrained(scatter), sums, sharing: work))
  }

  /// The covariances that the model allows, regularized.
  ///
  /// - Throws: `FitError` if one is singular or out of range.
  private func finished(
    _ covariances: [Double], _ sums: Sums, sharing work: WorkSharing
  ) throws -> [Double] {
    var covariances = covariances
    forEachVariance { _, j, place in
      covariances[place] = max(covariances[place], 0) + addend(j)
    }
    try requireUsable(covariances, sums, sharing: work)
    return covariances
  }

  private func requireUsable(
    _ covariances: [Double], _ sums: Sums, sharing work: WorkSharing
  ) throws {
    let count = form.count(components: componentCount)
    guard form.isMatrix else {
      return try forEachVariance { k, j, place in
        try check(covariances[place], component: k, column: j, sums)
      }
    }
    let checks = WorkSharing.Parts(
      count: count, operations: factorOperations(columns: columnCount), numberCount: 0)
    let work = work.forFactors(count: count, columns: columnCount)
    _ = try (count == 1 ? .none : work).numbers(of: checks) { k in
      let component = form.isShared ? nil : k
      for j in 0..<columnCount {
        try check(covariances[variance(k, j)], component: component, column: j, sums)
      }
      guard factor(covariances, k, columns: columnCount) != nil else {
        let columns = singularColumns(covariances, k, columns: columnCount)
        throw collapsed(component, sums, columns)
      }
      return []
    }
  }

  /// - Parameter column: whose variance it is; nil for one of all columns.
  private func check(
    _ variance: Double, component: Int?, column: Int?, _ sums: Sums
  ) throws {
    guard variance < .infinity else {
      throw FitError.notFinite(component: component, variance: variance, iteration: nil)
    }
    guard variance > smallestVariance(column) else {
      throw collapsed(component, sums, SingularColumns(column: column))
    }
    // The model file would be refused.
    guard CovarianceCheck.hasReciprocal(variance) else {
      throw FitError.outOfRange(component: component, variance: variance, iteration: nil)
    }
  }

  /// What rounding alone can leave of a zero variance in column `j`, or of one of all columns; 0 with
  /// regularization, which then is the floor itself.
  private func smallestVariance(_ j: Int?) -> Double {
    guard let j else {
      return (0..<columnCount).reduce(0) { $0 + smallestVariance($1) } / Double(columnCount)
    }
    let rounding = 4 * 0x1p-52 * (ranges?.magnitude(j) ?? 0)
    return regularization == 0 ? rounding * rounding : 0
  }

  /// Too little mass, if no covariance of that many rows has full rank; else columns that have
  /// none. Nil: the shared covariance.
  private func collapsed(_ component: Int?, _ sums: Sums, _ columns: SingularColumns? = nil)
    -> FitError
  {
    let rows = sums.weightSum
    let mass = component.map { sums[Slots.masses][$0] } ?? rows
    guard let component, mass < Double(columnCount + 1) else {
      return .singular(component: component, columns: columns, mass: mass, iteration: nil)
    }
    return .collapsed(component: component, mass: mass, rows: rows, iteration: nil)
  }
}
