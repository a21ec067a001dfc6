/// What a fit maximizes.
public enum Estimate: String, Sendable, CaseIterable {
  /// The likelihood.
  case ml
  /// The posterior density: the likelihood times a prior.
  case map
  /// The evidence lower bound, by a distribution of the parameters (variational Bayes).
  case vb

  /// What that is called.
  public var objectiveName: String {
    switch self {
    case .ml: "log-likelihood"
    case .map: "log-posterior"
    case .vb: "lower bound"
    }
  }

  /// The error about it, of a family that has no such fits.
  var unusable: FitError {
    .unusable(
      setting: "estimate \(rawValue)",
      expected: "a family with conjugate priors, or another estimate")
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
    throw FitError.unusable(
      setting: "prior \(prior) with estimate ml", expected: "estimate map or vb")
  }
}

extension FamilyOptions {
  /// - Throws: `FitError.unusable` if the prior is mclust's, which is one of Gaussians' parameters, and no
  ///   posterior of them.
  func requireOwnPrior(of estimate: Estimate) throws {
    // A file is read later.
    guard prior == nil, values["prior"] == FamilySetting.defaultPrior else { return }
    throw FitError.unusable(
      setting: "prior \(FamilySetting.defaultPrior)"
        + (estimate == .vb ? " with estimate vb" : " of a family but Gaussians"),
      expected: "a file")
  }
}

extension FamilySetting {
  /// The prior that needs no file.
  public static let defaultPrior = "mclust"

  /// Of families that have priors, by default of the data.
  static let estimate = estimate { $0 == Estimate.ml.rawValue ? nil : .moments }

  /// - Parameter measures: what a prior needs to know of the data.
  static func estimate(
    measures: @escaping @Sendable (String) -> DataMeasure?
  ) -> FamilySetting {
    FamilySetting(
      "estimate",
      help: """
        What is maximized: the likelihood (ml), with a prior the posterior density (map), or the lower \
        bound of variational Bayes (vb), of gaussian, bernoulli, poisson, exponential, multinomial, \
        categorical, and mixed of these. (default: ml)
        """,
      valueName: "ml|map|vb", noun: "priors", defaultValue: Estimate.ml.rawValue,
      keys: [("estimate", [Estimate.vb.rawValue])], measures: measures)
  }

  static let prior = FamilySetting(
    "prior",
    help: """
      The prior of estimates map and vb: mclust, its default for Gaussians, or a JSON file of some of \
      weight_concentration, mean, mean_precision, degrees_of_freedom and covariance, numbers or lists; of \
      bernoulli alpha and beta, of poisson and exponential shape and rate, of categorical and multinomial \
      concentration, of mixed those of its families. A covariance that components share has its prior once. \
      (default: mclust; of others the regularization; of vb that of scikit-learn, or as little as a row)
      """,
    valueName: "\(defaultPrior)|file.json", noun: "priors", defaultValue: defaultPrior)

  static let weightConcentrationType = FamilySetting(
    "weight-concentration-type",
    help: """
      The prior of the weights of estimate vb: dirichlet, or dirichlet-process. (default: dirichlet)
      """,
    valueName: "type", noun: "variational fits",
    defaultValue: VariationalWeights.dirichlet.rawValue,
    keys: [("weight_concentration_type", VariationalWeights.allCases.map(\.rawValue))])

  static let variational = [
    weightConcentrationType,
    FamilySetting(
      "vb-updates",
      help: """
        The updates of estimate vb: conjugate, which never lower the bound, or scikit-learn, whose tied, \
        diag and spherical ones are others. (default: conjugate)
        """,
      valueName: "updates", noun: "variational fits",
      defaultValue: VariationalUpdates.conjugate.rawValue,
      keys: [("vb_updates", VariationalUpdates.allCases.map(\.rawValue))]),
  ]

  /// - Throws: `FitError.unusable` if `options` have one of `settings`, which are of variational fits.
  static func requireNone(of settings: [FamilySetting], in options: FamilyOptions) throws {
    for setting in settings {
      guard let value = options.values[setting.name] else { continue }
      throw FitError.unusable(
        setting: "\(setting.name) \(value) without estimate vb", expected: "estimate vb")
    }
  }
}
