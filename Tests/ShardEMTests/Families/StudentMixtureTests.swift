import Foundation
import Kernels
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM
import Testing
import _TestSupport

@Suite("Mixture of t distributions")
struct StudentMixtureTests {
  private func mixture(
    _ type: CovarianceType, _ degreesOfFreedom: String, components: Int, columns: Int
  ) throws -> StudentMixture {
    try StudentMixture(
      FamilyOptions(
        regularization: 0,
        values: ["covariance": type.rawValue, "degrees-of-freedom": degreesOfFreedom]),
      components: components, columns: columns)
  }

  @Test("One EM step is that of plain loops", arguments: CovarianceType.allCases)
  func plainLoops(type: CovarianceType) throws {
    for (columns, components) in [(1, 2), (2, 3), (5, 2), (9, 3)] {
      let problem = GaussianProblem(
        seed: UInt64(columns), rowCount: 400, componentCount: components, columnCount: columns,
        covarianceType: type, weighted: true)
      let nu = (0..<components).map { 2.5 + 3 * Double($0) }
      let mixture = try mixture(
        type, nu.map { "\($0)" }.joined(separator: ","), components: components, columns: columns)
      var start = problem.start
      start["degrees_of_freedom"] = nu
      let data = try DataSet(
        values: problem.rows, columnCount: columns, weights: problem.weights,
        world: SoloCommunicator())
      var logLikelihood = 0.0
      let fit = try Engine(data, threads: 1, world: SoloCommunicator()).fit(
        mixture, from: .parameters(start), options: FitOptions(maximumIterations: 1)
      ) { logLikelihood = $0.meanLogLikelihood }
      let expected = PlainStudent(problem, mixture.squareCovariances(start), nu).step()
      // Densities of up to 200 nats, off by 4u of that; responsibilities and parameters, averages under
      // them, likewise, and the plain loops as much again.
      let tolerance = 4e-13
      #expect(relativeError(logLikelihood, expected.meanLogLikelihood) < tolerance)
      #expect(relativeError(fit.parameters.weights, expected.weights) < tolerance)
      #expect(relativeError(fit.parameters.means, expected.means) < 1e-11)
      #expect(relativeError(fit.parameters.covariances, expected.covariances(type)) < 1e-11)
    }
  }

