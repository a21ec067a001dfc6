import MixtureModels

/// A mixture to be timed, beside another one on the same rows with all their cells.
struct ModelCase: Sendable, Encodable, CustomStringConvertible {
  let rows: RandomRows
  let kind: MixtureKind
  /// Nil where no other model does the same work.
  let reference: MixtureKind?
  let bar: Bar?

  /// What a case may take at most.
  enum Bar: Sendable {
    /// So many times the reference's iteration.
    case iteration(Double)
    /// So many times its E-step, and whatever the M-step takes.
    case expectation(Double)
  }

  private enum CodingKeys: CodingKey { case rows, kind, reference }

  init(_ kind: String, _ rows: RandomRows, beside reference: String? = nil, _ bar: Bar? = nil) {
    (self.kind, self.rows) = (MixtureKind(kind), rows)
    self.reference = reference.map { MixtureKind($0) }
    self.bar = bar
  }

  var description: String { "\(kind.title): \(rows)" }

  /// Components of different volume, shape and direction.
  private static let gaussians = RandomRows("gaussian", 100_000, 16, 16)
  private static let categories = RandomRows("categorical", 200_000, 12, 6)
  private static let full = "gaussian covariance=full"
  private static let halves =
    "mixed column-families={1,2,3,4,5,6}=categorical,*=gaussian"

  /// Models that compute the E-step of full, tied, diag or spherical covariances, each beside that one.
  private static let covariances = CovarianceModels.all
    .filter(\.isConstrained)
    .map {
      ModelCase(
        "gaussian covariance=\($0)", gaussians, beside: "gaussian covariance=\($0.type.rawValue)",
        .expectation(1.1))
    }

  static let all =
    covariances + [
      ModelCase(full, gaussians.missing(0.3, inRows: 0.01), beside: full, .iteration(1.3)),
      ModelCase(full, RandomRows("gaussian", 20_000, 16, 16).missing(0.3), beside: full),
      ModelCase("gaussian noise=auto", gaussians, beside: full),
      ModelCase(
        "student-t", RandomRows("student-t", 100_000, 8, 5), beside: full, .iteration(1.3)),
      ModelCase("poisson", RandomRows("poisson", 200_000, 8, 6)),
      ModelCase("categorical", categories),
      ModelCase("categorical", categories.missing(0.1), beside: "categorical"),
      ModelCase("multinomial", RandomRows("multinomial", 200_000, 12, 6)),
      ModelCase("exponential", RandomRows("exponential", 200_000, 8, 6)),
      ModelCase("von-mises-fisher", RandomRows("von-mises-fisher", 200_000, 16, 6)),
      ModelCase(halves, RandomRows(halves, 200_000, 12, 6)),
      ModelCase("k-means", RandomRows("gaussian covariance=diag", 1_000_000, 16, 64)),
      ModelCase("gaussian estimate=vb", RandomRows("gaussian", 200_000, 16, 20), beside: full),
      ModelCase(
        "gaussian estimate=vb covariance=diag", RandomRows("gaussian", 200_000, 16, 20),
        beside: "gaussian covariance=diag"),
    ]
}
