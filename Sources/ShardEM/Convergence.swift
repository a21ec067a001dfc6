/// When a fit ends before the limit of its iterations.
public enum Convergence: Sendable, Equatable {
  /// When less is left to gain, per row of what is maximized, in nats: the mean log-likelihood, unless the
  /// model has a prior. Of k-means, relatively.
  case logLikelihood(Double)
  /// When no parameter changes by more in an M-step, relatively.
  case parameters(Double)

  /// The number to fall below.
  public var tolerance: Double {
    switch self {
    case .logLikelihood(let tolerance), .parameters(let tolerance): tolerance
    }
  }

  /// - Parameter remaining: what is left to gain per row; nil if that is not known.
  func isReached(remaining: Double?, parameterChange: Double) -> Bool {
    switch self {
    case .logLikelihood(let tolerance): remaining.map { $0 < tolerance } ?? false
    case .parameters(let tolerance): parameterChange < tolerance
    }
  }
}

/// What a fit has still to gain, judged by its last iterations.
///
/// EM's gains become a geometric series, in which gain g after one of g / q leaves g q / (1 - q): Aitken's
/// estimate; it is taken for no less than g, so that no fit ends while an iteration still gains more. Where
/// iterations are accelerated their gains are no such series: what the last six have gained, two cycles, is
/// about the most that is left; or g, where q, by which the squared lengths of EM's own steps fall, is small.
///
/// A plateau deceives both: 2 to 4 of 100 fits end on one.
///
/// Source: Boehning et al., "The distribution of the likelihood ratio for mixtures of densities from the
/// one-parameter exponential family" (Annals of the Institute of Statistical Mathematics 46, 1994).
package enum RemainingGain {
  /// How many objectives are looked back upon.
  static let memory = 7

  /// The largest q with which no more is left than g.
  private static let largestRate = 0.5

  /// - Parameters:
  ///   - objectives: per row, of the last iterations.
  ///   - isAccelerated: whether any of these was.
  ///   - rate: q, of an accelerated fit, if the last two iterations followed each other as EM's do.
  ///   - gain: between two of them.
  /// - Returns: nats per row, or what `gain` is in; nil if that cannot be said yet.
  package static func estimate(
    _ objectives: [Double], isAccelerated: Bool, rate: Double? = nil,
    gain: (_ from: Double, _ to: Double) -> Double
  ) -> Double? {
    guard let last = objectives.last, objectives.count >= 2 else { return nil }
    let previous = objectives[objectives.count - 2]
    if isAccelerated {
      let ofCycles =
        objectives.count < memory ? nil : abs(gain(objectives[objectives.count - memory], last))
      guard let rate, rate <= largestRate else { return ofCycles }
      return min(ofCycles ?? .infinity, abs(gain(previous, last)))
    }
    // As little as the roundings of log densities and their mean: some units in the last place.
    if abs(last - previous) <= 4 * 0x1p-52 * abs(last) { return 0 }
    guard objectives.count >= 3 else { return nil }
    let step = abs(gain(previous, last))
    let before = abs(gain(objectives[objectives.count - 3], previous))
    return step < before ? max(step, step * step / (before - step)) : nil
  }
}