  @Test(
    "One step's degrees of freedom are those of plain loops, and all else has the bits of fixed ones",
    arguments: CovarianceType.allCases)
  func estimated(type: CovarianceType) throws {
    let (columns, components) = (3, 2)
    let problem = GaussianProblem(
      seed: 5, rowCount: 200, componentCount: components, columnCount: columns,
      covarianceType: type, weighted: true)
    let nu = [3.5, 8]
    var start = problem.start
    start["degrees_of_freedom"] = nu
    let data = try DataSet(
      values: problem.rows, columnCount: columns, weights: problem.weights,
      world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    func step(_ degreesOfFreedom: String) throws -> Parameters {
      try engine.fit(
        mixture(type, degreesOfFreedom, components: components, columns: columns),
        from: .parameters(start), options: FitOptions(maximumIterations: 1)
      ).parameters
    }
    var (fixed, each) = (try step("fixed"), try step("each"))
    #expect(fixed.degreesOfFreedom == nu)
    let family = try mixture(type, "fixed", components: components, columns: columns)
    let plain = PlainStudent(problem, family.squareCovariances(start), nu).step()
    let expected = Portable.degreesOfFreedom(
      logTerms: plain.logTerms, masses: plain.masses, previous: nu, columnCount: columns,
      areCommon: false)
    // A mean of numbers about 2, off by 1e-14 as densities are; ν by 2ν times as much of itself, as
    // log x - ψ(x) is about 1 / (2 x): with ν up to 1000.
    #expect(each.degreesOfFreedom.allSatisfy { $0 < 1000 })
    #expect(relativeError(each.degreesOfFreedom, expected) < 2e-11)
    fixed["degrees_of_freedom"] = []
    each["degrees_of_freedom"] = []
    #expect(fixed == each)
  }

  @Test(
    "With many degrees of freedom it is the Gaussian mixture", arguments: CovarianceType.allCases)
  func gaussianLimit(type: CovarianceType) throws {
    let problem = GaussianProblem(
      seed: 7, rowCount: 300, componentCount: 2, columnCount: 3, covarianceType: type)
    let gaussian = GaussianMixture(components: 2, columns: 3, covarianceType: type)
    let data = try DataSet(values: problem.rows, columnCount: 3, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let limit = try engine.score(gaussian, under: problem.start).logLikelihood
    var differences: [Double] = []
    for nu in [1e4, 1e5, 1e6] {
      let mixture = try mixture(type, "\(nu)", components: 2, columns: 3)
      var parameters = problem.start
      parameters["degrees_of_freedom"] = [nu, nu]
      differences.append(try engine.score(mixture, under: parameters).logLikelihood - limit)
    }
    // The first term left out is in 1 / ν: a tenth each time. At 1e6 the difference, of some 1e-3 nats, is
    // known to the roundings of 300 rows, 1e-12.
    #expect(abs(differences[0] / differences[1] - 10) < 0.1)
    #expect(abs(differences[1] / differences[2] - 10) < 0.01)
  }

  @Test("A row far off has hardly any part in the means, as it has in the Gaussian's")
  func robust() throws {
    let rows = (0..<100).map { Double($0) / 10 } + [1000]
    let data = try DataSet(values: rows, columnCount: 1, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let student = try engine.fit(
      try mixture(.full, "each", components: 1, columns: 1), from: .kMeans)
    let gaussian = try engine.fit(GaussianMixture(components: 1, columns: 1), from: .kMeans)
    #expect(abs(student.parameters.means[0] - 4.95) < 0.2)
    #expect(abs(gaussian.parameters.means[0] - 4.95) > 5)
    #expect(student.score.logLikelihood > gaussian.score.logLikelihood)
  }

  @Test("Common degrees of freedom are so from a start whose are not, and files count them rightly")
  func common() throws {
    let problem = GaussianProblem(
      seed: 3, rowCount: 400, componentCount: 2, columnCount: 2, covarianceType: .full)
    let data = try DataSet(
      values: problem.rows.map { $0 * (1 + $0 * $0 / 8) }, columnCount: 2,
      world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    var start = problem.start
    start["degrees_of_freedom"] = [3, 30]
    for (text, count) in [("common", 12), ("each", 13), ("4", 11), ("fixed", 11)] {
      let mixture = try mixture(.full, text, components: 2, columns: 2)
      let fit = try engine.fit(
        mixture, from: .parameters(mixture.starting(from: start)),
        options: FitOptions(maximumIterations: 5))
      let found = fit.parameters.degreesOfFreedom
      switch text {
      case "common": #expect(found[0] == found[1])
      case "4": #expect(found == [4, 4])
      case "fixed": #expect(found == [3, 30])
      default: #expect(found[0] != found[1])
      }
      let file = try ModelFile(
        json: ModelFile(mixture, fit.parameters).encoded(), name: "m.json")
      #expect(file.mixture.freeParameterCount == count && fit.score.freeParameterCount == count)
      #expect(file.parameters == fit.parameters)
    }
  }

  @Test(
    "Degrees of freedom that are none are refused", arguments: ["0", "-1", "x", "1,2,3", "", "1,"])
  func refused(text: String) throws {
    #expect(throws: FitError.self) {
      try mixture(.full, text, components: 2, columns: 1)
    }
  }
}

/// An EM step of t distributions by plain loops, with the C library's functions.
private struct PlainStudent {
  let problem: GaussianProblem
  let covariances: [Double]
  let nu: [Double]

  struct Step {
    var meanLogLikelihood = 0.0
    var weights: [Double] = []
    var means: [Double] = []
    /// K × D × D scatter over the masses, and the masses.
    var scatters: [[Double]] = []
    var masses: [Double] = []
    /// Sums of w r (log u - u).
    var logTerms: [Double] = []

    func covariances(_ type: CovarianceType) -> [Double] {
      let d = means.count / weights.count
      switch type {
      case .full: return scatters.flatMap { $0 }
      case .tied:
        let total = masses.reduce(0, +)
        return (0..<d * d).map { i in
          zip(masses, scatters).reduce(0) { $0 + $1.0 * $1.1[i] } / total
        }
      case .diag: return scatters.flatMap { scatter in (0..<d).map { scatter[$0 * d + $0] } }
      case .spherical:
        return scatters.map { scatter in
          (0..<d).reduce(0) { $0 + scatter[$1 * d + $1] } / Double(d)
        }
      }
    }
  }

  init(_ problem: GaussianProblem, _ covariances: [Double], _ nu: [Double]) {
    (self.problem, self.covariances, self.nu) = (problem, covariances, nu)
  }

  /// L with L L' = the covariance of component k.
  private func factor(_ k: Int) -> [Double] {
    let d = problem.columnCount
    var lower = Array(covariances[k * d * d..<(k + 1) * d * d])
    for j in 0..<d {
      for i in j..<d {
        for p in 0..<j { lower[i * d + j] -= lower[i * d + p] * lower[j * d + p] }
        lower[i * d + j] /= i == j ? lower[j * d + j].squareRoot() : lower[j * d + j]
      }
    }
    return lower
  }

  func step() -> Step {
    let (d, k, start) = (problem.columnCount, problem.componentCount, problem.start)
    let count = problem.rows.count / d
    let factors = (0..<k).map(factor)
    var result = Step()
    var (shares, precisions): ([[Double]], [[Double]]) = ([], [])
    var sumOfWeights = 0.0
    for n in 0..<count {
      var (logs, u): ([Double], [Double]) = ([], [])
      for c in 0..<k {
        let lower = factors[c]
        var (y, delta, logDeterminant) = ([Double](), 0.0, 0.0)
        for i in 0..<d {
          var value = problem.rows[n * d + i] - start.means[c * d + i]
          for p in 0..<i { value -= lower[i * d + p] * y[p] }
          y.append(value / lower[i * d + i])
          delta += y[i] * y[i]
          logDeterminant += 2 * Foundation.log(lower[i * d + i])
        }
        let half = (nu[c] + Double(d)) / 2
        var log = Foundation.log(start.weights[c]) - logDeterminant / 2
        log += lgamma(half) - lgamma(nu[c] / 2)
        log -= Double(d) / 2 * Foundation.log(nu[c] * .pi)
        logs.append(log - half * log1p(delta / nu[c]))
        u.append((nu[c] + Double(d)) / (nu[c] + delta))
      }
      let largest = logs.max()!
      let sum = logs.reduce(0) { $0 + Foundation.exp($1 - largest) }
      let weight = problem.weights?[n] ?? 1
      result.meanLogLikelihood += weight * (largest + Foundation.log(sum))
      sumOfWeights += weight
      shares.append(logs.map { weight * Foundation.exp($0 - largest) / sum })
      precisions.append(u)
    }
    result.meanLogLikelihood /= sumOfWeights
    for c in 0..<k {
      let mass = shares.reduce(0) { $0 + $1[c] }
      let weights = zip(shares, precisions).map { $0[c] * $1[c] }
      func moment(_ number: (_ row: Int) -> Double) -> Double {
        (0..<count).reduce(0) { $0 + weights[$1] * number($1) }
      }
      let total = moment { _ in 1 }
      let mean = (0..<d).map { j in moment { problem.rows[$0 * d + j] } / total }
      result.scatters.append(
        (0..<d * d).map { entry in
          let (i, j) = (entry / d, entry % d)
          let sum = moment {
            (problem.rows[$0 * d + i] - mean[i]) * (problem.rows[$0 * d + j] - mean[j])
          }
          return sum / mass
        })
      result.weights.append(mass / sumOfWeights)
      result.masses.append(mass)
      result.logTerms.append(
        zip(shares, precisions).reduce(0) {
          $0 + $1.0[c] * (Foundation.log($1.1[c]) - $1.1[c])
        })
      result.means += mean
    }
    return result
  }
}
