import MixtureModels
import Testing

/// Two components of two columns.
@Suite("Parameters of models whose covariances have more in common")
struct ExpansionTests {
  private static let (weights, means) = ([0.25, 0.75], [1.0, 2, 3, 4])

  private static func layout(_ type: CovarianceType) -> ParameterLayout {
    GaussianMixture(components: 2, columns: 2, covarianceType: type).layout
  }

  private static func expanded(
    _ covariances: [Double], _ type: CovarianceType, to other: CovarianceType
  ) -> Parameters? {
    layout(other).expanding(
      Parameters(weights: weights, means: means, covariances: covariances), of: layout(type))
  }

  struct Case: Sendable {
    let (type, other): (CovarianceType, CovarianceType)
    let (numbers, expected): ([Double], [Double])
  }

  @Test(
    "Covariances are written out",
    arguments: [
      Case(type: .spherical, other: .diag, numbers: [2, 3], expected: [2, 2, 3, 3]),
      Case(type: .spherical, other: .full, numbers: [2, 3], expected: [2, 0, 0, 2, 3, 0, 0, 3]),
      Case(type: .spherical, other: .tied, numbers: [2, 2], expected: [2, 0, 0, 2]),
      Case(type: .diag, other: .full, numbers: [1, 2, 3, 4], expected: [1, 0, 0, 2, 3, 0, 0, 4]),
      Case(type: .diag, other: .tied, numbers: [1, 2, 1, 2], expected: [1, 0, 0, 2]),
      Case(type: .tied, other: .full, numbers: [2, 1, 1, 3], expected: [2, 1, 1, 3, 2, 1, 1, 3]),
      Case(
        type: .full, other: .full, numbers: [2, 1, 1, 3, 1, 0, 0, 1],
        expected: [2, 1, 1, 3, 1, 0, 0, 1]),
    ])
  func written(_ a: Case) throws {
    let found = try #require(Self.expanded(a.numbers, a.type, to: a.other))
    #expect(Self.layout(a.other).fits(found))
    #expect(found.weights == Self.weights && found.means == Self.means)
    #expect(found.covariances == a.expected)
  }

  @Test(
    "Not those that differ where there is one for all, or that have less in common",
    arguments: [
      Case(type: .spherical, other: .tied, numbers: [2, 3], expected: []),
      Case(type: .diag, other: .tied, numbers: [1, 2, 1, 3], expected: []),
      Case(type: .diag, other: .spherical, numbers: [1, 1, 2, 2], expected: []),
      Case(type: .tied, other: .diag, numbers: [1, 0, 0, 2], expected: []),
      Case(type: .full, other: .diag, numbers: [1, 0, 0, 2, 1, 0, 0, 2], expected: []),
    ])
  func withoutRoom(_ a: Case) { #expect(Self.expanded(a.numbers, a.type, to: a.other) == nil) }

  @Test("What is no covariance stays as it is, and must be there")
  func others() throws {
    func student(_ covariance: String) throws -> ParameterLayout {
      try StudentMixture(
        FamilyOptions(values: ["covariance": covariance]), components: 2, columns: 2
      ).layout
    }
    var parameters = Parameters(weights: Self.weights, means: Self.means, covariances: [2, 3])
    #expect(
      try student("VVI").expanding(parameters, of: Self.layout(.spherical)) == nil)
    parameters["degrees_of_freedom"] = [4, 5]
    let found = try #require(try student("VVI").expanding(parameters, of: try student("VII")))
    #expect(found.degreesOfFreedom == [4, 5] && found.covariances == [2, 2, 3, 3])
    let more = GaussianMixture(components: 3, columns: 2, covarianceType: .full).layout
    #expect(more.expanding(parameters, of: Self.layout(.spherical)) == nil)
  }
}
