import Kernels
import SystemLibrary
import Testing

@Suite("Elementary functions")
struct ElementaryFunctionTests {
  /// The C library's result is within 1 unit in the last place of the true value, ours too.
  private func unitsApart(_ a: Double, _ b: Double) -> Double {
    abs(a - b) / max(abs(b).ulp, .leastNonzeroMagnitude)
  }

  @Test("the exponential is within two units of the C library's over its whole range")
  func exponential() {
    var x = -707.9
    while x < 709.7 {
      #expect(unitsApart(Portable.exp(x), SystemLibrary.exp(x)) <= 2, "at \(x)")
      x += 0.0137
    }
    for x in [1e-300, -1e-17, 1e-9, -0.0, 0.34657359, -0.34657360] {
      #expect(unitsApart(Portable.exp(x), SystemLibrary.exp(x)) <= 2, "at \(x)")
    }
  }

  @Test("the exponential's limits: 0, 1, infinity, not a number")
  func exponentialLimits() {
    #expect(Portable.exp(0.0) == 1)
    #expect(Portable.exp(-.infinity) == 0)
    #expect(Portable.exp(-1e308) == 0)
    #expect(Portable.exp(-708.5) == 0)
    #expect(Portable.exp(709.782712893384) < .infinity)
    #expect(Portable.exp(709.79) == .infinity)
    #expect(Portable.exp(1e300) == .infinity)
    #expect(Portable.exp(.infinity) == .infinity)
    #expect(Portable.exp(.nan).isNaN)
  }

  @Test("the logarithm is within two units of the C library's for every exponent")
  func logarithm() {
    for exponent in -1074...1023 {
      for significand in [1.0, 1.0000000000000002, 1.17, 1.4142135623730951, 1.42, 1.9999] {
        let x = Double(sign: .plus, exponent: exponent, significand: significand)
        #expect(unitsApart(Portable.log(x), SystemLibrary.log(x)) <= 2, "at \(x)")
      }
    }
    // Near 1 the result is small beside its argument: the hard place.
    for i in 1...2000 {
      for x in [1 + Double(i) * 1.3e-5, 1 - Double(i) * 1.3e-5] {
        #expect(unitsApart(Portable.log(x), SystemLibrary.log(x)) <= 2, "at \(x)")
      }
    }
  }

  @Test("the logarithm's limits: 1, 0, infinity, negative numbers")
  func logarithmLimits() {
    #expect(Portable.log(1.0) == 0)
    #expect(Portable.log(0.0) == -.infinity)
    #expect(Portable.log(-0.0) == -.infinity)
    #expect(Portable.log(.infinity) == .infinity)
    #expect(Portable.log(-1.0).isNaN)
    #expect(Portable.log(.nan).isNaN)
  }

  @Test("a few results have exactly these bits, on every processor")
  func knownBits() {
    let points = [-700.25, -37.5, -1.0, -0.1, 0.3, 1.0, 12.75, 700.5]
    let digest = points.flatMap { [Portable.exp($0), Portable.log(abs($0))] }
      .reduce(UInt64(1)) { ($0 &* 0x9e37_79b9_7f4a_7c15) ^ $1.bitPattern }
    #expect(digest == 10_569_051_974_263_268_674, "the digest is \(digest)")
  }
}
