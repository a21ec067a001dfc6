import Kernels

/// Numbers without bounds that stand for parameters: those in which a fit may go further in a direction
/// than its iterations did, and end within the parameters' domains.
///
/// Of weights and lists of probabilities logarithms, of probabilities log-odds, of rates and other positive
/// numbers logarithms (of variances half of them), of means those in standard deviations of the mixture; of
/// a covariance L D L' with a unit triangle L the entries of L below its diagonal, in such units too, and
/// half the logarithms of D. So the units of columns do not matter, and affine combinations of equal
/// volumes, shapes and orders of magnitude are equal again.
///
/// A number on the border of its domain, such as a probability of 0, has no coordinate that is finite.
package struct ParameterCoordinates: Sendable, Equatable {
  private let layout: ParameterLayout
  /// Of each part with units those of its columns; empty of others.
  private let scales: [[Double]]

  /// - Parameter parameters: whose spread gives the units.
  package init(of layout: ParameterLayout, about parameters: Parameters) {
    self.layout = layout
    scales = layout.parts.map { part in
      switch part.domain {
      case .mean: layout.spreads(parameters, of: part)
      case .covariance: part.meanDeviations(parameters[part.name])
      case .free: [part.largestMagnitude(parameters[part.name])]
      default: []
      }
    }
  }

  /// Those that `numbers` came of; nil if they are more or fewer.
  package init?(of layout: ParameterLayout, numbers: [Double]) {
    let counts = layout.parts.map { part in
      switch part.domain {
      case .mean, .covariance: part.shape.last ?? 1
      case .free: 1
      default: 0
      }
    }
    guard let scales = numbers.split(into: counts) else { return nil }
    (self.layout, self.scales) = (layout, scales)
  }

  /// What is to be kept of these.
  package var numbers: [Double] { Array(scales.joined()) }

  /// How many coordinates there are.
  package var count: Int { Self.count(layout) }

  package static func count(_ layout: ParameterLayout) -> Int {
    layout.parts.reduce(0) { $0 + count($1) }
  }

  private static func count(_ part: ParameterLayout.Part) -> Int {
    switch part.domain {
    case .fixed, .given, .index: 0
    case .covariance: part.matrixCount * PackedTriangle.count(part.order)
    default: part.count
    }
  }

  /// The coordinates of parameters.
  ///
  /// - Throws: what `work` throws.
  package func values(of parameters: Parameters, sharing work: WorkSharing) throws -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(count)
    for (part, scales) in zip(layout.parts, scales) {
      let numbers = parameters[part.name]
      switch part.domain {
      case .fixed, .given, .index: break
      case .weights, .simplex, .positive, .rate: values += numbers.map { Portable.log($0) }
      case .variance: values += numbers.map { Portable.log($0) / 2 }
      case .probability: values += numbers.map { Portable.log($0 / (1 - $0)) }
      case .unitVector: values += numbers
      case .mean, .free:
        values += numbers.indices.map { numbers[$0] / scales[$0 % scales.count] }
      case .covariance:
        for triangle in try work.matrices(part, { Self.triangle(of: numbers, part, $0, scales) }) {
          values += triangle
        }
      }
    }
    return values
  }

  /// The parameters of these coordinates; where one is not finite, the number of `base`. Nil if any number
  /// lies beyond its domain.
  ///
  /// - Throws: what `work` throws.
  package func parameters(
    at values: [Double], near base: Parameters, sharing work: WorkSharing
  ) throws -> Parameters? {
    var parameters = base
    var rest = values[...]
    var weights: [(name: String, values: [Double])] = []
    for (part, scales) in zip(layout.parts, scales) {
      let own = Array(rest.prefix(Self.count(part)))
      rest = rest.dropFirst(own.count)
      let numbers = base[part.name]
      func mapped(_ number: (_ i: Int) -> Double) -> [Double] {
        own.indices.map { own[$0].isFinite ? number($0) : numbers[$0] }
      }
      switch part.domain {
      case .fixed, .given, .index: break
      case .weights: weights.append((part.name, own))
      case .simplex:
        for list in part.lists {
          parameters[part.name].replaceSubrange(list, with: Self.shares(own[list], numbers[list]))
        }
      case .positive, .rate: parameters[part.name] = mapped { Portable.exp(own[$0]) }
      case .variance: parameters[part.name] = mapped { Portable.exp(2 * own[$0]) }
      case .probability: parameters[part.name] = mapped { 1 / (1 + Portable.exp(-own[$0])) }
      case .mean, .free: parameters[part.name] = mapped { own[$0] * scales[$0 % scales.count] }
      case .unitVector:
        for list in part.lists {
          let length = own[list].reduce(0) { $0 + $1 * $1 }.squareRoot()
          parameters[part.name].replaceSubrange(list, with: own[list].map { $0 / length })
        }
      case .covariance:
        let (order, size) = (part.order, PackedTriangle.count(part.order))
        let matrices = try work.matrices(part) { k in
          let triangle = own[k * size..<(k + 1) * size]
          return triangle.allSatisfy(\.isFinite)
            ? Self.matrix(Array(triangle), order, scales)
            : PackedTriangle.pack(
              numbers[k * order * order..<(k + 1) * order * order], order: order)
        }
        parameters[part.name] = matrices.flatMap {
          PackedTriangle.unpackSymmetric($0[...], order: order)
        }
      }
    }
    var shares = Self.shares(
      weights.flatMap(\.values)[...], weights.flatMap { base[$0.name] }[...])[...]
    for (name, values) in weights {
      parameters[name] = Array(shares.prefix(values.count))
      shares = shares.dropFirst(values.count)
    }
    return layout.parts.allSatisfy {
      Self.keepsInside(parameters[$0.name], base[$0.name], $0.domain)
    } ? parameters : nil
  }

  /// Whether numbers are finite, and none on the border of its domain, where rows may be impossible, that was
  /// not there before.
  private static func keepsInside(
    _ numbers: [Double], _ base: [Double], _ domain: ParameterLayout.Domain
  ) -> Bool {
    func isOnBorder(_ number: Double) -> Bool {
      switch domain {
      case .free, .mean, .unitVector, .covariance, .fixed, .given, .index: false
      case .weights, .simplex, .positive, .rate, .variance: number == 0
      case .probability: number == 0 || number == 1
      }
    }
    return zip(numbers, base).allSatisfy { $0.isFinite && (!isOnBorder($0) || isOnBorder($1)) }
  }

  /// Numbers that add up to what those of `base` do, and have these logarithms but for a common summand.
  private static func shares(_ logs: ArraySlice<Double>, _ base: ArraySlice<Double>) -> [Double] {
    let largest = logs.reduce(-.infinity) { $1.isFinite ? max($0, $1) : $0 }
    let values = logs.map { $0.isFinite ? Portable.exp($0 - largest) : 0 }
    let (sum, total) = (values.reduce(0, +), base.reduce(0, +))
    return zip(zip(logs, values), base).map { $0.0.isFinite ? $0.1 / sum * total : $1 }
  }

  /// The coordinates of matrix `k`, in the order of a packed triangle; NaN of one that has no factor.
  private static func triangle(
    of numbers: [Double], _ part: ParameterLayout.Part, _ k: Int, _ scales: [Double]
  ) -> [Double] {
    let order = part.order
    let packed = PackedTriangle.pack(
      numbers[k * order * order..<(k + 1) * order * order], order: order)
    guard let factor = CholeskyFactor(packed[...], order: order) else {
      return packed.map { _ in .nan }
    }
    var triangle = factor.lower
    for i in 0..<order {
      for j in 0..<i {
        let pivot = factor.lower[PackedTriangle.row(j) + j]
        triangle[PackedTriangle.row(i) + j] *= scales[j] / (pivot * scales[i])
      }
      let place = PackedTriangle.row(i) + i
      triangle[place] = Portable.log(triangle[place])
    }
    return triangle
  }

  /// The matrix of these coordinates, a packed triangle.
  private static func matrix(
    _ coordinates: [Double], _ order: Int, _ scales: [Double]
  ) -> [Double] {
    var lower = coordinates
    for i in 0..<order {
      let place = PackedTriangle.row(i) + i
      lower[place] = Portable.exp(lower[place])
    }
    for i in 0..<order {
      for j in 0..<i {
        lower[PackedTriangle.row(i) + j] *=
          lower[PackedTriangle.row(j) + j] * (scales[i] / scales[j])
      }
    }
    return PackedTriangle.product(lower, order: order)
  }
}

