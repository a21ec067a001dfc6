import Kernels

/// A mixture of K multivariate normal distributions, with kernels of its own.
///
/// p(x) = sum_k weight_k N(x; mean_k, covariance_k).
///
/// Source: Dempster, Laird & Rubin (1977); Bishop, "Pattern Recognition and Machine Learning"
/// (2006), section 9.2. Tied, diagonal and spherical covariances and the regularization as
/// scikit-learn defines them; other covariance models as mclust does.
public struct GaussianMixture: MixtureModel {
  /// The number of components, K.
  public let componentCount: Int
  /// The number of columns, D.
  public let columnCount: Int
  /// What the components' covariances have in common.
  public let covariance: any CovarianceModel
  /// Added to every variance in the M-step (scikit-learn: `reg_covar`): in squared data units, or in the
  /// variances of columns.
  public let regularization: Double
  /// The variances of the columns, if those are its units; nil: squared data units.
  private let units: [Double]?
  /// Of the parameters, for a covariance model that can have one; nil: maximum likelihood.
  public let prior: GaussianPrior?
  /// Whether every responsibility counts that float64 can hold: see `GaussianComponents`.
  public let exactDense: Bool
  /// Of the data to be fitted, which no mean leaves, but by rounding; nil for a given model. With
  /// regularization 0, a variance that the rounding of numbers of this size could feign is singular.
  public let ranges: ColumnRanges?
  /// Of the data, if rows may lack columns: cells that are NaN are then missing at random, and what
  /// is to be expected of them enters the M-step (`ConditionalColumns`). Nil: all rows are complete.
  public private(set) var observed: ObservedColumns?

  /// Settings of which no fit can be made are an error of the fit.
  ///
  /// - Parameters:
  ///   - units: the variances of columns, if the regularization is in these; nil: in squared data units.
  ///   - ranges: of the data to be fitted; for evaluating a given model, nil.
  ///   - exactDense: whether responsibilities under 2^-60 of the row's largest count too.
  public init(
    components: Int, columns: Int, covariance: any CovarianceModel, regularization: Double = 1e-6,
    units: [Double]? = nil, prior: GaussianPrior? = nil, ranges: ColumnRanges? = nil,
    exactDense: Bool = false
  ) {
    componentCount = components
    columnCount = columns
    self.covariance = covariance
    self.regularization = regularization
    self.units = units
    self.prior = prior
    self.exactDense = exactDense
    self.ranges = ranges
  }

  /// A mixture with covariances of which nothing is demanded but their shape.
  public init(
    components: Int, columns: Int, covarianceType: CovarianceType = .full,
    regularization: Double = 1e-6, ranges: ColumnRanges? = nil, exactDense: Bool = false
  ) {
    self.init(
      components: components, columns: columns,
      covariance: UnconstrainedCovariances(covarianceType), regularization: regularization,
      ranges: ranges, exactDense: exactDense)
  }

  /// The numbers that hold the covariances.
  public var covarianceType: CovarianceType { covariance.type }
  var form: any CovarianceForm { covariance.type.form }

  public func requireUsable() throws {
    try requireComponents()
    try requireAddend(regularization, "regularization")
  }

  public var takesMissing: Bool { true }
  public var hasMoreLatent: Bool { observed != nil }

  public func observing(_ columns: ObservedColumns?) -> GaussianMixture {
    var mixture = self
    mixture.observed = columns
    return mixture
  }

  /// None where components share a covariance, or what makes them alike, or a prior of them all.
  public func ofComponents(_ count: Int) -> GaussianMixture? {
    guard !covariance.isConstrained, !form.isShared, prior == nil else { return nil }
    let mixture = GaussianMixture(
      components: count, columns: columnCount, covariance: covariance,
      regularization: regularization, units: units, ranges: ranges, exactDense: exactDense)
    return mixture.observing(observed)
  }

  public var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights),
      .init("means", [componentCount, columnCount], .mean),
      .init(
        "covariances", form.shape(components: componentCount, columns: columnCount),
        form.isMatrix ? .covariance : .variance),
    ])
  }

  public var freeParameterCount: Int {
    componentCount - 1 + componentCount * columnCount
      + covariance.freeParameterCount(components: componentCount, columns: columnCount)
  }

  /// Where among the covariances the variance of column `j` in component `k` is.
  func variance(_ k: Int, _ j: Int) -> Int { form.variance(k, j, columns: columnCount) }

  /// What is added to the variance of column `j`, or of all columns.
  func addend(_ j: Int?) -> Double {
    guard let units else { return regularization }
    // A constant column has a variance of no size.
    guard let j else { return addends.reduce(0, +) / Double(columnCount) }
    return regularization * (units[j] > 0 ? units[j] : 1)
  }

  /// What is added to the variance of each column, D numbers in squared data units.
  public var addends: [Double] { (0..<columnCount).map { addend($0) } }

  /// Calls `body` with every different variance: its component, nil if it is that of all, its column, nil
  /// likewise, and where it is among the covariances.
  func forEachVariance(_ body: (_ k: Int?, _ j: Int?, _ place: Int) throws -> Void) rethrows {
    let count = form.varianceCount(columns: columnCount)
    for k in 0..<form.count(components: componentCount) {
      for j in 0..<count {
        try body(form.isShared ? nil : k, count < columnCount ? nil : j, variance(k, j))
      }
    }
  }

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> GaussianComponents {
    try components(at: parameters, screening: !exactDense, sharing: work)
  }

  /// - Parameter screening: whether negligible densities may be left out.
  func components(
    at parameters: Parameters, screening: Bool, sharing work: WorkSharing
  ) throws -> GaussianComponents {
    try requireFiniteVariances(parameters)
    return try GaussianComponents(
      parameters, form, columns: columnCount, exactDense: !screening, observed: observed,
      sharing: work)
  }

  public func moments(
    of components: GaussianComponents, at parameters: Parameters
  ) -> GaussianMoments {
    GaussianMoments(
      of: self, about: parameters.means, shared: components.shared,
      conditional: components.conditional)
  }

  public func moments(about centers: [Double]) -> GaussianMoments {
    GaussianMoments(of: self, about: centers)
  }

  /// Those nearest to what the covariance model allows, as its M-step has it.
  public func corrected(_ parameters: Parameters, sharing work: WorkSharing) throws -> Parameters {
    guard covariance.isConstrained else { return parameters }
    var corrected = parameters
    corrected.covariances = try covariance.constrained(
      Scatter(
        parameters.covariances, masses: parameters.weights, columns: columnCount,
        previous: parameters.covariances, sharing: work))
    return corrected
  }

  /// - Throws: `FitError.notFinite` if a variance is infinite or no number.
  func requireFiniteVariances(_ parameters: Parameters) throws {
    let covariances = parameters.covariances
    try forEachVariance { k, _, place in
      guard covariances[place] < .infinity else {
        throw FitError.notFinite(component: k, variance: covariances[place], iteration: nil)
      }
    }
  }
}

extension Parameters {
  /// K × D means, row-major, in data units.
  public var means: [Double] {
    get { self["means"] }
    set { self["means"] = newValue }
    _modify { yield &self["means"] }
  }

  /// Covariances in squared data units, row-major, of shape `CovarianceType.shape`.
  public var covariances: [Double] {
    get { self["covariances"] }
    set { self["covariances"] = newValue }
    _modify { yield &self["covariances"] }
  }

  /// Those of a Gaussian mixture, in scikit-learn's shapes.
  public init(weights: [Double], means: [Double], covariances: [Double]) {
    self = ["weights": weights, "means": means, "covariances": covariances]
  }
}
