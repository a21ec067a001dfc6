import Kernels
import MixtureModels
import Testing
import _TestSupport

/// A covariance model, for random components of so many columns.
struct ModelProblem: Sendable, CustomTestStringConvertible {
  let name: String
  let components: Int
  let columns: Int

  var testDescription: String { "\(name), \(components) components, \(columns) columns" }
  var model: any CovarianceModel { CovarianceModels.named(name)! }

  /// Volume, shape and orientation: E, V or I.
  var letters: [Character] {
    let names = ["full": "VVV", "tied": "EEE", "diag": "VVI", "spherical": "VII"]
    return Array(names[name] ?? name)
  }

  static let all = CovarianceModels.all.flatMap { model in
    [(1, 3), (2, 2), (3, 4), (4, 6), (3, 1)].map {
      ModelProblem(name: model.name, components: $0.0, columns: $0.1)
    }
  }

  /// S_k, K × D × D, of which components have something in common or nothing.
  func matrices(seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    let common = generator.covariance(columns)
    return (0..<components).flatMap { _ in
      let own = generator.covariance(columns)
      let (scale, part) = (4 * generator.uniform() + 0.1, generator.uniform())
      return zip(common, own).map { scale * ((1 - part) * $0 + part * $1) }
    }
  }

  func masses(seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed + 100)
    return (0..<components).map { _ in 20 + 200 * generator.uniform() }
  }

  /// These in the shape of the model's type.
  func scatter(_ matrices: [Double], _ masses: [Double], previous: [Double]? = nil) -> Scatter {
    let (k, d) = (components, columns)
    func entry(_ c: Int, _ i: Int, _ j: Int) -> Double { matrices[(c * d + i) * d + j] }
    let held: [Double] =
      switch model.type {
      case .full: matrices
      case .tied:
        (0..<d * d).map { at in
          (0..<k).reduce(0) { $0 + masses[$1] * entry($1, at / d, at % d) } / masses.reduce(0, +)
        }
      case .diag: (0..<k * d).map { entry($0 / d, $0 % d, $0 % d) }
      case .spherical: (0..<k).map { c in (0..<d).reduce(0) { $0 + entry(c, $1, $1) } / Double(d) }
      }
    return Scatter(held, masses: masses, columns: d, previous: previous)
  }

  /// As K × D × D.
  func squares(_ covariances: [Double]) -> [Double] {
    let (k, d) = (components, columns)
    return (0..<k * d * d).map { at in
      let (c, i, j) = (at / (d * d), at / d % d, at % d)
      switch model.type {
      case .full: return covariances[at]
      case .tied: return covariances[at % (d * d)]
      case .diag: return i == j ? covariances[c * d + i] : 0
      case .spherical: return i == j ? covariances[c] : 0
      }
    }
  }

  /// The best covariances: what stops before it is at its best goes on from there.
  func best(_ matrices: [Double], _ masses: [Double]) throws -> [Double] {
    var found = try model.constrained(scatter(matrices, masses))
    for _ in 0..<100 {
      found = try model.constrained(scatter(matrices, masses, previous: found))
    }
    return squares(found)
  }

  /// -1/2 Σ_k n_k (ln |Σ_k| + tr(Σ_k^-1 S_k)).
  func logLikelihood(_ covariances: [Double], _ matrices: [Double], _ masses: [Double]) throws
    -> Double
  {
    let (d, area) = (columns, columns * columns)
    return try (0..<components).reduce(0) { sum, k in
      let packed = PackedTriangle.pack(covariances[k * area..<(k + 1) * area], order: d)
      let factor = try #require(CholeskyFactor(packed[...], order: d))
      let inverse = factor.inverse
      var trace = 0.0
      for p in 0..<d {
        for i in 0...p {
          for j in 0...p {
            trace +=
              inverse[PackedTriangle.row(p) + i] * inverse[PackedTriangle.row(p) + j]
              * matrices[(k * d + i) * d + j]
          }
        }
      }
      return sum - masses[k] / 2 * (factor.logDeterminant + trace)
    }
  }
}

@Suite("Covariance models")
struct CovarianceModelTests {
  /// Of a log-likelihood of some terms, each of a sum of D² products, relative.
  private let rounding = 64 * 0x1p-53

