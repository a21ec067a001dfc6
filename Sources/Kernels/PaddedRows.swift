/// Copies rows to a stride of whole vectors, with zeros behind the last column.
///
/// - Parameters:
///   - rows: `count` × `columnCount`, row-major.
///   - padded: room for `count` × `paddedCount(columnCount)` numbers.
public func padRows(
  _ rows: UnsafePointer<Double>, count: Int, columnCount: Int,
  into padded: UnsafeMutablePointer<Double>
) {
  let width = paddedCount(columnCount)
  for n in 0..<count {
    let source = rows + n * columnCount
    let target = padded + n * width
    for j in 0..<columnCount { target[j] = source[j] }
    for j in columnCount..<width { target[j] = 0 }
  }
}

/// Lists the rows whose responsibility is not 0: the others would add zeros.
///
/// - Parameter indices: room for `count` row numbers, which come in ascending order.
/// - Returns: how many there are.
public func selectRows(
  _ responsibilities: UnsafePointer<Double>, count: Int, into indices: UnsafeMutablePointer<Int>
) -> Int {
  var selected = 0
  for n in 0..<count {
    indices[selected] = n
    selected += responsibilities[n] == 0 ? 0 : 1
  }
  return selected
}

/// The sum of `count` numbers, row n in lane n mod 8, then the lanes: what a mass is made of.
///
/// - Parameter values: readable, and zero, up to the next multiple of 8.
public func laneWiseSum(_ values: UnsafePointer<Double>, count: Int) -> Double {
  var sum = Vector8.zero
  for n in stride(from: 0, to: count, by: 8) { sum += Vector8(loading: values + n) }
  return sum.laneSum
}
