import Kernels
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

  /// Every family of the registry, with all its covariance models, with noise and with priors.
  static let all: [FamilyCase] = Families.standard.types.flatMap { type -> [FamilyCase] in
    if type.name == MixedMixture.name {
      let plain = ["1=categorical,2=poisson,*=gaussian", "{1,2}=gaussian,*=bernoulli"]
      return plain.flatMap { families in
        [[:], ["estimate": "vb"]].map {
          FamilyCase(
            family: type.name, values: $0.merging(["column-families": families]) { $1 })
        }
      }
        + ["{1,2}=student-t,*=student-t"].map {
          FamilyCase(family: type.name, values: ["column-families": $0])
        }
    }
    if type.name == SoftKMeansMixture.name {
      return [FamilyCase(family: type.name, values: ["beta": "1.5"])]
    }
    guard type.settings.contains(where: { $0.name == "covariance" }) else {
      let hasPriors = type.settings.contains { $0.name == "estimate" }
      let name = "weight-concentration-type"
      let isConjugate = type.settings.contains { $0.name == name }
      return [FamilyCase(family: type.name, values: [:])]
        + (hasPriors ? [FamilyCase(family: type.name, values: ["estimate": "map"])] : [])
        + (isConjugate ? ["dirichlet", "dirichlet-process"] : []).map {
          FamilyCase(family: type.name, values: ["estimate": "vb", name: $0])
        }
    }
    return CovarianceModels.all.map {
      FamilyCase(family: type.name, values: ["covariance": $0.name])
    }
      + [("full", "auto"), ("tied", "1e-7")].map {
        // So little that t distributions keep their tails.
        FamilyCase(family: type.name, values: ["covariance": $0, "noise": $1])
      }
      + (priors + (type.name == GaussianMixture.name ? constrainedPriors : [])).map {
        FamilyCase(family: type.name, values: ["covariance": $0, "estimate": "map"])
      }
      + (type.name == GaussianMixture.name ? CovarianceType.allCases : []).map {
        FamilyCase(family: type.name, values: ["covariance": $0.rawValue, "estimate": "vb"])
      }
  }

  /// Covariance models with a prior; `PriorTests` has all.
  private static let priors = ["full", "tied", "diag", "spherical", "EII", "EEI"]
  private static let constrainedPriors = ["VEI", "EVE", "VEV"]

  /// Those whose fits have parameters, and no distribution of these.
  static let ofLikelihoods = ofDensities.filter { $0.values["estimate"] != "vb" }

  /// Those whose components are densities.
  static let ofDensities = all.filter { Families.standard[$0.family]?.hasDensities == true }

  /// - Parameter regularization: by default none.
  func mixture(
    components: Int, columns: Int, ranges: ColumnRanges? = nil, regularization: Double = 0
  ) throws -> any Family {
    guard let type = Families.standard[family] else { throw Missing() }
    // As little in the larger volume of more columns.
    let isGiven = values["noise"] != nil && values["noise"] != "auto"
    let values = values.merging(columns > 3 && isGiven ? ["noise": "1e-20"] : [:]) { $1 }
    let categories = (0..<columns).map {
      self.family(ofColumn: $0) == "categorical" ? Self.names : nil
    }
    return try Families.standard.mixture(
      type,
      FamilyOptions(
        regularization: regularization, ranges: ranges, measures: Self.measures(columns: columns),
        prior: prior(columns: columns), categories: categories, values: values),
      components: components, columns: columns)
  }

  /// For priors: those of other data; for noise a box about the rows.
  private static func measures(columns d: Int) -> DataMeasures {
    DataMeasures(
      logVolume: Double(d) * Portable.log(200),
      box: ColumnRanges(
        minimum: Array(repeating: -100, count: d), maximum: Array(repeating: 100, count: d)),
      moments: .init(
        means: (0..<d).map { 0.5 * Double($0) },
        covariance: (0..<d * d).map { $0 / d == $0 % d ? 2 : 0.25 }))
  }

  /// mclust's of matrices; others have one of the weights, too.
  private func prior(columns: Int) -> PriorNumbers? {
    let covariance = values["covariance"].flatMap { CovarianceModels.named($0) }
    let isMatrix = covariance?.type == .full || covariance?.type == .tied
    let hasDefault = isMatrix || family == MixedMixture.name
    guard ["map", "vb"].contains(values["estimate"]), !hasDefault else { return nil }
    if values["covariance"] == nil {
      if [CategoricalMixture.name, MultinomialMixture.name].contains(family) {
        return PriorNumbers([
          .init("weight_concentration", shape: [], [3]), .init("concentration", shape: [], [2.5]),
        ])
      }
      let names = family == BernoulliMixture.name ? ("alpha", "beta") : ("shape", "rate")
      return PriorNumbers([
        .init("weight_concentration", shape: [], [3]), .init(names.0, shape: [], [2.5]),
        .init(names.1, shape: [columns], (0..<columns).map { 1.5 + Double($0) }),
      ])
    }
    // Of a variational one more than for a matrix of so many columns, whatever its covariances.
    let freedom = values["estimate"] == "vb" ? Double(columns) : 1.5
    return PriorNumbers([
      .init("weight_concentration", shape: [], [3]), .init("mean_precision", shape: [], [2]),
      .init("degrees_of_freedom", shape: [], [freedom]), .init("covariance", shape: [], [0.5]),
    ])
  }

  private struct Missing: Error {}
  private static let names = ["a", "b", "c", "d"]

  /// The family of a column, counted from 0.
  private func family(ofColumn j: Int) -> String {
    guard let text = values["column-families"] else { return family }
    if text.contains(StudentMixture.name) { return StudentMixture.name }
    let isJoint = text.hasPrefix("{")
    let first = isJoint ? ["gaussian", "gaussian"] : ["categorical", "poisson"]
    return j < first.count ? first[j] : isJoint ? "bernoulli" : "gaussian"
  }

  /// Rows of three groups, as the family has them.
  func rows(_ count: Int, columns: Int, seed: UInt64) -> [Double] {
    let problem = GaussianProblem(
      seed: seed, rowCount: count, componentCount: 3, columnCount: columns,
      covarianceType: .full, separation: 2)
    if family == VonMisesFisherMixture.name { return unitRows(problem.rows, columns: columns) }
    return problem.rows.enumerated().map { i, x in
      switch family(ofColumn: i % columns) {
      case PoissonMixture.name, MultinomialMixture.name: (3 + x).magnitude.rounded()
      case CategoricalMixture.name: min(max((2 + x).rounded(), 0), 3)
      case ExponentialMixture.name: x.magnitude
      case BernoulliMixture.name: x > 0 ? 1 : 0
      // With tails: of Gaussian rows the likeliest degrees of freedom may be infinite.
      case StudentMixture.name: x * (1 + x * x / 8)
      default: x
      }
    }
  }
}

/// Rows divided by their lengths.
func unitRows(_ rows: [Double], columns: Int) -> [Double] {
  stride(from: 0, to: rows.count, by: columns).flatMap { start in
    let row = rows[start..<start + columns]
    let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / length }
  }
}
