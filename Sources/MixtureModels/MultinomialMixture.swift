import Kernels

/// A mixture of multinomial distributions over rows of counts, such as words of documents, whose
/// totals say nothing of the component: p(x | k) = (Σ_j x_j)! / Π_j x_j! Π_j p_kj^x_j.
///
/// In exponential form θ_kj = log p_kj, with the coefficient as h(x). A probability of 0, of a
/// column of zeros, is taken at its word: other counts then have density 0. A row of zeros has
/// density 1.
///
/// Totals are no part of the model. Rows that are drawn have the mean total of the rows that were
/// fitted, rounded, which the model keeps for that; of models that say none it is 1.
///
/// A missing count would leave the total unknown too: data with missing cells are refused.
///
/// Source: Nigam, McCallum, Thrun and Mitchell, "Text classification from labeled and unlabeled
/// documents using EM" (Machine Learning 39, 2000).
public struct MultinomialMixture: ExponentialFamily, Family {
  public static let name = "multinomial"
  public static let purpose = "rows of counts, whatever their totals"
  // Its columns say something only together.
  public static let canBePart = false
  static let meanTotal = "mean_total"

  public let componentCount: Int
  public let columnCount: Int
  /// So many counts are added in each column of each component, 0 or more: a prior of a Σ log p.
  public let smoothing: Double
  /// In the place of smoothing; nil: the likelihood is what fits look at.
  private let prior: DirichletPrior?

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    (componentCount, columnCount) = (components, columns)
    prior = try DirichletPrior(options, smoothing: options.regularization, count: 1)
    smoothing = prior.map { $0.concentrations[0] - 1 } ?? options.regularization
  }

  public static let settings = FamilySetting.conjugate
  public static let priorNames = [DirichletPrior.name]
  public var estimate: Estimate { prior == nil ? .ml : .map }

  public func logPrior(of parameters: Parameters) -> Double {
    guard let prior else { return 0 }
    return prior.logDensity(
      weights: parameters.weights, probabilities: parameters.probabilities,
      lists: layout.parts[1].lists)
  }

  public func requireUsable() throws {
    try requireComponents()
    try requireAddend(smoothing, "smoothing")
  }

  public var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights),
      .init("probabilities", [componentCount, columnCount], .simplex),
      .init(Self.meanTotal, [], .fixed, standard: 1),
    ])
  }

  public var valueCheck: ValueCheck? { PoissonMixture.valueCheck }

  // MARK: E-step

  public var featureCount: Int { 1 + columnCount }

  public func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    for n in 0..<tile.count {
      let own = features + n * featureCount
      own[0] = 1
      (own + 1).update(from: tile.rows + n * columnCount, count: columnCount)
    }
  }

  public func writeLogBaseMeasure(
    of tile: RowBlock, into logBase: UnsafeMutablePointer<Double>
  ) {
    Portable.writeLogFactorials(
      tile.rows, count: tile.count, columnCount: columnCount, into: logBase)
    for n in 0..<tile.count {
      let row = tile.rows + n * columnCount
      let total = (0..<columnCount).reduce(0) { $0 + row[$1] }
      logBase[n] = Portable.logFactorial(total) - logBase[n]
    }
  }

  public func naturalParameters(of parameters: Parameters) -> [Double] {
    let probabilities = parameters.probabilities
    return parameters.weights.enumerated().flatMap { k, weight in
      [Portable.log(weight)]
        + probabilities[k * columnCount..<(k + 1) * columnCount].map {
          $0 > 0 ? Portable.log($0) : 0
        }
    }
  }

  public func requirements(of parameters: Parameters) -> [FeatureRequirement] {
    parameters.probabilities.indices.filter { parameters.probabilities[$0] == 0 }.map {
      let (component, column) = $0.quotientAndRemainder(dividingBy: columnCount)
      return FeatureRequirement(component: component, feature: 1 + column, value: 0)
    }
  }

  // MARK: M-step

  /// p_kj = (S_kj + a) / (S_k + D a); the same in all columns, of a component of empty rows.
  ///
  /// - Throws: `FitError.collapsed` for a component without mass, but with smoothing: it then
  ///   stays, with weight 0.
  public func maximized(features: [[Double]]) throws -> Parameters {
    let mass = features.reduce(0) { $0 + $1[0] }
    var (probabilities, total): ([Double], Double) = ([], 0)
    for (k, sums) in features.enumerated() {
      guard mass > 0, sums[0] > 0 || smoothing > 0 || prior != nil else {
        throw FitError.collapsed(component: k, mass: sums[0], rows: mass, iteration: nil)
      }
      let counts = sums.dropFirst()
      let own = counts.reduce(0, +)
      let divisor = own + Double(columnCount) * smoothing
      total += own
      probabilities += counts.map {
        divisor > 0 ? ($0 + smoothing) / divisor : 1 / Double(columnCount)
      }
    }
    let masses = features.map { $0[0] }
    return [
      "weights": prior?.weights.weights(masses) ?? masses.map { $0 / mass },
      "probabilities": probabilities,
      Self.meanTotal: [total > 0 ? total / mass : 1],
    ]
  }

  // MARK: Draws

  /// The parameters themselves.
  ///
  /// - Throws: `FitError.unusable` about a total that takes too long to be drawn.
  public func sampler(under parameters: Parameters) throws -> Parameters {
    let total = parameters[Self.meanTotal][0]
    guard total <= Self.largestTotal else {
      throw FitError.unusable(
        setting: "\(Self.meanTotal) \(total)", expected: "at most \(Self.largestTotal) for draws")
    }
    return parameters
  }

  private static let largestTotal = 0x1p24

  /// One draw of a column after the other, from the numbers 1, 2, ... of the row.
  public func writeRow(
    _ random: RandomRow, _ parameters: Parameters, into row: UnsafeMutablePointer<Double>
  ) {
    let k = random.choice(parameters.weights, 0)
    let probabilities = parameters.probabilities
    var (ends, end) = ([Double](), 0.0)
    for j in 0..<columnCount {
      row[j] = 0
      end += probabilities[k * columnCount + j]
      ends.append(end)
    }
    let total = max(parameters[Self.meanTotal][0].rounded(), 1)
    for draw in stride(from: 1, through: Int(total), by: 1) {
      row[place(of: random.uniform(draw) * end, in: ends)] += 1
    }
  }

  /// The first column whose end is beyond `value`; of a value that rounding made the last end, a
  /// last column with a probability.
  private func place(of value: Double, in ends: [Double]) -> Int {
    var (low, high) = (0, columnCount - 1)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] > value || ends[middle] == ends[columnCount - 1] {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }

  public var title: String { "Multinomial mixture" }
  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    .probability(parameters.probabilities[k * columnCount + j])
  }
}
