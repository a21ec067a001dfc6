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
