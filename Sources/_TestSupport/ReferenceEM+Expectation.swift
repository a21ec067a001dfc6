import Foundation
import MixtureModels

/// What the E-step gives, each number with its bound.
public struct ReferenceExpectation: Sendable {
  /// Whether every component with a weight has a density.
  public var isDefined = true
  /// n × K log joint densities.
  public var logJoint: [Bounded] = []
  /// n × K responsibilities.
  public var responsibilities: [Bounded] = []
  /// n log densities.
  public var logDensities: [Bounded] = []
  /// The sum of w log p(x).
  public var logLikelihood = Bounded(0, within: 0)
  var densities: [ReferenceDensity] = []
}

extension ReferenceEM {
  public func expectation(under parameters: Parameters) -> ReferenceExpectation {
    var result = ReferenceExpectation()
    result.densities = densities(under: parameters)
    result.isDefined = result.densities.allSatisfy(\.isDefinite)
    let componentCount = result.densities.count
    let blurs = result.densities.indices.map { k in
      originDistances(result.densities, of: k)?.map { Wide(columnCount + 4) * roundingUnit * $0 }
    }
    var scratch = [Wide](repeating: 0, count: 2 * columnCount)
    var magnitude: Wide = 0
    for n in 0..<rowCount {
      let joint = (0..<componentCount).map { k in
        let (value, bound) = rows.withUnsafeBufferPointer { rows in
          scratch.withUnsafeMutableBufferPointer { scratch in
            result.densities[k].logJoint(
              rows.baseAddress! + n * columnCount, blur: blurs[k], scratch: scratch.baseAddress!)
          }
        }
        return Bounded(value, within: bound)
      }
      let density = logDensity(joint)
      result.logJoint += joint
      result.logDensities.append(density)
      result.responsibilities += responsibilities(joint, density)
      guard weights[n] > 0 else { continue }
      result.logLikelihood.value += weights[n] * density.value
      result.logLikelihood.bound += weights[n] * density.bound
      magnitude += weights[n] * abs(density.value)
    }
    // Sums of blocks, and what the exact sums drop beside one nat a row or the total.
    result.logLikelihood.bound +=
      allowance.additions * roundingUnit * magnitude
      + allowance.dropped * max(totalWeight, abs(result.logLikelihood.value))
    return result
  }

  /// Log-sum-exp of the joint densities at both ends of their bounds; what is left out, and some
  /// roundings of the result.
  private func logDensity(_ joint: [Bounded]) -> Bounded {
    let value = logSumExp(joint.map(\.value))
    let width = max(
      logSumExp(joint.map { $0.value + $0.bound }) - value,
      value - logSumExp(joint.map { $0.value - $0.bound }))
    return Bounded(
      value,
      within: width + Wide(joint.count) * allowance.negligible
        + 8 * roundingUnit * (abs(value) + 1))
  }

  /// Responsibilities at both ends: a component's own joint density at its upper bound and all others'
  /// at their lower ones, and the reverse. First order in the bounds, but right for large ones too.
  private func responsibilities(_ joint: [Bounded], _ density: Bounded) -> [Bounded] {
    joint.indices.map { k in
      guard joint[k].value > -.infinity else { return Bounded(0, within: 0) }
      let value = exp(joint[k].value - density.value)
      var (most, least): (Wide, Wide) = (1, 1)
      for l in joint.indices where l != k {
        most += exp(joint[l].value - joint[l].bound - joint[k].value - joint[k].bound)
        least += exp(joint[l].value + joint[l].bound - joint[k].value + joint[k].bound)
      }
      let leftOut =
        min(value, allowance.negligible) + Wide(joint.count) * allowance.negligible * value
      return Bounded(
        value,
        within: max(1 / most - value, value - 1 / least) + leftOut + 16 * roundingUnit * value)
    }
  }
}

/// log sum exp; -infinity of such numbers.
private func logSumExp(_ values: [Wide]) -> Wide {
  let largest = values.reduce(-.infinity, max)
  guard largest > -.infinity else { return largest }
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
