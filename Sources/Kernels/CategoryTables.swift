/// The log probabilities of categories, eight components in a row of memory: the log joint density of a row
/// is a sum of as many table rows as there are columns.
///
/// A cell is the number of its category, or NaN where it is missing: those add nothing. A row with any other
/// number has density 0.
public struct CategoryTables: Sendable {
  private let componentCount: Int
  /// K numbers, padded.
  private let logWeights: [Double]
  /// For each category of each column K numbers, padded.
  private let logProbabilities: [Double]
  private let columns: CategoryColumns

  /// - Parameters:
  ///   - logWeights: K numbers.
  ///   - logProbabilities: for each component those of all columns' categories.
  public init(_ columns: CategoryColumns, logWeights: [Double], logProbabilities: [Double]) {
    (self.columns, componentCount) = (columns, logWeights.count)
    let (total, size) = (columns.total, paddedCount(logWeights.count))
    self.logWeights = logWeights + [Double](repeating: 0, count: size - logWeights.count)
    var lanes = [Double](repeating: 0, count: total * size)
    for k in logWeights.indices {
      for i in 0..<total { lanes[i * size + k] = logProbabilities[k * total + i] }
    }
    self.logProbabilities = lanes
  }

  /// Writes log w_k + Σ_j log p_kj(x_nj), added in the order of the columns, to `joint[k * stride + n]`.
  public func writeLogJoint(
    of rows: UnsafePointer<Double>, count: Int, stride: Int,
    into joint: UnsafeMutablePointer<Double>
  ) {
    let (size, columnCount) = (logWeights.count, columns.firsts.count)
    logProbabilities.withUnsafeBufferPointer { table in
      columns.withRanges { firsts, counts in
        for first in Swift.stride(from: 0, to: size, by: 8) {
          let weights = logWeights.withUnsafeBufferPointer {
            Vector8(loading: $0.baseAddress! + first)
          }
          let lanes = table.baseAddress! + first
          let used = min(8, componentCount - first)
          for n in 0..<count {
            let row = rows + n * columnCount
            var sum = weights
            for j in 0..<columnCount {
              if row[j] >= 0 && row[j] < counts[j] {
                sum += Vector8(loading: lanes + (firsts[j] + Int(row[j])) * size)
              } else if !row[j].isNaN {
                sum = Vector8(repeating: -.infinity)
              }
            }
            let place = joint + first * stride + n
            for k in 0..<used { place[k * stride] = sum[k] }
          }
        }
      }
    }
  }
}

/// Where the categories of each column lie among those of all columns.
public struct CategoryColumns: Sendable, Equatable {
  /// Of each column the number of its first category.
  public let firsts: [Int]
  /// The number of categories of all columns.
  public let total: Int
  /// Of each column the number of its categories, as cells are compared with it.
  private let counts: [Double]

  /// - Parameter counts: of categories, of each column.
  public init(counts: [Int]) {
    var end = 0
    firsts = counts.map { count in
      defer { end += count }
      return end
    }
    total = end
    self.counts = counts.map(Double.init)
  }

  fileprivate func withRanges(
    _ body: (_ firsts: UnsafePointer<Int>, _ counts: UnsafePointer<Double>) -> Void
  ) {
    firsts.withUnsafeBufferPointer { firsts in
      counts.withUnsafeBufferPointer { counts in
        guard let first = firsts.baseAddress, let count = counts.baseAddress else { return }
        body(first, count)
      }
    }
  }

  /// The categories of a column.
  public func range(_ j: Int) -> Range<Int> {
    firsts[j]..<(j + 1 < firsts.count ? firsts[j + 1] : total)
  }

  /// Adds each row's weights to those of its categories, in the order of the rows. Other cells add nothing.
  ///
  /// - Parameters:
  ///   - weights: at `[k * stride + n]`.
  ///   - scratch: `count` × K, padded.
  ///   - sums: for each category of each column K numbers.
  public func addCounts(
    of rows: UnsafePointer<Double>, count: Int, weights: UnsafePointer<Double>, componentCount: Int,
    stride: Int, scratch: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    let size = paddedCount(componentCount)
    let (columnCount, end) = (firsts.count, total * componentCount)
    scratch.update(repeating: 0, count: count * size)
    for k in 0..<componentCount {
      for n in 0..<count { scratch[n * size + k] = weights[k * stride + n] }
    }
    withRanges { firsts, counts in
      for n in 0..<count {
        let row = rows + n * columnCount
        for first in Swift.stride(from: 0, to: size, by: 8) {
          let own = Vector8(loading: scratch + n * size + first)
          for j in 0..<columnCount where row[j] >= 0 && row[j] < counts[j] {
            let place = (firsts[j] + Int(row[j])) * componentCount + first
            if place + 8 <= end {
              // Beyond the last component zeros are added to what follows, which changes nothing.
              (Vector8(loading: sums + place) + own).store(to: sums + place)
            } else {
              for k in 0..<min(8, componentCount - first) { sums[place + k] += own[k] }
            }
          }
        }
      }
    }
  }
}
