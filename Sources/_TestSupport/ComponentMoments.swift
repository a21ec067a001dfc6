import Foundation
import MixtureModels

/// Mass, mean and scatter of one component about its new mean, with bounds.
///
/// A responsibility that is off by e changes the mean by sum w e (x - mean) / N and the covariance
/// by sum w e ((x - mean)(x - mean)' - covariance) / N, less the square of what the mean changes by:
/// both exactly so, with the mass N that comes out.
struct ComponentMoments {
  private(set) var mass: Bounded
  private(set) var means: [Bounded] = []
  /// No row has a share that float64 can hold beside the others.
  let isEmpty: Bool
  /// How far mean and covariance of an empty component may be from the old mean and the
  /// regularization: 0 if it surely is empty, else infinite.
  private(set) var emptyBound: Wide = 0
  /// D × D: sum w r (x - mean)(x - mean)', and sum w e |x - mean||x - mean|' of the errors e.
  private(set) var second: [Wide] = []
  private(set) var errors: [Wide] = []
  /// How far errors of responsibilities move the mean; how far its own rounding does.
  private(set) var meanErrors: [Wide] = []
  private(set) var meanRounding: [Wide] = []
  /// New mean less old.
  private(set) var shifts: [Wide] = []
  /// The largest distance of any row from the old mean.
  private var reaches: [Wide] = []
  /// The weight of all rows, if each had the largest: what bounds of sums are relative to.
  private let boundWeight: Wide

  /// - Parameters:
  ///   - shares: n products w r; `errors`: n bounds on what each may be off.
  ///   - old: the mean before.
  init(
    rows: [Wide], columnCount d: Int, shares: [Wide], errors responsibilityErrors: [Wide],
    largestWeight: Wide, old: [Wide], _ allowance: ReferenceEM.Allowance, _ regularization: Wide,
    isDiagonal: Bool
  ) {
    boundWeight = Wide(shares.count) * largestWeight
    let sum = shares.reduce(0, +)
    let error = responsibilityErrors.reduce(0, +)
    // Exponentials of less than -708 are 0 in float64, and so is the sum of nothing else.
    isEmpty = !(sum > boundWeight * exp(Wide(-690)))
    let isSurelyEmpty = !(sum + error > boundWeight * exp(Wide(-720)))
    mass = Bounded(
      sum,
      within: isSurelyEmpty
        ? error
        : error + allowance.additions * roundingUnit * sum + allowance.droppedOfBound * boundWeight)
    guard !isEmpty else {
      emptyBound = isSurelyEmpty ? 0 : .infinity
      means = old.map { [emptyBound] in Bounded($0, within: emptyBound) }
      return
    }
    let mean = Self.mean(rows, d, shares, sum)
    shifts = (0..<d).map { mean[$0] - old[$0] }
    addSquares(rows, d, shares, responsibilityErrors, mean, isDiagonal)
    let least = max(sum - mass.bound, .leastNonzeroMagnitude)
    var (deviations, spreads) = ([Wide](repeating: 0, count: d), [Wide](repeating: 0, count: d))
    reaches = deviations
    for n in shares.indices {
      for j in 0..<d {
        let x = rows[n * d + j]
        // Units come from all rows, also from those that have no share of the component.
        reaches[j] = max(reaches[j], abs(x - old[j]))
        guard shares[n] > 0 || responsibilityErrors[n] > 0 else { continue }
        deviations[j] += shares[n] * abs(x - old[j])
        spreads[j] += responsibilityErrors[n] * abs(x - mean[j])
      }
    }
    meanErrors = spreads.map { $0 / least }
    meanRounding = mean.map { 4 * roundingUnit * abs($0) }
    for j in 0..<d {
      let scale = (second[j * (d + 1)] / sum + shifts[j] * shifts[j] + regularization).squareRoot()
      let dropped = min(
        allowance.dropped * scale, allowance.droppedOfBound * reaches[j] * boundWeight / sum)
      // The mass of a component of next to no rows is known beside the whole only; the mean is the
      // old one and a quotient by it.
      let quotient = abs(shifts[j]) * allowance.droppedOfBound * boundWeight / sum
      means.append(
        Bounded(
          mean[j],
          within: meanErrors[j] + meanRounding[j] + dropped + quotient
            + allowance.additions * roundingUnit * deviations[j] / sum))
    }
  }

