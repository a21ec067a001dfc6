/// L^-1 in the order in which `writeLogDensities` reads it: panels of four rows, column after
/// column, four numbers each; zeros above the diagonal and below the last row.
///
/// The zeros add 0 to sums, so they change no bit: results do not depend on the panel height.
///
/// - Parameter packed: L^-1, packed by rows.
/// - Returns: `triangularPanelsCount` numbers.
public func triangularPanels(_ packed: [Double], order: Int) -> [Double] {
  var numbers: [Double] = []
  numbers.reserveCapacity(triangularPanelsCount(order: order))
  for first in stride(from: 0, to: order, by: 4) {
    for j in 0..<first + 4 {
      for i in first..<first + 4 {
        numbers.append(j <= i && i < order ? packed[PackedTriangle.row(i) + j] : 0)
      }
    }
  }
  return numbers
}

/// How many numbers `triangularPanels` returns: 8 P (P + 1) for P = ceil(D / 4) panels.
public func triangularPanelsCount(order: Int) -> Int {
  let panels = (order + 3) / 4
  return 8 * panels * (panels + 1)
}

/// L^-1 packed by rows, of its panels.
public func packedTriangle(panels: ArraySlice<Double>, order: Int) -> [Double] {
  var packed: [Double] = []
  packed.reserveCapacity(PackedTriangle.count(order))
  for i in 0..<order {
    let (panel, row) = i.quotientAndRemainder(dividingBy: 4)
    let start = panels.startIndex + 8 * panel * (panel + 1) + row
    for j in 0...i { packed.append(panels[start + 4 * j]) }
  }
  return packed
}
