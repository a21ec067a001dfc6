/// A mixture of which the distribution of the weights and that of the components' parameters are fitted,
/// independent of each other: several, of different columns, can have the weights in common (`MixedMixture`).
protocol VariationalFamily: Family {
  /// What the distribution of the weights is like; its numbers are parameters of the name
  /// `VariationalWeights.name`.
  var weights: VariationalWeights { get }

  /// Of the prior of the weights; nil for a given model.
  var weightConcentration: Double? { get }

  /// Log joint densities: log weight + E log f(x | θ_k).
  ///
  /// - Parameter logWeights: E log π_k, or what stands for it, in nats.
  func components(
    at parameters: Parameters, logWeights: [Double], sharing work: WorkSharing
  ) throws -> StepComponents

  /// KL(posterior || prior) of all components' parameters, in nats; 0 for a given model.
  func divergence(of parameters: Parameters) -> Double
}

extension VariationalFamily {
  /// E log π_k.
  func expectedLogWeights(_ parameters: Parameters) -> [Double] {
    weights.expectedLogs(parameters[VariationalWeights.name])
  }

  /// Minus the divergence of the whole posterior from the prior; 0 for a given model.
  func logPriorOfAll(_ parameters: Parameters) -> Double {
    guard let weightConcentration else { return 0 }
    return
      -(weights.divergence(parameters[VariationalWeights.name], prior: weightConcentration)
      + divergence(of: parameters))
  }
}
