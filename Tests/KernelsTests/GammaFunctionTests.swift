import Kernels
import Testing

@Suite("The gamma function's logarithm and its derivative")
struct GammaFunctionTests {
  /// x, log Γ(x) and ψ(x), computed with 40 digits (mpmath) and rounded: every branch, its ends, and the
  /// neighbours of the zeros.
  static let references: [(x: Double, logGamma: Double, digamma: Double)] = [
    (.leastNonzeroMagnitude, 744.4400719213812, -.infinity),
    (1e-300, 690.7755278982137, -9.999999999999999e+299),
    (1e-09, 20.723265836369194, -1000000000.5772156),
    (0.1, 2.252712651734206, -10.423754940411076),
    (0.24999999999999997, 1.2880225246980777, -4.2274535333762655),
    (0.25, 1.2880225246980774, -4.2274535333762655),
    (0.4, 0.7966778177017837, -2.561384544585116),
    (0.5, 0.5723649429247001, -1.9635100260214235),
    (0.75, 0.20328095143129538, -1.0858608797864722),
    (0.9999999999999999, 6.408381213480008e-17, -0.5772156649015331),
    (1.0000000000000002, -1.2816762426960008e-16, -0.5772156649015325),
    (1.001, -0.0005763935982833062, -0.5755719318103006),
    (1.1514480932397098, -0.06981789677294441, -0.35237991481428077),
    (1.2499999999999998, -0.09827183642181311, -0.22745353337626567),
    (1.25, -0.09827183642181316, -0.22745353337626542),
    (1.4616321449683622, -0.12148629053584961, -9.241265521729427e-17),
    (1.4616321449683625, -0.12148629053584961, 1.2245374622004068e-16),
    (1.75, -0.08440112102048555, 0.24747245354686118),
    (1.9999999999999998, -9.387698065543117e-17, 0.422784335098467),
    (2.0000000000000004, 1.8775396131086244e-16, 0.4227843350984674),
    (2.2499999999999996, 0.12487171489239635, 0.5725464666237343),
    (2.25, 0.1248717148923966, 0.5725464666237345),
    (2.5, 0.2846828704729192, 0.7031566406452432),
    (3.25, 0.9358019311087253, 1.016990911068179),
    (4.5, 2.4537365708424423, 1.388870926359529),
    (5.999, 4.785785715780557, 1.7059363290792255),
    (7.999999999999999, 8.525161361065413, 2.0156414779556098),
    (8.0, 8.525161361065415, 2.01564147795561),
    (12.5, 18.734347511936445, 2.4851956512749123),
    (100.25, 360.28455963776423, 4.602671243274712),
    (1000000.0, 12815504.569147611, 13.815510057964191),
    (1000000000000000.0, 3.3538776394910668e+16, 34.538776394910684),
    (1e+100, 2.2925850929940456e+102, 230.25850929940458),
    (2.5e+305, 1.7555118602376452e+308, 703.2047440950581),
  ]

  @Test("are within their bound of results of 40 digits", arguments: references)
  func known(x: Double, logGamma: Double, digamma: Double) {
    #expect(isWithinBound(Portable.logGamma(x), logGamma), "log Γ(\(x))")
    #expect(isWithinBound(Portable.digamma(x), digamma), "ψ(\(x))")
  }

  @Test("log Γ(n + 1) is the logarithm of the factorial")
  func factorials() {
    var factorial = 1.0
    // 22! is the last that float64 holds exactly.
    for n in 1...22 {
      factorial *= Double(n)
      let expected = Portable.log(factorial)
      // The logarithm errs too, by 2 × 2^-53.
      let error = abs(Portable.logGamma(Double(n + 1)) - expected)
      #expect(error <= 12 * 0x1p-53 * expected, "\(n)!")
    }
  }

  @Test("Γ(x + 1) = x Γ(x), at thousands of points and where one branch meets the next")
  func recurrence() {
    for x in stride(from: 0x1p-10, to: 20, by: 0x1p-8) {
      // x + 1 is exact. 10 units of each function, 2 of the logarithm, 1 of each operation.
      let logarithm = Portable.log(x)
      let (low, high) = (Portable.logGamma(x), Portable.logGamma(x + 1))
      let size = 11 * abs(low) + 10 * abs(high) + 3 * abs(logarithm)
      #expect(abs(low + logarithm - high) <= 0x1p-53 * size, "log Γ at \(x)")
      let (before, after) = (Portable.digamma(x), Portable.digamma(x + 1))
      #expect(
        abs(before + 1 / x - after) <= 0x1p-53 * (11 * abs(before) + 10 * abs(after) + 2 / x),
        "ψ at \(x)")
    }
  }

  @Test("limits: zeros, infinities, negative numbers, no number")
  func limits() {
    #expect(Portable.logGamma(1) == 0)
    #expect(Portable.logGamma(2) == 0)
    #expect(Portable.logGamma(0) == .infinity)
    #expect(Portable.logGamma(.infinity) == .infinity)
    #expect(Portable.logGamma(2.6e305) == .infinity)
    #expect(Portable.digamma(0) == -.infinity)
    #expect(Portable.digamma(.infinity) == .infinity)
    for x in [-1.5, -.infinity, .nan] {
      #expect(Portable.logGamma(x).isNaN)
      #expect(Portable.digamma(x).isNaN)
    }
  }

  @Test("results have exactly these bits, on every processor")
  func knownBits() {
    let digest = Self.references.flatMap { [Portable.logGamma($0.x), Portable.digamma($0.x)] }
      .reduce(UInt64(1)) { ($0 &* 0x9e37_79b9_7f4a_7c15) ^ $1.bitPattern }
    #expect(digest == 9_466_383_502_580_919_735, "the digest is \(digest)")
  }

  /// 10 × 2^-53 of itself, and the rounding of what is expected.
  private func isWithinBound(_ found: Double, _ expected: Double) -> Bool {
    found == expected || abs(found - expected) <= 11 * 0x1p-53 * abs(expected)
  }
}
