import Kernels
import MixtureModels

/// The choice of K seeds among candidates by greedy k-means++.
///
/// The first seed is drawn by mass, each next one by mass and squared distance to the nearest chosen
/// so far; of 2 + floor(ln K) that are drawn the one is taken that leaves the smallest sum of masses
/// times squared distances. Where all candidates are copies of chosen ones, by mass.
///
/// K steps of O(C D log K) operations for C candidates, which threads share, and ranks where that
/// pays. Parts of a fixed size have sums of their own, added in order: the choice is the same
/// whoever computes which.
///
/// Source: Arthur & Vassilvitskii, "k-means++: The Advantages of Careful Seeding" (SODA 2007),
/// with the greedy choice of its section 5, among as many as scikit-learn takes.
///
/// Unchecked: whoever computes a part writes the distances of its candidates only, and steps do not
/// overlap.
package final class SeedChoice: @unchecked Sendable {
  /// A number in (0, 1) for a candidate and a step.
  package typealias Uniform = @Sendable (_ candidate: Int, _ step: Int) -> Double

  private let candidates: SeedCandidates
  /// The candidates with padding, whose mass is 0: a multiple of 32.
  private let stride: Int
  /// How many are drawn in a step, from the second on.
  private let trialCount: Int
  private let parts: WorkSharing.Parts
  /// The candidates transposed (`transposeTile`).
  private let columns: UnsafeMutablePointer<Double>
  /// The weight of the rows that each candidate stands for.
  private let masses: UnsafeMutablePointer<Double>
  /// The squared distance of each candidate to the nearest seed but the last; in the parts that this
  /// rank computes.
  private let distances: UnsafeMutablePointer<Double>
  /// For each that is drawn in a step, the squared distances of all candidates to it; likewise.
  private let trialDistances: UnsafeMutablePointer<Double>

  package init(_ candidates: SeedCandidates, masses: [Double], seedCount: Int) {
    let (count, columnCount) = (candidates.count, candidates.columnCount)
    self.candidates = candidates
    stride = (count + 31) & ~31
    trialCount = 2 + Int(Portable.log(Double(seedCount)))
    // Half of a step's: ranks that share it out exchange parts twice a step, and each is to pay.
    parts = WorkSharing.Parts(
      count: (stride + Self.partSize - 1) / Self.partSize,
      operations: Double(
        Self.partSize / 2 * (Self.drawOperations + trialCount * (3 * columnCount + 3))),
      numberCount: 2 * trialCount)
    columns = .allocate(capacity: stride * columnCount)
    transposeTile(
      candidates.rows, count: count, columnCount: columnCount, stride: stride, into: columns)
    self.masses = .allocate(capacity: stride)
    self.masses.initialize(repeating: 0, count: stride)
    self.masses.update(from: masses, count: count)
    distances = .allocate(capacity: stride)
    // Not infinity, which a mass of 0 would make NaN.
    distances.initialize(repeating: .greatestFiniteMagnitude, count: stride)
    trialDistances = .allocate(capacity: trialCount * stride)
    trialDistances.initialize(repeating: 0, count: trialCount * stride)
  }

  deinit {
    for numbers in [columns, masses, distances, trialDistances] { numbers.deallocate() }
  }

  /// Candidates of a part, a multiple of 32: enough for 10 microseconds.
  private static let partSize = 512
  /// How many floating-point operations take as long as drawing a candidate's random number: 24 ns, at
  /// 10 GFLOP/s.
  private static let drawOperations = 240

  /// Collective where `sharing` is. The numbers of `seedCount` candidates, as in `init`, in the order
  /// in which they are chosen. To be called once.
  package func chosen(
    _ seedCount: Int, sharing: WorkSharing, uniform: @escaping Uniform
  ) throws -> [Int] {
    var seeds: [Int] = []
    var best: Int?
    for step in 0..<seedCount {
      let draw = Draw(
        limit: step == 0 ? 1 : trialCount, newest: best, step: step, uniform: uniform)
      var trials = step == 0 ? [] : try drawn(draw, by: distances, sharing)
      if trials.isEmpty { trials = try drawn(draw, by: nil, sharing) }
      let potentials = try potentials(of: trials, sharing)
      best = potentials.indices.min { potentials[$0] < potentials[$1] }!
      seeds.append(trials[best!])
    }
    return seeds
  }

  /// What is drawn in a step.
  private struct Draw: Sendable {
    let limit: Int
    /// Which of the trials of the step before became a seed.
    let newest: Int?
    let step: Int
    let uniform: Uniform
  }

  /// The candidates whose exponential waiting times are the shortest, in order; of equal ones the
  /// first. Takes the newest seed into the distances.
  ///
  /// - Parameter distances: what the masses are multiplied by to give the rates of the times.
  private func drawn(
    _ draw: Draw, by distances: UnsafeMutablePointer<Double>?, _ sharing: WorkSharing
  ) throws -> [Int] {
    nonisolated(unsafe) let distances = distances
    let times = try sharing.numbers(of: parts) { [self] part in
      let range = range(part)
      if let newest = draw.newest {
        keepNearer(
          self.distances + range.lowerBound,
          trialDistances + newest * stride + range.lowerBound, count: range.count)
      }
      var shortest = ShortestTimes(limit: draw.limit)
      for n in range {
        let rate = masses[n] * (distances?[n] ?? 1)
        if rate > 0 { shortest.enter(n, rate: rate, uniform: draw.uniform(n, draw.step)) }
      }
      return shortest.encoded(count: parts.numberCount)
    }
    return times.reduce(into: ShortestTimes(limit: draw.limit)) { $0.merge(encoded: $1) }.numbers
  }

  /// For each of the candidates of `trials`, the sum of masses times squared distances that it would
  /// leave as a seed. Keeps the distances to it.
  private func potentials(of trials: [Int], _ sharing: WorkSharing) throws -> [Double] {
    let columnCount = candidates.columnCount
    let centers = trials.flatMap { candidates.row($0) }
    let zeros = [Double](repeating: 0, count: trials.count)
    let sums = try sharing.numbers(of: parts) { [self] part in
      let range = range(part)
      let target = trialDistances + range.lowerBound
      squaredDistances(
        columns + range.lowerBound * columnCount, columnCount: columnCount, stride: range.count,
        centers: centers, centerCount: trials.count, zeros: zeros, into: target,
        distanceStride: stride)
      var sums = [Double](repeating: 0, count: parts.numberCount)
      for trial in trials.indices {
        sums[trial] = sumOfNearer(
          distances + range.lowerBound, target + trial * stride,
          weights: masses + range.lowerBound, count: range.count)
      }
      return sums
    }
    return trials.indices.map { trial in sums.reduce(0) { $0 + $1[trial] } }
  }

  /// The candidates of a part.
  private func range(_ part: Int) -> Range<Int> {
    part * Self.partSize..<min((part + 1) * Self.partSize, stride)
  }
}

