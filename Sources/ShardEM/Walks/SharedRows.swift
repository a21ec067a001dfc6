import Rows
import Synchronization

/// The rows that some of a mixture's components have a part in, of every block of this rank, with that part
/// as their weight: what these components share among them when all others keep theirs.
final class SharedRows: Sendable {
  struct Part {
    /// Within the block, ascending.
    var numbers: [Int] = []
    var weights: [Double] = []
  }

  /// By how many rows of weight 1 the parts of all ranks add up, about.
  let rowCount: Int
  /// By the number of a block's first row.
  private let parts = Mutex<[Int: Part]>([:])

  init(rowCount: Int) { self.rowCount = rowCount }

  subscript(block: RowBlock) -> Part {
    get { parts.withLock { $0[block.firstRow] } ?? Part() }
    set { parts.withLock { $0[block.firstRow] = newValue } }
  }

  /// Parts of a row below this are left out: less than the rounding of single precision.
  static let least = 0x1p-24
}

/// A pass over such rows.
///
/// Their numbers among all rows, by which random numbers go, are those of as many rows of their block.
struct SharedRowsPass: Pass {
  let base: any Pass
  let rows: SharedRows
  var slots: Slots { base.slots }
  var takesMissing: Bool { base.takesMissing }

  func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) throws {
    let part = rows[block]
    let (count, d) = (part.numbers.count, block.columnCount)
    if count == 0 { return sums.update(repeating: 0, count: slots.count) }
    // Passes use the memory of a workspace, of its second one, and of that one's.
    let target = workspace.second.second.second.reserve(count * d)
    for (n, number) in part.numbers.enumerated() {
      (target + n * d).update(from: block.rows + number * d, count: d)
    }
    try part.weights.withUnsafeBufferPointer { weights in
      let shared = RowBlock(
        rows: target, weights: weights.baseAddress, count: count, columnCount: d,
        firstRow: block.firstRow)
      try base.write(shared, workspace: workspace, into: sums)
    }
  }
}
