import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// A family with one of its variants, and rows for it.
struct FamilyCase: Sendable, CustomTestStringConvertible {
  let family: String
  let values: [String: String]

  var testDescription: String {
    values.sorted { $0.key < $1.key }.reduce(family) { "\($0), \($1.key) \($1.value)" }
  }

  /// Whether each component has a volume of its own, as mclust's names say it.
  var hasVolumes: Bool { values["covariance"]?.first != "E" && values["covariance"] != "tied" }

  /// Every family of the registry, with all its covariance models and with noise.
  static let all: [FamilyCase] = Families.standard.types.flatMap { type -> [FamilyCase] in
    guard type.settings.contains(where: { $0.name == "covariance" }) else {
      return [FamilyCase(family: type.name, values: [:])]
    }
    return CovarianceModels.all.map {
      FamilyCase(family: type.name, values: ["covariance": $0.name])
    } + ["full", "tied"].map {
      // So little that t distributions keep their tails.
      FamilyCase(family: type.name, values: ["covariance": $0, "noise": "1e-7"])
    }
  }

  /// - Parameter regularization: by default none.
  func mixture(
    components: Int, columns: Int, ranges: ColumnRanges? = nil, regularization: Double = 0
  ) throws -> any Family {
    guard let type = Families.standard[family] else { throw Missing() }
    // As little in the larger volume of more columns.
    let values = values.merging(columns > 3 && values["noise"] != nil ? ["noise": "1e-20"] : [:]) { $1 }
    return try Families.standard.mixture(
      type, FamilyOptions(regularization: regularization, ranges: ranges, values: values),
      components: components, columns: columns)
  }

  private struct Missing: Error {}

  /// Rows of three groups, as the family has them.
  func rows(_ count: Int, columns: Int, seed: UInt64) -> [Double] {
    let problem = GaussianProblem(
      seed: seed, rowCount: count, componentCount: 3, columnCount: columns,
      covarianceType: .full, separation: 2)
    switch family {
    case PoissonMixture.name: return problem.rows.map { (3 + $0).magnitude.rounded() }
    case ExponentialMixture.name: return problem.rows.map(\.magnitude)
    case BernoulliMixture.name: return problem.rows.map { $0 > 0 ? 1 : 0 }
    // With tails: of Gaussian rows the likeliest degrees of freedom may be infinite.
    case StudentMixture.name: return problem.rows.map { $0 * (1 + $0 * $0 / 8) }
    default: return problem.rows
    }
  }
}
