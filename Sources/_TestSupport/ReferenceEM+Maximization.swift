import Foundation
import MixtureModels

/// What the M-step gives, each number with its bound.
public struct ReferenceMaximum: Sendable {
  /// K masses, sums of w r.
  public var masses: [Bounded] = []
  public var weights: [Bounded] = []
  /// K × D.
  public var means: [Bounded] = []
  /// Of the shape of the covariance type.
  public var covariances: [Bounded] = []

  /// The values, rounded to float64.
  public var parameters: Parameters {
    Parameters(
      weights: weights.map { Double($0.value) }, means: means.map { Double($0.value) },
      covariances: covariances.map { Double($0.value) })
  }
}

extension ReferenceEM {
  public func maximization(
    _ expectation: ReferenceExpectation, from previous: Parameters
  ) -> ReferenceMaximum {
    let components = previous.weights.indices.map { moments(of: $0, expectation, previous) }
    let total = totalWeight
    var result = ReferenceMaximum()
    for component in components {
      result.masses.append(component.mass)
      let weight = component.mass.value / total
      result.weights.append(
        Bounded(
          weight,
          within: (component.mass.bound + allowance.additions * roundingUnit * component.mass.value)
            / total))
      result.means += component.means
      guard !covarianceType.isShared else { continue }
      result.covariances +=
        component.isEmpty
        ? emptyCovariance(within: component.emptyBound)
        : shaped(component.scatter(mass: component.mass, allowance, regularization))
      if covarianceType.isRound, !component.isEmpty {
        result.covariances[result.covariances.count - 1].bound +=
          component.sphericalLoss(mass: component.mass, allowance, regularization)
      }
    }
    if covarianceType.isShared {
      result.covariances = pooled(components, expectation.densities, total: total)
      for i in result.means.indices {
        let (k, j) = i.quotientAndRemainder(dividingBy: columnCount)
        result.means[i].bound += components[k].dropped(
          ofMean: j, variance: result.covariances[j * (columnCount + 1)].value, allowance)
      }
    }
    return result
  }

  /// Regularization × I, what a component without rows gets.
  private func emptyCovariance(within bound: Wide) -> [Bounded] {
    shaped(
      (0..<columnCount * columnCount).map {
        Bounded($0 % (columnCount + 1) == 0 ? regularization : 0, within: bound)
      })
  }

  /// A D × D matrix in the shape of the covariance type.
  private func shaped(_ matrix: [Bounded]) -> [Bounded] {
    guard covarianceType.isDiagonal else { return matrix }
    let diagonal = (0..<columnCount).map { matrix[$0 * (columnCount + 1)] }
    guard covarianceType.isRound else { return diagonal }
    let count = Wide(columnCount)
    return [
      Bounded(
        diagonal.reduce(0) { $0 + $1.value } / count,
        within: diagonal.reduce(0) { $0 + $1.bound } / count)
    ]
  }

  private func moments(
    of k: Int, _ expectation: ReferenceExpectation, _ previous: Parameters
  ) -> ComponentMoments {
    let components = previous.weights.count
    let shares = (0..<rowCount).map {
      weights[$0] * expectation.responsibilities[$0 * components + k].value
    }
    let errors = (0..<rowCount).map {
      weights[$0] * expectation.responsibilities[$0 * components + k].bound
    }
    return ComponentMoments(
      rows: rows, columnCount: columnCount, shares: shares, errors: errors,
      largestWeight: weights.reduce(0, max),
      old: previous.means[k * columnCount..<(k + 1) * columnCount].map { Wide($0) }, allowance,
      regularization, isDiagonal: covarianceType.isDiagonal)
  }

  /// The common covariance of tied components: the sum of the scatters over the total weight.
  ///
  /// Differences from a common origin are rounded at the distance of the means from it.
  private func pooled(
    _ components: [ComponentMoments], _ densities: [ReferenceDensity], total: Wide
  ) -> [Bounded] {
    let d = columnCount
    var sum = [Bounded](repeating: Bounded(0, within: 0), count: d * d)
    var shifts = [Wide](repeating: 0, count: d)
    var distances = [Wide](repeating: 0, count: d)
    for (k, component) in components.enumerated() where !component.isEmpty {
      let own = originDistances(densities, of: k)!
      for j in 0..<d {
        shifts[j] += component.mass.value * component.shifts[j] * component.shifts[j] / total
        distances[j] = max(distances[j], own[j])
      }
      for slot in sum.indices {
        sum[slot].value += component.second[slot] / total
        sum[slot].bound +=
          (component.errors[slot] + component.mass.value * component.meanErrors[slot / d]
            * component.meanErrors[slot % d]) / total
      }
    }
    let variances = (0..<d).map { sum[$0 * (d + 1)].value + regularization }
    let scales = (0..<d).map { j in
      (variances[j] + min(shifts[j], allowance.cancellation * variances[j])).squareRoot()
    }
    let rounding = allowance.additions * roundingUnit
    for slot in sum.indices {
      let (i, j) = slot.quotientAndRemainder(dividingBy: d)
      // Residuals of a row lose u times the distance; their product with the other column's.
      let origin =
        min(distances[i], allowance.commonOrigin * variances[i].squareRoot()) * scales[j]
        + min(distances[j], allowance.commonOrigin * variances[j].squareRoot()) * scales[i]
      sum[slot].bound +=
        (rounding + allowance.dropped) * scales[i] * scales[j] + 8 * roundingUnit * origin
        + components.reduce(0) {
          $1.isEmpty ? $0 : max($0, $1.meanRounding[i] * $1.meanRounding[j])
        }
      if i == j { sum[slot].value += regularization }
      sum[slot].bound += 4 * roundingUnit * abs(sum[slot].value)
    }
    return sum
  }
}
