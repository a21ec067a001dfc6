import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Coordinates of parameters")
struct ParameterCoordinateTests {
  private let columns = 3

  @Test("Parameters have coordinates from which they come back", arguments: FamilyCase.all)
  func back(family: FamilyCase) throws {
    let rows = family.rows(400, columns: columns, seed: 2)
    let data = try DataSet(values: rows, columnCount: columns, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    func check(_ mixture: some Family) throws {
      let options = FitOptions(maximumIterations: 4)
      let parameters = try engine.fit(mixture, from: .kMeans, options: options).parameters
      let coordinates = ParameterCoordinates(of: mixture.layout, about: parameters)
      let values = try coordinates.values(of: parameters, sharing: .none)
      let back = try #require(
        try coordinates.parameters(at: values, near: parameters, sharing: .none))
      #expect(back.names == parameters.names)
      for (number, other) in zip(parameters.numbers, back.numbers) {
        // A logarithm x of up to 40 is off by x u, its exponential so much relatively; of a covariance
        // two factors, and products of up to three terms no larger than the variances.
        #expect(
          abs(number - other) <= 256 * 0x1p-53 * max(abs(number), family.scale(of: parameters)))
      }
      let kept = ParameterCoordinates(of: mixture.layout, numbers: coordinates.numbers)
      #expect(kept == coordinates)
      #expect(values.count == coordinates.count)
    }
    try check(try family.mixture(components: 3, columns: columns, ranges: data.ranges))
  }

  @Test("What lies on the border of its domain stays there")
  func border() throws {
    let layout = ParameterLayout([
      .init("weights", [3], .weights), .init("bits", [2], .probability),
      .init("shares", [2, 2], .simplex), .init("rates", [2], .rate),
    ])
    let parameters: Parameters = [
      "weights": [0, 0.25, 0.75], "bits": [0, 1], "shares": [1, 0, 0.5, 0.5], "rates": [0, 2],
    ]
    let coordinates = ParameterCoordinates(of: layout, about: parameters)
    let values = try coordinates.values(of: parameters, sharing: .none)
    let back = try coordinates.parameters(at: values, near: parameters, sharing: .none)
    #expect(back?["weights"][0] == 0)
    #expect(back?["bits"] == [0, 1])
    #expect(back?["shares"] == [1, 0, 0.5, 0.5])
    #expect(back?["rates"][0] == 0)
  }

  @Test("Beyond the last of two mixtures volumes, shapes and sums stay what the model allows")
  func affine() throws {
    let layout = GaussianMixture(components: 2, columns: 2, covarianceType: .full).layout
    func mixture(_ weight: Double, _ volumes: [Double], _ shape: [Double]) -> Parameters {
      Parameters(
        weights: [weight, 1 - weight], means: [0, 1, weight, 3],
        covariances: volumes.flatMap { v in shape.map { v * $0 } })
    }
    // Proportional covariances, whose volumes have the product 6 and 24.
    let first = mixture(0.25, [2, 3], [2, 0.5, 0.5, 1])
    let second = mixture(0.5, [4, 6], [1, -0.25, -0.25, 3])
    let coordinates = ParameterCoordinates(of: layout, about: first)
    let values = try [first, second].map { try coordinates.values(of: $0, sharing: .none) }
    let beyond = try #require(
      try coordinates.parameters(
        at: zip(values[0], values[1]).map { $1 + 2 * ($1 - $0) }, near: second, sharing: .none))
    #expect(abs(beyond.weights.reduce(0, +) - 1) < 4 * 0x1p-53)
    let (one, other) = (beyond.covariances.prefix(4), beyond.covariances.suffix(4))
    // A dozen roundings of logarithms below 8, which the exponential makes relative.
    for (a, b) in zip(one, other) { #expect(abs(b - 1.5 * a) < 100 * 0x1p-53 * abs(b)) }
  }

  @Test("Steps are as long in other units and about another origin")
  func units() throws {
    let layout = GaussianMixture(components: 2, columns: 2, covarianceType: .full).layout
    func mixture(_ shift: Double, units: [Double]) -> Parameters {
      let covariance = [2 + shift, 0.5, 0.5, 1]
      return Parameters(
        weights: [0.3, 0.7],
        means: [1, 2, 4 + shift, 8].enumerated().map { i, mean in
          mean * units[i % 2] + 5
        },
        covariances: [covariance, [1, 0, 0, 1 - shift]].flatMap { covariance in
          covariance.enumerated().map { $1 * units[$0 / 2] * units[$0 % 2] }
        })
    }
    func step(_ units: [Double]) throws -> [Double] {
      let coordinates = ParameterCoordinates(of: layout, about: mixture(0, units: units))
      let ends = try [0, 0.5].map {
        try coordinates.values(of: mixture($0, units: units), sharing: .none)
      }
      return zip(ends[0], ends[1]).map { $1 - $0 }
    }
    for (a, b) in zip(try step([1, 1]), try step([1e3, 0.01])) {
      // Means of 5e3 about 5 are off by 2^-53 of them, in units of some 1e3; logarithms of up to 14.
      #expect(abs(a - b) < 100 * 0x1p-53)
    }
  }
}

extension FamilyCase {
  /// The largest of the numbers that covariances are computed of.
  fileprivate func scale(of parameters: Parameters) -> Double {
    parameters.names.contains("covariances")
      ? parameters["covariances"].reduce(0) { max($0, abs($1)) } : 0
  }
}
