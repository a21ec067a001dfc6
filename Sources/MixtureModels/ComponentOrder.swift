/// The order in which a fit gives its components.
public enum ComponentOrder: String, Sendable, CaseIterable {
  /// The largest weight first, of equal ones the smaller mean, and of k-means and soft k-means, which have no
  /// weights, just that: two fits that end at the same maximum call its components alike.
  case weight
  /// As the start has it.
  case none
}

extension MixtureModel {
  /// The parameters with their components in the order of their weights; of equal weights, and of a model
  /// that `isOrderedByNumbers`, in that of their other numbers, the first of the layout first. Of any other
  /// whose components are not exchangeable, or have no weights, as they are.
  package func inOrder(_ parameters: Parameters) -> Parameters {
    let parts = layout.parts.filter(isOfComponents)
    let weights = parts.contains { $0.name == "weights" } ? parameters.weights : nil
    guard isOrderedByNumbers || hasExchangeableComponents && weights != nil else {
      return parameters
    }
    let numbers = (0..<componentCount).map { k in
      parts.map { parameters[$0.name][range(of: k, $0)] }
    }
    let order = (0..<componentCount).sorted { a, b in
      if let weights, weights[a] != weights[b] { return weights[a] > weights[b] }
      let (own, other) = (numbers[a].joined(), numbers[b].joined())
      return own.elementsEqual(other) ? a < b : own.lexicographicallyPrecedes(other)
    }
    var ordered = parameters
    for (i, part) in parts.enumerated() {
      ordered[part.name] = order.flatMap { numbers[$0][i] }
    }
    return ordered
  }

  /// Whether the numbers are of one component after the other; those of a shared matrix or of the mixture as
  /// a whole are not.
  func isOfComponents(_ part: ParameterLayout.Part) -> Bool {
    part.shape.first == componentCount && part.domain != .given
      && !(part.domain == .covariance && part.shape.count == 2)
  }

  func range(of k: Int, _ part: ParameterLayout.Part) -> Range<Int> {
    let size = part.count / componentCount
    return k * size..<(k + 1) * size
  }
}
