import Kernels

/// Components that know what to expect of the columns that a row lacks.
public protocol ImputingComponents: Components {
  /// Writes the missing cells of a tile's incomplete rows: what is to be expected there, Σ_k r_k E_k[x]; or
  /// a draw from the distribution of the row, given what it shows.
  ///
  /// - Parameters:
  ///   - responsibilities: r_nk at `[k * tileStride + n]`.
  ///   - random: the random numbers of the tile's row n; nil for expectations.
  ///   - rows: the tile's rows, row-major.
  func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>)
}

extension Components {
  /// Writes missing cells where columns are independent of each other within a component, one by one.
  ///
  /// - Parameters:
  ///   - tile, responsibilities, random, rows: as of `ImputingComponents.impute`.
  ///   - cell: what is written in column j: by the row's K responsibilities, or drawn from a component.
  func imputeCells(
    of tile: Tile, _ responsibilities: UnsafePointer<Double>,
    _ random: ((_ n: Int) -> RandomRow)?, into rows: UnsafeMutablePointer<Double>,
    cell: (_ j: Int, _ own: [Double], _ drawn: (component: Int, random: RandomRow)?) -> Double
  ) {
    guard let incomplete = tile.incomplete else { return }
    let columnCount = tile.rows.columnCount
    for n in incomplete.patterns.joined() {
      let row = incomplete.row(n)
      let own = (0..<count).map { responsibilities[$0 * tileStride + n] }
      let drawn = random.map { $0(n) }.map { (component: $0.choice(own, 0), random: $0) }
      for j in 0..<columnCount where row[j].isNaN {
        rows[n * columnCount + j] = cell(j, own, drawn)
      }
    }
  }
}

extension GaussianComponents: ImputingComponents {
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) {
    impute(tile, responsibilities: responsibilities, random: random, into: rows) { _ in 1 }
  }

  /// A row whose cells are drawn.
  struct DrawnRow {
    let random: RandomRow
    let component: Int
    /// How many columns are there, and their squared distance from the component.
    let observed: Int
    let square: Double
  }

  /// - Parameter scale: by which the deviation of a draw from its expectation is multiplied.
  func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>, scale: (DrawnRow) -> Double
  ) {
    guard let conditional, let incomplete = tile.incomplete else { return }
    let size = paddedCount(count)
    let own = tile.scratch + completeScratchCount
    own.update(repeating: 0, count: size)
    for numbers in incomplete.patterns {
      let pattern = conditional.pattern(
        of: incomplete.row(numbers[0]), memory: own + 2 * size, logDeterminants: own + size)
      for n in numbers {
        let (row, values) = (incomplete.row(n), rows + n * columnCount)
        for k in 0..<count { own[k] = responsibilities[k * tileStride + n] }
        guard let random = random?(n) else {
          for j in pattern.missing { values[j] = 0 }
          conditional.addExpectations(of: row, pattern, weights: own, into: values)
          continue
        }
        let component = random.choice((0..<count).map { own[$0] }, 0)
        conditional.writeSquares(of: row, pattern, into: own)
        let drawn = DrawnRow(
          random: random, component: component, observed: pattern.observed.count,
          square: own[component])
        conditional.draw(
          row, pattern, component: component,
          normals: pattern.missing.map { random.normal(1 + $0) }, scale: scale(drawn), into: values)
      }
    }
  }
}