  /// In two passes, so that the digits of columns far from 0 are kept.
  private static func mean(
    _ rows: [Wide], _ d: Int, _ shares: [Wide], _ sum: Wide
  ) -> [Wide] {
    var mean = [Wide](repeating: 0, count: d)
    for _ in 0..<2 {
      var correction = [Wide](repeating: 0, count: d)
      for n in shares.indices where shares[n] > 0 {
        for j in 0..<d { correction[j] += shares[n] * (rows[n * d + j] - mean[j]) }
      }
      for j in 0..<d { mean[j] += correction[j] / sum }
    }
    return mean
  }

  private mutating func addSquares(
    _ rows: [Wide], _ d: Int, _ shares: [Wide], _ responsibilityErrors: [Wide], _ mean: [Wide],
    _ isDiagonal: Bool
  ) {
    second = Array(repeating: 0, count: d * d)
    errors = second
    var difference = [Wide](repeating: 0, count: d)
    for n in shares.indices where shares[n] > 0 || responsibilityErrors[n] > 0 {
      for j in 0..<d { difference[j] = rows[n * d + j] - mean[j] }
      for i in 0..<d {
        let own = shares[n] * difference[i]
        let error = responsibilityErrors[n] * abs(difference[i])
        for j in isDiagonal ? i...i : 0...i {
          second[i * d + j] += own * difference[j]
          errors[i * d + j] += error * abs(difference[j])
        }
      }
    }
    for i in 0..<d {
      for j in 0..<i {
        second[j * d + i] = second[i * d + j]
        errors[j * d + i] = errors[i * d + j]
      }
    }
  }

  /// What sums may drop of the mean of a tied component, whose scale is the common deviation.
  func dropped(
    ofMean j: Int, variance: Wide, _ allowance: ReferenceEM.Allowance
  ) -> Wide {
    guard !isEmpty else { return 0 }
    return min(
      allowance.dropped * (variance + shifts[j] * shifts[j]).squareRoot(),
      allowance.droppedOfBound * reaches[j] * boundWeight / mass.value)
  }

  /// What the variance of a spherical component may lose beside what those of its columns may: it
  /// comes from one sum over all columns, whose cancellation is that of all and whose unit follows
  /// from the largest reach.
  func sphericalLoss(
    mass: Bounded, _ allowance: ReferenceEM.Allowance, _ regularization: Wide
  ) -> Wide {
    let d = shifts.count
    func mean(_ squares: (Int) -> Wide) -> Wide { (0..<d).reduce(0) { $0 + squares($1) } / Wide(d) }
    let variance = mean { second[$0 * (d + 1)] / mass.value } + regularization
    let shift = min(mean { shifts[$0] * shifts[$0] }, allowance.cancellation * variance)
    let reach = mean { reaches[$0] * reaches[$0] } * boundWeight / mass.value
    return allowance.additions * roundingUnit * shift
      + min(allowance.dropped * (variance + shift), allowance.droppedOfBound * reach)
  }

  /// The covariance with its regularization, D × D.
  func scatter(
    mass: Bounded, _ allowance: ReferenceEM.Allowance, _ regularization: Wide
  ) -> [Bounded] {
    let d = shifts.count
    let least = max(mass.value - mass.bound, .leastNonzeroMagnitude)
    let variances = (0..<d).map { second[$0 * (d + 1)] / mass.value + regularization }
    let scales = (0..<d).map { j in
      (variances[j] + min(shifts[j] * shifts[j], allowance.cancellation * variances[j]))
        .squareRoot()
    }
    return (0..<d * d).map { slot in
      let (i, j) = slot.quotientAndRemainder(dividingBy: d)
      let value = second[slot] / mass.value
      let product = scales[i] * scales[j]
      let dropped = min(
        allowance.dropped * product,
        allowance.droppedOfBound * reaches[i] * reaches[j] * boundWeight / mass.value)
      let responsibilities =
        (errors[slot] + abs(value) * (mass.bound - allowance.additions * roundingUnit * mass.value))
        / least + meanErrors[i] * meanErrors[j]
      let total = value + (i == j ? regularization : 0)
      return Bounded(
        total,
        within: responsibilities + dropped + allowance.additions * roundingUnit * product
          + meanRounding[i] * meanRounding[j] + 4 * roundingUnit * abs(total))
    }
  }
}
