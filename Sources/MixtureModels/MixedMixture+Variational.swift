import Kernels

// By variational Bayes: the distribution of the weights, and in each group that of its components'
// parameters, independent of each other. As densities of the groups are multiplied, expected logarithms are
// added,
//
//     log ρ_nk = E log π_k + Σ_g E log f_g(x_ng | θ_gk),
//
// the M-step of each group is that of its own conjugate prior, under the same responsibilities, and the
// bound is Σ w log Σ_k ρ_nk less the divergences of the weights and of each group, which never falls.
extension MixedMixture {
  /// What the distribution of the weights is to be like; nil of another estimate.
  ///
  /// - Throws: `FitError.unusable` about a setting.
  static func variationalWeights(
    _ options: FamilyOptions, _ estimate: Estimate
  ) throws -> VariationalWeights? {
    if estimate == .vb { return try VariationalWeights(options) }
    try FamilySetting.requireNone(of: [.weightConcentrationType], in: options)
    return nil
  }

  private var parts: [(group: Group, family: any VariationalFamily)] {
    groups.compactMap { group in
      (group.family as? any VariationalFamily).map { (group, $0) }
    }
  }

  /// Of the prior of the weights, which the first group has; nil for a given model.
  private var weightConcentration: Double? { parts.first?.family.weightConcentration }

  /// Minus the divergence of the posterior from the prior; 0 for a given model.
  func variationalLogPrior(_ weights: VariationalWeights, of parameters: Parameters) -> Double {
    guard let weightConcentration else { return 0 }
    let divergence = weights.divergence(
      parameters[VariationalWeights.name], prior: weightConcentration)
    return -parts.reduce(divergence) {
      $0
        + $1.family.divergence(
          of: self.parameters(of: $1.group, parameters, weights: parameters.weights))
    }
  }

  /// Sticks are broken one after the other.
  public var hasExchangeableComponents: Bool { variationalWeights != .process }

  /// Components that have less than a row, or none.
  public func concerns(about parameters: Parameters, rows: Int) -> [FitConcern] {
    guard let variationalWeights, let weightConcentration else {
      return emptyComponents(of: parameters)
    }
    return variationalWeights.concerns(
      parameters[VariationalWeights.name], prior: weightConcentration, means: parameters.weights)
  }
}
