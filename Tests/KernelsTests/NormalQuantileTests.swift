import Kernels
import SystemLibrary
import Testing

@Suite("Normal quantile")
struct NormalQuantileTests {
  @Test("The distribution function takes every quantile back to its probability")
  func inverse() {
    // Both polynomials' ranges, and their borders.
    let probabilities =
      [0x1p-53, 1e-15, 1e-11, 1.3e-11, 1.5e-11, 1e-5, 0.0749, 0.075, 0.0751]
      + (1..<100).map { Double($0) / 100 }
    for probability in probabilities {
      let x = normalQuantile(probability)
      let back = 0.5 * erfc(-x * (0.5).squareRoot())
      // A relative error e of x changes the lower tail p by x phi(x) / p x e, which is at most
      // about x² e: 70 x 2^-52 here, for a few roundings of e.
      #expect(abs(back - probability) <= 1e-13 * probability, "\(probability)")
    }
  }

  @Test("Known quantiles, and symmetry")
  func known() {
    #expect(normalQuantile(0.5) == 0)
    // Standard tables; a few units in the last place.
    #expect(abs(normalQuantile(0.975) - 1.959963984540054) < 1e-15 * 4)
    #expect(abs(normalQuantile(0.001) + 3.090232306167814) < 1e-15 * 8)
    for probability in [0x1p-40, 0.125, 0.25] {
      #expect(normalQuantile(1 - probability) == -normalQuantile(probability))
    }
  }
}