  @Test("There are fourteen, with the numbers of parameters of mclust")
  func parameterCounts() {
    let expected = [
      "EII": 1, "VII": 3, "EEI": 4, "VEI": 6, "EVI": 10, "VVI": 12, "EEE": 10, "VEE": 12,
      "EVE": 16, "VVE": 18, "EEV": 22, "VEV": 24, "EVV": 28, "VVV": 30,
    ]
    for (name, count) in expected {
      #expect(
        CovarianceModels.named(name)?.freeParameterCount(components: 3, columns: 4) == count)
    }
    #expect(CovarianceModels.all.count == expected.count)
  }

  /// What the letters of its name say: E of volumes, shapes (the eigenvalues over the volume) and axes
  /// (matrices with the same commute).
  @Test("The covariances have in common what the name says", arguments: ModelProblem.all)
  func letters(problem: ModelProblem) throws {
    let (d, area) = (problem.columns, problem.columns * problem.columns)
    let masses = problem.masses(seed: 1)
    let found = try problem.squares(
      problem.model.constrained(problem.scatter(problem.matrices(seed: 1), masses)))
    let own = (0..<problem.components).map {
      Eigenvectors(of: Array(found[$0 * area..<($0 + 1) * area]), order: d)
    }
    let volumes = own.map { $0.values.reduce(0) { $0 + Portable.log($1) } / Double(d) }
    // Eigenvalues of conditions up to 100, of some 10 D roundings.
    let error = 100 * 10 * Double(d) * 0x1p-53
    for k in 1..<max(problem.components, 1) {
      if problem.letters[0] == "E" { #expect(abs(volumes[k] - volumes[0]) < error) }
      if problem.letters[1] == "E" {
        for j in 0..<d {
          let shapes = [0, k].map { Portable.log(own[$0].values[j]) - volumes[$0] }
          #expect(abs(shapes[0] - shapes[1]) < error)
        }
      }
      guard problem.letters[2] == "E" else { continue }
      let size = own[0].values[0] * own[k].values[0]
      for i in 0..<d {
        for j in 0..<d {
          let (ab, ba) = (0..<d).reduce((0.0, 0.0)) { sums, p in
            (
              sums.0 + found[i * d + p] * found[(k * d + p) * d + j],
              sums.1 + found[(k * d + i) * d + p] * found[p * d + j]
            )
          }
          #expect(abs(ab - ba) < error * size)
        }
      }
    }
    if problem.letters[1] == "I" {
      for set in own { #expect(set.values[0] == set.values[d - 1]) }
    }
    if problem.letters[2] == "I" {
      for at in found.indices where at / d % d != at % d { #expect(found[at] == 0) }
    }
  }

  @Test("No neighbor that the name allows is more likely", arguments: ModelProblem.all)
  func neighbors(problem: ModelProblem) throws {
    let (matrices, masses) = (problem.matrices(seed: 2), problem.masses(seed: 2))
    let best = try problem.best(matrices, masses)
    let most = try problem.logLikelihood(best, matrices, masses)
    var generator = SeededGenerator(seed: 3)
    for step in [1e-1, 1e-2, 1e-4] {
      for _ in 0..<30 {
        let other = neighbor(of: best, problem, step, &generator)
        let found = try problem.logLikelihood(other, matrices, masses)
        #expect(found <= most + rounding * abs(most))
      }
    }
  }

  /// Other volumes, shapes and axes, of each component or of all.
  private func neighbor(
    of covariances: [Double], _ problem: ModelProblem, _ step: Double,
    _ generator: inout SeededGenerator
  ) -> [Double] {
    let (d, area) = (problem.columns, problem.columns * problem.columns)
    let common = (0..<d + 3).map { _ in step * generator.normal() }
    return (0..<problem.components).flatMap { k -> [Double] in
      let own = (0..<d + 3).map { _ in step * generator.normal() }
      func part(_ letter: Int, _ at: Int) -> Double {
        let kind = problem.letters[letter]
        return kind == "I" ? 0 : kind == "V" ? own[at] : common[at]
      }
      let matrix = Array(covariances[k * area..<(k + 1) * area])
      let eigen = Eigenvectors(of: matrix, order: d)
      // Axes that stay are the columns: eigenvectors say the same but in another order.
      let shape = (0..<d).map { part(1, 2 + $0) }
      let mean = shape.reduce(0, +) / Double(d)
      let isOrdered = problem.letters[2] == "V"
      let values = (0..<d).map { j in
        let axis = (0..<d).max { abs(eigen.vectors[j * d + $0]) < abs(eigen.vectors[j * d + $1]) }!
        let own = isOrdered ? j : problem.letters[2] == "I" ? axis : j
        return eigen.values[j] * Portable.exp(part(0, 0) + shape[own] - mean)
      }
      var changed = (0..<area).map { at in
        (0..<d).reduce(0) {
          $0 + values[$1] * eigen.vectors[$1 * d + at / d] * eigen.vectors[$1 * d + at % d]
        }
      }
      // A turn in one plane.
      let angle = part(2, 1)
      guard d > 1, angle != 0 else { return changed }
      let (p, q) = (0, 1 + Int(abs(common[2] / step) * 3) % (d - 1))
      let (c, s) = (1 / (1 + angle * angle).squareRoot(), angle / (1 + angle * angle).squareRoot())
      for i in 0..<d {
        let (x, y) = (changed[i * d + p], changed[i * d + q])
        (changed[i * d + p], changed[i * d + q]) = (c * x - s * y, s * x + c * y)
      }
      for i in 0..<d {
        let (x, y) = (changed[p * d + i], changed[q * d + i])
        (changed[p * d + i], changed[q * d + i]) = (c * x - s * y, s * x + c * y)
      }
      return changed
    }
  }

  @Test("An M-step never lowers what the E-step expects", arguments: ModelProblem.all)
  func never(problem: ModelProblem) throws {
    for seed in 0..<20 as Range<UInt64> {
      let masses = problem.masses(seed: seed)
      let previous = try problem.model.constrained(
        problem.scatter(problem.matrices(seed: seed + 50), masses))
      let matrices = problem.matrices(seed: seed)
      let next = try problem.model.constrained(
        problem.scatter(matrices, masses, previous: previous))
      let before = try problem.logLikelihood(problem.squares(previous), matrices, masses)
      let after = try problem.logLikelihood(problem.squares(next), matrices, masses)
      #expect(after >= before - rounding * abs(before))
    }
  }

  @Test("Models that demand less are as likely or more")
  func nested() throws {
    let below = [
      "EII": ["VII", "EEI"], "VII": ["VEI"], "EEI": ["VEI", "EVI", "EEE"], "VEI": ["VVI", "VEE"],
      "EVI": ["VVI", "EVE"], "VVI": ["VVE"], "EEE": ["VEE", "EVE", "EEV"], "VEE": ["VVE", "VEV"],
      "EVE": ["VVE", "EVV"], "VVE": ["VVV"], "EEV": ["VEV", "EVV"], "VEV": ["VVV"],
      "EVV": ["VVV"],
    ]
    func most(_ name: String, _ seed: UInt64) throws -> Double {
      let problem = ModelProblem(name: name, components: 3, columns: 4)
      let (matrices, masses) = (problem.matrices(seed: seed), problem.masses(seed: seed))
      return try problem.logLikelihood(problem.best(matrices, masses), matrices, masses)
    }
    for seed in 0..<5 as Range<UInt64> {
      for (name, others) in below {
        let own = try most(name, seed)
        for other in others { #expect(try most(other, seed) >= own - rounding * abs(own)) }
      }
    }
  }

  @Test("Of one matrix in all components, or in one, models with axes give that")
  func limits() throws {
    for name in ["VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "EEE", "VVV"] {
      let one = ModelProblem(name: name, components: 1, columns: 5)
      let problem = ModelProblem(name: name, components: 4, columns: 5)
      let matrix = one.matrices(seed: 7)
      let masses = problem.masses(seed: 7)
      let all = (0..<4).flatMap { _ in matrix }
      let found = try problem.squares(problem.model.constrained(problem.scatter(all, masses)))
      let alone = try one.squares(one.model.constrained(one.scatter(matrix, [30])))
      let size = matrix.max()!
      for (at, value) in found.enumerated() {
        // As `EigenvectorTests`, of 10 sweeps.
        #expect(abs(value - matrix[at % 25]) <= 10 * 2 * 5 * 4 * 0x1p-53 * size)
      }
      for (value, expected) in zip(alone, matrix) {
        #expect(abs(value - expected) <= 10 * 2 * 5 * 4 * 0x1p-53 * size)
      }
    }
  }

  @Test(
    "Components without rows or variance, and flat columns, give no NaN",
    arguments: ModelProblem.all)
  func degenerate(problem: ModelProblem) throws {
    let (d, area) = (problem.columns, problem.columns * problem.columns)
    var masses = problem.masses(seed: 4)
    let matrices = problem.matrices(seed: 4)
    let flat = matrices.indices.map { at in
      (at / d % d == 0 || at % d == 0) ? 0 : matrices[at]
    }
    let none = matrices.map { _ in 0.0 }
    var partly = matrices
    for at in 0..<area { partly[at] = 0 }
    for case let scatter in [flat, none, partly] {
      #expect(
        try problem.model.constrained(problem.scatter(scatter, masses)).allSatisfy(\.isFinite))
    }
    // A first component without rows, whose covariances are zeros.
    masses[0] = problem.components > 1 ? 0 : masses[0]
    let found = try problem.model.constrained(problem.scatter(partly, masses))
    #expect(found.allSatisfy { $0.isFinite })
    let column = try problem.squares(problem.model.constrained(problem.scatter(flat, masses)))
    if problem.letters[1] != "I" {
      for k in 0..<problem.components { #expect(column[k * area] <= 1e-14) }
    }
  }
}
