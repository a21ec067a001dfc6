/// Copies some columns of rows, row by row: one load and one store a number.
///
/// - Parameters:
///   - rows: `count` × `columnCount`, row-major.
///   - columns: numbers of columns, from 0.
///   - part: scratch for `count` × `columns.count` numbers.
public func gatherColumns(
  _ columns: [Int], of rows: UnsafePointer<Double>, count: Int, columnCount: Int,
  into part: UnsafeMutablePointer<Double>
) {
  columns.withUnsafeBufferPointer { columns in
    for n in 0..<count {
      let (row, own) = (rows + n * columnCount, part + n * columns.count)
      for place in 0..<columns.count { own[place] = row[columns[place]] }
    }
  }
}
