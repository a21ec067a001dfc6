import MixtureModels

/// How a fit goes further than its EM iterations do, where these are slow.
public enum Acceleration: String, Sendable, CaseIterable {
  /// Not: every iteration starts from what the M-step before has given.
  case none
  /// By squared extrapolation.
  case squarem
  /// By that, and after each of its cycles by Anderson's mixing of the last four iterations.
  case anderson
}

/// Where a fit that is accelerated takes its next E-step: where the M-steps so far seem to lead.
///
/// In cycles of three: from x_0 EM leads to x_1 and x_2, and with r = x_1 - x_0, v = (x_2 - x_1) - r and
/// α = |r| / |v| squared extrapolation goes to x_0 + 2 α r + α² v, which is x_2 for α = 1; at most as far
/// as `longestStep`, which grows when it is reached and shrinks when the objective has fallen. What EM
/// makes of that begins the next cycle, or what Anderson's mixing of the last four pairs (x, F(x)) gives:
/// F(x_n) less the combination of differences of F that does the same to F(x) - x makes that smallest.
///
/// Where the objective is smaller than it was in the iteration before, an extrapolation does not count:
/// the E-step is taken again from what the M-step gave. So the objective never falls, and each
/// extrapolation that succeeds costs no E-step more.
///
/// Source: Varadhan and Roland, "Simple and globally convergent methods for accelerating the convergence
/// of any EM algorithm" (Scandinavian Journal of Statistics 35, 2008), scheme S3; Walker and Ni, "Anderson
/// acceleration for fixed-point iterations" (SIAM Journal on Numerical Analysis 49, 2011).
package struct Accelerator: Sendable, Equatable {
  /// After so many iterations it begins in a fit from an ordinary start: until then that chooses its maximum.
  package static let plainIterations = 10
  /// The same of a fit that begins near a maximum, where EM on fewer rows has led: as many as tell whether
  /// there is anything to accelerate.
  package static let plainIterationsNear = 4
  /// How many pairs are looked back upon, at most.
  private static let memory = 4
  /// Of more coordinates than these, 32 MiB for each vector, two pairs have to do, without Anderson's mixing.
  private static let mostMixed = 1 << 22
  /// The first iteration that is looked back upon.
  package static let firstIteration = plainIterations - memory + 1

  package let coordinates: ParameterCoordinates
  /// After so many iterations this one begins.
  package let plainIterations: Int
  private let usesAnderson: Bool
  /// The coordinates of the last E-steps' parameters, and of what their M-steps gave.
  private var pairs: [Pair] = []
  /// The E-steps of the cycle so far. The first cycle begins in the plain iterations.
  private var place = 2
  /// The largest α.
  private var longestStep = 4.0
  /// By what the squared lengths of EM's steps fell in the last cycles, the newest last.
  private var rates: [Double] = []
  /// How many cycles are to pass before Anderson's mixing is tried again, and if that fails once more.
  private var (pause, nextPause) = (0, 2)

  private struct Pair: Equatable {
    let point: [Double]
    let image: [Double]
  }

  /// An extrapolation.
  package struct Proposal {
    package let values: [Double]
    fileprivate let isLongest: Bool
  }

  package init(
    _ acceleration: Acceleration, _ coordinates: ParameterCoordinates,
    plainIterations: Int = Self.plainIterations
  ) {
    (self.coordinates, self.plainIterations) = (coordinates, plainIterations)
    usesAnderson = acceleration == .anderson && coordinates.count <= Self.mostMixed
  }

  /// An E-step counts that was taken at `point`, and whose M-step gave `image`.
  package mutating func add(_ point: [Double], _ image: [Double], iteration: Int) {
    pairs = pairs.suffix(usesAnderson ? Self.memory - 1 : 1) + [Pair(point: point, image: image)]
    if iteration > plainIterations {
      if place == 3 { pause = max(pause - 1, 0) }
      place = place % 3 + 1
    }
    if iteration >= plainIterations, place == 2, let (step, next) = lastSteps {
      let rate = Self.dot(next, next) / Self.dot(step, step)
      rates = rates.suffix(3) + [rate.isFinite ? rate : 0]
    }
  }

  /// How gains fall: the last step of EM's own that follows another one ends at place 2.
  package var cycles: RemainingGain.Cycles { .init(rates: rates, age: (place + 1) % 3) }

  /// Of the last two pairs, the second of which begins where the first ended.
  private var lastSteps: (step: [Double], next: [Double])? {
    guard let last = pairs.last, pairs.count >= 2 else { return nil }
    return (
      Self.difference(last.point, pairs[pairs.count - 2].point),
      Self.difference(last.image, last.point)
    )
  }

  /// Where to take the next E-step, before which there were `iteration`; nil: where the M-step led.
  package func proposal(after iteration: Int) -> Proposal? {
    guard iteration >= plainIterations else { return nil }
    switch place {
    case 2: return extrapolation
    case 3: return usesAnderson && pause == 0 ? mixture : nil
    default: return nil
    }
  }

  /// A proposal counts.
  package mutating func accept(_ proposal: Proposal) {
    if place == 3 { nextPause = 2 } else if proposal.isLongest { longestStep *= 4 }
  }

  /// At a proposal the objective was smaller than before, or there was none.
  package mutating func reject() {
    if place == 3 {
      (pause, nextPause) = (nextPause, min(2 * nextPause, 64))
    } else {
      longestStep = max(2, longestStep / 4)
    }
  }

  // MARK: Extrapolation

  private var extrapolation: Proposal? {
    guard let (step, next) = lastSteps else { return nil }
    let (start, last) = (pairs[pairs.count - 2].point, pairs[pairs.count - 1].image)
    let turn = Self.difference(next, step)
    let length = Self.dot(turn, turn)
    guard length > 0 else { return nil }
    let wanted = (Self.dot(step, step) / length).squareRoot()
    guard wanted > 1 else { return nil }
    let alpha = min(wanted, longestStep)
    return proposal(
      zip(start.indices, last).map { i, last in
        let value = start[i] + alpha * (2 * step[i] + alpha * turn[i])
        return value.isFinite ? value : last
      }, isLongest: wanted >= longestStep)
  }

  /// Least squares by orthogonal directions, each difference once orthogonalized to the newer ones.
  private var mixture: Proposal? {
    guard let last = pairs.last else { return nil }
    var residual = Self.difference(last.image, last.point)
    var values = last.image
    var directions: [(residual: [Double], image: [Double])] = []
    for (older, newer) in zip(pairs, pairs.dropFirst()).reversed() {
      var image = Self.difference(newer.image, older.image)
      var change = Self.difference(image, Self.difference(newer.point, older.point))
      let before = Self.dot(change, change)
      for direction in directions {
        let share =
          Self.dot(change, direction.residual)
          / Self.dot(direction.residual, direction.residual)
        Self.subtract(share, direction.residual, from: &change)
        Self.subtract(share, direction.image, from: &image)
      }
      // What is left of it may be rounding.
      guard Self.dot(change, change) > 0x1p-40 * before else { continue }
      directions.append((change, image))
    }
    if directions.isEmpty { return nil }
    for direction in directions {
      let share =
        Self.dot(residual, direction.residual) / Self.dot(direction.residual, direction.residual)
      Self.subtract(share, direction.residual, from: &residual)
      Self.subtract(share, direction.image, from: &values)
    }
    return proposal(values, isLongest: false)
  }

  /// Nil of what lies so far off that rows might have no density there.
  private func proposal(_ values: [Double], isLongest: Bool) -> Proposal? {
    guard let last = pairs.last?.image,
      zip(values, last).allSatisfy({ !(abs($0 - $1) > Self.farthest) })
    else { return nil }
    return Proposal(values: values, isLongest: isLongest)
  }

  /// In standard deviations and factors of e.
  private static let farthest = 32.0

  /// ParameterCoordinates that are not finite have no part in directions.
  private static func difference(_ a: [Double], _ b: [Double]) -> [Double] {
    zip(a, b).map { a, b in
      let difference = a - b
      return difference.isFinite ? difference : 0
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }

  private static func subtract(_ share: Double, _ a: [Double], from b: inout [Double]) {
    for i in a.indices { b[i] -= share * a[i] }
  }
}

// MARK: Checkpoints

extension Accelerator {
  /// All that it is made of, but for the layout of the parameters.
  package var numbers: [Double] {
    [usesAnderson ? 1 : 0, Double(place), longestStep, Double(pause), Double(nextPause)]
      + [Double(pairs.count), Double(rates.count), Double(plainIterations)]
      + rates + coordinates.numbers
      + pairs.flatMap { $0.point + $0.image }
  }

  /// Nil if `numbers` are not those of a model with this layout.
  package init?(_ numbers: [Double], layout: ParameterLayout) {
    guard numbers.count >= 8, let count = Int(exactly: numbers[5]),
      (0...Self.memory).contains(count),
      let rateCount = Int(exactly: numbers[6]), (0...4).contains(rateCount),
      let place = Int(exactly: numbers[1]), let pause = Int(exactly: numbers[3]),
      let nextPause = Int(exactly: numbers[4]), let plain = Int(exactly: numbers[7])
    else { return nil }
    let size = ParameterCoordinates.count(layout)
    guard numbers.count >= 8 + rateCount + 2 * count * size else { return nil }
    let scales = Array(numbers.dropFirst(8 + rateCount).dropLast(2 * count * size))
    guard
      let coordinates = ParameterCoordinates(of: layout, numbers: scales)
    else { return nil }
    self.init(numbers[0] == 1 ? .anderson : .squarem, coordinates, plainIterations: plain)
    rates = Array(numbers[8..<8 + rateCount])
    (self.place, longestStep, self.pause, self.nextPause) = (place, numbers[2], pause, nextPause)
    let vectors = numbers.suffix(2 * count * size)
    pairs = (0..<count).map { i in
      let start = vectors.startIndex + 2 * i * size
      return Pair(
        point: Array(vectors[start..<start + size]),
        image: Array(vectors[start + size..<start + 2 * size]))
    }
  }
}
