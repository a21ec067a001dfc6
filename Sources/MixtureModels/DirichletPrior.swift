import Kernels

/// A prior of distributions over categories: of each a Dirichlet(α, ..., α), the same α in all components.
struct DirichletPrior: Sendable, Equatable {
  static let name = "concentration"

  let weights: WeightPrior
  /// α of each distribution of a component, 1 or more.
  let concentrations: [Double]

  /// - Parameters:
  ///   - smoothing: α - 1 where none is given.
  ///   - count: the number of distributions of a component.
  /// - Throws: `FitError.unusable` about a setting.
  init?(_ options: FamilyOptions, smoothing: Double, count: Int) throws {
    guard try Estimate(options) == .map else { return nil }
    guard let given = options.prior else {
      try options.requireOwnPrior(of: .map)
      weights = WeightPrior()
      concentrations = Array(repeating: 1 + smoothing, count: count)
      return
    }
    try given.requireNames([WeightPrior.name, Self.name])
    weights = try WeightPrior(given)
    let numbers = try given.numbers(Self.name, shapes: [[], [count]]) ?? [1 + smoothing]
    if let small = numbers.first(where: { $0 < 1 }) {
      throw FitError.unusable(setting: "prior \(Self.name) \(small)", expected: "1 or more")
    }
    concentrations = numbers.count == count ? numbers : Array(repeating: numbers[0], count: count)
  }

  /// The log density of the weights and of all distributions, each list a run of `probabilities`.
  func logDensity(weights: [Double], probabilities: [Double], lists: [Range<Int>]) -> Double {
    lists.enumerated().reduce(self.weights.logDensity(of: weights)) { sum, entry in
      let concentration = concentrations[entry.offset % concentrations.count]
      let count = Double(entry.element.count)
      let constant =
        Portable.logGamma(count * concentration) - count * Portable.logGamma(concentration)
      if concentration == 1 { return sum + constant }
      return probabilities[entry.element].reduce(sum + constant) {
        $0 + (concentration - 1) * Portable.log($1)
      }
    }
  }
}
