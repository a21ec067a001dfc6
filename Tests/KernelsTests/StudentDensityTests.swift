import Kernels
import SystemLibrary
import Testing

@Suite("Log densities of Student's t")
struct StudentDensityTests {
  /// Of a row of D columns at the squared distance δ, by the formula and the C library.
  private struct Plain {
    let logRatio, power, weight, logTerm: Double

    init(_ square: Double, _ nu: Double, columns: Int) {
      let sum = nu + Double(columns)
      let logarithm = log1p(square / nu)
      logRatio = log(sum / nu)
      power = sum / 2 * logarithm
      weight = sum / (nu + square)
      logTerm = logRatio - logarithm - weight
    }
  }

  /// Squared distances from 3e-17 to 3e16 in no order, 0, and some that leave no digit of 1 + δ or of 1.
  private static let squares: [Double] =
    (0..<248).map { Portable.exp((Double($0 * 97 % 248) / 248 - 0.5) * 76) }
    + [0, 1e-300, 1e-30, 1, 2, 1e30, 1e100, 1e300]

  private static let degreesOfFreedom = [1e-3, 0.5, 4, 31.7, 1e4, 1e6]

  /// With u = 2^-53: t is off by 2u, 1 + t by u more, its reciprocal by 4u, ν + D, the ratio and products by
  /// u each, and the plain loop by 3u; logarithms by 8u of themselves, the C library's by 2u, and by what
  /// their arguments are off. Together less than 32u.
  private static let tolerance = 0x1p-48

  @Test("Those of plain loops, with their weights", arguments: degreesOfFreedom, [1, 8])
  func plainLoops(nu: Double, columns: Int) {
    for count in [1, 7, 8, 13, Self.squares.count] {
      let size = (count + 7) / 8 * 8
      // What is no row may be anything.
      var densities = [Double](repeating: .nan, count: size)
      for n in 0..<count { densities[n] = Self.squares[Self.squares.count - 1 - n] / -2 }
      var (weights, terms) = (densities, densities)
      StudentDensities(logScale: -3.25, degreesOfFreedom: nu, columnCount: columns)
        .write(&densities, count: count, weights: &weights, logTerms: &terms)
      for n in 0..<count {
        let square = Self.squares[Self.squares.count - 1 - n]
        let plain = Plain(square, nu, columns: columns)
        let error = abs(densities[n] - (-3.25 - plain.power))
        #expect(error <= Self.tolerance * (3.25 + plain.power), "δ = \(square)")
        #expect(abs(weights[n] / plain.weight - 1) <= Self.tolerance, "δ = \(square)")
        let scale = 1 + 2 * plain.logRatio + abs(plain.logTerm)
        #expect(abs(terms[n] - plain.logTerm) <= Self.tolerance * scale, "δ = \(square)")
      }
      #expect((count..<size).allSatisfy { weights[$0] == 0 && terms[$0] == 0 })
    }
  }

  @Test("Many degrees of freedom cost small distances no digits")
  func digits() {
    for square in Self.squares where square < 1e3 && square > 0 {
      var densities = [Double](repeating: square / -2, count: 8)
      var weights = densities
      StudentDensities(logScale: 0, degreesOfFreedom: 1e6, columnCount: 2)
        .write(&densities, count: 8, weights: &weights, logTerms: nil)
      let plain = Plain(square, 1e6, columns: 2)
      #expect(abs(densities[0] / -plain.power - 1) <= Self.tolerance, "δ = \(square)")
    }
  }

  @Test("Distances beyond all numbers have no density, and weights that multiply zeros")
  func limits() {
    var densities = [-.infinity, .nan, -1e308, 0, 0, 0, 0, 0] as [Double]
    var (weights, terms) = (densities, densities)
    StudentDensities(logScale: 1, degreesOfFreedom: 4, columnCount: 3)
      .write(&densities, count: 4, weights: &weights, logTerms: &terms)
    #expect(densities[0] == -.infinity)
    #expect(densities[1].isNaN)
    #expect(densities[2] < -2000 && densities[2] > -3000)
    #expect(densities[3] == 1)
    #expect(weights.allSatisfy { $0 >= 0 && $0.isFinite } && weights[0] < 1e-300)
    #expect(terms.allSatisfy { $0.isFinite })
    #expect(weights[3] == 1.75 && abs(terms[3] - (log(1.75) - 1.75)) <= Self.tolerance)
  }

