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

  /// The number of free parameters of the covariances of K components of D columns.
  func freeParameterCount(components: Int, columns: Int) -> Int

  /// The most likely covariances of this model.
  ///
  /// - Parameters:
  ///   - covariances: those of the rows about the components' means, in the shape of `type`.
  ///   - masses: of the K components.
  func constrained(_ covariances: [Double], masses: [Double], columns: Int) -> [Double]
}

extension CovarianceModel {
  public var name: String { names[0] }
  public var description: String { name }
}

/// The models by name.
public enum CovarianceModels {
  /// A line for each.
  public static let all: [any CovarianceModel] = [
    UnconstrainedCovariances(.full, "VVV"),
    UnconstrainedCovariances(.tied, "EEE"),
    UnconstrainedCovariances(.diag, "VVI"),
    UnconstrainedCovariances(.spherical, "VII"),
    EqualShapeCovariances(),
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

  init(_ type: CovarianceType, _ name: String) {
    (self.type, names) = (type, [type.rawValue, name])
  }

  public init(_ type: CovarianceType) {
    self = CovarianceModels.all.lazy.compactMap { $0 as? Self }.first { $0.type == type }!
  }

  public func freeParameterCount(components: Int, columns: Int) -> Int {
    let count = type.form.count(components: components)
    return type.form.isMatrix
      ? count * columns * (columns + 1) / 2 : count * type.form.varianceCount(columns: columns)
  }

  public func constrained(_ covariances: [Double], masses: [Double], columns: Int) -> [Double] {
    covariances
  }
}
