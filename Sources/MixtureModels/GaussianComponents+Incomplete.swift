import Kernels

extension GaussianComponents {
  /// Where `ConditionalColumns` works, behind the memory for complete rows: a pattern's, and two numbers of
  /// each component.
  var incompleteScratchCount: Int {
    conditional.map { $0.patternCount + 2 * paddedCount(count) } ?? 0
  }

  /// Overwrites the log joint densities of rows that lack columns by those of what they show.
  func writeIncomplete(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    forEachIncompleteRow(of: tile) { n, missing, logDeterminants, squares in
      for k in 0..<count {
        logJoint[k * tileStride + n] =
          logScales[k] + 0.5 * (Double(missing) * logTwoPi - logDeterminants[k]) - 0.5 * squares[k]
      }
    }
  }

  /// Calls `body` with each row of a tile that lacks columns: its number, that of its missing columns, and
  /// of all components by how much the log determinant of the covariance is more without these, and the
  /// squared distance of what is there.
  @inline(__always)
  func forEachIncompleteRow(
    of tile: Tile,
    _ body: (
      _ n: Int, _ missing: Int, _ logDeterminants: UnsafePointer<Double>,
      _ squares: UnsafePointer<Double>
    ) -> Void
  ) {
    guard let conditional, let incomplete = tile.incomplete else { return }
    let logDeterminants = tile.scratch + completeScratchCount
    let squares = logDeterminants + paddedCount(count)
    for rows in incomplete.patterns {
      let pattern = conditional.pattern(
        of: incomplete.row(rows[0]), memory: squares + paddedCount(count),
        logDeterminants: logDeterminants)
      for n in rows {
        conditional.writeSquares(of: incomplete.row(n), pattern, into: squares)
        body(n, pattern.missing.count, logDeterminants, squares)
      }
    }
  }
}
