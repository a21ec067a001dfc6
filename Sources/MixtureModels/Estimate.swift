/// What a fit maximizes.
public enum Estimate: String, Sendable, CaseIterable {
  /// The likelihood.
  case ml
  /// The posterior density: the likelihood times a prior.
  case map

  /// What that is called.
  public var objectiveName: String {
    switch self {
    case .ml: "log-likelihood"
    case .map: "log-posterior"
    }
  }

  /// - Throws: `FitError.unusable` if `options` want something else, or a prior that has no part in it.
  init(_ options: FamilyOptions) throws {
    let name = options.values["estimate"] ?? Estimate.ml.rawValue
    guard let estimate = Estimate(rawValue: name) else {
      throw FitError.unusable(
        setting: "estimate \(name)",
        expected: Estimate.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = estimate
    guard let prior = options.values["prior"], self == .ml else { return }
    throw FitError.unusable(setting: "prior \(prior) with estimate ml", expected: "estimate map")
  }
}

extension FamilySetting {
  /// Of families that have priors, by default of the data.
  static let estimate = estimate { $0 == Estimate.map.rawValue ? .moments : nil }

  /// - Parameter measures: what a prior needs to know of the data.
  static func estimate(
    measures: @escaping @Sendable (String) -> DataMeasure?
  ) -> FamilySetting {
    FamilySetting(
      "estimate",
      help: """
        What is maximized: the likelihood (ml), or with a prior the posterior density (map). (default: ml)
        """,
      valueName: "ml|map", noun: "priors", defaultValue: Estimate.ml.rawValue, measures: measures)
  }

  static let prior = FamilySetting(
    "prior",
    help: """
      The prior of --estimate map: mclust, its default for Gaussians, or a JSON file of some of \
      weight_concentration, mean, mean_precision, degrees_of_freedom and covariance, numbers or lists; of \
      bernoulli alpha and beta, of poisson and exponential shape and rate, of categorical and multinomial \
      concentration. (default: mclust; of others the \
      regularization)
      """,
    valueName: "mclust|file.json", noun: "priors")
}
