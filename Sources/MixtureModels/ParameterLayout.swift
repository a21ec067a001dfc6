import Kernels
import Words

/// Which parameters a model has: names, shapes and what the numbers may be.
///
/// Model files, checkpoints, starts, what ranks compare, convergence and criteria follow from it alike
/// for all families: the names are the keys of model files, the shapes those of nested lists there.
public struct ParameterLayout: Sendable, Equatable {
  /// What the numbers of a part may be.
  public enum Domain: Sendable, Equatable {
    /// Any finite number.
    case free
    /// The same, K × D, measured in the standard deviations that the part "covariances" has.
    case mean
    /// More than 0.
    case positive
    /// 0 or more.
    case rate
    /// More than 0, with a reciprocal that has all its digits.
    case variance
    /// 0 to 1.
    case probability
    /// 0 or more, and 1 in sum with all other parts of this domain.
    case weights
    /// 0 or more, and 1 in sum of each innermost list.
    case simplex
    /// Vectors of length 1, the innermost lists.
    case unitVector
    /// Symmetric positive definite matrices: the last two extents of the shape are equal.
    case covariance
    /// More than 0, and changed by no fit.
    case fixed
    /// Any finite number of the mixture as a whole, changed by no fit.
    case given
    /// A whole number from 0 up, below this, and changed by no fit.
    case index(below: Int)

    /// What was expected instead of `value`, which cannot be of this domain; nil if it can by itself.
    package func objection(to value: Double) -> String? {
      guard value.isFinite else { return "a finite number" }
      return switch self {
      case .free, .mean, .covariance, .unitVector, .given: nil
      case .positive, .fixed: value > 0 ? nil : "more than 0"
      case .variance:
        value > 0
          ? CovarianceCheck.hasReciprocal(value) ? nil : CovarianceCheck.range : "more than 0"
      case .probability: (0...1).contains(value) ? nil : "0 to 1"
      case .weights, .simplex, .rate: value >= 0 ? nil : "0 or more"
      case .index(let end):
        value >= 0 && value < Double(end) && value.rounded() == value
          ? nil : "a whole number from 0 to \(end - 1)"
      }
    }

    /// How far sums and lengths may be from 1. Files that this program wrote are off by rounding to 53 bits
    /// only; this admits numbers that went through float32, which is off by 2^-24 of each number, hence of
    /// their sum, or were copied with seven digits: K times 5e-8, for K up to 20.
    package static let allowance = 1e-6

    /// What was found and expected of the numbers of an innermost list that cannot be of this
    /// domain together; nil if they can.
    package func objection(to row: ArraySlice<Double>) -> (found: String, expected: String)? {
      let (number, words): (Double, String)
      switch self {
      case .simplex: (number, words) = (row.reduce(0, +), "a sum of")
      case .unitVector:
        (number, words) = (row.reduce(0) { $0 + $1 * $1 }.squareRoot(), "a length of")
      default: return nil
      }
      return abs(number - 1) <= Self.allowance ? nil : ("\(words) \(unpointed(number))", "1")
    }
  }

  /// The parameters of one name.
  public struct Part: Sendable, Equatable {
    /// The key in model files; a point goes down into an object: `noise.weight`.
    public let name: String
    /// The extents of the nested lists, the outermost first; none for a single number.
    public let shape: [Int]
    /// Of lists that differ in length how long they are: one more level of lists, below the last
    /// extent of the shape, whose index chooses among these. Nil: there is no such level.
    public let lengths: [Int]?
    public let domain: Domain
    /// What all the numbers are in a file without the key; nil: the key must be there.
    public let standard: Double?

    public init(
      _ name: String, _ shape: [Int], lengths: [Int]? = nil, _ domain: Domain,
      standard: Double? = nil
    ) {
      (self.name, self.shape, self.lengths) = (name, shape, lengths)
      (self.domain, self.standard) = (domain, standard)
    }

    /// The number of numbers; the largest one for more than that.
    public var count: Int {
      Self.product(lengths.map { shape.dropLast() + [$0.reduce(0, +)] } ?? shape)
    }
    /// The number of innermost lists, likewise.
    var listCount: Int { Self.product(lengths == nil ? Array(shape.dropLast()) : shape) }

    private static func product(_ extents: [Int]) -> Int {
      extents.reduce(1) { product, extent in
        let (count, isBeyond) = product.multipliedReportingOverflow(by: extent)
        return isBeyond ? .max : count
      }
    }
    /// The innermost lists, as ranges of the numbers.
    package var lists: [Range<Int>] {
      let outer = shape.dropLast().reduce(1, *)
      let own = lengths ?? [shape.last ?? 1]
      var end = 0
      return (0..<outer).flatMap { _ in
        own.map { length in
          defer { end += length }
          return end..<end + length
        }
      }
    }
    /// The order of the matrices of a covariance.
    var order: Int { shape.last ?? 1 }
    /// How many matrices a covariance consists of.
    var matrixCount: Int { order == 0 ? 0 : count / (order * order) }
  }

  public let parts: [Part]

  public init(_ parts: [Part]) { self.parts = parts }

  /// Whether `parameters` have the names and numbers of numbers that this says.
  public func fits(_ parameters: Parameters) -> Bool {
    parameters.names == parts.map(\.name)
      && parts.allSatisfy { parameters[$0.name].count == $0.count }
  }

