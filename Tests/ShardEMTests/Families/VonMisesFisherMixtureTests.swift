import Foundation
import Kernels
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM
import Testing
import _TestSupport

@Suite("Von Mises-Fisher mixture")
struct VonMisesFisherMixtureTests {
  private func mixture(
    _ components: Int, _ columns: Int, smoothing: Double = 0
  ) -> VonMisesFisherMixture {
    VonMisesFisherMixture(
      FamilyOptions(regularization: smoothing), components: components, columns: columns)
  }

  private static let rows = unitRows(
    GaussianProblem(
      seed: 4, rowCount: 120, componentCount: 2, columnCount: 3, covarianceType: .full,
      separation: 1
    ).rows, columns: 3)

  private static let start: Parameters = [
    "weights": [0.3, 0.7],
    "directions": unitRows([1, 2, 2, -1, 0.5, 0.2], columns: 3), "concentrations": [3, 40],
  ]

  private func fit(
    _ mixture: VonMisesFisherMixture, _ rows: [Double],
    from start: Initialization = .parameters(start),
    iterations: Int
  ) throws -> Fit {
    let data = try DataSet(
      values: rows, columnCount: mixture.columnCount, world: SoloCommunicator())
    return try Engine(data, threads: 1, world: SoloCommunicator()).fit(
      mixture, from: start,
      options: FitOptions(maximumIterations: iterations, convergence: .parameters(0)))
  }

  /// In three columns C(κ) = κ / (4 π sinh κ), and the mean's length is coth κ - 1 / κ.
  @Test("One EM step in three columns is that of plain loops and hyperbolic functions")
  func plainLoops() throws {
    let (mu, kappa) = (Self.start["directions"], Self.start["concentrations"])
    var (logLikelihood, masses) = (0.0, [0.0, 0.0])
    var sums = [Double](repeating: 0, count: 6)
    for n in 0..<120 {
      let row = Array(Self.rows[3 * n..<3 * n + 3])
      let joint = (0..<2).map { k -> Double in
        let dot: Double = (0..<3).reduce(0) { $0 + mu[3 * k + $1] * row[$1] }
        let scale = kappa[k] / (4 * Double.pi * sinh(kappa[k]))
        return log(Self.start.weights[k]) + log(scale) + kappa[k] * dot
      }
      let (responsibilities, logDensity) = PlainLoops.posterior(joint)
      logLikelihood += logDensity
      for k in 0..<2 {
        masses[k] += responsibilities[k]
        for j in 0..<3 { sums[3 * k + j] += responsibilities[k] * row[j] }
      }
    }
    let mixture = mixture(2, 3)
    let found = try mixture.sums(rows: Self.rows, under: Self.start)
    // Densities of some 40 nats.
    #expect(relativeError(found.logLikelihood, logLikelihood) < 1e-13)
    let next = try mixture.maximized(found, from: Self.start)
    #expect(relativeError(next.weights, masses.map { $0 / 120 }) < 1e-12)
    for k in 0..<2 {
      let length = (0..<3).reduce(0) { $0 + sums[3 * k + $1] * sums[3 * k + $1] }.squareRoot()
      for j in 0..<3 {
        #expect(abs(next["directions"][3 * k + j] - sums[3 * k + j] / length) < 1e-12)
      }
      let kappa = next["concentrations"][k]
      #expect(abs(1 / tanh(kappa) - 1 / kappa - length / masses[k]) < 1e-12)
    }
  }

  @Test("Without concentration the density is that of the sphere, 1 over its area")
  func uniform() throws {
    for (columns, area) in [(2, 2 * Double.pi), (3, 4 * Double.pi), (4, 2 * Double.pi * Double.pi)]
    {
      let axis = (0..<columns).map { $0 == 0 ? 1.0 : 0 }
      let parameters: Parameters = ["weights": [1], "directions": axis, "concentrations": [0]]
      let joint = try mixture(1, columns).logJoint(rows: axis + axis.reversed(), under: parameters)
      for value in joint { #expect(abs(value + log(area)) < 1e-14) }
    }
  }

  /// Near its direction the sphere is flat: a Gaussian of variance 1/κ in D - 1 columns, whose
  /// first correction is in 1/κ.
  @Test("Of large concentration it is a Gaussian on the tangent plane")
  func gaussian() throws {
    let (z, columns) = ([0.7, -1.1, 0.4], 4)
    var differences: [Double] = []
    for kappa in [1e4, 1e5, 1e6, 1e12] {
      let square = z.reduce(0) { $0 + $1 * $1 }
      let row = unitRows([1] + z.map { $0 / kappa.squareRoot() }, columns: columns)
      let parameters: Parameters = [
        "weights": [1], "directions": [1, 0, 0, 0], "concentrations": [kappa],
      ]
      let expected = 1.5 * log(kappa / (2 * Double.pi)) - square / 2
      let found = try mixture(1, columns).logJoint(rows: row, under: parameters)[0]
      differences.append(found - expected)
    }
    #expect(abs(differences[0] / differences[1] - 10) < 0.01)
    #expect(abs(differences[1] / differences[2] - 10) < 0.01)
    // Of κ μ·x itself no digit would be left of a row's distance.
    #expect(abs(differences[3]) < 1e-10)
  }

  @Test("Turned data have the turned model, of the same likelihood and concentrations")
  func turned() throws {
    func turn(_ rows: [Double]) -> [Double] {
      let (c, s) = (0.6, 0.8)
      return stride(from: 0, to: rows.count, by: 3).flatMap { start -> [Double] in
        let (x, y, z) = (rows[start], rows[start + 1], rows[start + 2])
        return [c * x - s * y, s * x + c * y, z]
      }
    }
    var turnedStart = Self.start
    turnedStart["directions"] = turn(Self.start["directions"])
    let one = try fit(mixture(2, 3), Self.rows, iterations: 10)
    let other = try fit(
      mixture(2, 3), turn(Self.rows), from: .parameters(turnedStart), iterations: 10)
    #expect(relativeError(other.score.logLikelihood, one.score.logLikelihood) < 1e-12)
    #expect(
      relativeError(other.parameters["concentrations"], one.parameters["concentrations"]) < 1e-11)
    for (a, b) in zip(other.parameters["directions"], turn(one.parameters["directions"])) {
      #expect(abs(a - b) < 1e-12)
    }
  }

