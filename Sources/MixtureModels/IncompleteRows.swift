import Kernels

extension Tile {
  /// The rows, with NaN in missing cells.
  var rowsAsTheyAre: RowBlock { incomplete?.rows ?? rows }
}

/// The rows of a tile that lack some of their columns.
public final class IncompleteRows {
  /// All rows of the tile as they are, missing cells being NaN.
  let rows: RowBlock
  /// The numbers of those that lack columns, within the tile: rows that lack the same ones together, each
  /// such pattern in the order of the rows. Found when first asked for: families of independent columns do
  /// without.
  private(set) lazy var patterns = findPatterns()

  /// Nil if no row lacks any.
  init?(_ rows: RowBlock) {
    guard holdsNaN(rows.rows, count: rows.count * rows.columnCount) else { return nil }
    self.rows = rows
  }

  /// The numbers of those that lack columns, in order.
  var numbers: [Int] { (0..<rows.count).filter { holdsNaN(row($0), count: rows.columnCount) } }

  private func findPatterns() -> [[Int]] {
    let incomplete = numbers
    var keys = [[UInt64]](repeating: [], count: rows.count)
    for n in incomplete { keys[n] = IncompleteRows.key(of: n, in: rows) }
    let numbers = incomplete.sorted {
      keys[$0] == keys[$1] ? $0 < $1 : keys[$0].lexicographicallyPrecedes(keys[$1])
    }
    return numbers.reduce(into: []) { patterns, n in
      if let last = patterns.last, keys[last[0]] == keys[n] {
        patterns[patterns.count - 1].append(n)
      } else {
        patterns.append([n])
      }
    }
  }

  /// The missing columns of a row as bits.
  private static func key(of n: Int, in rows: RowBlock) -> [UInt64] {
    let values = rows.rows + n * rows.columnCount
    return stride(from: 0, to: rows.columnCount, by: 64).map { start in
      (start..<min(start + 64, rows.columnCount)).reduce(0) {
        $0 | (values[$1].isNaN ? 1 << UInt64($1 - start) : 0)
      }
    }
  }

  func row(_ n: Int) -> UnsafePointer<Double> { rows.rows + n * rows.columnCount }

  /// Writes the rows with the missing cells filled.
  ///
  /// - Parameter fill: D values.
  func writeFilled(_ fill: [Double], into filled: UnsafeMutablePointer<Double>) {
    let d = rows.columnCount
    filled.update(from: rows.rows, count: rows.count * d)
    for n in 0..<rows.count {
      for j in 0..<d where filled[n * d + j].isNaN { filled[n * d + j] = fill[j] }
    }
  }
}
