/// L^-1 in the order in which `squaredDistances` reads it: panels of four rows, column after
/// column, four numbers each; zeros above the diagonal and below the last row.
///
/// The zeros add 0 to sums, so they change no bit: results do not depend on the panel height.
struct TriangularPanels {
  /// The number of numbers of a matrix of `order` rows.
  static func count(order: Int) -> Int {
    let panels = (order + 3) / 4
    // Panel p has 4 (p + 1) columns of 4.
    return 8 * panels * (panels + 1)
  }

  /// Writes the panels of a packed lower triangle.
  static func write(
    _ packed: [Double], order: Int, into panels: UnsafeMutablePointer<Double>
  ) {
    var next = panels
    for first in stride(from: 0, to: order, by: 4) {
      for j in 0..<first + 4 {
        for i in first..<first + 4 {
          next.pointee = j <= i && i < order ? packed[PackedTriangle.row(i) + j] : 0
          next += 1
        }
      }
    }
  }
}
