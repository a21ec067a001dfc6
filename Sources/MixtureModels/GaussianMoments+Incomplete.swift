import Kernels

/// Moments of rows that lack columns: of what is to be expected of the row in each component, and of the
/// second ones also the covariance that remains.
extension GaussianMoments {
  /// A pattern's memory, three numbers of each component, and sums of all components.
  var incompleteScratchCount: Int {
    guard let conditional else { return observed == nil ? 0 : columnCount }
    return conditional.patternCount + 3 * paddedCount(componentCount) + laneSumsCount(conditional)
  }

  private func laneSumsCount(_ conditional: any ConditionalColumns) -> Int {
    paddedCount(componentCount) / 8 * conditional.sumsStride
  }

  /// Adds the moments of the incomplete rows of a tile and clears their weights; or, in a first M-step, where
  /// nothing is known of components, what the filled rows lack of their second moments.
  func addIncomplete(
    _ rows: IncompleteRows, of tile: Tile, _ weights: UnsafeMutablePointer<Double>,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    if let conditional {
      addConditional(conditional, rows, of: tile, weights, sums)
    } else {
      addVariances(rows, of: tile, weights, sums)
    }
  }

  /// Every missing cell has the mean and the variance of its column.
  private func addVariances(
    _ rows: IncompleteRows, of tile: Tile, _ weights: UnsafePointer<Double>,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    guard let observed else { return }
    let squares = tile.scratch + completeScratchCount
    for k in 0..<componentCount {
      squares.update(repeating: 0, count: columnCount)
      for n in rows.patterns.joined() {
        let weight = weights[k * tileStride + n]
        for j in 0..<columnCount where rows.row(n)[j].isNaN {
          squares[j] += weight * observed.variances[j]
        }
      }
      add(squares: squares, k, to: sums)
    }
  }

  private func addConditional(
    _ conditional: any ConditionalColumns, _ rows: IncompleteRows, of tile: Tile,
    _ weights: UnsafeMutablePointer<Double>, _ sums: UnsafeMutablePointer<Double>
  ) {
    let size = paddedCount(componentCount)
    let own = tile.scratch + completeScratchCount
    let (ofPattern, logDeterminants) = (own + size, own + 2 * size)
    let laneSums = own + 3 * size
    let memory = laneSums + laneSumsCount(conditional)
    laneSums.update(repeating: 0, count: laneSumsCount(conditional))
    own.update(repeating: 0, count: size)
    for numbers in rows.patterns {
      let pattern = conditional.pattern(
        of: rows.row(numbers[0]), memory: memory, logDeterminants: logDeterminants)
      ofPattern.update(repeating: 0, count: size)
      for n in numbers {
        for k in 0..<componentCount {
          let place = k * tileStride + n
          own[k] = weights[place]
          // The remaining covariance of a row that counts u times is divided by u.
          let share = weighsRows && own[k] > 0 ? own[k] / tile.kept[place] : own[k]
          ofPattern[k] += share
          weights[place] = 0
        }
        laneCenters.withUnsafeBufferPointer {
          conditional.addMoments(
            of: rows.row(n), pattern, about: $0.baseAddress!, weights: own, into: laneSums)
        }
      }
      conditional.addCovariances(of: pattern, weights: ofPattern, into: laneSums)
    }
    addLanes(laneSums, conditional, to: sums)
  }

  /// Adds the sums of components in lanes to those of the components.
  private func addLanes(
    _ laneSums: UnsafePointer<Double>, _ conditional: any ConditionalColumns,
    to sums: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<componentCount {
      let own = laneSums + k / 8 * conditional.sumsStride + k % 8
      let first = first(k, sums)
      for j in 0..<columnCount { first[j] += own[8 * j] }
      let second = second(k, sums)
      for slot in 0..<conditional.secondCount {
        // Squares of all columns may be one sum.
        second[min(slot, secondCount - 1)] += own[8 * (columnCount + slot)]
      }
    }
  }
}
