import Kernels

/// Rows from which the seeds of a fit are chosen; the same on every rank.
struct SeedCandidates {
  let columnCount: Int
  /// Row-major, in the order they were drawn.
  private var rows: [Double] = []
  /// Those drawn together, in the order of the draws.
  private(set) var rounds: [Round] = []
  private var different: Set<[Double]> = []

  struct Round {
    /// The number of the first of them.
    let firstNumber: Int
    /// Row-major.
    let rows: [Double]
  }

  init(columnCount: Int) { self.columnCount = columnCount }

  var count: Int { rows.count / columnCount }
  /// How many of them are no copies of others.
  var differentCount: Int { different.count }

  mutating func add(_ drawn: [[Double]]) {
    rounds.append(Round(firstNumber: count, rows: drawn.flatMap { $0 }))
    rows += rounds.last!.rows
    different.formUnion(drawn)
  }

  /// K of the candidates, K × D row-major, as k-means++ chooses them.
  ///
  /// The first is drawn by mass, each next one by mass and squared distance to the nearest chosen so
  /// far; of 2 + floor(ln K) that are drawn the one is taken that leaves the smallest sum of squared
  /// distances. Where all are copies of chosen ones, by mass.
  ///
  /// Source: Arthur & Vassilvitskii, "k-means++: The Advantages of Careful Seeding" (SODA 2007),
  /// with the greedy choice of its section 5, among as many as scikit-learn takes.
  /// - Parameters:
  ///   - masses: the weight of the rows that each candidate stands for.
  ///   - uniform: a number in (0, 1) for a candidate and a step.
  func chosen(
    _ seedCount: Int, masses: [Double], uniform: (_ candidate: Int, _ step: Int) -> Double
  ) -> [Double] {
    let trialCount = 2 + Int(log(Double(seedCount)))
    let columns = columns
    var distances = [Double](repeating: .infinity, count: count)
    var seeds: [Double] = []
    for step in 0..<seedCount {
      let probabilities = step == 0 ? masses : masses.indices.map { masses[$0] * distances[$0] }
      let usable = probabilities.contains { $0 > 0 } ? probabilities : masses
      let trials = drawn(step == 0 ? 1 : trialCount, by: usable) { uniform($0, step) }.map {
        trial in
        (trial, distances: zip(distances, squaredDistances(columns, to: trial)).map(min))
      }
      let best = trials.min { potential($0.distances, masses) < potential($1.distances, masses) }!
      distances = best.distances
      seeds += row(best.0)
    }
    return seeds
  }

  /// The candidates whose exponential waiting times at these rates are the shortest, in order.
  private func drawn(
    _ limit: Int, by rates: [Double], uniform: (_ candidate: Int) -> Double
  ) -> [Int] {
    let times = rates.indices.filter { rates[$0] > 0 }.map { (-log(uniform($0)) / rates[$0], $0) }
    return times.sorted(by: <).prefix(limit).map(\.1)
  }

  private func potential(_ distances: [Double], _ masses: [Double]) -> Double {
    zip(distances, masses).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func row(_ number: Int) -> ArraySlice<Double> {
    rows[number * columnCount..<(number + 1) * columnCount]
  }

  /// The candidates transposed, padded to what the kernel takes.
  private var columns: [Double] {
    let stride = (count + 31) & ~31
    return [Double](unsafeUninitializedCapacity: columnCount * stride) { columns, size in
      transposeTile(
        rows, count: count, columnCount: columnCount, stride: stride, into: columns.baseAddress!)
      size = columnCount * stride
    }
  }

  /// Of every candidate to one of them, and of the padding.
  private func squaredDistances(_ columns: [Double], to number: Int) -> [Double] {
    let stride = columns.count / columnCount
    let center = Array(row(number))
    return [Double](unsafeUninitializedCapacity: stride) { distances, size in
      Kernels.squaredDistances(
        columns, columnCount: columnCount, stride: stride, to: center,
        into: distances.baseAddress!)
      size = stride
    }
  }
}