  /// - Throws: `FitError.unusable` about the first number of `parameters`, which fit, that cannot be of its
  ///   part's domain. Covariances are judged by those who factor them.
  package func requireDomains(_ parameters: Parameters) throws {
    for part in parts where part.domain != .variance && part.domain != .covariance {
      for (i, value) in parameters[part.name].enumerated() {
        guard let expected = part.domain.objection(to: value) else { continue }
        throw FitError.unusable(
          setting: "number \(i) of \(part.name) is \(value)", expected: expected)
      }
      guard part.domain == .simplex || part.domain == .unitVector else { continue }
      let numbers = parameters[part.name]
      for (i, list) in part.lists.enumerated() {
        guard let (found, expected) = part.domain.objection(to: numbers[list]) else { continue }
        throw FitError.unusable(
          setting: "number \(i) of \(part.name) has \(found)", expected: expected)
      }
    }
  }

  /// The number of free parameters, as AIC and BIC count them.
  public var freeParameterCount: Int {
    let weights = parts.contains { $0.domain == .weights } ? -1 : 0
    return parts.reduce(weights) { count, part in
      switch part.domain {
      case .fixed, .given, .index: count
      case .covariance: count + part.matrixCount * PackedTriangle.count(part.order)
      case .simplex, .unitVector: count + part.count - part.listCount
      case .free, .mean, .positive, .rate, .variance, .probability, .weights: count + part.count
      }
    }
  }
}

// MARK: Checkpoints

extension ParameterLayout {
  /// All numbers of `parameters`, of symmetric matrices the lower triangles: what checkpoints hold.
  package func packed(_ parameters: Parameters) -> [Double] {
    parts.flatMap { part in
      let numbers = parameters[part.name]
      guard part.domain == .covariance, numbers.count == part.count, part.order > 0 else {
        return numbers
      }
      let area = part.order * part.order
      return stride(from: 0, to: part.count, by: area).flatMap {
        PackedTriangle.pack(numbers[$0..<$0 + area], order: part.order)
      }
    }
  }

  /// The parameters whose numbers these are; nil if there are more or fewer.
  package func parameters(packed numbers: [Double]) -> Parameters? {
    let sizes = parts.map { part in
      part.domain == .covariance
        ? part.matrixCount * PackedTriangle.count(part.order) : part.count
    }
    guard let lists = numbers.split(into: sizes) else { return nil }
    return Parameters(
      zip(parts, lists).map { part, list in
        guard part.domain == .covariance, part.order > 0 else { return (part.name, list) }
        let size = PackedTriangle.count(part.order)
        let matrices = stride(from: 0, to: list.count, by: size).flatMap {
          PackedTriangle.unpackSymmetric(list[$0..<$0 + size], order: part.order)
        }
        return (part.name, matrices)
      })
  }
}

// MARK: Convergence

extension ParameterLayout {
  /// The largest change of a parameter, dimensionless: of weights, probabilities and directions the
  /// difference; of means that in standard deviations, of covariances in products of two; of others
  /// relative to their magnitude. The same for data in other units or with another origin.
  func largestChange(from previous: Parameters, to next: Parameters) -> Double {
    parts.reduce(0) { change, part in
      let (old, new) = (previous[part.name], next[part.name])
      switch part.domain {
      case .weights, .probability, .simplex, .unitVector:
        return max(change, largest(old, new) { _ in 1 })
      case .variance: return max(change, largest(old, new) { new[$0] })
      case .covariance: return max(change, largestChange(old, new, ofMatrices: part))
      case .free, .mean, .positive, .rate, .fixed, .given, .index:
        let deviations = part.domain == .mean ? deviations(next, of: part) : nil
        return max(
          change, largest(old, new) { deviations?[$0] ?? max(abs(old[$0]), abs(new[$0])) })
      }
    }
  }

  @inline(__always)
  private func largest(_ old: [Double], _ new: [Double], by scale: (Int) -> Double) -> Double {
    new.indices.reduce(0) { change, i in
      let difference = abs(new[i] - old[i])
      return difference == 0 ? change : max(change, difference / scale(i))
    }
  }

  private func largestChange(_ old: [Double], _ new: [Double], ofMatrices part: Part) -> Double {
    let d = part.order
    var change = 0.0
    for first in stride(from: 0, to: part.count, by: d * d) {
      let deviations = (0..<d).map { new[first + $0 * d + $0].squareRoot() }
      for i in 0..<d {
        for j in 0...i {
          let difference = abs(new[first + i * d + j] - old[first + i * d + j])
          if difference == 0 { continue }
          change = max(change, difference / (deviations[i] * deviations[j]))
        }
      }
    }
    return change
  }

  /// The standard deviations of the columns, K × D; nil without covariances of any usual shape.
  func deviations(_ parameters: Parameters, of means: Part) -> [Double]? {
    guard let part = parts.first(where: { $0.name == "covariances" }), means.shape.count == 2
    else { return nil }
    let (covariances, k, d) = (parameters[part.name], means.shape[0], means.shape[1])
    let place: (_ k: Int, _ j: Int) -> Int
    switch part.shape {
    case [k, d, d]: place = { ($0 * d + $1) * d + $1 }
    case [d, d] where part.domain == .covariance: place = { $1 * d + $1 }
    case [k, d]: place = { $0 * d + $1 }
    case [k]: place = { k, _ in k }
    default: return nil
    }
    return (0..<k * d).map { covariances[place($0 / d, $0 % d)].squareRoot() }
  }
}

extension [Double] {
  /// Consecutive parts of these lengths; nil if there are more or fewer numbers.
  package func split(into counts: [Int]) -> [[Double]]? {
    guard counts.allSatisfy({ $0 >= 0 }), count == counts.reduce(0, +) else { return nil }
    var start = 0
    return counts.map { count in
      defer { start += count }
      return [Double](self[start..<start + count])
    }
  }
}
