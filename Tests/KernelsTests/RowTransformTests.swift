import Kernels
import Testing

@Suite("Linear maps of rows")
struct RowTransformTests {
  /// Whole vectors and parts of them, whole groups of four rows and parts of them.
  @Test(
    "A transformed row has the bits of plain loops",
    arguments: [(1, 1), (3, 4), (8, 5), (9, 7), (16, 3), (21, 6)])
  func bits(columns d: Int, rows count: Int) {
    let random = RandomRow(Philox(seed: 3), purpose: 0, row: 0)
    func numbers(_ count: Int, from start: Int) -> [Double] {
      (0..<count).map { random.uniform(start + $0) - 0.5 }
    }
    let (origin, matrix) = (numbers(d, from: 0), numbers(d * d, from: d))
    let units = numbers(d, from: 2000).map { $0 + 1 }
    let rows = numbers(count * d, from: 3000)
    var expected: [Double] = []
    for n in 0..<count {
      let scaled = (0..<d).map { (rows[n * d + $0] - origin[$0]) / units[$0] }
      for i in 0..<d {
        expected.append((0..<d).reduce(0) { $0.addingProduct(matrix[i * d + $1], scaled[$1]) })
      }
    }
    var found = [Double](repeating: .nan, count: count * d)
    RowTransform(origin: origin, units: units, matrix: matrix)
      .write(rows, count: count, into: &found)
    #expect(found == expected)

    RowTransform(origin: origin, units: units).write(rows, count: count, into: &found)
    let standardized = (0..<count * d).map { (rows[$0] - origin[$0 % d]) / units[$0 % d] }
    #expect(found == standardized)
  }
}
