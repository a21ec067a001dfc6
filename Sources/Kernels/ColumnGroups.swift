/// Work on vectors of columns that keeps two sums of each in registers.
protocol ColumnGroups {
  /// - Parameter j: the first of the columns.
  func add<Columns: ColumnLanes>(from j: Int, _: Columns.Type)
}

extension ColumnGroups {
  /// Takes all columns: up to six vectors at a time, whose sums are 12 registers of AVX-512, or two,
  /// whose are 8 of AVX2.
  @inline(__always)
  func addAll(columnCount: Int, _ shape: TileShape) {
    var j = 0
    while j < columnCount {
      // A vector alone would wait for its own sums.
      switch (shape, (columnCount - j + 7) / 8) {
      case (_, 1): j += add(j, Vector8.self)
      case (.small, _), (_, 2): j += add(j, TwoVectors.self)
      case (_, 3): j += add(j, ThreeVectors.self)
      case (_, 5): j += add(j, Beside<ThreeVectors, TwoVectors>.self)
      case (_, 6): j += add(j, Beside<ThreeVectors, ThreeVectors>.self)
      default: j += add(j, Beside<TwoVectors, TwoVectors>.self)
      }
    }
  }

  @inline(__always)
  private func add<Columns: ColumnLanes>(_ j: Int, _ columns: Columns.Type) -> Int {
    add(from: j, columns)
    return 8 * Columns.vectors
  }
}
