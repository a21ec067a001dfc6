import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Data that have no maximum of the likelihood: with regularization they give the model that the
/// documentation of `GaussianMixture.maximized` defines; without, an error that names the component.
@Suite("Degenerate data")
struct DegenerateDataTests {
  private static let types = CovarianceType.allCases

  /// 400 rows of three columns, two clusters in the first two; `last` makes the third of a row.
  private func rows(_ last: (_ x: Double, _ y: Double) -> Double) -> [Double] {
    var generator = SeededGenerator(seed: 11)
    return (0..<400).flatMap { n in
      let (x, y) = (generator.normal() + (n % 2 == 0 ? 6 : 0), generator.normal())
      return [x, y, last(x, y)]
    }
  }

  private func fit(
    _ type: CovarianceType, _ rows: [Double], components: Int = 2, regularization: Double = 0,
    from start: Initialization = .kMeans
  ) throws -> Fit {
    try fitGaussians(
      type, components: components, columns: 3, rows: rows, regularization: regularization,
      from: start)
  }

  private func expectSound(_ fit: Fit) {
    let parameters = fit.parameters
    let numbers = parameters.weights + parameters.means + parameters.covariances
    #expect(numbers.allSatisfy(\.isFinite) && fit.score.logLikelihood.isFinite)
    // K weights, each rounded.
    #expect(abs(parameters.weights.reduce(0, +) - 1) <= 0x1p-52)
  }

  /// The error of a fit without regularization; nil if there is none.
  private func failure(_ fit: () throws -> Fit) -> FitError? {
    do {
      expectSound(try fit())
      return nil
    } catch { return error as? FitError }
  }

  @Test(
    "With regularization, identical rows leave a component without weight", arguments: types)
  func identicalRows(type: CovarianceType) throws {
    let rows = (0..<600).map { Double($0 % 3) }
    let fit = try fit(type, rows, components: 2, regularization: 1e-6)
    expectSound(fit)
    #expect(fit.parameters.weights == [1, 0])
    #expect(fit.parameters.means[..<3] == [0, 1, 2])
    let largest = fit.parameters.covariances.max()
    #expect(largest == 1e-6)
  }

  @Test(
    "With regularization, a constant or a duplicated column has its own variance and no more",
    arguments: types)
  func degenerateColumns(type: CovarianceType) throws {
    for last in [{ _, _ in 7 }, { x, _ in x }] as [(Double, Double) -> Double] {
      let fit = try fit(type, rows(last), regularization: 1e-6)
      expectSound(fit)
      let weights = fit.parameters.weights.sorted()
      // Two clusters of 200 rows, 6 standard deviations apart: hardly a row is misplaced.
      #expect(abs(weights[0] - 0.5) < 0.01)
    }
  }

  @Test("Without, identical rows are an error that names the component", arguments: types)
  func identicalRowsFail(type: CovarianceType) throws {
    let rows = (0..<600).map { Double($0 % 3) }
    let error = failure { try fit(type, rows) }
    // K-means leaves the second of two clusters without rows.
    #expect(error == .collapsed(component: 1, mass: 0, rows: 200, iteration: 0))
  }

