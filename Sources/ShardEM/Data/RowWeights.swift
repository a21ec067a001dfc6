import RowSources

/// Where the weights of the rows are kept.
enum RowWeights: Sendable {
  /// In a column of the data themselves, counted from 0, which then is no data column.
  case column(Int)
  /// In one column beside the data, a weight per row over all shards.
  case source(any RowSource)
}

extension RowWeights {
  /// How a file with this many columns divides: the number of data columns.
  func dataColumnCount(ofFileColumns count: Int) -> Int {
    if case .column = self { count - 1 } else { count }
  }

  /// Divides `rows` (`count` × `fileColumns`) into data and weights.
  static func split(
    _ rows: UnsafePointer<Double>, count: Int, fileColumns: Int, weightColumn: Int,
    data: UnsafeMutablePointer<Double>, weights: UnsafeMutablePointer<Double>
  ) {
    let tail = fileColumns - weightColumn - 1
    for n in 0..<count {
      let row = rows + n * fileColumns
      let out = data + n * (fileColumns - 1)
      out.update(from: row, count: weightColumn)
      (out + weightColumn).update(from: row + weightColumn + 1, count: tail)
      weights[n] = row[weightColumn]
    }
  }
}
