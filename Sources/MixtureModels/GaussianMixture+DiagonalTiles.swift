import Kernels

/// Diagonal and spherical moments of all components a few rows at a time, where that is the faster way
/// (`KernelTable.diagonalRows`).
extension GaussianMixture {
  /// How many rows at a time all components look at; nil: one component after the other.
  private var rowsAtATime: Int? {
    switch covarianceType {
    case .full, .tied: nil
    case .diag, .spherical: KernelTable.diagonalRows(columnCount: columnCount)
    }
  }

  /// The numbers of the sums of all components.
  var diagonalSumsCount: Int {
    rowsAtATime == nil ? 0 : 2 * componentCount * paddedCount(columnCount)
  }

  /// Adds the moments of those components that half of the rows or more have a share of.
  ///
  /// - Parameters:
  ///   - blocks: the tile's rows in blocks.
  ///   - sums: room for `diagonalSumsCount` numbers.
  /// - Returns: the components whose moments were not added.
  func addTogether(
    blocks: UnsafePointer<Double>, count: Int, _ responsibilities: UnsafePointer<Double>,
    _ expectation: Expectation, sums: UnsafeMutablePointer<Double>,
    _ statistics: UnsafeMutablePointer<Double>
  ) -> [Int] {
    guard let rowsAtATime else { return Array(0..<componentCount) }
    var components = Array(0..<componentCount)
    let middle = components.partition {
      KernelTable.leavesOutRows(
        columnCount: columnCount, count: count,
        zeros: countZeros(responsibilities + $0 * tileStride, count: count))
    }
    let together = Array(components[..<middle])
    expectation.withCenter(0) {
      writeDiagonalMoments(
        blocks, count: count, columnCount: columnCount, stride: tileRows,
        responsibilities: responsibilities, responsibilityStride: tileStride,
        components: together, means: $0, rowsAtATime: rowsAtATime, into: sums)
    }
    for k in together { addDiagonalSums(sums, k, to: statistics) }
    return Array(components[middle...])
  }

  private func addDiagonalSums(
    _ sums: UnsafePointer<Double>, _ k: Int, to statistics: UnsafeMutablePointer<Double>
  ) {
    let width = paddedCount(columnCount)
    let own = sums + 2 * k * width
    let first = statistics + firstMomentsStart + k * columnCount
    let moments = statistics + momentsStart(k)
    for j in 0..<columnCount { first[j] += own[j] }
    if covarianceType == .spherical {
      moments.pointee += sum(own + width)
    } else {
      for j in 0..<columnCount { moments[j] += own[width + j] }
    }
  }
}
