import Foundation
import MixtureModels

/// Whether an M-step has a result, by the documented criteria (`GaussianMixture.maximized`).
public enum ReferenceVerdict: Sendable, Comparable {
  /// It has one.
  case regular
  /// A criterion is met or not within the bounds of what it judges.
  case uncertain
  /// It has none.
  case singular
}

extension ReferenceEM {
  /// - Parameter magnitudes: the largest magnitude of each column among the rows that count.
  public func verdict(_ maximum: ReferenceMaximum, magnitudes: [Double]) -> ReferenceVerdict {
    var verdict = ReferenceVerdict.regular
    for mass in maximum.masses where regularization == 0 {
      verdict = max(verdict, self.verdict(ofMass: mass))
    }
    // What the rounding of numbers of this size could feign.
    let floors = magnitudes.map { magnitude -> Wide in
      let rounding = 4 * 0x1p-52 * Wide(magnitude)
      return regularization == 0 ? rounding * rounding : 0
    }
    guard !covarianceType.isDiagonal else {
      // One variance for all columns is judged by the mean of what each could feign.
      let floors =
        covarianceType.isRound ? [floors.reduce(0, +) / Wide(columnCount)] : floors
      for (i, variance) in maximum.covariances.enumerated() {
        verdict = max(verdict, self.verdict(of: variance, floor: floors[i % floors.count]))
      }
      return verdict
    }
    let area = columnCount * columnCount
    for start in stride(from: 0, to: maximum.covariances.count, by: area) {
      let matrix = Array(maximum.covariances[start..<start + area])
      verdict = max(verdict, self.verdict(ofMatrix: matrix, floors: floors))
    }
    return verdict
  }

  /// Without regularization a component needs rows; below e^-720 of all, none can have a share.
  private func verdict(ofMass mass: Bounded) -> ReferenceVerdict {
    if mass.value + mass.bound <= totalWeight * exp(Wide(-720)) { return .singular }
    return mass.value - mass.bound <= totalWeight * exp(Wide(-680)) ? .uncertain : .regular
  }

  private func verdict(of value: Bounded, floor: Wide) -> ReferenceVerdict {
    if value.value + value.bound <= floor { return .singular }
    // A bound that is no number is none.
    return value.value - value.bound > floor ? .regular : .uncertain
  }

  /// Each pivot, the variance of a column given those before, must exceed (D + 3) 2^-52 of the
  /// variance.
  ///
  /// Pivot j is v'A v with v = (-A_11^-1 a, 1): entries of A that are off by e change it by at most
  /// |v|'e|v|, to first order, and elimination itself by (D + 1) u of (|v|'s)² with the deviations s.
  private func verdict(ofMatrix matrix: [Bounded], floors: [Wide]) -> ReferenceVerdict {
    let d = columnCount
    var verdict = ReferenceVerdict.regular
    for j in 0..<d {
      verdict = max(verdict, self.verdict(of: matrix[j * (d + 1)], floor: floors[j]))
    }
    let density = ReferenceDensity(
      weight: 1, mean: Array(repeating: 0, count: d), covariance: matrix.map(\.value),
      isDiagonal: false)
    let elimination = Wide(d + 1) * roundingUnit
    for j in 0..<d {
      let last = density.factor[j * (d + 1)]
      let v = (0...j).map { abs(density.inverse[j * d + $0] * last) }
      guard last.isFinite, v.allSatisfy(\.isFinite) else { return max(verdict, .uncertain) }
      var bound: Wide = 0
      for p in 0...j {
        for q in 0...j {
          let scale = density.deviations[p] * density.deviations[q]
          bound += v[p] * v[q] * (matrix[p * d + q].bound + elimination * scale)
        }
      }
      let tolerance = Wide(d + 3) * 0x1p-52 * matrix[j * (d + 1)].value
      verdict = max(
        verdict, self.verdict(of: Bounded(last * last, within: bound), floor: tolerance))
    }
    return verdict
  }
}
