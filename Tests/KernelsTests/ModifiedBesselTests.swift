import Foundation
import Kernels
import Testing

@Suite("Modified Bessel functions")
struct ModifiedBesselTests {
  /// Of D columns and x: log(I_ν(x) / x^ν) - x, I_(ν+1)(x) / I_ν(x) and 1 less that, ν = D/2 - 1.
  struct Reference: Sendable {
    let (columns, x): (Int, Double)
    let (scaled, ratio, rest): (Double, Double, Double)
    var order: Double { Double(columns) / 2 - 1 }

    init(_ columns: Int, _ x: Double, _ scaled: Double, _ ratio: Double, _ rest: Double) {
      (self.columns, self.x, self.scaled, self.ratio, self.rest) = (columns, x, scaled, ratio, rest)
    }
  }

  /// Computed with 50 digits (mpmath; beyond 5000 by Hankel's expansion) and rounded: every branch,
  /// about where one meets the next.
  static let references: [Reference] = [
    Reference(2, 0, 0.0, 0.0, 1.0),
    Reference(2, 1e-300, -1e-300, 5e-301, 1.0),
    Reference(2, 1e-08, -9.999999975e-09, 5e-09, 0.999999995),
    Reference(2, 0.5, -0.4384502808145187, 0.24249961258080194, 0.757500387419198),
    Reference(2, 3, -1.414692378186579, 0.8099852939565045, 0.19001470604349546),
    Reference(2, 19.99, -2.4101362126191277, 0.9746576626184982, 0.025342337381501802),
    Reference(2, 20.01, -2.4106428025047415, 0.974683340138214, 0.025316659861786016),
    Reference(2, 45, -2.8194603956928637, 0.9888257387846646, 0.011174261215335357),
    Reference(2, 700, -4.194300001556551, 0.9992854588184261, 0.0007145411815739067),
    Reference(2, 1000000.0, -7.826693687186747, 0.999999499999875, 5.00000125000125e-07),
    Reference(
      2, 1000000000000000.0, -18.188326730660016, 0.9999999999999994, 5.000000000000001e-16),
    Reference(3, 0, -0.22579135264472744, 0.0, 1.0),
    Reference(3, 1e-09, -0.22579135364472744, 3.3333333333333337e-10, 0.9999999996666666),
    Reference(3, 0.1, -0.324125241181147, 0.033311132253989614, 0.9666888677460104),
    Reference(3, 2, -1.6305711605905047, 0.537314720727548, 0.4626852792724519),
    Reference(3, 20.5, -3.9393634193490352, 0.9512195121951219, 0.048780487804878044),
    Reference(3, 100, -5.524108719192764, 0.99, 0.01),
    Reference(3, 10000.0, -10.129278905180856, 0.9999, 0.0001),
    Reference(3, 1000000000000.0, -28.54995964913322, 0.999999999999, 1e-12),
    Reference(4, 0.001, -0.6941470555599479, 0.000249999989583334, 0.9997500000104167),
    Reference(4, 1, -1.5706479874908312, 0.24019372387008975, 0.7598062761299103),
    Reference(4, 30, -6.033449292379748, 0.95043120072109, 0.04956879927891005),
    Reference(4, 250, -9.202632920552425, 0.9940060241268717, 0.00599397587312832),
    Reference(7, 5, -6.401328918188576, 0.5387973871926658, 0.46120261280733416),
    Reference(7, 25, -10.697959656023341, 0.8849909584086799, 0.11500904159132007),
    Reference(7, 100000.0, -35.457744928265356, 0.999970000300003, 2.9999699997e-05),
    Reference(16, 0.01, -13.387188499985575, 0.0006249997829862468, 0.9993750002170138),
    Reference(16, 8, -19.555056773613572, 0.41945054282572736, 0.5805494571742726),
    Reference(16, 21, -24.930641584000615, 0.6992106879719074, 0.3007893120280926),
    Reference(16, 60, -32.035735633704164, 0.8818622312606094, 0.11813776873939061),
    Reference(16, 30000.0, -78.23689600157532, 0.9997500270842358, 0.00024997291576421055),
    Reference(65, 1e-05, -101.65533160125187, 1.5384615384615032e-07, 0.9999998461538462),
    Reference(65, 10, -110.8946701041691, 0.15046295136149668, 0.8495370486385033),
    Reference(65, 22, -120.11415876817553, 0.30729975651296637, 0.6927002434870336),
    Reference(65, 80, -147.303620839788, 0.6755612549650729, 0.3244387450349271),
    Reference(65, 100000.0, -369.33751343701124, 0.9996800496004947, 0.0003199503995052227),
    Reference(66, 1, -104.73109432021556, 0.015148140606166883, 0.9848518593938331),
    Reference(66, 23, -122.9373201988436, 0.3147954994710444, 0.6852045005289555),
    Reference(66, 24, -123.61693348085356, 0.32593703208949404, 0.674062967910506),
    Reference(66, 200, -175.67455975325854, 0.8502788707631055, 0.14972112923689448),
    Reference(100, 0.01, -178.5399552937822, 9.999999901960786e-05, 0.9999000000009803),
    Reference(100, 28, -202.74727900665258, 0.2612225778847576, 0.7387774221152424),
    Reference(100, 29, -203.4819968946146, 0.269323967734593, 0.730676032265407),
    Reference(100, 100, -240.70835900946258, 0.6195656141853886, 0.38043438581461136),
    Reference(100, 1000000.0, -684.7879115280361, 0.9999505012003762, 4.9498799623800347e-05),
    Reference(1000, 0, -2950.9962934611467, 0.0, 1.0),
    Reference(1000, 1, -2951.9957934613963, 0.000999999001997996, 0.999000000998002),
    Reference(1000, 90, -3036.962489745055, 0.08928396316274535, 0.9107160368372547),
    Reference(1000, 500, -3337.9877868757526, 0.4142993210137733, 0.5857006789862267),
    Reference(1000, 3000, -4041.511591890394, 0.8472434841576055, 0.1527565158423945),
    Reference(1000, 1000000000.0, -10352.190348588312, 0.9999995005001245, 4.994998754996248e-07),
    Reference(4096, 0.01, -14983.208631978678, 2.4414062499854552e-06, 0.9999975585937501),
    Reference(4096, 100, -15081.97829219784, 0.024399534982850465, 0.9756004650171496),
    Reference(4096, 181, -15160.203379044538, 0.0441035410195076, 0.9558964589804924),
    Reference(4096, 182, -15161.159154145946, 0.04434625355910255, 0.9556537464408974),
    Reference(4096, 2048, -16568.361999749053, 0.41423450467386486, 0.5857654953261351),
    Reference(4096, 4900, -17820.203573604504, 0.6659104461587335, 0.3340895538412665),
    Reference(4096, 100000000.0, -37717.283712819524, 0.9999795252095104, 2.0474790489560427e-05),
  ]

