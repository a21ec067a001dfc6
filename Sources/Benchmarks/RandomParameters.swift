import Foundation
import Kernels
import MixtureModels

/// Parameters of any mixture, drawn at random: components that overlap, as the domains of the layout allow.
struct RandomParameters {
  private let random = RandomRow(Philox(seed: 1), purpose: 6, row: 0)
  /// How many numbers have been drawn.
  private var count = 0

  static func of(_ mixture: some Family) -> Parameters {
    var draws = RandomParameters()
    return Parameters(mixture.layout.parts.map { ($0.name, draws.numbers(of: $0)) })
  }

  private mutating func numbers(of part: ParameterLayout.Part) -> [Double] {
    let order = part.shape.last ?? 1
    switch part.domain {
    case .free, .mean:
      // Two means are about four unit deviations apart.
      return list(part.count) { 4 / Double(2 * order).squareRoot() * $0.normal() }
    case .positive, .rate: return list(part.count) { 4 * exp(0.5 * $0.normal()) }
    case .variance: return list(part.count) { exp(0.5 * $0.normal()) }
    case .probability: return list(part.count) { $0.uniform() }
    case .weights: return divided(list(part.count) { 0.5 + $0.uniform() }) { $0.reduce(0, +) }
    case .simplex:
      return lists(part) { draws, length in
        divided(draws.list(length) { -log($0.uniform()) }) { $0.reduce(0, +) }
      }
    case .unitVector:
      return lists(part) { draws, length in
        divided(draws.list(length) { $0.normal() }) { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      }
    case .covariance:
      return (0..<part.count / (order * order)).flatMap { _ in covariance(order) }
    case .fixed, .given: return list(part.count) { _ in 30 }
    case .index: return list(part.count) { _ in 0 }
    }
  }

  /// L L' with a random lower triangle L of a diagonal about 1.
  private mutating func covariance(_ order: Int) -> [Double] {
    var factor = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      for j in 0..<i { factor[i * order + j] = 0.5 * normal() / Double(order).squareRoot() }
      factor[i * order + i] = exp(0.3 * normal())
    }
    return (0..<order * order).map { place in
      let (i, j) = place.quotientAndRemainder(dividingBy: order)
      return (0..<order).reduce(0) { $0 + factor[i * order + $1] * factor[j * order + $1] }
    }
  }

  private mutating func list(
    _ count: Int, _ draw: (inout RandomParameters) -> Double
  ) -> [Double] { (0..<count).map { _ in draw(&self) } }

  /// The innermost lists of a part, one after the other.
  private mutating func lists(
    _ part: ParameterLayout.Part, _ draw: (inout RandomParameters, _ length: Int) -> [Double]
  ) -> [Double] {
    let outer = part.shape.dropLast().reduce(1, *)
    let lengths = part.lengths ?? [part.shape.last ?? 1]
    return (0..<outer).flatMap { _ in lengths.flatMap { draw(&self, $0) } }
  }

  private mutating func uniform() -> Double {
    count += 1
    return random.uniform(count)
  }

  private mutating func normal() -> Double { normalQuantile(uniform()) }
}

private func divided(_ numbers: [Double], by size: ([Double]) -> Double) -> [Double] {
  let size = size(numbers)
  return numbers.map { $0 / size }
}
