/// L^-1 in the order in which `writeLogDensities` reads it: panels of four rows, column after
/// column, four numbers each; zeros above the diagonal and below the last row.
///
/// The zeros add 0 to sums, so they change no bit: results do not depend on the panel height.
///
/// - Parameter packed: L^-1, packed by rows.
/// - Returns: 8 P (P + 1) numbers for P = ceil(D / 4) panels.
public func triangularPanels(_ packed: [Double], order: Int) -> [Double] {
  let panels = (order + 3) / 4
  var numbers: [Double] = []
  numbers.reserveCapacity(8 * panels * (panels + 1))
  for first in stride(from: 0, to: order, by: 4) {
    for j in 0..<first + 4 {
      for i in first..<first + 4 {
        numbers.append(j <= i && i < order ? packed[PackedTriangle.row(i) + j] : 0)
      }
    }
  }
  return numbers
}
