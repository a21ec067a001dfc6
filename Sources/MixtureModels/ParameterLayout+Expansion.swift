extension ParameterLayout {
  /// Parameters of another layout as this one has them, so that each component has the density that it has
  /// there: of covariances that have more in common each number is written as often as it is needed here.
  ///
  /// A model may ask for more of its parameters than their shapes, such as equal volumes: these need not have
  /// that.
  ///
  /// - Parameters:
  ///   - parameters: fit `other`.
  ///   - other: of a model of the same family, with as many components and columns.
  /// - Returns: nil if this layout has no room for them, or names others.
  package func expanding(_ parameters: Parameters, of other: ParameterLayout) -> Parameters? {
    var expanded: [(name: String, numbers: [Double])] = []
    for part in parts {
      guard let found = other.parts.first(where: { $0.name == part.name }),
        let numbers = part.expanding(parameters[part.name], of: found)
      else { return nil }
      expanded.append((part.name, numbers))
    }
    return Parameters(expanded)
  }
}

extension ParameterLayout.Part {
  fileprivate func expanding(_ numbers: [Double], of other: Self) -> [Double]? {
    if other == self { return numbers }
    guard other.isSpread, hasRoom(for: other) else { return nil }
    let d = order
    func own(_ k: Int) -> [Double] {
      domain == .covariance
        ? (0..<d * d).map { other.entry(k, $0 / d, $0 % d, order: d, of: numbers) }
        : (0..<d).map { other.entry(k, $0, $0, order: d, of: numbers) }
    }
    guard isOfAll else { return (0..<shape[0]).flatMap(own) }
    // Of all it is what those of components are, if they are equal.
    let first = own(0)
    return (1..<max(other.shape[0], 1)).allSatisfy { own($0) == first } ? first : nil
  }

  /// Whether it is covariances or variances, of components or of all.
  private var isSpread: Bool {
    switch (domain, shape.count) {
    case (.covariance, 2...3), (.variance, 1...2): true
    default: false
    }
  }

  /// Whether it is the one matrix of all components.
  private var isOfAll: Bool { domain == .covariance && shape.count == 2 }

  /// Whether spreads with more in common can be written as it has them, but for one of all, which only equal
  /// ones can.
  private func hasRoom(for other: Self) -> Bool {
    guard isSpread, shape.count > 1, other.shape.count == 1 || other.order == order,
      isOfAll || other.isOfAll || other.shape[0] == shape[0]
    else { return false }
    return domain == .covariance || other.domain == .variance
  }

  /// Entry (i, j) of the covariance of component `k`.
  private func entry(_ k: Int, _ i: Int, _ j: Int, order d: Int, of numbers: [Double]) -> Double {
    switch (domain, shape.count) {
    case (.covariance, 3): numbers[(k * d + i) * d + j]
    case (.covariance, _): numbers[i * d + j]
    case (_, 2): i == j ? numbers[k * d + i] : 0
    default: i == j ? numbers[k] : 0
    }
  }
}