  @Test("Without, a constant column is an error, unless spherical covariances average it in")
  func constantColumnFails() throws {
    let rows = rows { _, _ in 7 }
    for type in [CovarianceType.full, .diag] {
      guard
        case .singular(component: 0, let columns, let mass?, _) = failure({
          try fit(type, rows)
        })
      else {
        Issue.record("\(type): no error about the first component")
        continue
      }
      #expect(mass > 190 && mass < 210)
      #expect(columns == SingularColumns(column: 2))
    }
    let error = failure { try fit(.tied, rows) }
    #expect(
      error
        == .singular(
          component: nil, columns: SingularColumns(column: 2), mass: 400, iteration: 0))
    #expect(failure { try fit(.spherical, rows) } == nil)
  }

  @Test("Without, a duplicated column is an error where there are covariances of columns")
  func duplicatedColumnFails() throws {
    let rows = rows { x, _ in x }
    for type in [CovarianceType.full, .tied] {
      guard case .singular(let component, let columns, _, _) = failure({ try fit(type, rows) })
      else {
        Issue.record("\(type): no error about a singular covariance")
        continue
      }
      #expect(component == (type == .tied ? nil : 0))
      #expect(columns == SingularColumns(column: 2, others: [0]))
    }
    for type in [CovarianceType.diag, .spherical] {
      #expect(failure { try fit(type, rows) } == nil)
    }
  }

  @Test("A component that no row belongs to: weight 0, or an error that names the iteration")
  func emptyComponent() throws {
    let rows = rows { _, y in 2 * y + 3 }.enumerated().map {
      $0.offset % 3 == 2 ? $0.element + Double($0.offset % 5) : $0.element
    }
    for type in Self.types {
      let shape = type.shape(components: 2, columns: 3).reduce(1, *)
      let covariances: [Double] =
        switch type {
        case .full, .tied: (0..<shape).map { $0 % 9 % 4 == 0 ? 9 : 0 }
        case .diag, .spherical: Array(repeating: 9, count: shape)
        }
      // 1e6 units away every density is 0 beside the first component's.
      let start = Parameters(
        weights: [0.5, 0.5], means: [3, 0, 3, 1e6, 0, 0], covariances: covariances)
      let fit = try fit(type, rows, regularization: 1e-3, from: .parameters(start))
      expectSound(fit)
      #expect(fit.parameters.weights == [1, 0])
      #expect(fit.parameters.means[3...] == [1e6, 0, 0])
      let error = failure { try self.fit(type, rows, from: .parameters(start)) }
      #expect(error == .collapsed(component: 1, mass: 0, rows: 400, iteration: 1))
    }
  }

  @Test("A variance that is infinite, given or regularized, is no collapse", arguments: types)
  func infiniteVariance(type: CovarianceType) throws {
    let rows = rows { x, y in x * y }
    var start = GaussianMixture(components: 2, columns: 3, covarianceType: type)
      .unitComponents(at: Array(rows[..<6]))
    start.covariances[0] = .infinity
    #expect(
      failure { try fit(type, rows, from: .parameters(start)) }
        == .notFinite(component: type == .tied ? nil : 0, variance: .infinity, iteration: 1))
    // Variances from 1e299 up are more than half of the last digit of the largest number, 2e292.
    let large = rows.map { $0 * 1e150 }
    #expect(
      failure { try fit(type, large, regularization: .greatestFiniteMagnitude) }
        == .notFinite(component: type == .tied ? nil : 0, variance: .infinity, iteration: 0))
  }

  @Test("A variance that no model file can hold ends the fit", arguments: types)
  func unfiledVariance(type: CovarianceType) throws {
    let component = type == .tied ? nil : 0
    let rows = rows { x, y in x * y }
    #expect(
      failure { try fit(type, rows, regularization: 1e308) }
        == .outOfRange(component: component, variance: 1e308, iteration: 0))
    let constant = [Double](repeating: 0, count: rows.count)
    #expect(
      failure { try fit(type, constant, regularization: 0x1p-1030) }
        == .outOfRange(component: component, variance: 0x1p-1030, iteration: 0))
  }

  @Test("A component that shrinks to a point during a fit is named, and when, and what to do")
  func collapseDuringFit() throws {
    // Three times the same row, far from the others: the second component takes hold of it.
    let rows = rows { x, y in x * y } + Array(repeating: 20.0, count: 9)
    let start = Parameters(
      weights: [0.9, 0.1], means: [3, 0, 0, 19, 19, 19], covariances: [30, 9])
    let error = failure {
      try fit(.spherical, rows, from: .parameters(start))
    }
    guard case .collapsed(component: 1, let mass, rows: 403, let iteration?) = error else {
      Issue.record("\(String(describing: error)) is not a collapse of component 1")
      return
    }
    #expect(abs(mass - 3) < 0.01 && iteration > 1)
    let sentence = "component 2 collapsed at iteration \(iteration): mass 3"
    #expect("\(error!)".hasPrefix(sentence) && "\(error!)".contains("raise regularization"))
  }
}
