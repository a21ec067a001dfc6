import Kernels
import MixtureModels

/// Which candidate for a seed is nearest to each of this rank's rows, and how far it is.
///
/// Held for all rows where there is memory for it, so that only new candidates need be looked at;
/// else found anew, by the same operations, for each block.
///
/// Unchecked: a thread writes those of its own block only, and passes do not overlap.
final class NearestCandidates: @unchecked Sendable {
  /// The bytes that are held for a row: a squared distance and a number.
  static let rowBytes = 8

  /// Nil if nothing is held.
  private let held: Nearest?
  /// Where the permit to hold it comes from.
  private let permits: Permits
  /// Where a block's rows are held, by the number of the first.
  private let places: [Int: Int]
  /// A power of two that brings the largest squared distance to about 2^100, or as near as one can,
  /// so that float32 holds distances down to 2^-100 of it, and those of data in any units.
  private let scale: Double

  /// - Parameter transform: how rows are seen; nil: as they are.
  init(_ data: DataSet, _ transform: ColumnTransform?) {
    var rows = 0
    var places: [Int: Int] = [:]
    for block in data.blocks {
      places[block.firstRow] = rows
      rows += block.rows.count
    }
    self.places = places
    permits = data.heldDistances
    held = permits.take() ? Nearest(allocating: rows) : nil
    held?.reset(rows)
    let identity = [Double](repeating: 1, count: data.columnCount)
    let diameter = (transform ?? ColumnTransform(origin: identity, units: identity))
      .squaredDiameter(data.ranges)
    let exponent = diameter > 0 ? min(100 - diameter.exponent, 1023) : 0
    scale = Double(sign: .plus, exponent: exponent, significand: 1)
  }

  deinit {
    guard let held else { return }
    held.deallocate()
    permits.giveBack()
  }

  /// The nearest candidates of a block's rows, until the workspace is used again. To be called once
  /// in every pass.
  func nearest(
    to block: RowBlock, of candidates: SeedCandidates, workspace: Workspace
  ) -> Nearest {
    if let held {
      let nearest = held.advanced(by: places[block.firstRow]!)
      if let newest = candidates.rounds.last { consider(newest, block, workspace, nearest) }
      return nearest
    }
    let nearest = Nearest(in: workspace.second, count: block.count)
    nearest.reset(block.count)
    for round in candidates.rounds { consider(round, block, workspace, nearest) }
    return nearest
  }

  private func consider(
    _ round: SeedCandidates.Round, _ block: RowBlock, _ workspace: Workspace, _ nearest: Nearest
  ) {
    guard !round.rows.isEmpty else { return }
    var start = 0
    KMeans(round.rows, columns: block.columnCount).forEachTile(of: block, workspace: workspace) {
      tile, labels, distances in
      for n in 0..<tile.count {
        let distance = Float(distances[n] * scale)
        guard distance < nearest.squaredDistances[start + n] else { continue }
        nearest.squaredDistances[start + n] = distance
        nearest.numbers[start + n] = UInt32(round.firstNumber + Int(labels[n]))
      }
      start += tile.count
    }
  }
}

/// Of consecutive rows the squared distances to their nearest candidates, in units of their own, and
/// the numbers of these.
struct Nearest {
  let squaredDistances: UnsafeMutablePointer<Float>
  let numbers: UnsafeMutablePointer<UInt32>

  fileprivate init(allocating count: Int) {
    squaredDistances = .allocate(capacity: count)
    numbers = .allocate(capacity: count)
  }

  /// In memory of the workspace.
  fileprivate init(in workspace: Workspace, count: Int) {
    let memory = UnsafeMutableRawPointer(workspace.reserve(count))
    squaredDistances = memory.bindMemory(to: Float.self, capacity: count)
    numbers = (memory + 4 * count).bindMemory(to: UInt32.self, capacity: count)
  }

  private init(
    _ squaredDistances: UnsafeMutablePointer<Float>, _ numbers: UnsafeMutablePointer<UInt32>
  ) {
    (self.squaredDistances, self.numbers) = (squaredDistances, numbers)
  }

  fileprivate func advanced(by rows: Int) -> Nearest {
    Nearest(squaredDistances + rows, numbers + rows)
  }

  /// No candidate yet.
  fileprivate func reset(_ count: Int) {
    squaredDistances.initialize(repeating: .infinity, count: count)
    numbers.initialize(repeating: 0, count: count)
  }

  fileprivate func deallocate() {
    squaredDistances.deallocate()
    numbers.deallocate()
  }
}
