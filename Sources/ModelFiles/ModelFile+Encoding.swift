import JSONDocuments
import MixtureModels

extension ModelFile {
  /// The file's bytes: UTF-8, keys in a fixed order, one row of a matrix a line.
  ///
  /// - Throws: `ModelFileError` if a number is not finite; JSON has no such numbers.
  public func encoded() throws(ModelFileError) -> [UInt8] {
    let (K, D) = (components, dimensions)
    var members: [(key: String, value: JSONText?)] = [
      ("format", .string(Self.format)), ("version", .integer(Self.version)),
      ("family", .string(family)), ("covariance_type", covarianceType.map { .string($0.rawValue) }),
      ("components", .integer(K)), ("dimensions", .integer(D)),
      ("columns", columns.map { .list($0.map(JSONText.string)) }),
      ("weights", try text(weights, "weights", shape: [K])),
    ]
    switch model {
    case .gaussian(let type, let parameters):
      let shape = type.shape(components: K, columns: D)
      members += [
        ("means", try text(parameters.means, "means", shape: [K, D])),
        ("covariances", try text(parameters.covariances, "covariances", shape: shape)),
      ]
    case .bernoulli(let parameters):
      members.append(
        ("probabilities", try text(parameters.probabilities, "probabilities", shape: [K, D])))
    }
    members.append(("fit", try fit?.text()))
    return Array("\(JSONText.lines(members))\n".utf8)
  }

  private var covarianceType: CovarianceType? {
    if case .gaussian(let type, _) = model { type } else { nil }
  }

  /// Nested lists of `shape`, the innermost on one line.
  private func text(
    _ values: [Double], _ path: String, shape: [Int]
  ) throws(ModelFileError) -> JSONText {
    precondition(
      values.count == shape.reduce(1, *), "\(path): \(values.count) numbers of shape \(shape)")
    for (i, value) in values.enumerated() where !value.isFinite {
      throw ModelFileError(path: path + indexPath(i, shape: shape), problem: .notFinite(value))
    }
    return .nested(values[...], shape: shape[...], indent: "  ")
  }
}

extension FitRecord {
  /// The `fit` section.
  fileprivate func text() throws(ModelFileError) -> JSONText {
    let numbers: [(String, Double?)] = [
      ("log_likelihood", logLikelihood), ("mean_log_likelihood", meanLogLikelihood),
      ("aic", aic), ("bic", bic), ("tolerance", tolerance),
      ("tolerance_parameters", parameterTolerance), ("regularization", regularization),
      ("total_weight", totalWeight),
    ]
    for case (let key, let value?) in numbers where !value.isFinite {
      throw ModelFileError(path: "fit.\(key)", problem: .notFinite(value))
    }
    return .lines(
      [
        ("rows", .integer(rows)), ("total_weight", totalWeight.map(JSONText.number)),
        ("iterations", .integer(iterations)), ("converged", .bool(converged)),
        ("log_likelihood", .number(logLikelihood)),
        ("mean_log_likelihood", .number(meanLogLikelihood)), ("aic", .number(aic)),
        ("bic", .number(bic)), ("seed", .integer(seed)), ("tolerance", .number(tolerance)),
        ("tolerance_parameters", parameterTolerance.map(JSONText.number)),
        ("regularization", .number(regularization)),
        ("exact_dense", exactDense ? .bool(true) : nil),
        ("initialization", .string(initialization)),
      ], indent: "  ")
  }
}

/// `[1][0]` for number `i` of an array of `shape`.
private func indexPath(_ i: Int, shape: [Int]) -> String {
  var rest = i
  var path = ""
  for extent in shape.reversed() {
    path = "[\(rest % extent)]" + path
    rest /= extent
  }
  return path
}
