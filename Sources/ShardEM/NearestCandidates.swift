import Kernels
import MixtureModels

/// Which candidate for a seed is nearest to each of this rank's rows, and how far it is: 8 bytes a
/// row.
///
/// Unchecked: a thread writes those of its own block only, and passes do not overlap.
final class NearestCandidates: @unchecked Sendable {
  private let squaredDistances: UnsafeMutableBufferPointer<Float>
  private let numbers: UnsafeMutableBufferPointer<UInt32>
  private let firstRow: Int
  /// A power of two that brings the largest squared distance to about 2^100, so that float32 holds
  /// distances down to 2^-100 of it, and those of data in any units.
  private let scale: Double

  init(_ data: DataSet) {
    let rows = data.blocks.reduce(0) { $0 + $1.rows.count }
    squaredDistances = .allocate(capacity: rows)
    squaredDistances.initialize(repeating: .infinity)
    numbers = .allocate(capacity: rows)
    numbers.initialize(repeating: 0)
    // A rank's blocks follow each other.
    firstRow = data.blocks.first?.firstRow ?? 0
    let diameter = (0..<data.columnCount).reduce(0) { sum, j in
      let width = data.ranges.maximum[j] - data.ranges.minimum[j]
      return sum + width * width
    }
    scale = diameter > 0 ? Double(sign: .plus, exponent: 100 - diameter.exponent, significand: 1) : 1
  }

  /// Takes the newest candidates into account.
  func consider(_ candidates: SeedCandidates, _ block: RowBlock, workspace: Workspace) {
    let newest = candidates.newest
    guard !newest.isEmpty else { return }
    let model = KMeans(
      componentCount: newest.count / block.columnCount, columnCount: block.columnCount,
      columnVariance: 1)
    let first = candidates.count - model.componentCount
    let (nearest, numbers) = (squaredDistances(of: block), numbers(of: block))
    var start = 0
    model.forEachTile(of: block, centers: newest, workspace: workspace) {
      tile, labels, distances in
      for n in 0..<tile.count {
        let distance = Float(distances[n] * scale)
        guard distance < nearest[start + n] else { continue }
        nearest[start + n] = distance
        numbers[start + n] = UInt32(first + labels[n])
      }
      start += tile.count
    }
  }

  /// In units of their own.
  func squaredDistances(of block: RowBlock) -> UnsafeMutablePointer<Float> {
    squaredDistances.baseAddress! + (block.firstRow - firstRow)
  }

  func numbers(of block: RowBlock) -> UnsafeMutablePointer<UInt32> {
    numbers.baseAddress! + (block.firstRow - firstRow)
  }

  deinit {
    squaredDistances.deallocate()
    numbers.deallocate()
  }
}
