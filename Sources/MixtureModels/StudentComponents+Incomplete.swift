import Kernels

extension StudentComponents: ImputingComponents {
  /// Overwrites what was made of rows that lack columns by the densities and weights of what they show.
  func writeIncomplete(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    let densities = tile.scratch + squares.scratchCount
    let size = paddedCount(count)
    squares.forEachIncompleteRow(of: tile) { n, missing, logDeterminants, distances in
      tails[squares.columnCount - missing].write(
        squares: distances, logDeterminants: logDeterminants, densities: densities,
        weights: densities + size, logTerms: densities + 2 * size)
      for k in 0..<count {
        logJoint[k * tileStride + n] = densities[k]
        tile.kept[k * tileStride + n] = densities[size + k]
        logTerms(tile, k)?[n] = densities[2 * size + k]
      }
    }
  }

  /// Given what a row shows, its precision has a Gamma((ν + o)/2, (ν + δ)/2) distribution.
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) {
    squares.impute(tile, responsibilities: responsibilities, random: random, into: rows) { row in
      let nu = degreesOfFreedom[row.component]
      let half = (nu + Double(row.observed)) / 2
      let gamma = row.random.gamma(shape: half, from: 1 + squares.columnCount)
      return ((nu + row.square) / 2 / gamma).squareRoot()
    }
  }
}
