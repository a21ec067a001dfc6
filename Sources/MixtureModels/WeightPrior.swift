import Kernels

/// A Dirichlet(α, ..., α) prior of the weights of a mixture, α = 1 or more; 1 changes nothing.
struct WeightPrior: Sendable, Equatable {
  static let name = "weight_concentration"
  var concentration = 1.0

  init(_ concentration: Double = 1) { self.concentration = concentration }

  /// - Throws: `FitError.unusable` about the number.
  init(_ given: PriorNumbers) throws {
    concentration = try given.number(Self.name, above: 1, orEqual: true) ?? 1
  }

  /// The most probable weights, (n_k + α - 1) / (n + K (α - 1)).
  func weights(_ masses: [Double]) -> [Double] {
    let added = concentration - 1
    let total = masses.reduce(0, +) + added * Double(masses.count)
    return masses.map { ($0 + added) / total }
  }

  func logDensity(of weights: [Double]) -> Double {
    let count = Double(weights.count)
    let constant =
      Portable.logGamma(count * concentration) - count * Portable.logGamma(concentration)
    if concentration == 1 { return constant }
    return weights.reduce(constant) { $0 + (concentration - 1) * Portable.log($1) }
  }
}
