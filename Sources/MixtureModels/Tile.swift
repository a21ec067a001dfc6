import Kernels

/// The rows of one tile: a multiple of every vector width, and enough that what kernels do once a
/// tile, such as adding up lanes, costs little.
public let tileRows = 256

/// The numbers of a tile from one component to the next: not 256, since numbers of all components
/// for one row, 2 KiB apart, would fall into the same two sets of the first-level cache.
public let tileStride = tileRows + 8

/// At most `tileRows` consecutive rows of a block, and memory for what is made of them: so that what has
/// the size rows × K stays in the cache and never outlives its block.
///
/// The pointers are valid only inside the call that receives the tile.
public struct Tile {
  /// The rows, missing cells filled with some value of the column.
  public let rows: RowBlock
  /// Those that lack columns; nil if none does, or if nobody wants to know.
  public let incomplete: IncompleteRows?
  /// The rows transposed: D columns of `stride` numbers each, undefined beyond the rows.
  public let columns: UnsafeMutablePointer<Double>
  /// The numbers from one column to the next: the rows, rounded up to a multiple of 32.
  public let stride: Int
  /// Memory that whoever is called may write to, as much as its `scratchCount`.
  public let scratch: UnsafeMutablePointer<Double>
  /// What components leave for moments: `keptCount` numbers.
  public let kept: UnsafeMutablePointer<Double>

  /// The number of rows.
  public var count: Int { rows.count }
}

/// How much memory the parts of a pass need for one tile.
package struct TileMemory: Sendable {
  /// The rows of a tile, a multiple of 32.
  var rowCount = tileRows
  /// The rows of a matrix of `tileStride` numbers each.
  let componentCount: Int
  let scratchCount: Int
  let keptCount: Int
  /// What stands in missing cells, D values; nil where there are none.
  let fill: [Double]?

  /// Of a pass that looks at each row once: tiles of `rowCount` rows, and scratch memory.
  package init(rowCount: Int, scratchCount: Int, fill: [Double]? = nil) {
    self.init(componentCount: 0, scratchCount: scratchCount, keptCount: 0, fill: fill)
    self.rowCount = rowCount
  }

  /// Of an E-step by `components`.
  ///
  /// - Parameter scratchCount: what is needed after them, in the same place.
  init(for components: some Components, scratchCount: Int = 0) {
    self.init(
      componentCount: components.count,
      scratchCount: max(components.scratchCount, scratchCount),
      keptCount: components.keptCount, fill: components.fill)
  }

  init(componentCount: Int, scratchCount: Int, keptCount: Int, fill: [Double]?) {
    self.componentCount = componentCount
    self.scratchCount = scratchCount
    self.keptCount = keptCount
    self.fill = fill
  }

  /// Calls `body` with every tile of `block`, in row order, and memory for K × `tileStride` numbers.
  @inline(__always)
  package func forEachTile(
    of block: RowBlock, workspace: Workspace,
    _ body: (Tile, UnsafeMutablePointer<Double>) throws -> Void
  ) rethrows {
    let joint = workspace.reserve(count(columns: block.columnCount))
    for start in stride(from: 0, to: block.count, by: rowCount) {
      let rows = block.slice(from: start, count: min(rowCount, block.count - start))
      try body(tile(of: rows, in: joint), joint)
    }
  }

  /// How many numbers the memory of a tile has.
  func count(columns: Int) -> Int {
    componentCount * tileStride + columns * rowCount * (fill == nil ? 1 : 2) + scratchCount
      + keptCount
  }

  /// At most `rowCount` rows as a tile in `joint`, `count(columns:)` numbers, of which those of the log joint
  /// densities come first.
  @inline(__always)
  func tile(of block: RowBlock, in joint: UnsafeMutablePointer<Double>) -> Tile {
    let columns = joint + componentCount * tileStride
    let scratch = columns + block.columnCount * rowCount
    let filled = scratch + scratchCount + keptCount
    var rows = block
    var incomplete: IncompleteRows?
    if let fill {
      incomplete = IncompleteRows(rows)
      incomplete?.writeFilled(fill, into: filled)
      if incomplete != nil { rows = rows.replacing(rows: filled) }
    }
    let columnStride = (rows.count + 31) & ~31
    transposeTile(
      rows.rows, count: rows.count, columnCount: rows.columnCount, stride: columnStride,
      into: columns)
    return Tile(
      rows: rows, incomplete: incomplete, columns: columns, stride: columnStride,
      scratch: scratch, kept: scratch + scratchCount)
  }
}

extension RowBlock {
  /// The sum of the row weights, in row order.
  var weightSum: Double {
    guard let weights else { return Double(count) }
    return (0..<count).reduce(0) { $0 + weights[$1] }
  }
}
