import Kernels
import Testing
import _TestSupport

@Suite("Cholesky factors")
struct CholeskyTests {
  /// A = G G' + I with random G, times 10^(2 s) in every second column's scale.
  private func matrix(_ order: Int, scale: Double = 1) -> [Double] {
    var generator = SeededGenerator(seed: UInt64(order))
    let g = (0..<order * order).map { _ in generator.normal() }
    var packed: [Double] = []
    for i in 0..<order {
      for j in 0...i {
        let dot = (0..<order).reduce(i == j ? 1.0 : 0) {
          $0 + g[i * order + $1] * g[j * order + $1]
        }
        packed.append(dot * scale * scale)
      }
    }
    return packed
  }

  @Test("L L' gives the matrix back", arguments: [1, 2, 5, 16, 33])
  func product(order: Int) throws {
    for scale in [1e-8, 1, 1e8] {
      let a = matrix(order, scale: scale)
      let l = try #require(CholeskyFactor(a[...], order: order)).lower
      for i in 0..<order {
        for j in 0...i {
          let dot = (0...j).reduce(0) {
            $0 + l[PackedTriangle.row(i) + $1] * l[PackedTriangle.row(j) + $1]
          }
          // Higham, theorem 10.3: |L L' - A| <= (D + 1) u / (1 - ...) sqrt(A_ii A_jj); the test's own
          // product errs by as much again.
          let size = (a[PackedTriangle.row(i) + i] * a[PackedTriangle.row(j) + j]).squareRoot()
          #expect(
            abs(dot - a[PackedTriangle.row(i) + j]) <= 2.1 * Double(order + 1) * 0x1p-53 * size)
        }
      }
    }
  }

  @Test(
    "factors by fours have the bits of the plain loops, and so has either choice",
    arguments: [1, 2, 3, 4, 5, 8, 13, 46, 47, 48, 49, 63, 64, 65, 100])
  func plainBits(order: Int) throws {
    let a = matrix(order, scale: 1e-3)
    var (plain, byFours) = (a, a)
    let areComplete = (
      PlainLoops.factor(&plain, order: order, tolerance: 0),
      factorByFours(&byFours, order: order, tolerance: 0)
    )
    #expect(areComplete == (true, true))
    #expect(byFours == plain)
    #expect(plain != a)
    #expect(try #require(CholeskyFactor(a[...], order: order)).lower == plain)
  }

  @Test(
    "a last pivot of 0 is found by both loops",
    arguments: [2, 3, 4, 5, 6, 7, 46, 47, 48, 49, 63, 64, 100])
  func lastPivot(order: Int) {
    let a = matrix(order, scale: 1e-3)
    // The last pivot of a matrix whose last two columns are equal is 0.
    var singular = a
    let (last, before) = (PackedTriangle.row(order - 1), PackedTriangle.row(order - 2))
    for j in 0..<order - 1 { singular[last + j] = a[before + min(j, order - 2)] }
    singular[last + order - 1] = a[before + order - 2]
    let tolerance = CholeskyFactor.smallestPivot(order: order)
    var (plain, byFours) = (singular, singular)
    let areComplete = (
      PlainLoops.factor(&plain, order: order, tolerance: tolerance),
      factorByFours(&byFours, order: order, tolerance: tolerance)
    )
    #expect(areComplete == (false, false))
    #expect(CholeskyFactor(singular[...], order: order) == nil)
  }

  @Test("the inverse times L is the identity", arguments: [1, 2, 5, 16, 33])
  func inverse(order: Int) throws {
    let factor = try #require(CholeskyFactor(matrix(order)[...], order: order))
    let m = factor.inverse
    for i in 0..<order {
      for j in 0...i {
        var dot = 0.0
        var magnitude = 0.0
        for p in j...i {
          let term = m[PackedTriangle.row(i) + p] * factor.lower[PackedTriangle.row(p) + j]
          dot += term
          magnitude += abs(term)
        }
        // Higham, section 14.2, method 1 or 2: the residual is at most about D u |M| |L|, here with
        // the |M| |L| of the product itself for a bound on it, and as much for the test's product;
        // the row's other products enter through the substitution: a factor of D to be safe.
        #expect(abs(dot - (i == j ? 1 : 0)) <= Double(order * order + 1) * 0x1p-52 * magnitude)
      }
    }
  }

  @Test("singularity is judged relative to the matrix's own scale")
  func singular() {
    for scale in [1e-150, 1e-8, 1, 1e8, 1e150] {
      let s = scale
      #expect(CholeskyFactor([s, s, s][...], order: 2) == nil)
      #expect(CholeskyFactor([s, 0.5 * s, s][...], order: 2) != nil)
      #expect(CholeskyFactor([s, s * (1 - 0x1p-53), s][...], order: 2) == nil)
    }
    #expect(CholeskyFactor([0.0][...], order: 1) == nil)
    #expect(CholeskyFactor([-1.0][...], order: 1) == nil)
    #expect(CholeskyFactor([Double.nan][...], order: 1) == nil)
    #expect(CholeskyFactor([Double.infinity][...], order: 1) == nil)
  }

  @Test("the log-determinant is that of a diagonal matrix")
  func logDeterminant() throws {
    let factor = try #require(CholeskyFactor([4, 0, 9, 0, 0, 0.25][...], order: 3))
    // log 9 from three logarithms near 1: a few roundings of numbers below 4.
    #expect(abs(factor.logDeterminant - Portable.log(9.0)) <= 8 * 0x1p-52)
  }
}
