import Kernels

/// A mixture of products of Bernoulli distributions over columns of 0 and 1 (latent classes):
/// p(x | k) = Π_j p_kj^x_j (1 - p_kj)^(1 - x_j).
///
/// In exponential form T(x) = (1, x_1, …, x_D), θ_kj = log(p_kj / (1 - p_kj)), and θ_k0 is the log
/// weight + Σ_j log(1 - p_kj).
///
/// Probabilities of exactly 0 and 1, which EM reaches with smoothing 0, are taken at their word: a row
/// that agrees loses nothing, and one that disagrees in any such column has density 0 under the
/// component, a log density of -∞.
///
/// Source: Bishop, "Pattern Recognition and Machine Learning", section 9.3.3.
public struct BernoulliMixture: ExponentialFamily {
  public let componentCount: Int
  public let columnCount: Int

  /// The a of a Beta(1 + a, 1 + a) prior on every probability: a additional rows of 0 and a of 1
  /// per component, in rows, 0 or more.
  ///
  /// The M-step then gives p = (S + a) / (N + 2a) and maximizes the log-likelihood +
  /// a Σ_kj log(p_kj (1 - p_kj)), which never falls; the log-likelihood alone may, where a > 0.
  public let smoothing: Double

  /// Settings of which no fit can be made are an error of the fit.
  public init(componentCount: Int, columnCount: Int, smoothing: Double = 1e-6) {
    self.componentCount = componentCount
    self.columnCount = columnCount
    self.smoothing = smoothing
  }

  public func requireUsable() throws {
    try requireComponents()
    try requireAddend(smoothing, "smoothing")
  }

  public var featureCount: Int { 1 + columnCount }
  public var freeParameterCount: Int { componentCount - 1 + componentCount * columnCount }

  public func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    for n in 0..<tile.count {
      features[n * featureCount] = 1
      (features + n * featureCount + 1).update(
        from: tile.rows + n * columnCount, count: columnCount)
    }
  }

  public func naturalParameters(of parameters: BernoulliParameters) -> [Double] {
    (0..<componentCount).flatMap { k in
      let row = parameters.probabilities[k * columnCount..<(k + 1) * columnCount]
      let logWeight = Portable.log(parameters.weights[k])
      return [row.reduce(logWeight) { $1 < 1 ? $0 + Portable.log(1 - $1) : $0 }]
        + row.map { $0 > 0 && $0 < 1 ? Portable.log($0) - Portable.log(1 - $0) : 0 }
    }
  }

  /// Where a probability is 0 or 1, a row must have that.
  public func requirements(of parameters: BernoulliParameters) -> [FeatureRequirement] {
    parameters.probabilities.enumerated().compactMap { i, probability in
      guard probability == 0 || probability == 1 else { return nil }
      let (component, column) = i.quotientAndRemainder(dividingBy: columnCount)
      return FeatureRequirement(component: component, feature: 1 + column, value: probability)
    }
  }

  /// The weights N_k / ΣN and probabilities (S_kj + a) / (N_k + 2a).
  ///
  /// - Throws: `FitError.collapsed` for a component without mass if `smoothing` is 0; otherwise
  ///   such a component stays, with weight 0 and probabilities 1/2.
  public func maximized(
    _ statistics: [Double], from previous: BernoulliParameters
  ) throws -> BernoulliParameters {
    let masses = (0..<componentCount).map { statistics[2 + $0 * featureCount] }
    let total = masses.reduce(0, +)
    var next = BernoulliParameters(weights: masses.map { $0 / total }, probabilities: [])
    for (k, mass) in masses.enumerated() {
      guard total > 0, mass + smoothing > 0 else {
        throw FitError.collapsed(component: k, mass: mass, rows: statistics[1], iteration: nil)
      }
      // Against rounding; what is smoothed is never certain.
      let largest = smoothing > 0 ? 1.nextDown : 1
      let smallest = smoothing > 0 ? Double.leastNonzeroMagnitude : 0
      for j in 1..<featureCount {
        let sum = statistics[2 + k * featureCount + j] + smoothing
        next.probabilities.append(min(max(sum / (mass + 2 * smoothing), smallest), largest))
      }
    }
    return next
  }

  /// The largest change of a weight or probability, whose own scale is 1.
  public func largestChange(
    from previous: BernoulliParameters, to next: BernoulliParameters
  ) -> Double {
    let old = previous.weights + previous.probabilities
    return zip(old, next.weights + next.probabilities).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// Weights, probabilities.
  public func numbers(of parameters: BernoulliParameters) -> [Double] {
    parameters.weights + parameters.probabilities
  }

  public func parameters(numbers: [Double]) -> BernoulliParameters? {
    guard let parts = numbers.split(into: [componentCount, componentCount * columnCount])
    else { return nil }
    return BernoulliParameters(weights: parts[0], probabilities: parts[1])
  }

  /// Equal weights and the centers, which are means of rows, as probabilities.
  public func reference(centers: [Double]) -> BernoulliParameters {
    BernoulliParameters(
      weights: Array(repeating: 1 / Double(componentCount), count: componentCount),
      probabilities: centers)
  }

  public var valueCheck: ValueCheck? {
    { block in
      (0..<block.count * block.columnCount)
        .first { block.rows[$0] != 0 && block.rows[$0] != 1 }
        .map { i in
          let (row, column) = i.quotientAndRemainder(dividingBy: block.columnCount)
          return ValueProblem(
            row: row, column: column, value: block.rows[i], expected: "0 or 1")
        }
    }
  }
}