  @Test("Components without a weight have no density anywhere")
  func weightless() {
    var densities: [Double] = [0, -1, -1e10, -.infinity, 0, 0, 0, 0]
    var weights = densities
    StudentDensities(logScale: -.infinity, degreesOfFreedom: 4, columnCount: 3)
      .write(&densities, count: 8, weights: &weights, logTerms: nil)
    #expect(densities.allSatisfy { $0 == -.infinity })
  }

  @Test("Exactly these bits on every processor")
  func knownBits() {
    var numbers: [Double] = []
    for nu in Self.degreesOfFreedom {
      var densities = Self.squares.map { $0 / -2 }
      var (weights, terms) = (densities, densities)
      let count = densities.count
      StudentDensities(logScale: -1.5, degreesOfFreedom: nu, columnCount: 5)
        .write(&densities, count: count, weights: &weights, logTerms: &terms)
      numbers += densities + weights + terms
      let sums = weigh(&weights, count: count, by: terms, logTerms: terms)
      numbers += weights + [sums.weight, sums.logTerm]
    }
    let digest = numbers.reduce(UInt64(1)) {
      ($0 &* 0x9e37_79b9_7f4a_7c15) ^ $1.bitPattern
    }
    #expect(digest == 9_352_801_686_153_625_698, "the digest is \(digest)")
  }

  @Test("Weighing is that of plain loops", arguments: [1, 8, 13, 256])
  func weighing(count: Int) {
    let size = (count + 7) / 8 * 8
    func numbers(_ number: (Double) -> Double) -> [Double] {
      (0..<size).map { $0 < count ? number(Double($0)) : 0 }
    }
    let own = numbers { 1 / (3 + $0) }
    let weights = numbers { 2 / (1 + $0 / 7) }
    let terms = numbers { -1 - $0 / 9 }
    for isWanted in [true, false] {
      var weighed = own
      let sums =
        isWanted
        ? weigh(&weighed, count: count, by: weights, logTerms: terms)
        : weigh(&weighed, count: count, by: weights, logTerms: nil)
      #expect(weighed == zip(own, weights).map { $0 * $1 })
      // All terms of a sum have one sign: 256 additions are off by 2^-53 of it each at most.
      let weight = weighed.reduce(0, +)
      #expect(abs(sums.weight / weight - 1) < 0x1p-44)
      let term = zip(own, terms).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(isWanted ? abs(sums.logTerm / term - 1) < 0x1p-44 : sums.logTerm == 0)
    }
  }

  @Test("Rows that lack columns have the marginal densities", arguments: 0...3)
  func tails(observed: Int) {
    let nu = [0.5, 4, 31.7]
    let squares: [Double] = [0, 1.5, 40, 0, 0, 0, 0, 0]
    let determinants: [Double] = [0.3, -2, 1, 0, 0, 0, 0, 0]
    var densities = [Double](repeating: 0, count: 8)
    var (weights, terms) = (densities, densities)
    StudentTails(
      gaussianLogScales: [-4, -5, -6], degreesOfFreedom: nu, observed: observed, of: 3
    ).write(
      squares: squares, logDeterminants: determinants, densities: &densities, weights: &weights,
      logTerms: &terms)
    for k in 0..<3 {
      let plain = Plain(squares[k], nu[k], columns: observed)
      let missing = Double(3 - observed) / 2 * log(2 * Double.pi)
      let scale = Double(-4 - k) + missing + Portable.logGammaRatio(nu[k] / 2, halfSteps: observed)
      let density = scale - determinants[k] / 2 - plain.power
      // As above; the scale is a sum of five numbers up to 10.
      #expect(abs(densities[k] - density) <= Self.tolerance * (50 + plain.power))
      #expect(abs(weights[k] / plain.weight - 1) <= Self.tolerance)
      func rest(_ columns: Int) -> Double {
        let half = (nu[k] + Double(columns)) / 2
        return Portable.digamma(half) - log(half)
      }
      let term = plain.logTerm + rest(observed) - rest(3)
      #expect(abs(terms[k] - term) <= Self.tolerance * (10 + abs(plain.logTerm)))
    }
  }
}
