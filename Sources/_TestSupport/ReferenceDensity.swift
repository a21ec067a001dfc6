import Foundation

/// The numbers in which references are computed: 64 bits of mantissa where the processor has them.
#if arch(x86_64)
  public typealias Wide = Float80
#else
  public typealias Wide = Double
#endif

/// u = 2^-53: half the distance of 1 from the next float64.
let roundingUnit: Wide = 0x1p-53

/// One normal density by plain loops, and how far a float64 computation of it may be off.
///
/// The bounds are those of the standard analysis, to first order in u, of the way the program goes:
/// Cholesky factor, inverse of the factor, product with the row (Higham, "Accuracy and Stability of
/// Numerical Algorithms", 2nd ed., theorem 10.3 and sections 3.5 and 14.2). They are computed from the
/// row and the covariance themselves, so that an ill-conditioned covariance has a wide bound and a
/// well-conditioned one a narrow one.
struct ReferenceDensity {
  let order: Int
  let mean: [Wide]
  /// D × D, row-major.
  let covariance: [Wide]
  /// L of the covariance L L', and its inverse M; D × D, row-major. NaN if there is none.
  let factor: [Wide]
  let inverse: [Wide]
  /// D standard deviations.
  let deviations: [Wide]
  /// log weight - (D log 2 pi + log |covariance|) / 2.
  let logScale: Wide
  /// sum_ij |P_ij| s_i s_j with the inverse covariance P and the deviations s: by how much the
  /// determinant, relative, can exceed a relative change of the entries. D or more.
  let condition: Wide

  /// |M| |L| |M|: the error of the inverse, and of a product with it, in units of (D + 2) u.
  private let spread: [Wide]
  private let isDiagonal: Bool
  /// The bound of `logScale`.
  private let scaleBound: Wide

  init(weight: Wide, mean: [Wide], covariance: [Wide], isDiagonal: Bool) {
    let d = mean.count
    order = d
    self.mean = mean
    self.covariance = covariance
    self.isDiagonal = isDiagonal
    let root = choleskyFactor(covariance, d)
    factor = root
    inverse = inverted(factor, d)
    deviations = (0..<d).map { covariance[$0 * d + $0].squareRoot() }
    let absolute = (inverse.map { abs($0) }, factor.map { abs($0) })
    spread = product(product(absolute.0, absolute.1, d), absolute.0, d)
    let precision = product(transposed(inverse, d), inverse, d)
    var condition: Wide = 0
    for i in 0..<d {
      for j in 0..<d { condition += abs(precision[i * d + j]) * deviations[i] * deviations[j] }
    }
    self.condition = condition
    let logarithms = (0..<d).map { log(root[$0 * d + $0]) }
    let size = Wide(d) * log(2 * Wide.pi)
    logScale = log(weight) - size / 2 - logarithms.reduce(0, +)
    // The factor is that of a covariance whose entries differ by (D + 2) u of their deviations; then
    // logarithms and additions. A weight of 0 has no log density that could be off.
    let magnitudes = logarithms.reduce(size + abs(weight > 0 ? log(weight) : 0)) { $0 + abs($1) }
    let backward = isDiagonal ? 2 * Wide(d) : Wide(d + 2) * condition / 2
    scaleBound = roundingUnit * (backward + Wide(d + 4) * magnitudes)
  }

  /// Whether the covariance has a factor at all.
  var isDefinite: Bool { factor.indices.allSatisfy { factor[$0].isFinite } }