/// The candidates with the shortest waiting times, in order; of equal ones the first.
private struct ShortestTimes {
  private let limit: Int
  private var entries: [(time: Double, number: Int)] = []

  init(limit: Int) { self.limit = limit }

  var numbers: [Int] { entries.map(\.number) }

  /// Enters an exponential waiting time, made of a uniform number.
  mutating func enter(_ number: Int, rate: Double, uniform: Double) {
    // -log u >= 1 - u: most candidates need no logarithm. 0.99 is for the roundings.
    if entries.count == limit, 0.99 * (1 - uniform) > entries[limit - 1].time * rate { return }
    enter((-Portable.log(uniform) / rate, number))
  }

  private mutating func enter(_ entry: (time: Double, number: Int)) {
    let place = entries.firstIndex { entry < $0 } ?? entries.count
    guard place < limit else { return }
    entries.insert(entry, at: place)
    if entries.count > limit { entries.removeLast() }
  }

  /// Times and numbers, in pairs; -1 for no number.
  func encoded(count: Int) -> [Double] {
    var pairs = [Double](repeating: -1, count: count)
    for (n, entry) in entries.enumerated() {
      (pairs[2 * n], pairs[2 * n + 1]) = (entry.time, Double(entry.number))
    }
    return pairs
  }

  mutating func merge(encoded pairs: [Double]) {
    for n in stride(from: 0, to: pairs.count, by: 2) where pairs[n + 1] >= 0 {
      enter((pairs[n], Int(pairs[n + 1])))
    }
  }
}
