import Kernels

/// The prior of the weights of a variational mixture, γ, and their posterior distribution.
enum VariationalWeights: String, CaseIterable {
  /// Dirichlet(a_1, ..., a_K): K numbers.
  case dirichlet
  /// Sticks v_k ~ Beta(a_k, b_k), all K of them: 2 × K numbers. The last does not take all that is left.
  case process = "dirichlet-process"

  init(_ options: FamilyOptions) throws {
    let name = options.values["weight-concentration-type"] ?? Self.dirichlet.rawValue
    guard let weights = Self(rawValue: name) else {
      throw FitError.unusable(
        setting: "weight-concentration-type \(name)", expected: "dirichlet, dirichlet-process")
    }
    self = weights
  }

  /// What its numbers are called among parameters.
  static let name = "posterior." + WeightPrior.name

  /// The numbers for so many components.
  func part(components: Int) -> ParameterLayout.Part {
    .init(Self.name, self == .dirichlet ? [components] : [2, components], .positive)
  }

  var title: String { self == .dirichlet ? "Dirichlet" : "Dirichlet-process" }

  func posterior(_ masses: [Double], prior: Double) -> [Double] {
    if self == .dirichlet { return masses.map { prior + $0 } }
    var (rest, rests) = (0.0, [Double]())
    for mass in masses.reversed() {
      rests.append(prior + rest)
      rest += mass
    }
    return masses.map { 1 + $0 } + rests.reversed()
  }

  /// E log π_k.
  func expectedLogs(_ numbers: [Double]) -> [Double] {
    if self == .dirichlet {
      let whole = Portable.digamma(numbers.reduce(0, +))
      return numbers.map { Portable.digamma($0) - whole }
    }
    var left = 0.0
    return sticks(numbers).map { a, b in
      let both = Portable.digamma(a + b)
      defer { left += Portable.digamma(b) - both }
      return Portable.digamma(a) - both + left
    }
  }

  /// E π_k, divided by their sum.
  func means(_ numbers: [Double]) -> [Double] {
    var left = 1.0
    let means =
      self == .dirichlet
      ? numbers
      : sticks(numbers).map { a, b in
        defer { left *= b / (a + b) }
        return a / (a + b) * left
      }
    let total = means.reduce(0, +)
    return means.map { $0 / total }
  }

  /// The components that have less than a row.
  ///
  /// - Parameter means: E π_k, to be told.
  func concerns(_ numbers: [Double], prior: Double, means: [Double]) -> [FitConcern] {
    let least = self == .dirichlet ? prior : 1
    return means.indices.compactMap { k in
      numbers[k] - least < 1 ? .negligible(component: k, weight: means[k]) : nil
    }
  }

  /// KL(posterior || prior).
  func divergence(_ numbers: [Double], prior: Double) -> Double {
    if self == .dirichlet {
      let (count, total) = (Double(numbers.count), numbers.reduce(0, +))
      let whole = Portable.digamma(total)
      let constant =
        Portable.logGamma(total) - Portable.logGamma(count * prior)
        + count * Portable.logGamma(prior)
      return numbers.reduce(constant) {
        $0 - Portable.logGamma($1) + ($1 - prior) * (Portable.digamma($1) - whole)
      }
    }
    return sticks(numbers).reduce(0) { sum, stick in
      let (a, b) = stick
      let both = Portable.digamma(a + b)
      return sum + betaConstant(a, b) - betaConstant(1, prior)
        + (a - 1) * (Portable.digamma(a) - both) + (b - prior) * (Portable.digamma(b) - both)
    }
  }

  /// The logarithm of what makes the posterior a density.
  func logConstant(_ numbers: [Double]) -> Double {
    if self == .process { return sticks(numbers).reduce(0) { $0 + betaConstant($1.0, $1.1) } }
    return numbers.reduce(Portable.logGamma(numbers.reduce(0, +))) { $0 - Portable.logGamma($1) }
  }

  private func sticks(_ numbers: [Double]) -> [(Double, Double)] {
    let count = numbers.count / 2
    return (0..<count).map { (numbers[$0], numbers[count + $0]) }
  }
}
