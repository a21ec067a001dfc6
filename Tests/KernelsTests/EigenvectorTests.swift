import Kernels
import Testing
import _TestSupport

@Suite("Eigenvectors")
struct EigenvectorTests {
  /// Σ_j values[j] v_j v_j'.
  private func product(_ values: [Double], _ vectors: [Double], _ d: Int) -> [Double] {
    (0..<d * d).map { at in
      (0..<d).reduce(0) { $0 + values[$1] * vectors[$1 * d + at / d] * vectors[$1 * d + at % d] }
    }
  }

  private func orthogonal(_ d: Int, _ generator: inout SeededGenerator) -> [Double] {
    let matrix = (0..<d * d).map { _ in generator.normal() }
    let symmetric = (0..<d * d).map { matrix[$0] + matrix[$0 % d * d + $0 / d] }
    return Eigenvectors(of: symmetric, order: d).vectors
  }

  /// Each of 10 sweeps of D² / 2 rotations changes an entry by 2 D rotations, each with 4 roundings of what
  /// is at most the largest eigenvalue.
  private func rounding(_ d: Int) -> Double { 10 * 2 * Double(d) * 4 * 0x1p-53 }

  private func check(_ matrix: [Double], _ d: Int, _ expected: [Double]? = nil) {
    let found = Eigenvectors(of: matrix, order: d)
    #expect(found.values == found.values.sorted(by: >))
    let size = found.values.map { abs($0) }.max() ?? 0
    let again = product(found.values, found.vectors, d)
    for (value, entry) in zip(again, matrix) {
      #expect(abs(value - entry) <= rounding(d) * size)
    }
    for i in 0..<d {
      for j in 0..<d {
        let dot = (0..<d).reduce(0) { $0 + found.vectors[i * d + $1] * found.vectors[j * d + $1] }
        #expect(abs(dot - (i == j ? 1 : 0)) <= rounding(d))
      }
    }
    for (value, exact) in zip(found.values, expected ?? found.values) {
      #expect(abs(value - exact) <= rounding(d) * size)
    }
  }

  @Test("They give the matrix back, and are orthogonal", arguments: [1, 2, 3, 5, 8, 17, 40])
  func reconstruction(d: Int) {
    var generator = SeededGenerator(seed: UInt64(d))
    for _ in 0..<5 {
      let half = (0..<d * d).map { _ in generator.normal() }
      check((0..<d * d).map { half[$0] + half[$0 % d * d + $0 / d] }, d)
    }
  }

  @Test("Repeated, zero and negative eigenvalues")
  func repeated() {
    var generator = SeededGenerator(seed: 1)
    for values in [[3.0, 3, 3, 1, 1], [2, 2, 0, 0, 0], [1, 0, 0, -1, -1], [0, 0, 0, 0, 0]] {
      check(product(values, orthogonal(5, &generator), 5), 5, values)
    }
    check([1, 0, 0, 1], 2, [1, 1])
    check([0, 1, 1, 0], 2, [1, -1])
  }

  /// Each eigenvalue of S C S, C with a condition of 4 or so and S diagonal, has all digits but those of C's
  /// condition: its determinant is that of C times those of S, squared.
  @Test("Columns of very different scales cost small eigenvalues no digits")
  func graded() throws {
    let d = 6
    var generator = SeededGenerator(seed: 2)
    let core = product([2, 1.7, 1.5, 1.2, 1, 0.5], orthogonal(d, &generator), d)
    let scales = [1e8, 1e-8, 1e3, 1, 1e-4, 1e5]
    let matrix = (0..<d * d).map { core[$0] * scales[$0 / d] * scales[$0 % d] }
    let found = Eigenvectors(of: matrix, order: d)
    let exact = 2 * 1.7 * 1.5 * 1.2 * 0.5 * 1e8  // The squares of the scales: 1e8² 1e-8² 1e3² 1e-4² 1e5².
    let product = found.values.reduce(1, *)
    #expect(abs(product / exact - 1) <= 4 * rounding(d))
    // The smallest: the variance of the second column given all others, but for 1e-8 of it.
    let factor = try #require(
      CholeskyFactor(
        PackedTriangle.pack(
          moved(matrix, d, [0, 2, 3, 4, 5, 1])[...], order: d)[...], order: d))
    let last = factor.lower[PackedTriangle.row(d - 1) + d - 1]
    #expect(abs(found.values[d - 1] / (last * last) - 1) <= 1e-7)
  }

  private func moved(_ matrix: [Double], _ d: Int, _ order: [Int]) -> [Double] {
    (0..<d * d).map { matrix[order[$0 / d] * d + order[$0 % d]] }
  }
}
