import MixtureModels
import SystemLibrary
import Words

extension ModelSummary {
  /// What sets each component apart from the others taken together: the columns in which they differ most.
  ///
  /// Differences are effect sizes after Cohen, "Statistical Power Analysis for the Behavioral
  /// Sciences" (1988): of means in pooled standard deviations, of probabilities
  /// |2 asin sqrt p - 2 asin sqrt q|; of other numbers the logarithm of their ratio.
  var contrasts: String {
    guard (2...Self.mostComponents).contains(file.components), type(of: file.mixture).hasDensities
    else { return "" }
    let rows = (0..<file.components).map { k in
      let own = (0..<file.dimensions).compactMap { contrast(k, $0) }
        .filter { $0.size >= Self.leastSize }
        .sorted { $0.size > $1.size }.prefix(Self.mostContrasts)
      return "\(k + 1): " + (own.isEmpty ? "nothing much" : own.map(\.text).joined(separator: "; "))
    }
    return "\nwhat sets components apart from the rest\n" + rows.map { $0 + "\n" }.joined()
  }

  private static let mostContrasts = 3
  /// What Cohen calls a medium effect.
  private static let leastSize = 0.5

  private func contrast(_ k: Int, _ j: Int) -> (size: Double, text: String)? {
    let weights = file.mixture.weights(file.parameters)
    let others = weights.indices.filter { $0 != k && weights[$0] > 0 }
    let total = others.reduce(0) { $0 + weights[$1] }
    guard total > 0, weights[k] > 0 else { return nil }
    let cells = weights.indices.map { file.mixture.cell($0, j, file.parameters) }
    func mean(_ number: (ComponentCell) -> Double) -> Double {
      others.reduce(0) { $0 + weights[$1] / total * number(cells[$1]) }
    }
    func text(_ own: String, _ rest: String) -> String { "\(name(j)) \(own), else \(rest)" }
    switch cells[k] {
    case .nothing: return nil
    case .spread(let own, let variance):
      let rest = mean { $0.spread.mean }
      let spread = mean { cell in
        let distance = cell.spread.mean - rest
        return cell.spread.variance + distance * distance
      }
      let size = (own - rest).magnitude / ((variance + spread) / 2).squareRoot()
      return (
        size, text(self.spread(own, variance.squareRoot()), self.spread(rest, spread.squareRoot()))
      )
    case .probability(let own):
      let rest = mean { $0.probability(0) }
      return (effect(own, rest), text(fixed(own, 2), fixed(rest, 2)))
    case .categories(let names, let own):
      let rests = names.indices.map { place in mean { $0.probability(place) } }
      let sizes = names.indices.map { effect(own[$0], rests[$0]) }
      guard let place = names.indices.max(by: { sizes[$0] < sizes[$1] }) else { return nil }
      let label = oneLine(String(names[place].prefix(20)))
      return (sizes[place], text("\(label) \(fixed(own[place], 2))", fixed(rests[place], 2)))
    case .number(let own):
      let rest = mean { $0.number }
      guard own > 0, rest > 0 else { return nil }
      return (log(own / rest).magnitude, text(significant(own, 4), significant(rest, 4)))
    }
  }

  private func effect(_ p: Double, _ q: Double) -> Double {
    (2 * asin(p.squareRoot()) - 2 * asin(q.squareRoot())).magnitude
  }
}

extension ComponentCell {
  fileprivate var spread: (mean: Double, variance: Double) {
    if case .spread(let mean, let variance) = self { (mean, variance) } else { (0, 0) }
  }

  /// Of a 1, or of a category.
  fileprivate func probability(_ place: Int) -> Double {
    switch self {
    case .probability(let value): value
    case .categories(_, let probabilities): probabilities[place]
    default: 0
    }
  }

  fileprivate var number: Double { if case .number(let value) = self { value } else { 0 } }
}
