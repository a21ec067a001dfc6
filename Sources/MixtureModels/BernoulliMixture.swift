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

  /// Of data whose rows lack columns: a missing cell is left out of the product, and of the counts of its
  /// column. T(x) then has for each column besides x_j whether it is there, with θ = log(1 - p_kj), and x_j
  /// is 0 where it is not.
  private var observed: ObservedColumns?

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

  public var takesMissing: Bool { true }
  public var fill: [Double]? { observed?.means }

  public func observing(_ columns: ObservedColumns?) -> BernoulliMixture {
    var mixture = self
    mixture.observed = columns
    return mixture
  }

  public var featureCount: Int { 1 + (observed == nil ? 1 : 2) * columnCount }
  public var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights),
      .init("probabilities", [componentCount, columnCount], .probability),
    ])
  }

  public func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    for n in 0..<tile.count {
      let (own, row) = (features + n * featureCount, tile.rows + n * columnCount)
      own[0] = 1
      (own + 1).update(from: row, count: columnCount)
      guard observed != nil else { continue }
      for j in 0..<columnCount {
        own[1 + columnCount + j] = row[j].isNaN ? 0 : 1
        if row[j].isNaN { own[1 + j] = 0 }
      }
    }
  }

  public func naturalParameters(of parameters: Parameters) -> [Double] {
    let (weights, probabilities) = (parameters.weights, parameters.probabilities)
    return (0..<componentCount).flatMap { k in
      let row = probabilities[k * columnCount..<(k + 1) * columnCount]
      let logWeight = Portable.log(weights[k])
      let logits = row.map { $0 > 0 && $0 < 1 ? Portable.log($0) - Portable.log(1 - $0) : 0 }
      let rests = row.map { $0 < 1 ? Portable.log(1 - $0) : 0 }
      return observed == nil
        ? [rests.reduce(logWeight, +)] + logits : [logWeight] + logits + rests
    }
  }

  /// Where a probability is 0 or 1, a row must have that.
  public func requirements(of parameters: Parameters) -> [FeatureRequirement] {
    parameters.probabilities.enumerated().compactMap { i, probability in
      guard probability == 0 || probability == 1 else { return nil }
      let (component, column) = i.quotientAndRemainder(dividingBy: columnCount)
      return FeatureRequirement(
        component: component, feature: 1 + column, value: probability,
        condition: observed.map { _ in 1 + columnCount + column })
    }
  }

  public func imputed(
    _ k: Int, _ j: Int, _ parameters: Parameters, _ random: RandomRow?
  ) -> Double? {
    let probability = parameters.probabilities[k * columnCount + j]
    return random.map { $0.uniform(1 + j) < probability ? 1 : 0 } ?? probability
  }

  /// The weights N_k / ΣN and probabilities (S_kj + a) / (N_kj + 2a), N_kj being N_k less the rows that lack
  /// the column. A column that all of a component lack has the probability 1/2.
  ///
  /// - Throws: `FitError.collapsed` for a component without mass if `smoothing` is 0; otherwise
  ///   such a component stays, with weight 0 and probabilities 1/2.
  public func maximized(features: [[Double]]) throws -> Parameters {
    let total = features.reduce(0) { $0 + $1[0] }
    // Against rounding; what is smoothed is never certain.
    let largest = smoothing > 0 ? 1.nextDown : 1
    let smallest = smoothing > 0 ? Double.leastNonzeroMagnitude : 0
    var probabilities: [Double] = []
    for (k, sums) in features.enumerated() {
      guard total > 0, sums[0] + smoothing > 0 else {
        throw FitError.collapsed(component: k, mass: sums[0], rows: total, iteration: nil)
      }
      for j in 1...columnCount {
        let count = (observed == nil ? sums[0] : sums[columnCount + j]) + 2 * smoothing
        let probability = count > 0 ? (sums[j] + smoothing) / count : 0.5
        probabilities.append(min(max(probability, smallest), largest))
      }
    }
    return ["weights": features.map { $0[0] / total }, "probabilities": probabilities]
  }

  public var valueCheck: ValueCheck? {
    { block in
      (0..<block.count * block.columnCount)
        .first { block.rows[$0] != 0 && block.rows[$0] != 1 && !block.rows[$0].isNaN }
        .map { i in
          let (row, column) = i.quotientAndRemainder(dividingBy: block.columnCount)
          return ValueProblem(
            row: row, column: column, value: block.rows[i], expected: "0 or 1")
        }
    }
  }
}

extension Parameters {
  /// Of a Bernoulli mixture: K × D probabilities of a 1, row-major, each 0 to 1.
  public var probabilities: [Double] { self["probabilities"] }

  /// Those of a Bernoulli mixture.
  public init(weights: [Double], probabilities: [Double]) {
    self = ["weights": weights, "probabilities": probabilities]
  }
}

extension BernoulliMixture: Family {
  public static let name = "bernoulli"
  public static let purpose = "columns of 0 and 1"
  public init(_ options: FamilyOptions, components: Int, columns: Int) {
    self.init(
      componentCount: components, columnCount: columns, smoothing: options.regularization)
  }
  public var title: String { "Bernoulli mixture" }
  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    .probability(parameters.probabilities[k * columnCount + j])
  }
}
