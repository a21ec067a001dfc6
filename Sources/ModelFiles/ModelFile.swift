import MixtureModels

/// A model file in memory: a fitted model, or a start that somebody wrote by hand.
///
/// JSON, with keys and shapes as scikit-learn names them:
///
///     {"format": "shardem-model", "version": 1, "family": "gaussian", "covariance_type": "full",
///      "components": K, "dimensions": D, "columns": [D], "weights": [K], "means": [K][D],
///      "covariances": full [K][D][D], tied [D][D], diag [K][D], spherical [K],
///      "fit": {…}}
///
/// A Bernoulli mixture has "family": "bernoulli" and "probabilities": [K][D] instead of
/// covariance type, means and covariances. "columns" has the names of the data's columns, and is absent
/// if these have none; "fit" may be absent. Numbers are written in the shortest form that reads back
/// to the same bits, so equal models are equal bytes.
public struct ModelFile: Sendable, Equatable {
  /// The parameters of each family that a file can hold.
  public enum Model: Sendable, Equatable {
    case gaussian(CovarianceType, GaussianParameters)
    case bernoulli(BernoulliParameters)
  }

  public var model: Model
  /// D names of the columns, no two alike; nil if they have none.
  public var columns: [String]?
  /// How the model was fitted; nil for one that was not.
  public var fit: FitRecord?

  static let format = "shardem-model"
  static let version = 1

  public init(model: Model, columns: [String]? = nil, fit: FitRecord? = nil) {
    self.model = model
    self.columns = columns
    self.fit = fit
    precondition(
      columns == nil || columns!.count == dimensions,
      "\(columns!.count) names of \(dimensions) columns")
  }

  /// `gaussian` or `bernoulli`.
  public var family: String {
    switch model {
    case .gaussian: "gaussian"
    case .bernoulli: "bernoulli"
    }
  }

  /// The number of components, K.
  public var components: Int { weights.count }

  /// The number of columns of the data, D.
  public var dimensions: Int {
    switch model {
    case .gaussian(_, let parameters): parameters.means.count / components
    case .bernoulli(let parameters): parameters.probabilities.count / components
    }
  }

  /// K weights.
  public var weights: [Double] {
    switch model {
    case .gaussian(_, let parameters): parameters.weights
    case .bernoulli(let parameters): parameters.weights
    }
  }
}
