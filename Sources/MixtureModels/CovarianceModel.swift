/// The numbers that hold the covariances of a mixture, as scikit-learn names them.
public enum CovarianceType: String, Sendable, CaseIterable {
  /// Each component has its own covariance matrix (mclust: VVV).
  case full
  /// One covariance matrix is shared by all components (mclust: EEE).
  case tied
  /// Each component has its own variance per column (mclust: VVI).
  case diag
  /// Each component has one variance (mclust: VII).
  case spherical

  /// How the numbers are computed with.
  var form: any CovarianceForm {
    switch self {
    case .full: FullCovariances()
    case .tied: TiedCovariance()
    case .diag: DiagonalCovariances()
    case .spherical: SphericalCovariances()
    }
  }

  /// The shape of a mixture's covariances for K components of D columns.
  public func shape(components: Int, columns: Int) -> [Int] {
    form.shape(components: components, columns: columns)
  }
}

/// What the covariances of a mixture have in common: mclust's models, each in terms of volume, shape and
/// orientation (E: equal, V: of each component, I: the axes).
public protocol CovarianceModel: Sendable, CustomStringConvertible {
  /// The names of the model, the first as messages have it: `full`, `VVV`.
  var names: [String] { get }

  /// The numbers that hold its covariances.
  var type: CovarianceType { get }

  /// Whether more is demanded of the covariances than the shape of their numbers; by default so.
  var isConstrained: Bool { get }

  /// Whether components differ in shape, not in volume; by default not.
  var sharesVolume: Bool { get }

  /// What a conjugate prior is of; by default of each component's covariance.
  var conjugacy: Conjugacy { get }

  /// The number of free parameters of the covariances of K components of D columns.
  func freeParameterCount(components: Int, columns: Int) -> Int

  /// The most likely covariances of this model; where that has no closed form, at least as likely ones as
  /// those of the E-step.
  ///
  /// Components without rows, and what has no variance, keep their zeros, for the caller to judge.
  /// - Throws: what `scatter.work` throws.
  func constrained(_ scatter: Scatter) throws -> [Double]
}

/// What a conjugate prior is of.
public enum Conjugacy: Sendable {
  /// The covariance of each component, also where these have something in common.
  case each
  /// The one that they all have.
  case common
}

/// What an M-step gives to a covariance model.
public struct Scatter: Sendable {
  /// S_k, those of the rows about the components' means, in the shape of the model's type.
  public var covariances: [Double]
  /// Of the K components, n_k.
  public let masses: [Double]
  /// D.
  public let columnCount: Int
  /// The covariances of the E-step, as far as there was one.
  public let previous: [Double]?
  let work: WorkSharing

  public init(
    _ covariances: [Double], masses: [Double], columns: Int, previous: [Double]? = nil,
    sharing work: WorkSharing = .none
  ) {
    (self.covariances, self.masses, columnCount) = (covariances, masses, columns)
    (self.previous, self.work) = (previous, work)
  }

  /// The same rows in other axes, of which each component has `variances`: K × D.
  func along(_ variances: [Double]) -> Scatter {
    Scatter(variances, masses: masses, columns: columnCount)
  }
}

extension CovarianceModel {
  public var name: String { names[0] }
  public var description: String { name }
  public var isConstrained: Bool { true }
  public var sharesVolume: Bool { false }
  public var conjugacy: Conjugacy { .each }
}

/// The models by name.
public enum CovarianceModels {
  /// A line for each.
  ///
  /// Σ_k = λ_k D_k A_k D_k': volume λ_k, shape A_k with |A_k| = 1, orientation D_k. In axes that are known
  /// a model is one of diagonal covariances, so that those that turn the axes are made of these.
  public static let all: [any CovarianceModel] = [
    UnconstrainedCovariances(.full, "VVV"),
    UnconstrainedCovariances(.tied, "EEE"),
    UnconstrainedCovariances(.diag, "VVI"),
    UnconstrainedCovariances(.spherical, "VII"),
    EqualCovariances("EII", .spherical),
    EqualCovariances("EEI", .diag),
    EqualShapeCovariances(),
    EqualVolumeCovariances(),
    ProportionalCovariances(),
    CommonAxes("EVE", EqualVolumeCovariances()),
    CommonAxes("VVE", UnconstrainedCovariances(.diag)),
    OwnAxes("EEV", EqualCovariances("EEI", .diag)),
    OwnAxes("VEV", EqualShapeCovariances()),
    OwnAxes("EVV", EqualVolumeCovariances()),
  ]

  /// The model of this name; nil if there is none.
  public static func named(_ name: String) -> (any CovarianceModel)? {
    all.first { $0.names.contains(name) }
  }

  /// All names, in order.
  public static var names: [String] { all.flatMap(\.names) }
}

/// Covariances of which nothing is demanded but their shape.
public struct UnconstrainedCovariances: CovarianceModel {
  public let names: [String]
  public let type: CovarianceType

  /// - Parameter others: names beside the type's own.
  public init(_ type: CovarianceType, _ others: String...) {
    (self.type, names) = (type, [type.rawValue] + others)
  }

  public var isConstrained: Bool { false }
  public var conjugacy: Conjugacy { type.form.isShared ? .common : .each }

  public func freeParameterCount(components: Int, columns: Int) -> Int {
    let count = type.form.count(components: components)
    return type.form.isMatrix
      ? count * columns * (columns + 1) / 2 : count * type.form.varianceCount(columns: columns)
  }

  public func constrained(_ scatter: Scatter) -> [Double] { scatter.covariances }
}
