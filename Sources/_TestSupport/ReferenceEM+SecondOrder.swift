extension ReferenceEM {
  /// How much log-likelihood, at most, parameters within the bounds of an M-step's result can cost:
  /// nil where a bound is so wide that the second order says nothing.
  ///
  /// At its maximum the expected log joint density is flat; a mean that is off by e deviations costs
  /// N T e² / 2 with the condition T of the covariance, a covariance that is off by e of its deviations
  /// N (T e)² / 4, a weight N e² / 2 for a relative e.
  ///
  /// - Parameter expectation: under the parameters that the M-step gave.
  public func secondOrderLoss(
    of maximum: ReferenceMaximum, _ expectation: ReferenceExpectation
  ) -> Wide? {
    let d = columnCount
    var loss: Wide = 0
    for (k, density) in expectation.densities.enumerated() {
      let mass = maximum.masses[k].value
      guard mass > 0 else { continue }
      let mean = (0..<d).reduce(Wide(0)) {
        max($0, maximum.means[k * d + $1].bound / density.deviations[$1])
      }
      let covariance = density.condition * largestError(maximum, density, of: k)
      let weight = maximum.masses[k].bound / mass
      guard covariance < 0.1, density.condition * mean < 0.1, weight < 0.1 else { return nil }
      loss +=
        mass * (density.condition * mean * mean + covariance * covariance + weight * weight)
    }
    return loss
  }

  /// The largest bound of an entry of a component's covariance, in deviations.
  private func largestError(
    _ maximum: ReferenceMaximum, _ density: ReferenceDensity, of k: Int
  ) -> Wide {
    let d = columnCount
    let s = density.deviations
    return (0..<d * d).reduce(0) { largest, slot in
      let (i, j) = slot.quotientAndRemainder(dividingBy: d)
      guard let entry = covarianceType.entry(k, i, j, columns: d) else { return largest }
      return max(largest, maximum.covariances[entry].bound / (s[i] * s[j]))
    }
  }
}