  @Test("are within their bound of results of 50 digits", arguments: references)
  func known(reference: Reference) {
    let scaled = Portable.logScaledBessel(order: reference.order, reference.x)
    #expect(abs(scaled - reference.scaled) <= 4e-15 * max(1, abs(reference.scaled)))
    let found = Portable.besselRatio(order: reference.order, reference.x)
    #expect(abs(found.ratio - reference.ratio) <= 2e-15 * reference.ratio)
    #expect(abs(found.rest - reference.rest) <= 4e-14 * reference.rest)
  }

  @Test("in three columns they are hyperbolic functions")
  func elementary() {
    for x in [0.01, 0.5, 3, 17, 25, 300, 5000] {
      // I_(1/2)(x) = sqrt(2 / π x) sinh x; Foundation's functions are off by an ulp or two.
      let rest = -expm1(-2 * x) / (x * (2 * Double.pi).squareRoot())
      let scaled = Portable.logScaledBessel(order: 0.5, x)
      #expect(abs(scaled - log(rest)) <= 4e-15 * max(1, abs(scaled)))
      // coth x - 1 / x, which cancels where x is small.
      let ratio = 1 / tanh(x) - 1 / x
      #expect(abs(Portable.besselRatio(order: 0.5, x).ratio - ratio) <= 4e-16 / x + 2e-15 * ratio)
    }
  }

  /// d/dx log(I_ν(x) / x^ν) is the ratio; nothing in the code says so.
  @Test("The ratio is the derivative of the logarithm")
  func derivative() {
    for order in [0, 0.5, 4, 31.5, 32, 60] {
      for x in [0.3, 4, 19, 40, 150] as [Double] {
        let step = 1e-3 * max(1, x / 10)
        func difference(_ h: Double) -> Double {
          let ahead = Portable.logScaledBessel(order: order, x + h) + (x + h)
          return (ahead - Portable.logScaledBessel(order: order, x - h) - (x - h)) / (2 * h)
        }
        // Of the fourth order in the step; logarithms up to 300 are off by 6e-13.
        let slope = (4 * difference(step) - difference(2 * step)) / 3
        #expect(abs(slope - Portable.besselRatio(order: order, x).ratio) < 2e-9)
      }
    }
  }

  @Test("Limits: none, hardly any, and all concentration")
  func limits() {
    #expect(Portable.besselRatio(order: 3, 0) == (0, 1))
    let far = Portable.besselRatio(order: 0, 0x1p700)
    #expect(far.ratio == 1 && abs(far.rest * 0x1p701 - 1) < 4e-14)
    #expect(Portable.logScaledBessel(order: 0, 0x1p700).isFinite)
  }

  @Test("A concentration is found again from the length of its mean, whatever it is")
  func concentrations() {
    for columns in [2, 3, 4, 16, 66, 1000, 4096] {
      for exponent in stride(from: -12.0, through: 14, by: 0.5) {
        let kappa = pow(10, exponent)
        let mean = Portable.besselRatio(order: Double(columns) / 2 - 1, kappa)
        let found = Portable.concentration(
          length: mean.ratio, rest: mean.rest, columnCount: columns)
        // The solver sees the same roundings; neighbours of κ may have the same ratio, or a lower
        // one.
        #expect(abs(found / kappa - 1) < 4e-14, "\(columns) columns, \(kappa)")
      }
      #expect(Portable.concentration(length: 0, rest: 1, columnCount: columns) == 0)
    }
  }

  @Test("results have exactly these bits, on every processor")
  func knownBits() {
    let numbers = Self.references.flatMap { reference in
      let mean = Portable.besselRatio(order: reference.order, reference.x)
      return [Portable.logScaledBessel(order: reference.order, reference.x), mean.ratio, mean.rest]
    }
    let digest = numbers.reduce(UInt64(1)) { ($0 &* 0x9e37_79b9_7f4a_7c15) ^ $1.bitPattern }
    #expect(digest == 1_843_399_296_091_043_844, "the digest is \(digest)")
  }
}
