extension MixtureModel {
  /// The parameters of some components, in this order, with weights that add up to 1, for a model of so many
  /// (`ofComponents`).
  package func picking(_ components: [Int], of parameters: Parameters) -> Parameters {
    var picked = parameters
    for part in layout.parts {
      picked[part.name] = components.flatMap { parameters[part.name][range(of: $0, part)] }
      guard part.domain == .weights else { continue }
      let total = picked[part.name].reduce(0, +)
      picked[part.name] = picked[part.name].map { $0 / total }
    }
    return picked
  }

  /// The parameters with others of some components, as `picking` gives them, which have the same weight
  /// together as before.
  package func replacing(
    _ components: [Int], of parameters: Parameters, by few: Parameters
  ) -> Parameters {
    var replaced = parameters
    for part in layout.parts {
      let size = part.count / componentCount
      let old = parameters[part.name]
      let total =
        part.domain == .weights ? components.reduce(0) { $0 + old[$1] } : 1
      for (i, k) in components.enumerated() {
        let numbers = few[part.name][i * size..<(i + 1) * size]
        replaced[part.name].replaceSubrange(range(of: k, part), with: numbers.map { $0 * total })
      }
    }
    return replaced
  }
}
