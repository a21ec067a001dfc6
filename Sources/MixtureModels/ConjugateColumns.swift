import Kernels

/// A family of columns, each of one parameter, whose prior is one of two numbers: what `estimate vb` needs to
/// know of it. See `PoissonMixture+Conjugate.swift`.
public protocol ConjugateColumns: ColumnFamily, ConjugateExponentialFamily {
  /// Whether the prior by default is one of the columns' means.
  static var priorNeedsMeans: Bool { get }

  /// The two numbers of a prior that is as little as a row, or next to nothing.
  ///
  /// - Parameter mean: of the column, more than 0; 1 if it is not known.
  static func standardPrior(mean: Double) -> (first: Double, second: Double)

  /// What rows add to these: so many of this sum.
  static func added(sum: Double, count: Double) -> (first: Double, second: Double)

  /// E θ and E a of the distribution with these numbers.
  static func expectedTerm(_ first: Double, _ second: Double) -> (theta: Double, a: Double)

  /// The expected parameter.
  static func expected(_ first: Double, _ second: Double) -> Double

  /// KL of the first distribution from the second.
  static func divergence(
    _ own: (first: Double, second: Double), from prior: (first: Double, second: Double)
  ) -> Double
}

extension ConjugateColumns {
  public static var settings: [FamilySetting] {
    [
      .estimate { $0 == Estimate.vb.rawValue && priorNeedsMeans ? .moments : nil }, .prior,
      .weightConcentrationType,
    ]
  }

  public var posteriorParts: [ParameterLayout.Part] {
    Self.priorNames.map { .init($0, [componentCount, columnCount], .positive) }
  }

  public func conjugatePrior(_ given: PriorNumbers, means: [Double]?) throws -> [[Double]] {
    let standard = (0..<columnCount).map { j in
      Self.standardPrior(mean: means.map { $0[j] > 0 ? $0[j] : 1 } ?? 1)
    }
    let names = Self.columnPriorNames
    let first = try given.positive(names.first, columnCount, else: standard.map(\.first))
    let second = try given.positive(names.second, columnCount, else: standard.map(\.second))
    return [first, second]
  }

  public func posterior(features: [[Double]], prior: [[Double]]) -> [[Double]] {
    var posterior = prior
    for (k, sums) in features.enumerated() {
      for j in 0..<columnCount {
        let count = observed == nil ? sums[0] : sums[1 + columnCount + j]
        let added = Self.added(sum: sums[1 + j], count: count)
        posterior[0][k * columnCount + j] += added.first
        posterior[1][k * columnCount + j] += added.second
      }
    }
    return posterior
  }

  public func parameters(weights: [Double], posterior: [[Double]], _ sums: Sums) -> Parameters {
    Parameters([
      ("weights", weights),
      (Self.parameter.name, zip(posterior[0], posterior[1]).map { Self.expected($0, $1) }),
    ])
  }

  public func expectedNaturalParameters(_ posterior: [[Double]]) -> [Double] {
    (0..<componentCount).flatMap { k -> [Double] in
      let own = k * columnCount..<(k + 1) * columnCount
      let terms = zip(posterior[0][own], posterior[1][own]).map { Self.expectedTerm($0, $1) }
      let (thetas, rests) = (terms.map(\.theta), terms.map(\.a))
      return observed == nil ? [rests.reduce(0, +)] + thetas : [0] + thetas + rests
    }
  }

  public func divergence(_ posterior: [[Double]], from prior: [[Double]]) -> Double {
    posterior[0].indices.reduce(0) {
      $0
        + Self.divergence(
          (posterior[0][$1], posterior[1][$1]), from: (prior[0][$1], prior[1][$1]))
    }
  }
}