  /// log (weight × density) of a row, and the bound of its error.
  ///
  /// - Parameters:
  ///   - blur: how far the differences of the row from the mean may be off, D numbers in data units,
  ///     beside their own rounding.
  ///   - scratch: 2 D numbers of scratch memory.
  func logJoint(
    _ row: UnsafePointer<Wide>, blur: [Wide]?, scratch: UnsafeMutablePointer<Wide>
  ) -> (value: Wide, bound: Wide) {
    let (difference, whitened) = (scratch, scratch + order)
    for j in 0..<order { difference[j] = row[j] - mean[j] }
    var square: Wide = 0
    for i in 0..<order {
      var value: Wide = 0
      for j in isDiagonal ? i...i : 0...i { value += inverse[i * order + j] * difference[j] }
      whitened[i] = value
      square += value * value
    }
    var bound = scaleBound
    if isDiagonal {
      // Difference, square, precision: each factor rounded once or twice; then D additions.
      bound += roundingUnit * Wide(order + 8) * square / 2
    } else {
      bound += triangularBound(difference, whitened, square)
    }
    if let blur { bound += blurBound(blur, whitened) }
    let value = logScale - square / 2
    guard value > -.infinity else { return (value, 0) }
    return (value, bound + 2 * roundingUnit * (abs(value) + square))
  }

  /// z' dz of z = M (x - mean): dz is at most 2 (D + 2) u |M||L||M||x - mean| by the inverse and the
  /// product; the covariance behind the factor is off by (D + 2) u s s', which changes z'z by at most
  /// (D + 2) u (s'|P (x - mean)|)²; and D additions.
  private func triangularBound(
    _ difference: UnsafePointer<Wide>, _ whitened: UnsafePointer<Wide>, _ square: Wide
  ) -> Wide {
    var (product, sensitivity): (Wide, Wide) = (0, 0)
    for i in 0..<order {
      var row: Wide = 0
      for j in 0...i { row += spread[i * order + j] * abs(difference[j]) }
      product += abs(whitened[i]) * row
      var own: Wide = 0
      for p in i..<order { own += inverse[p * order + i] * whitened[p] }
      sensitivity += deviations[i] * abs(own)
    }
    return roundingUnit * Wide(order + 2)
      * (2 * product + sensitivity * sensitivity / 2 + square)
  }

  /// |z|' e + e'e / 2 with e = |M||L||M| blur, as differences and whitened means are both rounded.
  private func blurBound(_ blur: [Wide], _ whitened: UnsafePointer<Wide>) -> Wide {
    var bound: Wide = 0
    for i in 0..<order {
      var own: Wide = 0
      for j in 0...i { own += spread[i * order + j] * blur[j] }
      bound += own * (abs(whitened[i]) + own / 2)
    }
    return bound
  }
}

/// L with L L' = `matrix`, D × D, row-major; NaN from the first pivot on that is not positive.
private func choleskyFactor(_ matrix: [Wide], _ d: Int) -> [Wide] {
  var factor = [Wide](repeating: 0, count: d * d)
  for j in 0..<d {
    for i in j..<d {
      var value = matrix[i * d + j]
      for p in 0..<j { value -= factor[i * d + p] * factor[j * d + p] }
      factor[i * d + j] = i == j ? value.squareRoot() : value / factor[j * d + j]
    }
  }
  return factor
}

/// The inverse of a lower triangle.
private func inverted(_ factor: [Wide], _ d: Int) -> [Wide] {
  var inverse = [Wide](repeating: 0, count: d * d)
  for j in 0..<d {
    inverse[j * d + j] = 1 / factor[j * d + j]
    for i in j + 1..<max(d, j + 1) {
      var value: Wide = 0
      for p in j..<i { value -= factor[i * d + p] * inverse[p * d + j] }
      inverse[i * d + j] = value / factor[i * d + i]
    }
  }
  return inverse
}

private func product(_ a: [Wide], _ b: [Wide], _ d: Int) -> [Wide] {
  var result = [Wide](repeating: 0, count: d * d)
  for i in 0..<d {
    for p in 0..<d where a[i * d + p] != 0 {
      for j in 0..<d { result[i * d + j] += a[i * d + p] * b[p * d + j] }
    }
  }
  return result
}

private func transposed(_ a: [Wide], _ d: Int) -> [Wide] {
  (0..<d * d).map { a[$0 % d * d + $0 / d] }
}
