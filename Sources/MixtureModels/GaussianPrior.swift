import Kernels

/// A conjugate prior of the parameters of a Gaussian mixture:
///
///     weights ~ Dirichlet(α, ..., α),    mean_k | Σ_k ~ N(m, Σ_k / κ),
///     Σ_k ~ inverse Wishart(ν, Λ), or each of its variances ~ inverse Gamma(ν/2, Λ/2).
///
/// A covariance that all components share has its prior once, however many there are.
///
/// Source: Fraley and Raftery, "Bayesian regularization for normal mixture estimation and model-based
/// clustering" (Journal of Classification 24, 2007).
public struct GaussianPrior: Sendable, Equatable {
  /// α, 1 or more; 1: none of the weights.
  public var weightConcentration: Double
  /// m, D numbers.
  public var mean: [Double]
  /// κ; 0: none of the means.
  public var meanPrecision: Double
  /// Of the covariances; nil: none.
  public var spread: Spread?

  /// ν and Λ.
  public struct Spread: Sendable, Equatable {
    public var degreesOfFreedom: Double
    /// In squared data units: D × D for matrices, D for a variance of each column, 1 for one of all.
    public var covariance: [Double]

    public init(degreesOfFreedom: Double, covariance: [Double]) {
      (self.degreesOfFreedom, self.covariance) = (degreesOfFreedom, covariance)
    }
  }

  public init(
    weightConcentration: Double = 1, mean: [Double], meanPrecision: Double = 0,
    spread: Spread? = nil
  ) {
    (self.weightConcentration, self.mean) = (weightConcentration, mean)
    (self.meanPrecision, self.spread) = (meanPrecision, spread)
  }

  /// What `options` want; nil: none, or one of data of which nothing is known yet.
  ///
  /// - Throws: `FitError.unusable` about a setting.
  init?(
    _ options: FamilyOptions, _ covariance: any CovarianceModel, components: Int
  ) throws {
    let estimate = try Estimate(options)
    if estimate == .ml { return nil }
    guard estimate == .map else { throw estimate.unusable }
    guard let moments = options.measures?.moments else { return nil }
    let form = covariance.type.form
    if let given = options.prior {
      try self.init(given, of: moments, form)
    } else if let name = options.values["prior"], name != FamilySetting.defaultPrior {
      throw FitError.unusable(
        setting: "prior \(name)", expected: "\(FamilySetting.defaultPrior), or numbers")
    } else {
      self.init(mclustOf: moments, form, components: components)
    }
  }

  /// mclust's default: as little of a prior as a row in a hundred, about the means of the columns, and
  /// covariances as of components that divide the volume of the data among themselves.
  ///
  /// Of variances the mean of all columns' ones. Weights have none.
  init(
    mclustOf moments: DataMeasures.Moments, _ form: any CovarianceForm, components: Int
  ) {
    let d = moments.means.count
    let share = Portable.exp(-2 / Double(d) * Portable.log(Double(components)))
    let variance = (0..<d).reduce(0) { $0 + moments.covariance[$1 * d + $1] } / Double(d)
    self.init(
      mean: moments.means, meanPrecision: 0.01,
      spread: Spread(
        degreesOfFreedom: Double(d + 2),
        covariance: form.isMatrix
          ? moments.covariance.map { $0 * share }
          : Array(repeating: variance * share, count: form.varianceCount(columns: d))))
  }

  /// What somebody gave: where a name is not there, that part has no prior; the mean by itself is that of
  /// the data.
  ///
  /// - Throws: `FitError.unusable` about a name or number.
  init(
    _ given: PriorNumbers, of moments: DataMeasures.Moments, _ form: any CovarianceForm
  ) throws {
    let d = moments.means.count
    try given.requireNames([WeightPrior.name] + Self.names)
    self.init(
      weightConcentration: try WeightPrior(given).concentration,
      mean: try Self.mean(given, columns: d) ?? moments.means,
      meanPrecision: try given.number("mean_precision", above: 0, orEqual: true) ?? 0)
    // What has a density.
    let least = form.isMatrix ? Double(d - 1) : 0
    let freedom = try given.number("degrees_of_freedom", above: least)
    let covariance = try Self.covariance(given, form, columns: d)
    guard (freedom == nil) == (covariance == nil) else {
      throw FitError.unusable(
        setting: "prior with \(freedom == nil ? "covariance" : "degrees_of_freedom") alone",
        expected: "degrees_of_freedom and covariance")
    }
    spread = freedom.map { Spread(degreesOfFreedom: $0, covariance: covariance ?? []) }
  }

  static let names = ["mean", "mean_precision", "degrees_of_freedom", "covariance"]

  /// One number stands for all columns.
  static func mean(_ given: PriorNumbers, columns d: Int) throws -> [Double]? {
    try given.numbers("mean", shapes: [[], [d]]).map {
      $0.count == d ? $0 : Array(repeating: $0[0], count: d)
    }
  }

  /// One number stands for as many variances as there are, a list for the diagonal of a matrix.
  static func covariance(
    _ given: PriorNumbers, _ form: any CovarianceForm, columns d: Int
  ) throws -> [Double]? {
    let count = form.varianceCount(columns: d)
    let shapes = [[], [d], [d, d]].prefix(form.isMatrix ? 3 : count == d ? 2 : 1)
    guard let numbers = try given.numbers("covariance", shapes: Array(shapes)) else { return nil }
    var all = numbers.count == 1 ? Array(repeating: numbers[0], count: count) : numbers
    if form.isMatrix, numbers.count < d * d {
      all = (0..<d * d).map { $0 / d == $0 % d ? all[$0 % d] : 0 }
    }
    let isSymmetric =
      !form.isMatrix || CovarianceCheck.asymmetry(of: all, d, within: 1e-6) == nil
    guard isSymmetric, isUsable(all, form, columns: d) else {
      throw FitError.unusable(
        setting: "prior covariance \(numbers)",
        expected: form.isMatrix ? "a positive definite matrix" : "more than 0")
    }
    return all
  }

  /// Whether there are distributions of covariances about one of these numbers.
  static func isUsable(
    _ covariance: [Double], _ form: any CovarianceForm, columns: Int
  ) -> Bool {
    form.isMatrix
      ? CovarianceCheck.isPositiveDefinite(covariance, columns)
      : covariance.allSatisfy { $0 > 0 }
  }
}