extension WorkSharing {
  /// The packed triangles of all matrices of a part.
  fileprivate func matrices(
    _ part: ParameterLayout.Part, _ triangle: @Sendable (_ k: Int) -> [Double]
  ) throws -> [[Double]] {
    let order = Double(part.order)
    return try numbers(
      of: Parts(
        count: part.matrixCount, operations: order * order * order / 3,
        numberCount: PackedTriangle.count(part.order)), triangle)
  }
}

extension ParameterLayout.Part {
  /// The root of the mean variance of each column.
  fileprivate func meanDeviations(_ numbers: [Double]) -> [Double] {
    (0..<order).map { j in
      let sum = (0..<matrixCount).reduce(0.0) { $0 + numbers[($1 * order + j) * order + j] }
      return unit((sum / Double(matrixCount)).squareRoot())
    }
  }

  fileprivate func largestMagnitude(_ numbers: [Double]) -> Double {
    unit(numbers.reduce(0) { max($0, abs($1)) })
  }
}

/// A scale that can be divided by.
private func unit(_ scale: Double) -> Double { scale > 0 && scale.isFinite ? scale : 1 }

extension ParameterLayout {
  /// The standard deviations of the columns under the whole mixture, as far as they are known: of means
  /// without covariances, those of the means.
  fileprivate func spreads(_ parameters: Parameters, of means: Part) -> [Double] {
    let columns = means.shape.last ?? 1
    let numbers = parameters[means.name]
    let components = columns == 0 ? 0 : numbers.count / columns
    let weights = parameters.names.contains("weights") ? parameters["weights"] : []
    func weight(_ k: Int) -> Double {
      weights.count == components ? weights[k] : 1 / Double(components)
    }
    let deviations = deviations(parameters, of: means)
    return (0..<columns).map { j in
      let mean = (0..<components).reduce(0.0) { $0 + weight($1) * numbers[$1 * columns + j] }
      let variance = (0..<components).reduce(0.0) { sum, k in
        let place = k * columns + j
        let (distance, deviation) = (numbers[place] - mean, deviations?[place] ?? 0)
        return sum + weight(k) * (distance * distance + deviation * deviation)
      }
      return unit(variance.squareRoot())
    }
  }
}
