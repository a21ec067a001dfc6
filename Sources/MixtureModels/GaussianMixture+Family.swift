extension GaussianMixture: Family {
  public static let name = "gaussian"
  public static let leavesOutNegligible = true
  public static let regularizesVariances = true
  public static let priorNames = GaussianPrior.names
  public static let settings =
    [covarianceSetting, .estimate, .prior] + FamilySetting.variational

  /// With `estimate vb` a variational one.
  public static func mixture(
    _ options: FamilyOptions, components: Int, columns: Int
  ) throws -> any Family {
    if try Estimate(options) == .vb {
      return try VariationalGaussianMixture(options, components: components, columns: columns)
    }
    try FamilySetting.requireNone(of: FamilySetting.variational, in: options)
    return try GaussianMixture(options, components: components, columns: columns)
  }

  /// The covariances of this and other families.
  static let covarianceSetting = FamilySetting(
    "covariance",
    help: """
      The covariances of a mixture of Gaussians or t distributions: \
      \(CovarianceModels.names.joined(separator: ", ")). (default: full)
      """,
    valueName: "type", noun: "covariances", defaultValue: CovarianceType.full.rawValue,
    keys: [
      ("covariance_type", CovarianceType.allCases.map(\.rawValue)),
      ("covariance_model", CovarianceModels.names),
    ], isKept: true)

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    let name = options.values["covariance"] ?? CovarianceType.full.rawValue
    guard let covariance = CovarianceModels.named(name) else {
      throw FitError.unusable(
        setting: "covariance \(name)", expected: CovarianceModels.names.joined(separator: ", "))
    }
    self.init(
      components: components, columns: columns, covariance: covariance,
      regularization: options.regularization, units: options.regularizationUnits,
      prior: try GaussianPrior(options, covariance, components: components), ranges: options.ranges,
      exactDense: options.exactDense)
  }

  public var estimate: Estimate { prior == nil ? .ml : .map }

  public var variant: [(key: String, value: String)] {
    let type = covarianceType.rawValue
    return [("covariance_type", type)]
      + (covariance.name == type ? [] : [("covariance_model", covariance.name)])
  }

  public var title: String { "Gaussian mixture with \(covariance.name) covariances" }

  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    .spread(
      mean: parameters.means[k * columnCount + j],
      variance: parameters.covariances[variance(k, j)])
  }
}
