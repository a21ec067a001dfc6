import RowSources

/// Where a number of each row is kept that is none of its data.
enum RowNumbers: Sendable {
  /// In a column of the data themselves, counted from 0, which then is no data column.
  case column(Int)
  /// In one column beside the data, a number per row over all shards.
  case source(any RowSource)

  fileprivate var column: Int? { if case .column(let column) = self { column } else { nil } }
}

/// What the rows have beside their data.
struct BesideData: Sendable {
  let weights: RowNumbers?
  let labels: RowNumbers?
  /// The columns of the files that are no data, in order.
  let columns: [Int]

  init(weights: RowNumbers? = nil, labels: RowNumbers? = nil) {
    (self.weights, self.labels) = (weights, labels)
    columns = [weights, labels].compactMap { $0?.column }.sorted()
  }

  /// Copies all but some columns, in order, of `rows` (`count` × `fileColumns`) to `data`.
  static func leaveOut(
    _ columns: [Int], of rows: UnsafePointer<Double>, count: Int, fileColumns: Int,
    into data: UnsafeMutablePointer<Double>
  ) {
    // From one of the columns to the next.
    let runs = zip([-1] + columns, columns + [fileColumns]).map { ($0 + 1, $1 - $0 - 1) }
    var out = data
    for n in 0..<count {
      for (start, length) in runs {
        out.update(from: rows + n * fileColumns + start, count: length)
        out += length
      }
    }
  }
}
