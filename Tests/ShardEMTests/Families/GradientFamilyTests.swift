import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// A generalized EM: a mixture of Poisson distributions whose M-step is not solved but ascends a gradient,
/// one step along the gradient of the expected complete-data log-likelihood, which is halved until that
/// rises.
///
/// With η_k = log rate_k and the sums N_k of w r and S_k of w r x, Q = Σ_k S_k η_k - N_k exp η_k + ...
private struct AscendingPoisson: MixtureModel {
  let componentCount: Int
  let columnCount = 1

  private static let counts = "counts"

  var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights), .init("log_rates", [componentCount], .free),
    ])
  }

  struct Densities: Components {
    let logWeights: [Double]
    let logRates: [Double]
    var count: Int { logWeights.count }

    func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
      for k in 0..<count {
        for n in 0..<tile.count {
          let x = tile.rows.rows[n]
          logJoint[k * tileStride + n] =
            logWeights[k] + x * logRates[k] - Portable.exp(logRates[k])
            - Portable.logGamma(x + 1)
        }
      }
    }
  }

  struct Counts: Moments {
    let componentCount: Int
    var slots: Slots { [AscendingPoisson.counts: componentCount] }

    func add(
      _ tile: Tile, weights: UnsafeMutablePointer<Double>,
      into sums: UnsafeMutablePointer<Double>
    ) {
      for k in 0..<componentCount {
        for n in 0..<tile.count { sums[k] += weights[k * tileStride + n] * tile.rows.rows[n] }
      }
    }
  }

  func components(at parameters: Parameters, sharing work: WorkSharing) -> Densities {
    Densities(
      logWeights: parameters.weights.map { Portable.log($0) }, logRates: parameters["log_rates"])
  }
  func moments(of components: Densities, at parameters: Parameters) -> Counts {
    moments(about: [])
  }
  func moments(about centers: [Double]) -> Counts { Counts(componentCount: componentCount) }

  func maximized(
    _ sums: Sums, of moments: Counts, from previous: Parameters?, sharing work: WorkSharing
  ) -> Parameters {
    let (masses, counts) = (sums[Slots.masses], sums[Self.counts])
    func expected(_ k: Int, _ eta: Double) -> Double {
      counts[k] * eta - masses[k] * Portable.exp(eta)
    }
    let total = masses.reduce(0, +)
    let start = previous?["log_rates"] ?? masses.indices.map { Double($0) }
    let next = start.indices.map { k in
      let gradient = counts[k] - masses[k] * Portable.exp(start[k])
      var step = gradient / masses[k]
      for _ in 0..<60 where expected(k, start[k] + step) < expected(k, start[k]) { step /= 2 }
      return expected(k, start[k] + step) < expected(k, start[k]) ? start[k] : start[k] + step
    }
    return ["weights": masses.map { $0 / total }, "log_rates": next]
  }
}

@Suite("A family whose M-step ascends a gradient")
struct GradientFamilyTests {
  private let deaths = (0...9).map(Double.init)
  private let days: [Double] = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1]

  private func fit(
    ranks: Int, iterations: Int,
    onIteration: @escaping @Sendable (IterationReport) -> Void = { _ in }
  ) throws -> Fit {
    try onRanks(ranks) { world in
      let data = try DataSet(
        values: deaths, columnCount: 1, weights: days, blockRows: 3, world: world)
      return try Engine(data, threads: 1, world: world).fit(
        AscendingPoisson(componentCount: 2),
        from: .parameters(["weights": [0.3, 0.7], "log_rates": [0, 1]]),
        options: FitOptions(maximumIterations: iterations, convergence: .parameters(0))
      ) { onIteration($0) }
    }[0]
  }

  @Test("It never falls, and ends at the maximum of EM, with the same bits on any ranks")
  func ascends() throws {
    let one = try fit(ranks: 1, iterations: 30) {
      // 1096 rows of 2 nats, off by 4u of up to 40: as `PoissonMixtureTests`.
      if let change = $0.change { #expect(change >= -40 * 8 * 0x1p-53) }
    }
    #expect(try fit(ranks: 3, iterations: 30) == one)
    // EM's own maximum, -1989.9458598829642, is reached slowly: errors shrink by 1 / 190 a step.
    let end = try fit(ranks: 1, iterations: 9000)
    #expect(relativeError(end.score.logLikelihood, -1989.9458598829642) < 3e-14)
  }
}