  @Test("Rows near each other have all digits of their concentration")
  func narrow() throws {
    // Directions at an angle of 1e-7 and -1e-7: |m| = cos 1e-7, of which 1 - |m| is left, 5e-15.
    let angle = 1e-7
    let rows = [cos(angle), sin(angle), cos(angle), -sin(angle)]
    let start: Initialization = .parameters([
      "weights": [1], "directions": [1, 0], "concentrations": [1],
    ])
    let kappa = try fit(mixture(1, 2), rows, from: start, iterations: 3).parameters[
      "concentrations"][0]
    // 1 - A(κ) = 1 / 2κ and so κ = 1 / angle²; rows are rounded along the direction, but hardly
    // across.
    #expect(abs(kappa * angle * angle - 1) < 1e-12)
  }

  @Test("Rows of one direction are refused, and with smoothing are not")
  func collapsed() throws {
    let rows = [0.6, 0.8, 0.6, 0.8, 0.6, 0.8]
    #expect(throws: FitError.self) { try fit(mixture(1, 2), rows, from: .kMeans, iterations: 2) }
    let smoothed = try fit(mixture(1, 2, smoothing: 1e-6), rows, from: .kMeans, iterations: 2)
    // |m| = 3 / (3 + 1e-6), and 1 - A(κ) = 1 / 2κ + ...
    #expect(abs(smoothed.parameters["concentrations"][0] / 1.5e6 - 1) < 1e-3)
    // Opposite rows have no direction: that of the start stays, and nothing is concentrated.
    let start: Initialization = .parameters([
      "weights": [1], "directions": [0, 1], "concentrations": [0],
    ])
    let opposite = try fit(mixture(1, 2), [1, 0, -1, 0], from: start, iterations: 1).parameters
    #expect(opposite["directions"] == [0, 1] && opposite["concentrations"] == [0])
  }

  @Test("Rows of another length are refused by row, those rounded to float32 are not")
  func lengths() throws {
    let float = Self.rows.map { Double(Float($0)) }
    let whole = try fit(mixture(2, 3), Self.rows, iterations: 5)
    let rounded = try fit(mixture(2, 3), float, iterations: 5)
    #expect(relativeError(rounded.score.logLikelihood, whole.score.logLikelihood) < 1e-6)
    for (factor, length) in [(1 + 3e-6, "1.00000"), (0.5, "0."), (0, "0,")] {
      var rows = Self.rows
      for j in 3..<6 { rows[j] *= factor }
      #expect {
        try fit(mixture(2, 3), rows, iterations: 1)
      } throws: { error in
        let words = "\(error)"
        return words.contains("row 2: found a length of \(length)")
          && words.hasSuffix("expected 1 (divide each row by its length)")
      }
    }
  }

  @Test("A file's directions have length 1, and one column is none")
  func files() throws {
    var parameters = Self.start
    parameters["directions"][4] = 0.9
    let file = try ModelFile(mixture(2, 3), parameters).encoded()
    #expect {
      try ModelFile(json: file, name: "m.json")
    } throws: {
      "\($0)".hasPrefix("m.json: directions[1]: found a length of 1.2")
    }
    #expect(throws: FitError.self) { try mixture(1, 1).requireUsable() }
    let kept = try ModelFile(
      json: ModelFile(mixture(2, 3), Self.start).encoded(), name: "m.json")
    #expect(kept.parameters == Self.start && kept.mixture.freeParameterCount == 7)
  }

  @Test(
    "Draws have the distance from their direction that they should", arguments: [0, 0.7, 20, 1e8])
  func draws(kappa: Double) throws {
    for columns in [2, 3, 30] {
      var axis = [Double](repeating: 0, count: columns)
      axis[0] = 1
      let parameters: Parameters = ["weights": [1], "directions": axis, "concentrations": [kappa]]
      let rows = try mixture(1, columns).sample(rows: 0..<8000, under: parameters, seed: 2)
      // 1 - μ·x, by the other columns where that has more digits.
      let distances = (0..<8000).map { n in
        let across = rows[n * columns + 1..<(n + 1) * columns].reduce(0) { $0 + $1 * $1 }
        let along = rows[n * columns]
        #expect(abs(along * along + across - 1) < 1e-14)
        return along > 0 ? across / (1 + along) : 1 - along
      }
      let mean = distances.reduce(0, +) / 8000
      let variance = distances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 8000
      let expected = Portable.besselRatio(order: Double(columns) / 2 - 1, kappa).rest
      // Five standard errors.
      #expect(abs(mean - expected) < 5 * (variance / 8000).squareRoot())
    }
  }
}
