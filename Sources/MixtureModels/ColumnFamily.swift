import Kernels

/// A mixture whose columns are independent of each other within a component, each of a distribution with one
/// parameter, in exponential form:
///
///     log p(x | k) = Σ_j θ_kj x_j + a_kj + log h(x_j),
///
/// the sum over the columns that a row shows (`writeLogBaseMeasure` too): a missing cell is left out of the
/// product, and of the counts of its column. So T(x) = (1, x_1, …, x_D), or of data whose rows lack columns
/// (1, x, o): o_j is 1 where column j is there, else it and x_j are 0.
///
/// A family is `term`, `estimate`, and what programs and draws need; see `PoissonMixture`.
public protocol ColumnFamily: ExponentialFamily, Family where Sampler == Parameters {
  /// What the parameters are called, K × D of them, and what they may be.
  static var parameter: (name: String, domain: ParameterLayout.Domain) { get }

  /// Of data whose rows lack columns.
  var observed: ObservedColumns? { get set }

  /// What the two numbers of its prior are called.
  static var columnPriorNames: ColumnPrior.Names { get }

  /// What a prior adds to the counts of each component, in rows, 0 or more.
  var smoothing: Double { get }

  /// The prior of `--estimate map`: what smoothing is, or another one in its place; nil: the likelihood is
  /// what fits look at.
  var prior: ColumnPrior? { get }

  /// The sum of the values, and the number, of the rows that a prior with these two numbers stands for.
  func added(_ first: Double, _ second: Double) -> (sum: Double, count: Double)

  /// The logarithm of the constant factor of its density.
  func logConstant(_ first: Double, _ second: Double) -> Double

  /// θ and a of a column with this parameter.
  func term(_ parameter: Double) -> ColumnTerm

  /// The most likely parameter, or with a prior the most probable one.
  ///
  /// - Parameters:
  ///   - sum: of w r x over the rows that have the column; count: of w r.
  func estimate(sum: Double, count: Double) -> Double

  /// What a value must be, in words; `takes` tells whether it is.
  static var values: String { get }
  static func takes(_ x: Double) -> Bool

  /// What a column with this parameter is expected to be.
  func mean(_ parameter: Double) -> Double

  /// A draw, from the numbers 1 + j, 1 + j + D, 1 + j + 2 D, ... of the row.
  func draw(_ parameter: Double, _ random: RandomRow, column j: Int) -> Double
}

/// What a column adds to a log density.
public enum ColumnTerm: Sendable, Equatable {
  /// θ x + a.
  case linear(theta: Double, a: Double)
  /// Nothing for this value, -∞ for any other.
  case certain(Double)
}

extension ColumnFamily {
  public func requireUsable() throws {
    try requireComponents()
    try requireAddend(smoothing, "smoothing")
  }

  public var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights),
      .init(Self.parameter.name, [componentCount, columnCount], Self.parameter.domain),
    ])
  }

  public var takesMissing: Bool { true }
  public var fill: [Double]? { observed?.means }
  public func observing(_ columns: ObservedColumns?) -> Self {
    var mixture = self
    mixture.observed = columns
    return mixture
  }

  public var valueCheck: ValueCheck? { Self.valueCheck }

  /// The same, of families that take rows of such values.
  static var valueCheck: ValueCheck {
    { block in
      (0..<block.count * block.columnCount)
        .first { !block.rows[$0].isNaN && !Self.takes(block.rows[$0]) }
        .map { i in
          let (row, column) = i.quotientAndRemainder(dividingBy: block.columnCount)
          return ValueProblem(
            row: row, column: column, value: block.rows[i], expected: Self.values)
        }
    }
  }

  // MARK: E-step

  public var featureCount: Int { 1 + (observed == nil ? 1 : 2) * columnCount }

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
    let (weights, numbers) = (parameters.weights, parameters[Self.parameter.name])
    return weights.indices.flatMap { k -> [Double] in
      var (thetas, rests): ([Double], [Double]) = ([], [])
      for parameter in numbers[k * columnCount..<(k + 1) * columnCount] {
        var part = (theta: 0.0, a: 0.0)
        if case .linear(let theta, let a) = term(parameter) { part = (theta, a) }
        thetas.append(part.theta)
        rests.append(part.a)
      }
      let logWeight = Portable.log(weights[k])
      if observed == nil { return [rests.reduce(logWeight, +)] + thetas }
      return [logWeight] + thetas + rests
    }
  }

  public func requirements(of parameters: Parameters) -> [FeatureRequirement] {
    parameters[Self.parameter.name].enumerated().compactMap { i, parameter in
      guard case .certain(let value) = term(parameter) else { return nil }
      let (component, column) = i.quotientAndRemainder(dividingBy: columnCount)
      return FeatureRequirement(
        component: component, feature: 1 + column, value: value,
        condition: observed.map { _ in 1 + columnCount + column })
    }
  }

  // MARK: M-step

  /// With smoothing or a prior a component without mass stays.
  ///
  /// - Throws: `FitError.collapsed` for one if there is none.
  public func maximized(features: [[Double]]) throws -> Parameters {
    let total = features.reduce(0) { $0 + $1[0] }
    var numbers: [Double] = []
    for (k, sums) in features.enumerated() {
      guard total > 0, sums[0] > 0 || smoothing > 0 || prior != nil else {
        throw FitError.collapsed(component: k, mass: sums[0], rows: total, iteration: nil)
      }
      for j in 1...columnCount {
        let count = observed == nil ? sums[0] : sums[columnCount + j]
        if let prior, !prior.isSmoothing {
          let added = added(prior.first[j - 1], prior.second[j - 1])
          numbers.append(estimate(sum: sums[j] + added.sum, count: count + added.count))
        } else {
          numbers.append(estimate(sum: sums[j], count: count))
        }
      }
    }
    let weights =
      prior.map { $0.weights.weights(features.map { $0[0] }) } ?? features.map { $0[0] / total }
    return Parameters([("weights", weights), (Self.parameter.name, numbers)])
  }

  // MARK: Draws

  public func imputed(
    _ k: Int, _ j: Int, _ parameters: Parameters, _ random: RandomRow?
  ) -> Double? {
    let parameter = parameters[Self.parameter.name][k * columnCount + j]
    return random.map { draw(parameter, $0, column: j) } ?? mean(parameter)
  }

  /// The parameters themselves.
  public func sampler(under parameters: Parameters) -> Parameters { parameters }

  public func writeRow(
    _ random: RandomRow, _ parameters: Parameters, into row: UnsafeMutablePointer<Double>
  ) {
    let k = random.choice(parameters.weights, 0)
    let numbers = parameters[Self.parameter.name]
    for j in 0..<columnCount { row[j] = draw(numbers[k * columnCount + j], random, column: j) }
  }
}
